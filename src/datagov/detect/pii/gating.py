"""Drops places of possible matches that cannot count, before any of them is looked at.

A pattern too weak to count by itself counts only beside a context word, so that where none stands
near, its places are dropped: by arrays, since there are far more of them than findings. Places are
dropped by whole runs. Between runs lies more than the width of a match, so that what is left is
searched exactly as it would have been.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from datagov.detect.pii.context import BEHIND, STRETCH

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_CELL = 1 << 40
CELL = np.int64(_CELL)
"""Code points between the same places of two neighbouring texts: none has as many."""


def near_words(places: Ints, width: int, words: Ints) -> Bools:
    """Returns for each place whether its run has a context word within reach.

    Args:
        places: Ends of possible matches, ascending, in code points; texts are CELL apart.
        width: Most code points from the start of a match to its place.
        words: Ends of context words, ascending.
    """
    before = np.searchsorted(words, places - (width + STRETCH))
    behind = np.searchsorted(words, places + 2 * BEHIND, side="right")
    return whole_runs(places, width, np.asarray(behind > before))


def whole_runs(places: Ints, width: int, wanted: Bools) -> Bools:
    """Returns for each place whether any place of its run is wanted.

    Args:
        places: Ends of possible matches, ascending, in code points; texts are CELL apart.
        width: Most code points from the start of a match to its place.
        wanted: Which places cannot be dropped.
    """
    runs = np.cumsum(np.diff(places, prepend=places[:1]) > width)
    return np.bincount(runs, weights=wanted).astype(bool)[runs]


@dataclass(frozen=True)
class Nearby:
    """Where context words stand in a batch of texts.

    Attributes:
        ends: For each search the ends of its words, ascending, in code points; texts are CELL
            apart.
        positions: The ends of all words, ascending, in bytes.
        words: int64, which word ends at each of these.
        phone_marks: The ends of what announces a phone number, as `ends`.
    """

    ends: tuple[Ints, ...]
    positions: Ints
    words: Ints
    phone_marks: Ints

    @cached_property
    def _lists(self) -> list[list[int]]:
        return [each.tolist() for each in self.ends]

    def any(self, which: int, cell: int, first: int, last: int) -> bool:
        """Returns whether a word can support a match that starts in a range; if False, none can.

        Args:
            which: Index of the search whose words count.
            cell: Index of the text.
            first, last: The range, in code points.
        """
        ends = self._lists[which]
        at = bisect_right(ends, cell * _CELL + max(0, first - STRETCH))
        return at < len(ends) and ends[at] <= cell * _CELL + last + 2 * BEHIND

    def near(self, which: int, cells: Ints, first: Ints, last: Ints) -> Bools:
        """Returns for each of several ranges what `any` returns."""
        ends = self.ends[which]
        before = np.searchsorted(ends, cells * CELL + np.maximum(0, first - STRETCH), "right")
        behind = np.searchsorted(ends, cells * CELL + last + 2 * BEHIND, "right")
        return np.asarray(behind > before)


def edges_of_blocks(places: Ints, width: int) -> Bools:
    """Returns which places are the first or last of a stretch of half the width.

    The others change no window: what lies between two places is searched with them.
    """
    block = places // max(1, width // 2)
    first = np.diff(block, prepend=-1) != 0
    last = np.diff(block, append=-1) != 0
    return np.asarray(first | last)


def merged(arrays: Sequence[Ints]) -> Ints:
    """Returns the values of all arrays in one, ascending."""
    return np.sort(np.concatenate([np.empty(0, np.int64), *arrays]))
