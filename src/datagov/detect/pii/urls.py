"""Web addresses of a whole batch, as arrays as long as that goes: of many texts they are most."""

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from datagov.detect.pii.context import raised
from datagov.detect.pii.gating import CELL, Bools, Ints
from datagov.detect.pii.neighbours import holds_blankless, stands_free, touches_blankless
from datagov.detect.pii.spans import Span, overlap_test
from datagov.detect.pii.support import Batch
from datagov.detect.text_buffer import TextBuffer

if TYPE_CHECKING:
    from datagov.detect.pii.url_kernel import UrlMatches

_NOT_ASCII = 0x80


def url_spans(batch: Batch, cells: Ints, positions: Ints) -> list[tuple[int, list[Span]]]:
    """Returns the web addresses in each text that has any.

    Args:
        batch: What is searched; none of the texts of `cells` is changed by folding.
        cells: The text of each place.
        positions: Bytes at which possible matches end, ascending.
    """
    # numba takes a second to import.
    from datagov.detect.pii.url_kernel import find_urls

    buffer, scan = batch.buffer, batch.scan
    assert scan.urls
    urls, which = scan.urls
    found = find_urls(urls, buffer.data, positions, buffer.starts[cells], buffer.ends[cells])
    search = scan.searches[which]
    in_cells = buffer.cells(found.starts)
    starts = buffer.offsets(in_cells, found.starts)
    ends = buffer.offsets(in_cells, found.ends)
    scores = np.array([pattern.score for pattern in search.patterns])
    spans = _Spans(in_cells, starts, ends, found.patterns, scores[found.patterns])
    if scan.additions:
        spans = spans.taken(_not_hidden(batch.texts, buffer, found, spans))
    ranks = np.argsort(np.argsort(np.array(search.labels)))
    spans = spans.without_contained(ranks)
    near = _in_context(batch, spans, which)
    if near.any():
        raised_scores = np.array([raised(score) for score in scores.tolist()])
        spans.scores[near] = raised_scores[spans.patterns[near]]
        spans = spans.without_contained(ranks)
    spans = spans.taken(spans.scores >= scan.min_score)
    return spans.by_text(search.recogniser.entity, search.labels)


def _not_hidden(texts: pa.Array, buffer: TextBuffer, found: "UrlMatches", spans: "_Spans") -> Bools:
    """Returns which matches stay where some touch letters of scripts without blanks.

    Of those an address is the one alone, not together with the words around it.
    """
    kept = np.ones(len(spans.cells), bool)
    data = np.frombuffer(buffer.data, np.uint8)
    may_touch = (data[found.starts - 1] >= _NOT_ASCII) | (data[found.ends] >= _NOT_ASCII)
    concerned = np.flatnonzero(np.isin(found.stretches, found.stretches[may_touch]))
    bounds = np.flatnonzero(np.diff(found.stretches[concerned], prepend=-1, append=-1)).tolist()
    for low, high in itertools.pairwise(bounds):
        own = concerned[low:high]
        text = texts[spans.cells[own[0]]].as_py()
        pairs = zip(spans.starts[own].tolist(), spans.ends[own].tolist(), strict=True)
        kept[own] = _alone(text, [Span(start, end, "", "", 0) for start, end in pairs])
    return kept


def _alone(text: str, spans: list[Span]) -> list[bool]:
    hidden = [
        touches_blankless(text, span.start, span.end) and stands_free(text, span.start, span.end)
        for span in spans
    ]
    meets_hidden = overlap_test(itertools.compress(spans, hidden))
    kept = [
        not (meets_hidden(span) and holds_blankless(text, span.start, span.end)) for span in spans
    ]
    meets_kept = overlap_test(itertools.compress(spans, kept))
    return [
        is_kept or (is_hidden and not meets_kept(span))
        for span, is_kept, is_hidden in zip(spans, kept, hidden, strict=True)
    ]


def _in_context(batch: Batch, spans: "_Spans", which: int) -> Bools:
    """Returns beside which spans a context word stands."""
    near = spans.scores < 1
    lists = np.full(np.count_nonzero(near), which)
    near[near] = batch.supported(lists, spans.cells[near], spans.starts[near])
    return near


class _Spans:
    """Spans in several texts, ordered by place, as arrays."""

    def __init__(
        self,
        cells: Ints,
        starts: Ints,
        ends: Ints,
        patterns: Ints,
        scores: npt.NDArray[np.float64],
    ) -> None:
        self.cells = cells
        self.starts = starts
        self.ends = ends
        self.patterns = patterns
        self.scores = scores

    def without_contained(self, ranks: Ints) -> "_Spans":
        """Drops what `spans.without_contained` drops; `ranks` order the patterns by name."""
        from datagov.detect.pii.url_kernel import uncontained

        order = np.lexsort(
            (ranks[self.patterns], -self.scores, -self.ends, self.starts, self.cells)
        )
        levels, level_of = np.unique(self.scores[order], return_inverse=True)
        ends = self.cells[order] * CELL + self.ends[order]
        return self.taken(order[uncontained(ends, level_of.astype(np.int64), levels)])

    def taken(self, kept: npt.NDArray[Any]) -> "_Spans":
        """Returns the spans at an index."""
        return _Spans(
            self.cells[kept],
            self.starts[kept],
            self.ends[kept],
            self.patterns[kept],
            self.scores[kept],
        )

    def by_text(self, entity: str, labels: tuple[str, ...]) -> list[tuple[int, list[Span]]]:
        """Returns the spans of each text that has any."""
        spans = [
            Span(start, end, entity, labels[pattern], score)
            for start, end, pattern, score in zip(
                self.starts.tolist(),
                self.ends.tolist(),
                self.patterns.tolist(),
                self.scores.tolist(),
                strict=True,
            )
        ]
        bounds = np.flatnonzero(np.diff(self.cells, prepend=-1, append=-1)).tolist()
        return [(int(self.cells[low]), spans[low:high]) for low, high in itertools.pairwise(bounds)]
