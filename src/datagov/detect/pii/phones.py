"""Phone numbers by libphonenumber, as Presidio's PhoneRecognizer finds them.

Presidio runs the matcher over the whole text once per region. Here it runs over the neighbourhoods
of runs of at least seven digits, and once for each different neighbourhood.

Known differences, all of them fewer findings. Numbers of fewer than seven digits (short codes) are
not found. And where no context word is near, digits must be written as a phone number is: with a
country code, an area code in parentheses, or three groups and more. In some region of the world
nearly any seven digits are a valid number, and Presidio then takes parts of tables, decimals, dates
and IP addresses for phones.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import phonenumbers
import regex

SEED = r"\d(?:[^\n\da-z]{0,4}\d){6}"
"""Hyperscan: seven digits with little between them. Letters end a number."""

SCORE = 0.4
CONTEXT = ("phone", "number", "telephone", "cell", "cellphone", "mobile", "call")
WINDOW = 160
CHINESE_CONTEXT = ("电话", "電話", "手机", "手機", "联系", "致电", "传真", "热线")
LENIENCY = 1
MAX_CANDIDATE = 60

# A run of phone characters around digits, as libphonenumber's own candidate pattern allows.
_RUN = regex.compile(r"[+＋(（\[]*\d(?:[-‐-―−ー－/.．  ­​⁠　()（）［］\[\]~⁓∼\s]{0,5}[+＋]?\d)+")
_WRITTEN_AS_PHONE = regex.compile(
    r"(?:[+＋]|00)\d.*|[(（]\+?\d{1,5}[)）][-. ]?\d.*|\d{2,5}(?:[-. ]\d{2,5}){2,4}"
    r"|0\d{2,4}-\d{7,8}",
    regex.DOTALL,
)
_NOT_PHONE = regex.compile(
    r"(?:(?:19|20)\d{2}([-. ])[01]\d\1[0-3]\d|[0-3]\d([-. ])[01]\d\2(?:19|20)\d{2}).*"
    r"|\d{1,3}(?:\.\d{1,3}){3}|\d{1,3}(?:[. ]\d{3})+",
    regex.DOTALL,
)
"""Dates, IP addresses, and numbers whose thousands are set apart."""
MIN_DIGITS_BARE = 9


def find_phones(text: str, regions: Sequence[str]) -> list[tuple[int, int]]:
    """Returns the spans of phone numbers in a short text, for the given default regions."""
    spans: set[tuple[int, int]] = set()
    for region in regions:
        for match in phonenumbers.PhoneNumberMatcher(text, region, leniency=LENIENCY):
            spans.add((match.start, match.end))
    return sorted(spans)


@lru_cache(maxsize=200_000)
def phones_around(
    before: str, run: str, after: str, regions: tuple[str, ...]
) -> tuple[tuple[int, int], ...]:
    """Returns the spans of phone numbers in `run`, relative to it, given its neighbourhood."""
    possible = tuple(region for region in regions if _is_possible(run, region))
    if not possible:
        return ()
    shift = len(before)
    spans = find_phones(before + run + after, possible)
    return tuple((s - shift, e - shift) for s, e in spans if s >= shift and e <= shift + len(run))


_INNER = regex.compile(r"[/(.\s]|\s-|-\s|[‒-―－]")


def _is_possible(run: str, region: str) -> bool:
    """False if no stretch of `run` can be a valid number of `region` or an international one.

    libphonenumber tries a candidate whole and cut at the marks of _INNER.
    """
    if "+" in run or "＋" in run:
        return True
    pieces = ["".join(filter(str.isdigit, piece)) for piece in _INNER.split(run)]
    pieces = [piece for piece in pieces if piece]
    if len(pieces) > MAX_PIECES:
        return True
    accepts = _national_pattern(region)
    stretches = (
        "".join(pieces[i:j]) for i in range(len(pieces)) for j in range(i + 1, len(pieces) + 1)
    )
    return any(6 < len(digits) < 18 and accepts(digits) for digits in stretches)


MAX_PIECES = 8


@lru_cache(maxsize=300)
def _national_pattern(region: str):  # type: ignore[no-untyped-def]
    """Returns the test whether digits, with or without prefixes, are a valid national number."""
    metadata: Any = phonenumbers.PhoneMetadata.metadata_for_region(region)
    kinds = (
        metadata.fixed_line,
        metadata.mobile,
        metadata.toll_free,
        metadata.premium_rate,
        metadata.shared_cost,
        metadata.personal_number,
        metadata.voip,
        metadata.pager,
        metadata.uan,
        metadata.voicemail,
    )
    numbers = [k.national_number_pattern for k in kinds if k and k.national_number_pattern]
    prefix = metadata.national_prefix_for_parsing or "$^"
    international = metadata.international_prefix
    pattern = (
        f"(?:{international})\\d+|(?:{metadata.country_code})?(?:{prefix})?(?:{'|'.join(numbers)})"
    )
    return regex.compile(pattern).fullmatch


def phone_spans(window: str, regions: tuple[str, ...]) -> list[tuple[int, int]]:
    """Returns the spans of phone numbers in a window around a seed."""
    spans = []
    lowered = window.lower()
    for run in _RUN.finditer(window):
        if not _is_candidate(run, lowered):
            continue
        # The matcher looks one character to each side: a letter or a currency sign refutes.
        before = _neighbour(window[max(0, run.start() - 1) : run.start()])
        after = _neighbour(window[run.end() : run.end() + 1])
        for start, end in phones_around(before, run.group(), after, regions):
            spans.append((run.start() + start, run.start() + end))
    return spans


def _is_candidate(run: regex.Match[str], lowered: str) -> bool:
    text = run.group()
    n_digits = sum(map(str.isdigit, text))
    if n_digits < 7:
        return False
    near = lowered[max(0, run.start() - WINDOW) : run.start()]
    if any(word in near for word in CONTEXT + CHINESE_CONTEXT):
        return True
    text = text.strip()
    return (
        n_digits >= MIN_DIGITS_BARE
        and _WRITTEN_AS_PHONE.fullmatch(text) is not None
        and _NOT_PHONE.fullmatch(text) is None
    )


def _neighbour(char: str) -> str:
    """Returns a character that stands for all that the matcher treats alike."""
    if not char or char.isspace():
        return " "
    if char.isalpha():
        return "a" if char.isascii() or char in "ÀÖØöøÿ" else char
    return char
