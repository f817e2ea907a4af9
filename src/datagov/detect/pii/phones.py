"""Phone numbers by libphonenumber, as Presidio's PhoneRecognizer finds them.

Presidio runs the matcher over the whole text once per region. Here its candidates are looked up
once, near runs of seven digits, and each different one is parsed once per region in which it can
be valid at all. Numbers of fewer than seven digits are found only where nothing beyond Presidio's
findings is asked for.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import phonenumbers
import regex
from phonenumbers import phonenumbermatcher as matcher
from phonenumbers.phonenumberutil import _SECOND_NUMBER_START_PATTERN

from datagov.detect.multipattern import in_any_case
from datagov.detect.pii.folding import fold
from datagov.detect.pii.worldwide.phone_words import BLANKLESS_LABELS, EXTENSION, LATIN_LABELS

if TYPE_CHECKING:
    from datagov.detect.pii.gating import Ints

MIN_DIGITS = 7
MOST_BETWEEN = 4
"""Characters between two digits of a number at most, as libphonenumber allows."""

ANY_SEED = r"\d[^\d]"
"""Hyperscan: the end of any block of digits. Presidio also takes years and page numbers for phone
numbers of regions that have short ones; only a comparison with it looks for those."""

RECOGNISER = "PhoneRecognizer"
LIBRARY, ANNOUNCED, FORMATTED = (
    f"{RECOGNISER}: {rule}" for rule in ("libphonenumber", "announced", "formatted")
)
"""The rules: libphonenumber alone or beside a word of Presidio's, a word of ours, the writing."""
SCORE = 0.4
FORMATTED_SCORE = 0.6
CONTEXT = ("phone", "number", "telephone", "cell", "cellphone", "mobile", "call")
_LABEL = rf"(?:\b(?:{'|'.join(LATIN_LABELS)})\b|{'|'.join(BLANKLESS_LABELS)})"
_LABELS = regex.compile(rf"(?i){_LABEL}[^\d\n]{{0,12}}$")
"""What announces a number, at its end; Presidio knows none of these words."""
_LAST_LABEL = regex.compile(f"(?ri){_LABEL}")
MARKS = (
    rf"\b(?:{'|'.join(map(in_any_case, LATIN_LABELS))})\b"
    rf"|{'|'.join(map(in_any_case, BLANKLESS_LABELS))}"
    r"|[+]\d|\(\d{2,5}\) ?\d{3}|\d{3}-\d{3}-\d{4}|0\d{2,3}-\d{7}"
)
"""Hyperscan: the end of what announces a number, or of the beginning of a formatted one."""

WIDTH_BEFORE = 72
WIDTH_BEHIND = 64
_LENIENCY = phonenumbers.Leniency.VALID
REACH = 24
"""Code points before a number in which what announces it stands."""


# Written as a phone number is, and as little else: +86 10 1234 5678, (212) 555-0123, 212-555-0123.
_FORM = (
    r"(?:[+]\d[\d\-./ ()]*|\((?!19|20)\d{2,5}\) ?\d{3,4}[- ]?\d{3,4}"
    r"|\d{3}-\d{3}-\d{4}|0\d{2,3}-\d{7,8})"
)
_FORMATTED = regex.compile(_FORM)
_WITH_EXTENSION = regex.compile(rf"(?i){_FORM}{EXTENSION}?")
_EXTENSION = regex.compile(rf"(?i){EXTENSION}(?![0-9A-Za-z_])")
_CLOSING = regex.compile(r"[)\]）］]")
_DIGITS = regex.compile(r"\D+")
_CUTS = regex.compile(r"[/(.\s]|\s-|-\s|[\u2012-\u2015\uff0d]")
_PLAIN = regex.compile(r"[0-9\-\s()\[\]./~]+", regex.ASCII)
"""No country code, no extension, no other signs."""

_MAX_PIECES = 8


def ends_of_numbers(data: bytes, digits: "Ints") -> "Ints":
    """Returns where in folded texts, with these digits, numbers of seven digits may end, ascending.

    It is behind a block of digits, so that a text of digits only is no flood of places.
    """
    # numba takes a second to import.
    from datagov.detect.pii.phone_kernel import find_ends

    return find_ends(data, digits, MIN_DIGITS, MOST_BETWEEN)


def candidates(
    text: str, start: int, stop: int, last: int, min_digits: int
) -> Iterator[tuple[int, str]]:
    """Yields what libphonenumber takes a look at, and where it starts.

    Args:
        text: The whole text.
        start: Where to begin, in code points.
        stop: How far a candidate can reach.
        last: Candidates that begin behind this are left out.
        min_digits: Candidates with fewer digits are left out.
    """
    while found := matcher._PATTERN.search(text, start, stop):
        if found.start() >= last:
            return
        candidate = _trimmed(found.group())
        if len(_DIGITS.sub("", candidate)) >= min_digits:
            yield found.start(), candidate
        start = found.start() + max(1, len(candidate))


def is_announced(text: str, start: int) -> bool:
    """True if a word that Presidio does not know announces the number that starts here."""
    return _LABELS.search(text, max(0, start - REACH), start) is not None


def announcement(text: str, start: int) -> str:
    """Returns the word that announces the number here, or one before it in its candidate."""
    found = _LAST_LABEL.search(text, max(0, start - REACH - WIDTH_BEFORE), start)
    return found.group() if found else ""


def is_formatted(text: str, start: int, end: int) -> bool:
    """True if a span is written as a phone number and as little else, or an extension."""
    value = fold(text[after_bracket(text, start, end) : end])
    return _WITH_EXTENSION.fullmatch(value) is not None


def after_extension(text: str, end: int) -> int:
    """Returns the end of the extension behind a number that ends here; `end` if there is none."""
    found = _EXTENSION.match(text, end)
    return int(found.end()) if found else end


def after_bracket(text: str, start: int, end: int) -> int:
    """Returns where a number starts behind a bracket that is not closed in it."""
    is_open = text[start] in "([（［" and not _CLOSING.search(text, start, end)
    return start + is_open


def may_be_formatted(candidate: str) -> bool:
    """True if a part of a candidate may be written as a phone number and as little else."""
    return _FORMATTED.search(fold(candidate)) is not None


def numbers(
    text: str, start: int, candidate: str, regions: tuple[str, ...]
) -> set[tuple[int, int]]:
    """Returns the spans of valid numbers in a candidate, for any of the regions.

    Behind a number libphonenumber takes a new candidate, which may reach farther than this one.
    """
    end = start + len(candidate)
    spans = set()
    for region in regions:
        at, part = start, candidate
        while True:
            stop = at + len(part)
            span = _first_number(text[max(0, at - 1) : at], part, text[stop : stop + 3], region)
            if span is None:
                break
            spans.add((at + span[0], at + span[1]))
            at += span[1]
            found = matcher._PATTERN.search(text, at, end + WIDTH_BEHIND) if at < end else None
            if not found or found.start() >= end:
                break
            at, part = found.start(), _trimmed(found.group())
        if (start, end) in spans:
            # What other regions see in it lies within, at the same score.
            break
    return spans


def _trimmed(candidate: str) -> str:
    found = _SECOND_NUMBER_START_PATTERN.search(candidate)
    return candidate[: found.start()] if found else candidate


@lru_cache(maxsize=1 << 14)
def _first_number(before: str, candidate: str, behind: str, region: str) -> tuple[int, int] | None:
    """Returns the span of the first valid number in a candidate between its neighbours."""
    if not _is_possible(candidate, region):
        return None
    shift = len(before)
    found = matcher.PhoneNumberMatcher(before + candidate + behind, region, _LENIENCY)
    match = found._extract_match(candidate, shift)
    return (match.start - shift, match.end - shift) if match else None


def _is_possible(candidate: str, region: str) -> bool:
    """False if no stretch of a candidate can be a number of `region` or an international one.

    libphonenumber tries a candidate whole, and cut at the marks of _CUTS.
    """
    if _PLAIN.fullmatch(candidate) is None:
        return True
    pieces = [digits for piece in _CUTS.split(candidate) if (digits := _DIGITS.sub("", piece))]
    if len(pieces) > _MAX_PIECES:
        return True
    accepts = _national_pattern(region)
    return any(
        accepts("".join(pieces[i:j]))
        for i in range(len(pieces))
        for j in range(i + 1, len(pieces) + 1)
    )


_KINDS = (
    *("fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "personal_number"),
    *("voip", "pager", "uan", "voicemail"),
)


@lru_cache(maxsize=300)
def _national_pattern(region: str) -> Callable[[str], object]:
    """Returns the test whether digits, with or without prefixes, are a valid national number."""
    metadata: Any = phonenumbers.PhoneMetadata.metadata_for_region(region)
    # Bermuda's numbers are valid in the United States, which have its country code.
    sharing = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[metadata.country_code]
    known = map(phonenumbers.PhoneMetadata.metadata_for_region, sharing)
    kinds = (getattr(each, kind) for each in known for kind in _KINDS)
    valid = "|".join(
        k.national_number_pattern for k in kinds if k is not None and k.national_number_pattern
    )
    international = metadata.international_prefix or "$^"
    prefix = metadata.national_prefix_for_parsing
    optional = f"(?:{prefix})?" if prefix else ""
    pattern = f"(?:{international})\\d+|(?:{metadata.country_code})?{optional}(?:{valid})"
    if metadata.national_prefix_transform_rule:
        # Such a prefix takes the number itself too: in Brazil behind the code of a carrier.
        pattern += f"|{prefix}"
    # `re` reads patterns this long, and matches them, three times as fast as `regex`.
    return re.compile(pattern).fullmatch
