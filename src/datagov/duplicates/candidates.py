"""Which records are worth comparing: those that share a band, without going quadratic.

Where many records share a band (a licence header, a template), comparing all with all would take
for ever and tell little more than comparing each with some. Up to `ALL_PAIRS` records are compared
all with all; of more, each is compared with one that is the same for all and, in the first
NEXT_BANDS bands, with the next few in an order that each band shuffles anew.
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from datagov.duplicates.tokens import mixed
from datagov.kernel import kernel
from datagov.utf8 import Ints

ALL_PAIRS = 8
"""Largest group of records with one band that are compared all with all."""

N_NEXT = 2
"""Of larger groups, how many others each record is compared with, in each of NEXT_BANDS bands; in
the other bands with the one that is the same for all."""

NEXT_BANDS = 4

_UNIQUE_EVERY = 1 << 23
"""Pairs after which those that stand twice are dropped: a pair shows in many bands."""

_SIZE_SLACK = 0.8
"""Numbers of shingles are estimates; a pair is left out only if they differ by more than this."""


def candidate_pairs(
    bands: Iterable[tuple[int, npt.NDArray[np.uint32]]], n_shingles: Ints, threshold: float
) -> Ints:
    """Returns the pairs of records to compare, by their index, of shape (n, 2).

    The lesser index comes first; pairs are sorted and there is none twice. At most `ALL_PAIRS`
    pairs per record and band.

    Args:
        bands: The number of each band and its keys, one per record; taken one after another.
        n_shingles: How many shingles each record has; those with none are left out.
        threshold: Pairs that cannot be as similar, since one is too short, are left out.
    """
    records = np.flatnonzero(n_shingles > 0)
    pending, size = [np.zeros((0, 2), np.int64)], 0
    for band, keys in bands:
        own = keys[records]
        order = np.lexsort((_shuffled(records, np.uint64(band)), own))
        chosen = records[order]
        n_next = N_NEXT if band < NEXT_BANDS else 0
        found = _pairs(own[order], chosen, n_shingles[chosen], threshold * _SIZE_SLACK, n_next)
        pending.append(found)
        size += len(found)
        if size > _UNIQUE_EVERY:
            pending = [unique_pairs(np.concatenate(pending))]
            size = 0
    return unique_pairs(np.concatenate(pending))


def unique_pairs(pairs: Ints) -> Ints:
    """Returns sorted pairs without those that stand twice; both members in ascending order.

    Args:
        pairs: Indices below 2^31.
    """
    low, high = np.minimum(pairs[:, 0], pairs[:, 1]), np.maximum(pairs[:, 0], pairs[:, 1])
    packed = np.unique(low << 31 | high)
    return np.stack([packed >> 31, packed & ((1 << 31) - 1)], axis=1)


@kernel
def _shuffled(records: Ints, seed: np.uint64) -> npt.NDArray[np.uint64]:
    result = np.empty(len(records), np.uint64)
    for i in range(len(records)):
        result[i] = mixed(mixed(np.uint64(records[i])) ^ seed)
    return result


@kernel
def _pairs(
    keys: npt.NDArray[np.uint32], records: Ints, n_shingles: Ints, min_ratio: float, n_next: int
) -> Ints:
    n = len(keys)
    bound = 0
    start = 0
    for end in range(1, n + 1):
        if end == n or keys[end] != keys[start]:
            bound += (end - start) * _partners(end - start, n_next)
            start = end
    pairs = np.empty((bound, 2), np.int64)
    found = 0
    start = 0
    for end in range(1, n + 1):
        if end < n and keys[end] == keys[start]:
            continue
        size = end - start
        hub = start
        for i in range(start, end):
            if records[i] < records[hub]:
                hub = i
        for i in range(start, end):
            for step in range(1, _partners(size, n_next) + 1):
                j = i + step
                if j >= end:
                    if size <= ALL_PAIRS:
                        break
                    j -= size
                if size > ALL_PAIRS and step > n_next:
                    j = hub
                low = min(n_shingles[i], n_shingles[j])
                if records[i] != records[j] and low >= min_ratio * max(
                    n_shingles[i], n_shingles[j]
                ):
                    pairs[found, 0] = records[i]
                    pairs[found, 1] = records[j]
                    found += 1
        start = end
    return pairs[:found]


@kernel
def _partners(size: int, n_next: int) -> int:
    return size - 1 if size <= ALL_PAIRS else n_next + 1
