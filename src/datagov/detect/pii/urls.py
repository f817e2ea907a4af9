"""Web addresses of a whole batch, as arrays as long as that goes: of many texts they are most."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from datagov.detect.pii.context import raised
from datagov.detect.pii.gating import CELL, Bools, Ints, Nearby
from datagov.detect.pii.plan import Plan
from datagov.detect.pii.spans import Span
from datagov.detect.pii.url_kernel import find_urls, uncontained
from datagov.detect.text_buffer import TextBuffer


def url_spans(
    texts: pa.Array, buffer: TextBuffer, cells: Ints, positions: Ints, scan: Plan, nearby: Nearby
) -> tuple[list[tuple[int, list[Span]]], Bools]:
    """Returns the web addresses in each text, and which of the places need no further look.

    Args:
        texts: What is searched; none of the texts of `cells` is folded.
        buffer: The texts.
        cells: The text of each place.
        positions: Bytes at which possible matches end, ascending.
        scan: What to look for.
        nearby: Where context words stand.
    """
    assert scan.urls
    urls, which = scan.urls
    found, is_read = find_urls(
        urls, buffer.data, positions, buffer.starts[cells], buffer.ends[cells]
    )
    search = scan.searches[which]
    in_cells = buffer.cells(found.starts)
    starts = buffer.offsets(in_cells, found.starts)
    ends = starts + found.ends - found.starts
    scores = np.array([pattern.score for pattern in search.patterns])
    spans = _Spans(in_cells, starts, ends, found.patterns, scores[found.patterns])
    ranks = np.argsort(np.argsort(np.array(search.labels)))
    spans = spans.without_contained(ranks)
    alone = spans.scores < 1
    near = nearby.near(which, spans.cells, spans.starts) & alone
    vocabulary, text, cell = scan.vocabulary, "", -1
    for i in np.flatnonzero(near).tolist():
        if spans.cells[i] != cell:
            cell = int(spans.cells[i])
            text = texts[cell].as_py()
        start = int(spans.starts[i])
        near[i] = not vocabulary.is_bare(text, start, which) and (
            vocabulary.support(text, start) >> which & 1
        )
    if near.any():
        raised_scores = np.array([raised(score) for score in scores.tolist()])
        spans.scores[near] = raised_scores[spans.patterns[near]]
        spans = spans.without_contained(ranks)
    spans = spans.taken(spans.scores >= scan.min_score)
    return spans.by_text(search.recogniser.entity, search.labels), is_read


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
        return [
            (int(self.cells[low]), spans[low:high])
            for low, high in zip(bounds[:-1], bounds[1:], strict=True)
        ]
