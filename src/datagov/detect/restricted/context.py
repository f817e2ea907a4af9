"""What is said around each hit: features that raise or lower its score.

Only the surroundings of hits are looked at, all hits of a batch at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from datagov.detect.multipattern import CASELESS, Expression, find
from datagov.detect.restricted.matching import TermHits
from datagov.detect.restricted.patterns import word_pattern
from datagov.detect.restricted.terms import parse_data
from datagov.detect.text_buffer import TextBuffer

REACH = 400
"""Bytes on each side of a hit that are its window; its sentence is a part of it."""

_STOP = 0
# An abbreviation such as `E. coli` ends no sentence; a list item, a heading or a table cell does.
_STOPS = (
    r"[a-z0-9)\x5d\x80-\xff][a-z0-9)\x5d\x80-\xff][.!?][\x22\x27)]{0,2}\s",
    r"\n\s*\n",
    r"\n[|#*>\x2d]",
    r"\xe3\x80\x82",
    r"\xef\xbc[\x81\x9f\x9b]",
)

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Features:
    """Which feature stands near which hit: one bool array per feature, one value per hit."""

    sentence: dict[str, Bools]
    window: dict[str, Bools]


@dataclass(frozen=True)
class _Words:
    expressions: tuple[Expression, ...]
    owner: Ints
    sentence: tuple[str, ...]
    window: tuple[str, ...]


def find_features(buffer: TextBuffer, hits: TermHits) -> Features:
    """Returns the features of context.yaml near each hit; the words of the hit itself are not."""
    words = _words()
    low = np.maximum(hits.starts - REACH, buffer.starts[hits.cells])
    high = np.minimum(hits.ends + REACH, buffer.ends[hits.cells])
    first, last, surroundings = _merged(low, high)
    pieces = [
        buffer.data[a - 1 : b + 1] for a, b in zip(first.tolist(), last.tolist(), strict=True)
    ]
    found = find(words.expressions, b"".join(pieces))
    # Where the pieces lie in the joined bytes, each with one byte more on either side.
    offsets = np.cumsum([0] + [len(piece) for piece in pieces])[:-1]
    shift = offsets[surroundings] - first[surroundings] + 1
    starts, ends = hits.starts + shift, hits.ends + shift
    low, high = low + shift, high + shift
    owner = words.owner[found.ids]
    by_owner = np.argsort(owner, kind="stable")
    bounds = np.searchsorted(owner[by_owner], np.arange(1 + len(words.sentence + words.window) + 1))

    def places(number: int) -> Ints:
        return np.sort(found.ends[by_owner[bounds[number] : bounds[number + 1]]])

    stops = np.concatenate([[-1], places(_STOP), [np.iinfo(np.int64).max]])
    begin = np.maximum(low, stops[np.searchsorted(stops, starts, side="right") - 1])
    end = np.minimum(high, stops[np.searchsorted(stops, ends, side="left")])
    n = len(words.sentence)
    return Features(
        {
            name: _near(places(i), begin, starts, ends, end)
            for i, name in enumerate(words.sentence, 1)
        },
        {
            name: _near(places(i), low, starts, ends, high)
            for i, name in enumerate(words.window, n + 1)
        },
    )


def _near(places: Ints, low: Ints, starts: Ints, ends: Ints, high: Ints) -> Bools:
    """True where a place lies in (low, start] or in (end, high]."""
    before = np.searchsorted(places, starts, "right") > np.searchsorted(places, low, "right")
    after = np.searchsorted(places, high, "right") > np.searchsorted(places, ends, "right")
    return np.asarray(before | after)


def _merged(low: Ints, high: Ints) -> tuple[Ints, Ints, Ints]:
    """Returns starts and ends of the unions of overlapping stretches, and which one each is in.

    Args:
        low: Ascending.
        high: Ascending.
    """
    is_new = np.ones(len(low), bool)
    is_new[1:] = low[1:] > high[:-1]
    which = np.cumsum(is_new) - 1
    new = np.flatnonzero(is_new)
    return low[new], high[np.append(new[1:], len(low)) - 1], which


@lru_cache(maxsize=1)
def _words() -> _Words:
    declared = parse_data("context.yaml")
    names = [*declared["sentence"], *declared["window"]]
    patterns = [(_STOP, stop) for stop in _STOPS]
    patterns += [
        (number, word_pattern(word))
        for number, name in enumerate(names, 1)
        for word in _flat({**declared["sentence"], **declared["window"]}[name])
    ]
    expressions = tuple(Expression(i, p, CASELESS) for i, (_, p) in enumerate(patterns))
    owner = np.array([number for number, _ in patterns], np.int64)
    return _Words(expressions, owner, tuple(declared["sentence"]), tuple(declared["window"]))


def _flat(groups: list[list[str]]) -> Iterator[str]:
    for group in groups:
        yield from group
