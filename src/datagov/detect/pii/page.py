"""Confirming the possible matches in one text."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from datagov.detect.pii.context import raised
from datagov.detect.pii.neighbours import hides, holds_blankless, stands_free, touches_blankless
from datagov.detect.pii.plan import Plan
from datagov.detect.pii.searching import Search, Window
from datagov.detect.pii.spans import Span, overlap_test, without_contained
from datagov.detect.pii.support import Batch

_CLAUSE = 30
"""Code points before a match in which words of a script without blanks are its context."""

_CLAUSE_ENDS = "。！？；!?\n"

NO_LIST = -1


class Confirmed(NamedTuple):
    """A match that its check does not refute, and the search whose context words can raise it.

    `NO_LIST` stands for none: what there is of context is in the score.
    """

    span: Span
    which: int


class Page:
    """One text, while it is looked at."""

    def __init__(self, batch: Batch, cell: int) -> None:
        self.text = batch.strings[cell]
        self.scan: Plan = batch.scan
        self.is_ascii = self.text.isascii()
        self.like_ascii = batch.folded_text(cell)
        self.nearby = batch.nearby
        self.cell = cell

    def spans(self, ids: list[int], places: list[int]) -> Iterator[Confirmed]:
        """Yields all confirmed spans, overlapping ones included."""
        by_search: dict[int, list[tuple[int, tuple[int, ...]]]] = {}
        for identifier, place in zip(ids, places, strict=True):
            which, patterns = self.scan.owners[identifier]
            by_search.setdefault(which, []).append((place, patterns))
        for which, near in sorted(by_search.items()):
            search = self.scan.searches[which]
            for window in search.windows(self.text, near):
                yield from self._confirmed(which, search, window)

    def _confirmed(self, which: int, search: Search, window: Window) -> Iterator[Confirmed]:
        if search.recogniser.minds_neighbours:
            spans = self._matches(search, window.patterns, self.like_ascii, window, False)
            yield from (Confirmed(span, NO_LIST) for span in self._in_clause(search, spans))
            return
        patterns = window.patterns
        if search.any_weak and not self.nearby.any(which, self.cell, window.start, window.last):
            patterns = [p for p in patterns if not search.weak[p]]
            if not patterns:
                return
        spans = self._matches(search, patterns, self.text, window, False)
        if self.scan.additions and not self.is_ascii:
            spans = self._with_hidden(search, patterns, window, spans)
        if not search.recogniser.ends_by_group:
            spans = without_contained(spans)
        context_only = search.recogniser.entity in self.scan.context_only
        for span in spans:
            yield Confirmed(span, which if span.score < 1 or context_only else NO_LIST)

    def _matches(
        self, search: Search, patterns: list[int], text: str, window: Window, loose: bool
    ) -> list[Span]:
        entity, labels = search.recogniser.entity, search.labels
        return [
            Span(start, end, entity, labels[pattern], score)
            for start, end, pattern, score in search.matches(text, window, patterns, loose)
        ]

    def _with_hidden(
        self, search: Search, patterns: list[int], window: Window, spans: list[Span]
    ) -> list[Span]:
        """Adds what touches letters of scripts without blanks, or is written in full width."""
        text = self.like_ascii
        low, high = max(0, window.start - 1), window.stop + 1
        if self.text[low:high].isascii():
            return spans
        lists = search.lists
        if not lists and not hides(text, low, high) and self.text[low:high] == text[low:high]:
            return spans
        hidden = [
            span
            for span in self._matches(search, patterns, text, window, True)
            if (span.rule in lists or stands_free(text, span.start, span.end))
            and (
                touches_blankless(text, span.start, span.end)
                or (span.rule in lists and holds_blankless(text, span.start, span.end))
                or self.text[span.start : span.end] != text[span.start : span.end]
            )
        ]
        if search.is_own:
            return spans + hidden
        # An address that Presidio takes together with the words around it is the address alone.
        meets_hidden = overlap_test(hidden)
        spans = [
            span
            for span in spans
            if not (holds_blankless(text, span.start, span.end) and meets_hidden(span))
        ]
        meets_known = overlap_test(spans)
        return spans + [span for span in hidden if not meets_known(span)]

    def _in_clause(self, search: Search, spans: Iterable[Span]) -> list[Span]:
        result = []
        for span in spans:
            if span.score < 1:
                before = clause(self.text, span.start)
                if any(word in before for word in search.recogniser.context):
                    span = span._replace(score=raised(span.score))
            result.append(span)
        return result


def clause(text: str, start: int) -> str:
    """Returns, in lower case, what of the clause in which a match starts stands before it."""
    before = text[max(0, start - _CLAUSE) : start].lower()
    return before[max(before.rfind(end) for end in _CLAUSE_ENDS) + 1 :]
