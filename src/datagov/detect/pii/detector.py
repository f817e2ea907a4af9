"""The detector of personal information: candidates from one database, confirmed where they are."""

import bisect
import itertools
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, NamedTuple

import numpy as np
import pyarrow as pa
import regex

from datagov.detect.detector import Texts, as_texts
from datagov.detect.multipattern import CASELESS, DOTALL, MULTILINE, PREFILTER, Expression, find
from datagov.detect.pii import phones
from datagov.detect.pii.chinese import chinese_rules
from datagov.detect.pii.context import raised, with_context
from datagov.detect.pii.entities import DEFAULT_ENTITIES
from datagov.detect.pii.folding import folded
from datagov.detect.pii.normalising import normalise
from datagov.detect.pii.presidio import presidio_rules
from datagov.detect.pii.rules import Rule
from datagov.detect.text_buffer import TextBuffer
from datagov.tables import SPANS, conform

PHONE_ID = 1_000_000
MARGIN = 160
"""Bytes around a candidate in which it is confirmed: more than the longest bounded pattern."""

MAX_MARGIN = 1 << 16
"""A match that reaches the edge of its window is looked at in wider ones, up to this."""


class Span(NamedTuple):
    """A confirmed match in one text, in code points."""

    start: int
    end: int
    entity: str
    rule: str
    score: float


@dataclass(frozen=True)
class PiiDetector:
    """Finds personal information.

    What Presidio's English pattern recognisers and its phone recogniser find in a text, this finds
    with the same spans and scores, and beside that what touches Han, Kana or Hangul characters,
    which hides it from Presidio, and Chinese identifiers.

    Attributes:
        min_score: Findings below are left out.
        score_thresholds: Other such limits for single entities. Presidio gives a valid phone
            number 0.4 when no word near it says that it is one.
        entities: What to look for; None for the default set (see `entities.DEFAULT_ENTITIES`).
        phone_regions: Regions whose national formats are phone numbers without a country code.
    """

    name: ClassVar[str] = "pii"
    version: ClassVar[str] = "1"

    min_score: float = 0.5
    score_thresholds: tuple[tuple[str, float], ...] = (("PHONE_NUMBER", 0.4),)
    entities: tuple[str, ...] | None = None
    phone_regions: tuple[str, ...] = ("US", "GB", "DE", "FR", "IL", "IN", "CA", "BR", "CN")

    def detect(self, texts: Texts) -> pa.Table:
        """Returns the spans found in `texts`, as a table of schema SPANS, sorted.

        Linear in the length of the texts: one scan for candidates, then work per candidate.
        """
        buffer = TextBuffer.of(folded(as_texts(texts)))
        wanted = DEFAULT_ENTITIES if self.entities is None else frozenset(self.entities)
        limits = dict(self.score_thresholds)
        scan = _scan(wanted, self.min_score, self.score_thresholds)
        hits = find(scan.expressions, buffer.data)
        order = np.lexsort((hits.ends, buffer.cells(hits.ends - 1)))
        rows = _Rows()
        cells = buffer.cells(hits.ends - 1)[order]
        ids, ends = hits.ids[order], hits.ends[order]
        bounds = np.flatnonzero(np.diff(cells, prepend=-1, append=-1))
        for first, last in itertools.pairwise(bounds):
            cell = int(cells[first])
            spans = self._in_cell(buffer, cell, ids[first:last], ends[first:last], scan)
            rows.add(
                cell,
                [
                    span
                    for span in _without_contained(spans)
                    if np.float32(span.score) >= np.float32(limits.get(span.entity, self.min_score))
                ],
            )
        return rows.table()

    def normalise(self, category: str, value: str) -> str:
        """Returns the form of `value` under which two spellings of one thing are equal."""
        return normalise(category, value)

    def _in_cell(
        self,
        buffer: TextBuffer,
        cell: int,
        ids: np.ndarray,
        ends: np.ndarray,
        scan: "_Scan",
    ) -> list[Span]:
        spans: list[Span] = []
        gaps = np.flatnonzero(np.diff(ends) > 2 * MARGIN) + 1
        points: list[int] = []
        windows = []
        for group in np.split(np.arange(len(ends)), gaps):
            window = _Window.around(buffer, cell, int(ends[group[0]]), int(ends[group[-1]]), MARGIN)
            windows.append((window, sorted(set(ids[group].tolist()))))
            points.append(window.start)
        offsets = buffer.code_points(cell, np.array(points, np.int64)).tolist()
        for (window, found), offset in zip(windows, offsets, strict=True):
            for identifier in found:
                confirmed = (
                    _phones(window, self.phone_regions)
                    if identifier == PHONE_ID
                    else _confirmed(scan.rules[identifier], window, buffer, cell)
                )
                spans += [s._replace(start=s.start + offset, end=s.end + offset) for s in confirmed]
        return spans


class _Scan(NamedTuple):
    rules: tuple[Rule, ...]
    expressions: tuple[Expression, ...]


@lru_cache(maxsize=8)
def _scan(
    wanted: frozenset[str], min_score: float, thresholds: tuple[tuple[str, float], ...]
) -> _Scan:
    """Returns the rules that can reach their threshold, and what to look for to find them."""
    limits = dict(thresholds)
    rules = tuple(
        rule
        for rule in (*presidio_rules("en"), *chinese_rules())
        if rule.entity in wanted and _best_score(rule) >= limits.get(rule.entity, min_score)
    )
    expressions = [
        Expression(i, rule.superset or rule.pattern, CASELESS | DOTALL | MULTILINE | PREFILTER)
        for i, rule in enumerate(rules)
    ]
    if "PHONE_NUMBER" in wanted:
        expressions.append(Expression(PHONE_ID, phones.SEED, CASELESS))
    return _Scan(rules, tuple(expressions))


def _best_score(rule: Rule) -> float:
    best = 1.0 if rule.validate is not None else rule.score
    return with_context(best) if rule.context else best


class _Window(NamedTuple):
    """A stretch of one text; `cut` tells which of its edges are not the text's own."""

    text: str
    start: int
    end: int
    cut: tuple[bool, bool]

    @classmethod
    def around(cls, buffer: TextBuffer, cell: int, first: int, last: int, margin: int) -> "_Window":
        low, high = int(buffer.starts[cell]), int(buffer.ends[cell])
        start = buffer.floor(max(low, first - margin))
        end = buffer.ceil(min(high, last + margin))
        return cls(buffer.text(start, end), start, end, (start > low, end < high))

    def touches_cut(self, start: int, end: int) -> bool:
        return (self.cut[0] and start == 0) or (self.cut[1] and end == len(self.text))


def _confirmed(rule: Rule, window: _Window, buffer: TextBuffer, cell: int) -> Iterator[Span]:
    for start, end in _matches(rule, window, buffer, cell):
        value = window.text[start:end]
        score = rule.score_of(value)
        if score <= 0:
            continue
        if rule.context and score < 1:
            score = raised(score, rule.context, window.text, start)
        yield Span(start, end, rule.entity, rule.label, score)


def _matches(rule: Rule, window: _Window, buffer: TextBuffer, cell: int) -> list[tuple[int, int]]:
    text = window.text
    strict = _regex(rule, False).finditer(text)
    spans = [_ended(rule, match) for match in strict]
    if not text.isascii() and not rule.beside_letters:
        known = set(spans)
        loose = (_ended(rule, match) for match in _regex(rule, True).finditer(text))
        beside = [span for span in loose if span not in known and _stands_free(text, *span)]
        inside = [s for s in spans if any(s[0] <= b[0] and b[1] <= s[1] for b in beside)]
        spans = [span for span in spans if span not in inside] + beside
    whole = [span for span in spans if not window.touches_cut(*span)]
    if len(whole) < len(spans):
        margin = 2 * (window.end - window.start)
        if margin <= MAX_MARGIN:
            wider = _Window.around(buffer, cell, window.start, window.end, margin)
            shift = len(buffer.text(wider.start, window.start))
            found = _matches(rule, wider, buffer, cell)
            return [(start - shift, end - shift) for start, end in found]
    return whole


@lru_cache(maxsize=512)
def _regex(rule: Rule, ascii_only: bool) -> regex.Pattern[str]:
    return rule.compiled_ascii() if ascii_only else rule.compiled()


def _ended(rule: Rule, match: regex.Match[str]) -> tuple[int, int]:
    """Returns the span of a match; for IBANs the longest group end that checks out."""
    start, end = match.span()
    if rule.by_group and rule.validate is not None:
        for group in reversed(range(1, len(match.groups()) + 1)):
            at = match.span(group)[1]
            stop = at if at > 0 else end
            if rule.validate(match.string[start:stop]):
                return start, stop
    return start, end


def _stands_free(text: str, start: int, end: int) -> bool:
    """True if what stands beside the span is no letter of a script that separates words."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (_joins(before) or _joins(after))


def _joins(char: str) -> bool:
    # Han, Kana, Hangul, Thai and the like write words without blanks; a Latin, Greek or Cyrillic
    # letter beside a number makes one word of both.
    return bool(char) and (char.isdigit() or char == "_" or char.lower() != char.upper())


def _phones(window: _Window, regions: tuple[str, ...]) -> Iterator[Span]:
    for start, end in phones.phone_spans(window.text, regions):
        if window.touches_cut(start, end):
            continue
        words = phones.CONTEXT + phones.CHINESE_CONTEXT
        score = raised(phones.SCORE, words, window.text, start)
        yield Span(start, end, "PHONE_NUMBER", "PhoneRecognizer: libphonenumber", score)


def _without_contained(spans: list[Span]) -> list[Span]:
    """Drops spans that lie within a better one of the same entity, as Presidio does.

    Presidio compares each with each; here each only with those that begin near enough before it.
    """
    kept: dict[str, list[tuple[int, int]]] = {}
    longest = max((span.end - span.start for span in spans), default=0)
    result = []
    for span in sorted(set(spans), key=lambda s: (-s.score, s.start, s.start - s.end, s.rule)):
        rivals = kept.setdefault(span.entity, [])
        at = bisect.bisect_right(rivals, (span.start, sys.maxsize))
        first = bisect.bisect_left(rivals, (span.start - longest, 0))
        if any(span.end <= end for _, end in rivals[first:at]):
            continue
        rivals.insert(at, (span.start, span.end))
        result.append(span)
    return sorted(result)


class _Rows:
    """Spans of all texts, gathered column by column."""

    def __init__(self) -> None:
        self._cells: list[int] = []
        self._spans: list[Span] = []

    def add(self, cell: int, spans: list[Span]) -> None:
        self._cells += [cell] * len(spans)
        self._spans += spans

    def table(self) -> pa.Table:
        columns = list(zip(*self._spans, strict=True)) or [(), (), (), (), ()]
        starts, ends, entities, rules, scores = columns
        table = pa.table(
            {
                "cell": pa.array(self._cells, pa.int64()),
                "category": pa.array(entities, pa.string()),
                "rule": pa.array(rules, pa.string()),
                "start": pa.array(starts, pa.int64()),
                "end": pa.array(ends, pa.int64()),
                "score": pa.array(scores, pa.float32()),
            }
        )
        keys = ["cell", "start", "end", "category", "rule"]
        return conform(table.sort_by([(key, "ascending") for key in keys]), SPANS)
