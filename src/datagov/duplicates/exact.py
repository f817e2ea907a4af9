"""Exact similarity of given pairs of texts: for notebooks, and what sketches are measured by.

Where a sketch takes a sample of a text's shingles, here all are taken, each with the share of its
kind as its weight. The weighted Jaccard similarity is what the sketches' similarity is on average.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from datagov.corpus.batch import Cells
from datagov.duplicates.sketches import (
    Likeness,
    jaccard_of_sets,
    shingles,
    sort_unique,
    tokens_of,
    weights,
)
from datagov.duplicates.tokens import Buffers, seed_of, tables
from datagov.kernel import kernel
from datagov.texts import Texts, as_texts
from datagov.utf8 import Ints

_SEED = seed_of(b"", b"similarity")
_SHORT_PER_TOKEN = 2

Floats = npt.NDArray[np.float64]
Hashes = npt.NDArray[np.uint32]


def similarity(one: Texts, other: Texts) -> Likeness:
    """Returns how alike `one[i]` and `other[i]` are, by all their shingles.

    Args:
        one: Texts: Arrow, polars or a list of strings.
        other: As many texts.

    Raises:
        ValueError: There are not as many of one as of the other.
    """
    first, second = as_texts(one), as_texts(other)
    if len(first) != len(second):
        raise ValueError(f"expected as many texts on both sides, got {len(first)}, {len(second)}")
    n = len(first)
    by_pair = pa.array(np.arange(2 * n).reshape(2, n).T.ravel())
    texts = pa.concat_arrays([first, second]).take(by_pair)
    field = pa.repeat(pa.scalar("text"), 2 * n)
    buffers = Buffers.of(Cells(pa.array(np.arange(2 * n)), field, texts), 2 * n)
    sizes = np.zeros((n, 3), np.float64)
    _compare(
        buffers.data,
        buffers.starts,
        buffers.ends,
        *tables(),
        _SEED,
        np.empty(buffers.max_tokens, np.uint32),
        sizes,
    )
    common, n_first, n_second = sizes.T
    some = np.maximum(n_first + n_second - common, np.finfo(np.float64).tiny)
    return Likeness(
        (common / some).astype(np.float32),
        (common / np.where(n_first, n_first, 1)).astype(np.float32),
        (common / np.where(n_second, n_second, 1)).astype(np.float32),
    )


@kernel
def _compare(
    data: npt.NDArray[np.uint8],
    starts: Ints,
    ends: Ints,
    kind: npt.NDArray[np.uint8],
    folded: npt.NDArray[np.uint32],
    expansions: npt.NDArray[np.uint32],
    seed: np.uint64,
    tokens: Hashes,
    sizes: Floats,
) -> None:
    """Writes the weight of what both texts of a pair have, of the first and of the second."""
    short = [np.zeros(0, np.uint32), np.zeros(0, np.uint32)]
    long = [np.zeros(0, np.uint32), np.zeros(0, np.uint32)]
    few = [0.0, 0.0]
    many = [0.0, 0.0]
    for text in range(len(starts)):
        side = text % 2
        n, words = tokens_of(
            data, starts, ends, text, text + 1, kind, folded, expansions, seed, tokens
        )
        few[side], many[side] = weights(words)
        found = np.empty(_SHORT_PER_TOKEN * n, np.uint32)
        size = sort_unique(found, shingles(tokens, n, 1.0, 0.0, seed, found, False))
        short[side] = found[:size].copy()
        size = sort_unique(found, shingles(tokens, n, 0.0, 1.0, seed, found, False))
        long[side] = found[:size].copy()
        if side:
            pair = sizes[text // 2]
            pair[0] = min(few[0], few[1]) * _n_common(short[0], short[1])
            pair[0] += min(many[0], many[1]) * _n_common(long[0], long[1])
            for each in range(2):
                pair[1 + each] = few[each] * len(short[each]) + many[each] * len(long[each])


@kernel
def _n_common(one: Hashes, other: Hashes) -> float:
    if len(one) == 0 or len(other) == 0:
        return 0.0
    jaccard = jaccard_of_sets(one, other)
    return jaccard / (1 + jaccard) * (len(one) + len(other))
