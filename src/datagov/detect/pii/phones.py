"""Phone numbers by libphonenumber, as Presidio's PhoneRecognizer finds them.

Presidio runs the matcher over the whole text once per region. Here it runs over the neighbourhoods
of runs of at least seven digits, and once for each different neighbourhood. Known difference:
numbers of fewer than seven digits (short codes) are not found.
"""

from collections.abc import Sequence
from functools import lru_cache

import phonenumbers
import regex

SEED = r"\d(?:[^\n\da-z]{0,4}\d){6}"
"""Hyperscan: seven digits with little between them. Letters end a number."""

SCORE = 0.4
CONTEXT = ("phone", "number", "telephone", "cell", "cellphone", "mobile", "call")
CHINESE_CONTEXT = ("电话", "電話", "手机", "手機", "联系", "致电", "传真", "热线")
LENIENCY = 1
MAX_CANDIDATE = 60

# A run of phone characters around digits, as libphonenumber's own candidate pattern allows.
_RUN = regex.compile(r"[+＋(（\[]*\d(?:[-‐-―−ー－/.．  ­​⁠　()（）［］\[\]~⁓∼\s]{0,5}[+＋]?\d)+")
_DATES = regex.compile(
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|\d+[.,]\d+)"
    r"(?:[T\s]+[\d:.,]+)?"
)


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
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region)
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
    for run in _RUN.finditer(window):
        text = run.group()
        n_digits = sum(map(str.isdigit, text))
        if n_digits < 7 or _DATES.fullmatch(text.strip("( [")):
            continue
        # The matcher looks one character to each side (letters refute a number).
        before = window[max(0, run.start() - 2) : run.start()]
        after = window[run.end() : run.end() + 2]
        for start, end in phones_around(before, text, after, regions):
            spans.append((run.start() + start, run.start() + end))
    return spans
