"""Where the scan of a batch sees possible matches, without those that cannot count."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from datagov.detect.multipattern import find
from datagov.detect.pii.gating import (
    CELL,
    Ints,
    Nearby,
    edges_of_blocks,
    merged,
    near_words,
    whole_runs,
)
from datagov.detect.pii.own.listed import find_listed
from datagov.detect.pii.plan import Plan
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
    in_texts = cells >= 0  # And not the separator before the first of them.
    ids, ends, cells = ids[in_texts], ends[in_texts], cells[in_texts]
    # A match of the superset can run on into the separator, never into the next text's words.
    positions = np.minimum(ends, buffer.ends[cells])
    places = buffer.offsets(cells, positions)
    if scan.listed:
        listed = find_listed(texts, buffer, scan.listed)
        pairs = zip((ids, cells, places), listed, strict=True)
        ids, cells, places = (np.concatenate(pair) for pair in pairs)
        positions = np.concatenate([positions, np.full(len(ids) - len(positions), -1)])
    unsorted = Places(cells, places, ids, positions)
    order, bounds, absolute = _by_id(ids, cells * CELL + places, scan.phone_marks + 1)
    # numba takes a second to import.
    from datagov.detect.pii.check_digits import check_of, may_pass

    data = np.frombuffer(buffer.data, np.uint8)
    kept = np.zeros(len(ids), bool)
    near, words, word_ends = _context_words(buffer, scan)
    for owner, (which, _) in enumerate(scan.owners):
        own = slice(bounds[owner], bounds[owner + 1])
        width = scan.searches[which].width
        if own.start == own.stop:
            continue
        keep = np.ones(own.stop - own.start, bool)
        if scan.weak[owner] and width is not None:
            keep = near_words(absolute[own], width, near[which])
        check = check_of(scan.searches[which].recogniser)
        if check is not None and width is not None:
            passes = may_pass(data, positions[order[own]], check)
            keep &= whole_runs(absolute[own], width, passes)
        if width and scan.searches[which].thins:
            keep[keep] = edges_of_blocks(absolute[own][keep], width)
        kept[own] = keep
    where = order[kept]
    where = where[np.argsort(absolute[kept], kind="stable")]
    marks = absolute[bounds[scan.phone_marks] :]
    return unsorted.taken(where), Nearby(near, word_ends, words, marks)


def _by_id(ids: Ints, absolute: Ints, n_ids: int) -> tuple[Ints, Ints, Ints]:
    """Returns the order by id and then place, the bounds of each id in it, and places so ordered.

    Args:
        ids: Less than `n_ids`.
        absolute: Places; texts are CELL apart.
        n_ids: How many ids there are.
    """
    # Nearly in order already, and numbers below 2**16 are sorted by radix.
    order = np.argsort(absolute, kind="stable")
    small_ids = ids[order].astype(np.min_scalar_type(n_ids))
    order = order[np.argsort(small_ids, kind="stable")]
    bounds = np.concatenate([[0], np.cumsum(np.bincount(ids, minlength=n_ids))])
    return order, bounds, absolute[order]


def _context_words(buffer: TextBuffer, scan: Plan) -> tuple[tuple[Ints, ...], Ints, Ints]:
    """Returns where the words of each search end, as `Nearby` has it, and which end at which byte.

    All in order of places.
    """
    # numba takes a second to import.
    from datagov.detect.pii.word_kernel import find_words

    words, ends = find_words(scan.word_tree, buffer.data)
    cells = buffer.cells(ends - 1)
    absolute = cells * CELL + buffer.offsets(cells, ends)
    _, bounds, by_word = _by_id(words, absolute, len(scan.word_lengths))
    near = tuple(
        merged([by_word[bounds[word] : bounds[word + 1]] for word in own]) for own in scan.words
    )
    return near, words, ends


def _hits(buffer: TextBuffer, scan: Plan) -> tuple[Ints, Ints]:
    """Returns ids and ends, in bytes, of all that the scan sees."""
    hits = find(scan.expressions, buffer.data)
    ids, ends = [hits.ids], [hits.ends]
    # numba takes a second to import.
    from datagov.detect.pii.excerpt import Excerpt, places_of_digits

    digits = places_of_digits(buffer.data)
    by_kernels = [
        *((number, find_ends(buffer.data)) for number, find_ends in scan.kernels),
        *((number, find_ends(buffer.data, digits)) for number, find_ends in scan.digit_kernels),
    ]
    for number, found in by_kernels:
        ends.append(found)
        ids.append(np.full(len(found), number))
    for n_digits, reach, expressions in scan.near_digits:
        excerpt = Excerpt.around_digits(buffer.data, digits, n_digits, reach)
        near = find(expressions, excerpt.data)
        ends.append(excerpt.in_whole(near.ends))
        ids.append(near.ids)
    return np.concatenate(ids), np.concatenate(ends)
