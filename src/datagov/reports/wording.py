"""How values are written for people: numbers with separators, and text that shows what it holds.

Whatever comes from a corpus, a registry or a policy is hostile here: it is one line, it is cut when
it is long, and characters that cannot be seen or that turn the order of others are written out.
"""

import math
import re
import unicodedata
from typing import Any

import regex

LONGEST = 2000
"""Characters of one value that a report shows at most."""

# All control, format and surrogate characters and line ends; but the joiners that emoji, Persian
# and Indic scripts are written with may stay where both neighbours are beyond ASCII.
_HIDDEN = regex.compile(
    r"(?<=[^\x00-\x7f])[\u200c\u200d](?=[^\x00-\x7f])(*SKIP)(*FAIL)"
    r"|[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]"
)
_MARKDOWN = re.compile(r"[\\`*_\[\]|~#$]")
_LIST_ITEM = re.compile(r"^([0-9]{1,9})([.)])")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_PLAIN_CODE = re.compile(r"[A-Za-z0-9._/:+@,-]+( [A-Za-z0-9._/:+@,-]+)*")
_RIGHT_TO_LEFT = ("R", "AL", "AN")
_FSI, _PDI = "\u2068", "\u2069"


class Markdown(str):
    """Text that is Markdown already, so that it is not escaped again."""

    __slots__ = ()


def visible(value: str, longest: int = LONGEST) -> str:
    """Returns `value` as one line of at most `longest` characters, hidden characters written out.

    U+202E, which turns the order of what follows, becomes `⟨U+202E⟩`; so does a line end.
    """
    cut = value if len(value) <= longest else value[: longest - 1] + "…"
    return str(_HIDDEN.sub(lambda match: f"⟨U+{ord(match[0]):04X}⟩", cut))


def markdown(value: Any) -> Markdown:
    """Returns `value` as Markdown that shows it and does nothing else, also in a table cell.

    Right-to-left text is isolated (UAX 9, FSI and PDI) so that it cannot reorder its neighbours.
    """
    if isinstance(value, Markdown):
        return value
    text = visible(str(value))
    turned = any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in text)
    text = "".join(_ENTITIES.get(char, char) for char in _MARKDOWN.sub(r"\\\g<0>", text))
    if text[:1] in ("-", "+", "="):
        text = "\\" + text
    text = _LIST_ITEM.sub(r"\1\\\2", text)
    return Markdown(f"{_FSI}{text}{_PDI}" if turned else text)


def code(value: Any) -> Markdown:
    """Returns `value` as a code span if it is a plain name, else as escaped text."""
    text = str(value)
    plain = len(text) <= LONGEST and _PLAIN_CODE.fullmatch(text)
    return Markdown(f"`{text}`") if plain else markdown(text)


def clip(value: Any, longest: int = 120) -> str:
    """Returns `value` cut to `longest` characters."""
    return visible(str(value), longest)


def count(number: int) -> Markdown:
    """Returns a whole number with thousands separators."""
    return Markdown(f"{number:,}")


def count_or_unknown(number: int | None) -> Markdown:
    """Returns a whole number, or that it is not known."""
    return Markdown("not evaluated") if number is None else count(number)


def share(part: float, whole: float) -> Markdown:
    """Returns `part` of `whole` in percent; what is not all is never shown as 100 %."""
    if not whole or not part:
        return Markdown("0 %")
    percent = 100 * part / whole
    if percent < 0.01:
        return Markdown("< 0.01 %")
    if part < whole:
        percent = min(percent, 99.99)
    digits = 2 if percent < 1 or percent > 99 else 1
    text = f"{percent:.{digits}f}"
    return Markdown(f"{text.rstrip('0').rstrip('.') if part == whole else text} %")


def size(n_bytes: int) -> Markdown:
    """Returns a number of bytes in decimal units, with three digits that count."""
    if n_bytes < 1000:
        return Markdown(f"{n_bytes} bytes")
    power = min((len(str(n_bytes)) - 1) // 3, 5)
    value = n_bytes / 1000**power
    digits = max(0, 2 - math.floor(math.log10(value)))
    return Markdown(f"{value:,.{digits}f} {('', 'kB', 'MB', 'GB', 'TB', 'PB')[power]}")


def decimal(number: float | None) -> Markdown:
    """Returns a fraction with three digits, or that there is none."""
    return Markdown("not evaluated" if number is None else f"{number:.3f}")


def spaced(name: str) -> str:
    """Returns an identifier as words: `needs_attestation` becomes `needs attestation`."""
    return name.replace("_", " ")


_TREATED = {
    "category": "replaced by their category",
    "mask": "masked",
    "hash": "replaced by a keyed hash",
    "pseudonym": "replaced by a pseudonym, the same one wherever the value stands",
}


def treated(operator: str) -> str:
    """Returns what was done to values, as the end of a sentence about them."""
    return _TREATED[operator]


FILTERS = {
    "n": count,
    "n_or_unknown": count_or_unknown,
    "size": size,
    "decimal": decimal,
    "clip": clip,
    "code": code,
    "spaced": spaced,
    "treated": treated,
}
"""What templates of both reports use."""
