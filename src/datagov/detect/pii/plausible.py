"""Where what has the form of an identifier is none: within addresses, fractions, longer numbers.

Checks and context words let many numbers through that are nobody's: one number in ten passes Luhn's
check, and `image-120361028.png` or `0.62831853071795865` hold whatever is looked for. What stands
around a match tells these apart. Written from findings in real text that were read by hand; the
counts are in `benchmarks/README.md`.
"""

from collections.abc import Callable, Sequence

import pyarrow as pa
import regex

from datagov.detect.pii.folding import fold
from datagov.detect.pii.presidio import has_public_suffix
from datagov.detect.pii.spans import Span
from datagov.detect.pii.worldwide.cards import is_issued

_RUN = 200
"""Code points before a match in which the beginning of an address is looked for."""

_RUN_BEFORE = regex.compile(r"(?r)[^\s\"'`<>(){}|\p{Han}]*")
_JOINED_BEFORE = regex.compile(r"(?r)(?:[A-Za-z0-9_][\-/~*]|\d[.+])")
_JOINED_BEHIND = regex.compile(r"[\-_/*^][A-Za-z0-9(]|\.[A-Za-z0-9]")
_CARD_GROUPS = regex.compile(
    r"\d+|\d{4}([ -]?)\d{4}(?:\1\d{4}){0,3}(?:\1\d{1,3})?|\d{4}([ -]?)\d{6}\2\d{4,5}"
)
_MORE_GROUPS_BEFORE = regex.compile(r"(?r)\d[ -]")
_MORE_GROUPS_BEHIND = regex.compile(r"[ -]\d{4}\b")
_OTHER_NUMBER = regex.compile(
    r"(?ri)(?:company|registration|registered|serial|part|licen[cs]e|order|invoice|case|docket"
    r"|patent|version|model|avogadro['’]s) (?:no\.?|nr\.?|number)\W{0,3}"
)
_SECTION = regex.compile(r"(?!10\.|0\.)\d{1,2}(?:\.\d{1,2}){3}")
_BARE_IPV6 = regex.compile(
    r"(?:[0-9A-Fa-f]{0,2}:){2,}[0-9A-Fa-f]{0,2}|[0-9A-Fa-f]*::|::[0-9A-Fa-f]*"
)
"""What code is full of: slices such as `a[::2]`, scopes such as `a::b`."""
_WORDS_NEAR = 60
_PASSPORT = regex.compile(r"(?i)passport|travel doc|护照|護照")
_CARD = regex.compile(r"(?i)\b(?:credit |debit )?cards?\b|\bcc\b|卡号|信用卡|银行卡")
_ACCOUNT = regex.compile(r"(?i)\b(?:account|acct|a/c|bank)\b|rekening|konto|账户|帐户|账号")
_CHINA = regex.compile(r"(?i)\p{Han}|china|beijing|shanghai|guangzhou|shenzhen|(?:\+|\b00)86")
_ONE_OCTET = regex.compile(r"(\d+)(?:\.\1){3}")
_NO_HOST = regex.compile(
    r"(?:127|255)\.\d{1,3}\.\d{1,3}\.\d{1,3}(?:/\d+)?|0\.0\.0\.0(?:/\d+)?|(?:0{0,4}:){2,7}0{0,3}1"
)
_NETWORK_BEHIND = regex.compile(r"[:/]\d")
_RAISED_IP = 0.9
"""An address beside one of its context words has more than this."""

_KEY = regex.compile(r"(?:[^@]*[?&])?(?:[A-Za-z_][A-Za-z0-9_.\-]{0,30}=(?=[A-Za-z0-9]))?")
_FILE = regex.compile(r"(?i)\.(?:png|jpe?g|gif|webp|svg|ico|css|js|html?|md|pdf|zip|gz)")

_Judge = Callable[[str, Span], Span | None]
"""Returns what of a span of a text is an identifier, None for nothing."""


def is_embedded(text: str, start: int, end: int) -> bool:
    """True if a number is part of an address, a path, a fraction, a formula or a longer token."""
    if _JOINED_BEFORE.match(text, max(0, start - 2), start):
        return True
    if _JOINED_BEHIND.match(text, end):
        return True
    run = _RUN_BEFORE.match(text, max(0, start - _RUN), start).group()
    return "://" in run or run.lower().startswith("www.")


def _is_free(text: str, span: Span) -> bool:
    return not is_embedded(text, span.start, span.end)


def _is_card(text: str, span: Span) -> bool:
    value = fold(text[span.start : span.end])
    is_grouped = not value.isdigit()
    return bool(
        (is_issued(value) or _CARD.search(text, max(0, span.start - _WORDS_NEAR), span.start))
        and _CARD_GROUPS.fullmatch(value) is not None
        and not is_embedded(text, span.start, span.end)
        and not (
            is_grouped
            and (
                _MORE_GROUPS_BEFORE.match(text, max(0, span.start - 2), span.start)
                or _MORE_GROUPS_BEHIND.match(text, span.end)
            )
        )
    )


def _is_phone(text: str, span: Span) -> bool:
    if not span.rule.endswith(": libphonenumber"):
        return True
    before = max(0, span.start - 40)
    return _is_free(text, span) and not _OTHER_NUMBER.match(text, before, span.start)


def _is_host(text: str, span: Span) -> bool:
    """Refutes what is no one host: loopback, any address, masks (RFC 6890, RFC 950).

    And what may as well be the number of a section, or code, unless a word says more.
    """
    value = text[span.start : span.end]
    if _NO_HOST.fullmatch(fold(value)):
        return False
    if span.score > _RAISED_IP or value == "::":  # Left out by `WITHOUT` already.
        return True
    if _BARE_IPV6.fullmatch(value):
        return False
    return (
        not _SECTION.fullmatch(value)
        or _ONE_OCTET.fullmatch(value) is not None
        or _NETWORK_BEHIND.match(text, span.end) is not None
    )


def _mailbox(text: str, span: Span) -> Span | None:
    """Returns the address without the path and the key that Presidio takes together with it.

    None for paths and file names with an at sign, such as `icon@2x.png`.
    """
    value = text[span.start : span.end]
    start = value.rfind("/", 0, value.rfind("@")) + 1
    start = _KEY.match(value, start).end()
    # Presidio looks whether a host has a public suffix, of a path for the first one.
    is_none = value[start] == "@" or (start and not has_public_suffix(value[start:]))
    if is_none or _FILE.search(value, len(value) - 5):
        return None
    return span._replace(start=span.start + start)


def _is_in_china(text: str, span: Span) -> bool:
    """Refutes numbers of London and others that begin as those of a Chinese city, such as 020."""
    return _CHINA.search(text, max(0, span.start - _RUN), span.end + _RUN) is not None


def _is_behind(words: "regex.Pattern[str]") -> Callable[[str, Span], bool]:
    """Returns the test for what counts only behind its word: Presidio has `us` and `check`."""

    def test(text: str, span: Span) -> bool:
        near = words.search(text, max(0, span.start - _WORDS_NEAR), span.start)
        return near is not None and _is_free(text, span)

    return test


def _whole_if(test: Callable[[str, Span], bool]) -> _Judge:
    return lambda text, span: span if test(text, span) else None


_JUDGES: dict[str, _Judge] = {
    "CN_LANDLINE": _whole_if(_is_in_china),
    "CREDIT_CARD": _whole_if(_is_card),
    "EMAIL_ADDRESS": _mailbox,
    "IP_ADDRESS": _whole_if(_is_host),
    "PHONE_NUMBER": _whole_if(_is_phone),
    "US_BANK_NUMBER": _whole_if(_is_behind(_ACCOUNT)),
    "US_PASSPORT": _whole_if(_is_behind(_PASSPORT)),
    **dict.fromkeys(("IN_VOTER", "PH_TIN", "US_ITIN", "US_SSN"), _whole_if(_is_free)),
}


def plausible(
    texts: pa.Array, found: Sequence[tuple[int, list[Span]]]
) -> list[tuple[int, list[Span]]]:
    """Returns the spans that stand where an identifier can, without what else is in them.

    Args:
        texts: What was searched.
        found: Spans by index of their text.
    """
    kept = []
    for cell, spans in found:
        if any(span.entity in _JUDGES for span in spans):
            text = texts[cell].as_py()
            judged = (
                _JUDGES[span.entity](text, span) if span.entity in _JUDGES else span
                for span in spans
            )
            spans = [span for span in judged if span]
        kept.append((cell, spans))
    return kept
