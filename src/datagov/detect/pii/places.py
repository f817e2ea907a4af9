"""Where the scan of a batch sees possible matches, without those that cannot count."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from datagov.detect.multipattern import find
from datagov.detect.pii.gating import CELL, Ints, Nearby, edges_of_blocks, merged, near_words
from datagov.detect.pii.own.listed import find_listed
from datagov.detect.pii.plan import REACH, Plan
from datagov.detect.text_buffer import TextBuffer


class Places(NamedTuple):
    """Possible matches, in order, as columns."""

    cells: Ints
    places: Ints
    """Ends, in code points."""

    ids: Ints
    positions: Ints
    """Ends, in bytes; -1 of terms."""

    def taken(self, kept: npt.NDArray[Any]) -> "Places":
        """Returns the places at an index."""
        return Places(*(each[kept] for each in self))


def find_places(texts: pa.Array, buffer: TextBuffer, scan: Plan) -> tuple[Places, Nearby]:
    """Returns the possible matches, and where context words stand.

    Args:
        texts: `large_string`, no nulls, folded.
        buffer: The same texts.
        scan: What to look for.
    """
    ids, ends = _hits(buffer, scan)
    cells = buffer.cells(ends - 1)
    # A match of the superset can run on into the separator, never into the next text's words.
    positions = np.minimum(ends, buffer.ends[cells])
    places = buffer.offsets(cells, positions)
    if scan.listed:
        listed = find_listed(texts, buffer, scan.listed)
        pairs = zip((ids, cells, places), listed, strict=True)
        ids, cells, places = (np.concatenate(pair) for pair in pairs)
        positions = np.concatenate([positions, np.full(len(ids) - len(positions), -1)])
    absolute = cells * CELL + places
    # Nearly in order already, and numbers below 2**16 are sorted by radix.
    order = np.argsort(absolute, kind="stable")
    by_place = ids[order]
    are_words = (by_place >= len(scan.owners)) & (by_place < scan.phone_marks)
    words, word_positions = by_place[are_words] - len(scan.owners), positions[order[are_words]]
    small_ids = by_place.astype(np.min_scalar_type(scan.n_sought))
    order = order[np.argsort(small_ids, kind="stable")]
    unsorted = Places(cells, places, ids, positions)
    ids, absolute = ids[order], absolute[order]
    bounds = np.searchsorted(ids, np.arange(scan.n_sought + 1))
    kept = np.zeros(len(ids), bool)

    def of(number: int) -> Ints:
        return absolute[bounds[number] : bounds[number + 1]]

    near = [merged([of(word) for word in own]) for own in scan.words]
    for owner, (which, _) in enumerate(scan.owners):
        own = slice(bounds[owner], bounds[owner + 1])
        width = scan.searches[which].width
        if own.start == own.stop:
            continue
        keep = np.ones(own.stop - own.start, bool)
        if scan.weak[owner] and width is not None:
            keep = near_words(absolute[own], width, near[which])
        if width and scan.searches[which].thins:
            keep[keep] = edges_of_blocks(absolute[own][keep], width)
        kept[own] = keep
    where = order[kept]
    where = where[np.argsort(absolute[kept], kind="stable")]
    return unsorted.taken(where), Nearby(tuple(near), word_positions, words, of(scan.phone_marks))


def _hits(buffer: TextBuffer, scan: Plan) -> tuple[Ints, Ints]:
    """Returns ids and ends, in bytes, of all that the scan sees."""
    hits = find(scan.expressions, buffer.data)
    if not scan.near_digits:
        return hits.ids, hits.ends
    # numba takes a second to import.
    from datagov.detect.pii.excerpt import Excerpt

    excerpt = Excerpt.around_digits(buffer.data, REACH)
    more = find(scan.near_digits, excerpt.data)
    ends = excerpt.in_whole(more.ends)
    return np.concatenate([hits.ids, more.ids]), np.concatenate([hits.ends, ends])
