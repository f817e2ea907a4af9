"""Phone numbers of a whole batch: what can be none is dropped before libphonenumber sees it."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from datagov.detect.pii import phones
from datagov.detect.pii.context import raised
from datagov.detect.pii.gating import CELL, Bools, Ints
from datagov.detect.pii.plan import PHONE_ID, Plan
from datagov.detect.pii.spans import Span
from datagov.detect.pii.support import Batch


class _Candidate(NamedTuple):
    """What may be a phone number, where it starts in its text, and what speaks for it."""

    cell: int
    text: str
    start: int
    value: str
    has_words: bool
    is_announced: bool
    may_be_formatted: bool


def phone_spans(batch: Batch, cells: Ints, places: Ints) -> list[tuple[int, Span]]:
    """Returns the phone numbers, each with the index of its text.

    Args:
        batch: What is searched.
        cells: The text of each place.
        places: Code points at which possible numbers end, ascending in each text.
    """
    scan = batch.scan
    is_bare_enough = _takes_bare(scan)
    found = list(_candidates(batch, cells, places))
    near = _supported(batch, [(each.cell, each.start) for each in found if each.has_words])
    # Within a candidate stand no words: no part of it has context if its start has none.
    worth = [
        each
        for each in found
        if is_bare_enough
        or each.is_announced
        or each.may_be_formatted
        or (each.cell, each.start) in near
    ]
    numbers = [
        (each, start, end)
        for each in worth
        for start, end in sorted(phones.numbers(each.text, each.start, each.value, scan.regions))
    ]
    near |= _supported(
        batch, [(c.cell, at) for c, at, _ in numbers if c.has_words and at != c.start]
    )
    spans = ((c.cell, _span(c, at, end, (c.cell, at) in near, scan)) for c, at, end in numbers)
    return [(cell, span) for cell, span in spans if span and span.score >= scan.min_score]


def _takes_bare(scan: Plan) -> bool:
    return "PHONE_NUMBER" not in scan.context_only and scan.min_score <= phones.SCORE


def _candidates(batch: Batch, cells: Ints, places: Ints) -> Iterator[_Candidate]:
    """Yields what libphonenumber takes a look at, where it can count at all."""
    scan, nearby = batch.scan, batch.nearby
    absolute = cells * CELL + places
    begins = np.flatnonzero(np.diff(absolute, prepend=-CELL) > phones.WIDTH_BEFORE)
    ends = np.append(begins[1:], len(places))[: len(begins)] - 1
    cells, last = cells[begins], places[ends]
    start = np.maximum(0, places[begins] - phones.WIDTH_BEFORE)
    stop = last + phones.WIDTH_BEHIND
    has_words = nearby.near(PHONE_ID, cells, start, last)
    kept = (
        has_words
        | _takes_bare(scan)
        | _any_within(nearby.phone_marks, cells * CELL + start - phones.REACH, cells * CELL + stop)
    )
    min_digits = phones.MIN_DIGITS if scan.additions else 1
    columns = (each[kept].tolist() for each in (cells, start, stop, last, has_words))
    for cell, low, high, until, near in zip(*columns, strict=True):
        text = batch.strings[cell]
        for at, value in phones.candidates(text, low, high, until, min_digits):
            yield _Candidate(
                cell,
                text,
                at,
                value,
                near,
                scan.additions and phones.is_announced(text, at),
                scan.additions and phones.may_be_formatted(value),
            )


def _any_within(ascending: Ints, above: Ints, until: Ints) -> Bools:
    """Returns for each range whether a number lies in it."""
    first = np.searchsorted(ascending, above, "right")
    return np.asarray(np.searchsorted(ascending, until, "right") > first)


def _supported(batch: Batch, asked: list[tuple[int, int]]) -> set[tuple[int, int]]:
    """Returns at which of these places, in order of texts, numbers have a context word."""
    cells, starts = np.array(asked, np.int64).reshape(-1, 2).T
    near = batch.supported(np.full(len(asked), PHONE_ID), cells, starts)
    return {asked[i] for i in np.flatnonzero(near).tolist()}


def _span(found: _Candidate, start: int, end: int, is_near: bool, scan: Plan) -> Span | None:
    text = found.text
    if is_near:
        rule, score = phones.LIBRARY, raised(phones.SCORE)
    elif found.is_announced:
        rule, score = phones.ANNOUNCED, raised(phones.SCORE)
        start = phones.after_bracket(text, start, end)
    elif found.may_be_formatted and phones.is_formatted(text, start, end):
        rule, score = phones.FORMATTED, phones.FORMATTED_SCORE
        start = phones.after_bracket(text, start, end)
    elif _takes_bare(scan):
        rule, score = phones.LIBRARY, phones.SCORE
    else:
        return None
    if scan.additions:
        end = phones.after_extension(text, end)
    return Span(start, end, "PHONE_NUMBER", rule, score)
