"""Spans in one text: which of several overlapping ones stay, and the table they go into."""

from bisect import bisect_left
from collections.abc import Callable, Iterable
from itertools import accumulate, groupby
from typing import NamedTuple

import pyarrow as pa

from datagov.tables import SPANS, conform


class Span(NamedTuple):
    """A confirmed match in one text, in code points."""

    start: int
    end: int
    entity: str
    rule: str
    score: float


def without_contained(spans: Iterable[Span]) -> list[Span]:
    """Drops spans that lie within one of the same entity with at least their score.

    As Presidio's `EntityRecognizer.remove_duplicates`; of equal ones the first rule by name stays.
    """
    spans = list(spans)
    if len(spans) < 2:
        return spans
    kept: list[Span] = []
    ordered = sorted(spans, key=lambda s: (s.entity, s.start, -s.end, -s.score, s.rule))
    for _, group in groupby(ordered, key=lambda s: s.entity):
        active: list[Span] = []
        for span in group:
            active = [other for other in active if other.end >= span.start]
            if not any(span.end <= o.end and span.score <= o.score for o in active):
                active.append(span)
                kept.append(span)
    return kept


def overlap_test(spans: Iterable[Span]) -> Callable[[Span], bool]:
    """Returns the test whether a span overlaps one of `spans`, in logarithmic time."""
    ordered = sorted(spans)
    starts = [span.start for span in ordered]
    farthest = list(accumulate((span.end for span in ordered), max))

    def overlaps(span: Span) -> bool:
        before = bisect_left(starts, span.end)
        return before > 0 and farthest[before - 1] > span.start

    return overlaps


def spans_table(found: Iterable[tuple[int, list[Span]]], more: pa.Table | None = None) -> pa.Table:
    """Returns the spans of several texts, each with its index, as a table of schema SPANS.

    Args:
        found: Spans by index of their text.
        more: Spans that are columns of SPANS already.
    """
    rows = [(cell, *span) for cell, spans in found for span in spans]
    cells, starts, ends, entities, rules, scores = zip(*rows, strict=True) if rows else [()] * 6
    table = pa.table(
        {
            "cell": pa.array(cells, pa.int64()),
            "category": pa.array(entities, pa.string()),
            "rule": pa.array(rules, pa.string()),
            "start": pa.array(starts, pa.int64()),
            "end": pa.array(ends, pa.int64()),
            "score": pa.array(scores, pa.float32()),
        }
    )
    if more is not None:
        table = pa.concat_tables([table, more])
    keys = ("cell", "start", "end", "category", "rule")
    return conform(table.sort_by([(key, "ascending") for key in keys]), SPANS)
