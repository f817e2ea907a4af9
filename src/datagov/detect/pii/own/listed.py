"""Where terms of lists may stand: one scan for the literals of all lists.

Places are a superset, `matching.TermMatcher` says which are terms. Why literals of hyperscan and
not another way stands in benchmarks/README.md.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from datagov.detect.multipattern import Literals, find_literals
from datagov.detect.pii.folding import fold
from datagov.detect.pii.own.casing import case_folded, fold_case, n_spellings, spellings
from datagov.detect.pii.own.terms import Terms
from datagov.detect.text_buffer import TextBuffer

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_ASCII_WORD = np.array([c < 128 and (chr(c).isalnum() or chr(c) == "_") for c in range(256)])


class Listed(NamedTuple):
    """A list whose terms are looked for, and the number under which their places are told."""

    owner: int
    terms: Terms


def find_listed(
    texts: pa.Array, buffer: TextBuffer, lists: tuple[Listed, ...]
) -> tuple[Ints, Ints, Ints]:
    """Returns owner, text and end in code points of each possible term, in no order.

    Args:
        texts: Texts that went through `folding.folded`.
        buffer: The same, laid end to end.
        lists: What to look for, in upper or lower case.
    """
    index = _index(lists)
    if index.folds:
        buffer = TextBuffer.of(case_folded(texts))
    hits = find_literals(index.literals, buffer.data)
    free = _stands_free(buffer.data, hits.ends - index.n_bytes[hits.ids], hits.ends)
    ids, ends = hits.ids[free], hits.ends[free]
    cells = buffer.cells(ends - 1)
    return index.owners[ids], cells, buffer.offsets(cells, np.minimum(ends, buffer.ends[cells]))


@dataclass(frozen=True)
class _Index:
    """The literals of several lists.

    Attributes:
        literals: What to look for.
        owners: Of each literal the number of its list.
        n_bytes: Of each literal the length.
        folds: Whether texts are looked at with letters outside ASCII folded.
    """

    literals: Literals
    owners: Ints
    n_bytes: Ints
    folds: bool


@lru_cache(maxsize=4)
def _index(lists: tuple[Listed, ...]) -> _Index:
    spelt = {
        (fold_case(spelling), owner): None
        for owner, terms in lists
        for term in terms.values()
        # Texts are folded as a whole or not at all.
        for spelling in (term, fold(term))
    }
    n_spelt = sum(n_spellings(spelling) for spelling, _ in spelt)
    # A few accents are cheaper looked for in both cases than folded in every text.
    is_few = n_spelt <= len(spelt) + max(1000, len(spelt) // 2)
    literals = [
        (written.encode(), owner)
        for spelling, owner in spelt
        for written in (spellings(spelling) if is_few else (spelling,))
    ]
    return _Index(
        Literals.of([value for value, _ in literals]),
        np.array([owner for _, owner in literals], np.int64),
        np.array([len(value) for value, _ in literals], np.int64),
        not is_few,
    )


def _stands_free(data: bytes, starts: Ints, ends: Ints) -> Bools:
    """Returns which stretches are no part of a longer word in ASCII; separators surround texts."""
    is_word = _ASCII_WORD[np.frombuffer(data, np.uint8)[np.stack([starts - 1, ends])]]
    edges = np.frombuffer(data, np.uint8)[np.stack([starts, ends - 1])] < 128
    return np.asarray(~(is_word & edges).any(axis=0))
