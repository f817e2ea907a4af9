"""Web addresses of a whole batch, as arrays as long as that goes: of many texts they are most."""

import itertools
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from datagov.detect.pii.context import raised
from datagov.detect.pii.gating import CELL, Bools, Ints
from datagov.detect.pii.neighbours import holds_blankless, stands_free, touches_blankless
from datagov.detect.pii.spans import Span, overlap_test
from datagov.detect.pii.support import Batch
from datagov.detect.pii.url_patterns import Urls
from datagov.detect.text_buffer import TextBuffer

_NOT_ASCII = 0x80
_UNREAD = r"[\x{17f}\x{212a}\x{130}]|(?i:www)[0-9]{0,2}[^\P{Nd}0-9]"
"""What the patterns take for a letter of ASCII in any case, or for a digit."""


def url_spans(batch: Batch, cells: Ints, positions: Ints) -> "UrlSpans":
    """Returns the web addresses, none within another.

    Args:
        batch: What is searched.
        cells: The text of each place, one of those that `is_read`.
        positions: Bytes at which possible matches end, ascending.
    """
    scan = batch.scan
    assert scan.urls
    urls, which = scan.urls
    search = scan.searches[which]
    scores = np.array([pattern.score for pattern in search.patterns])
    found = _matches(batch, urls, cells, positions)
    spans = UrlSpans(
        found.cells,
        found.starts,
        found.ends,
        found.patterns,
        scores[found.patterns],
        search.recogniser.entity,
        search.labels,
    ).without_contained()
    near = _in_context(batch, spans, which)
    if near.any():
        raised_scores = np.array([raised(score) for score in scores.tolist()])
        spans.scores[near] = raised_scores[spans.patterns[near]]
        spans = spans.without_contained()
    return spans.taken(spans.scores >= scan.min_score)


def is_read(batch: Batch) -> Bools:
    """Returns which texts the kernel reads: not those with look-alikes that patterns take."""
    result = np.ones(len(batch.texts), bool)
    changed = np.flatnonzero(batch.is_changed)
    result[changed] = ~np.asarray(
        pc.match_substring_regex(batch.texts.take(pa.array(changed)), _UNREAD)
    )
    return result


class _Matches(NamedTuple):
    """Matches in several texts, in code points, as columns; ordered by stretch without blanks."""

    cells: Ints
    starts: Ints
    ends: Ints
    patterns: Ints
    stretches: Ints
    touches: Bools
    """Whether a character outside ASCII stands beside the match."""

    def taken(self, kept: npt.NDArray[Any]) -> "_Matches":
        """Returns the matches at an index."""
        return _Matches(*(each[kept] for each in self))

    def and_those(self, others: "_Matches") -> "_Matches":
        """Returns these matches and others behind them."""
        return _Matches(*(np.concatenate(pair) for pair in zip(self, others, strict=True)))


def _matches(batch: Batch, urls: Urls, cells: Ints, positions: Ints) -> _Matches:
    """Returns the matches in texts as they are, with those that hide from Presidio."""
    buffer = batch.buffer
    of_changed = batch.is_changed[cells]
    found = _found(urls, buffer, cells[~of_changed], positions[~of_changed])
    if batch.scan.additions:
        found = _with_hidden(batch, found, found, np.zeros(len(found.cells), bool))
    if not of_changed.any():
        return found
    cells, positions = cells[of_changed], positions[of_changed]
    of_unfolded = np.searchsorted(batch.changed, cells)
    places = batch.unfolded.positions(of_unfolded, buffer.offsets(cells, positions))
    in_changed = _found(urls, batch.unfolded, of_unfolded, places)
    in_changed = in_changed._replace(cells=batch.changed[in_changed.cells])
    if batch.scan.additions:
        loose = _found(urls, buffer, cells, positions)
        in_changed = _with_hidden(batch, in_changed, loose, _differ(batch, loose))
    return found.and_those(in_changed)


def _found(urls: Urls, buffer: TextBuffer, cells: Ints, positions: Ints) -> _Matches:
    # numba takes a second to import.
    from datagov.detect.pii.url_kernel import find_urls

    found = find_urls(urls, buffer.data, positions, buffer.starts[cells], buffer.ends[cells])
    data = np.frombuffer(buffer.data, np.uint8)
    in_cells = buffer.cells(found.starts)
    return _Matches(
        in_cells,
        buffer.offsets(in_cells, found.starts),
        buffer.offsets(in_cells, found.ends),
        found.patterns,
        found.stretches,
        (data[found.starts - 1] >= _NOT_ASCII) | (data[found.ends] >= _NOT_ASCII),
    )


def _differ(batch: Batch, loose: _Matches) -> Bools:
    """Returns which matches in folded texts folding has changed: they have fewer bytes there."""
    of_unfolded = np.searchsorted(batch.changed, loose.cells)
    lengths = [
        buffer.positions(cells, loose.ends) - buffer.positions(cells, loose.starts)
        for buffer, cells in ((batch.buffer, loose.cells), (batch.unfolded, of_unfolded))
    ]
    return np.asarray(lengths[0] != lengths[1])


def _with_hidden(batch: Batch, exact: _Matches, loose: _Matches, differ: Bools) -> _Matches:
    """Returns the matches with those that touch letters of scripts without blanks.

    Of those an address is the one alone, not together with the words around it.

    Args:
        batch: What is searched.
        exact: Matches in the texts as they are.
        loose: Matches in the same stretches of the folded texts.
        differ: Which of these folding has changed.
    """
    stretches = np.unique(loose.stretches[loose.touches | differ])
    if not len(stretches):
        return exact
    bounds_exact, bounds_loose = (
        np.searchsorted(each.stretches, [stretches, stretches + 1]).T.tolist()
        for each in (exact, loose)
    )
    kept = np.ones(len(exact.cells), bool)
    added: list[int] = []
    for own, others in zip(bounds_exact, bounds_loose, strict=True):
        cell = int(loose.cells[others[0]])
        text = batch.folded_text(cell)
        known, spans = _spans_of(exact, *own), _spans_of(loose, *others)
        is_hidden = [
            stands_free(text, span.start, span.end)
            and (differs or touches_blankless(text, span.start, span.end))
            for span, differs in zip(spans, differ[slice(*others)].tolist(), strict=True)
        ]
        meets_hidden = overlap_test(itertools.compress(spans, is_hidden))
        stays = [
            not (meets_hidden(span) and holds_blankless(text, span.start, span.end))
            for span in known
        ]
        kept[slice(*own)] = stays
        meets_known = overlap_test(itertools.compress(known, stays))
        added += [
            i
            for i, span, hides in zip(range(*others), spans, is_hidden, strict=True)
            if hides and not meets_known(span)
        ]
    return exact.taken(kept).and_those(loose.taken(np.array(added, np.int64)))


def _spans_of(found: _Matches, low: int, high: int) -> list[Span]:
    pairs = zip(found.starts[low:high].tolist(), found.ends[low:high].tolist(), strict=True)
    return [Span(start, end, "", "", 0) for start, end in pairs]


def _in_context(batch: Batch, spans: "UrlSpans", which: int) -> Bools:
    """Returns beside which spans a context word stands."""
    near = spans.scores < 1
    lists = np.full(np.count_nonzero(near), which)
    near[near] = batch.supported(lists, spans.cells[near], spans.starts[near])
    return near


@dataclass(frozen=True)
class UrlSpans:
    """Web addresses in several texts, as arrays of equal length.

    Attributes:
        cells: int64, the text of each, ascending.
        starts: int64, in code points.
        ends: int64, one past the last.
        patterns: int64, the index of the pattern.
        scores: float64.
        entity: Of all of them.
        labels: Of each pattern the name of its rule.
    """

    cells: Ints
    starts: Ints
    ends: Ints
    patterns: Ints
    scores: npt.NDArray[np.float64]
    entity: str
    labels: tuple[str, ...]

    def without_contained(self) -> "UrlSpans":
        """Drops what `spans.without_contained` drops."""
        from datagov.detect.pii.containment_kernel import uncontained

        ranks = np.argsort(np.argsort(np.array(self.labels)))
        order = np.lexsort(
            (ranks[self.patterns], -self.scores, -self.ends, self.starts, self.cells)
        )
        levels, level_of = np.unique(self.scores[order], return_inverse=True)
        ends = self.cells[order] * CELL + self.ends[order]
        return self.taken(order[uncontained(ends, level_of.astype(np.int64), levels)])

    def taken(self, kept: npt.NDArray[Any]) -> "UrlSpans":
        """Returns the spans at an index."""
        return replace(
            self,
            cells=self.cells[kept],
            starts=self.starts[kept],
            ends=self.ends[kept],
            patterns=self.patterns[kept],
            scores=self.scores[kept],
        )

    def table(self) -> pa.Table:
        """Returns the spans with the columns of SPANS."""
        return pa.table(
            {
                "cell": self.cells,
                "category": pa.repeat(pa.scalar(self.entity), len(self.cells)),
                "rule": pa.array(self.labels).take(pa.array(self.patterns)),
                "start": self.starts,
                "end": self.ends,
                "score": self.scores.astype(np.float32),
            }
        )

    def by_text(self) -> list[tuple[int, list[Span]]]:
        """Returns the spans of each text that has any."""
        columns = (self.starts, self.ends, self.patterns, self.scores)
        spans = [
            Span(start, end, self.entity, self.labels[pattern], score)
            for start, end, pattern, score in zip(*(c.tolist() for c in columns), strict=True)
        ]
        bounds = np.flatnonzero(np.diff(self.cells, prepend=-1, append=-1)).tolist()
        return [(int(self.cells[low]), spans[low:high]) for low, high in itertools.pairwise(bounds)]
