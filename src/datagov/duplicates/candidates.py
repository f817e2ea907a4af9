"""Which records are worth comparing: those that share a band, without going quadratic.

Where many records share a band (a licence header, a template), comparing all with all would take
for ever and tell little more than comparing each with some. Up to `ALL_PAIRS` records are compared
all with all; of more, each is compared with the one that would rather stay than all others and, in
the first NEXT_BANDS bands, with the next few in an order that each band shuffles anew. Neither
depends on how records are numbered.

A pair is 64 bits: the lesser index, then the other. So they sort as numbers do, and those of all
bands are merged as they come: no more is held than a few times the pairs that differ.
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from datagov.duplicates.radix import ascending
from datagov.duplicates.tokens import mixed
from datagov.kernel import kernel
from datagov.utf8 import Ints

Packed = npt.NDArray[np.uint64]
"""Pairs of records, `first << 32 | second`, first < second."""

ALL_PAIRS = 8
"""Largest group of records with one band that are compared all with all."""

N_NEXT = 2
"""Of larger groups, how many others each record is compared with, in each of NEXT_BANDS bands; in
the other bands with the one that is the same for all."""

NEXT_BANDS = 4

_SIZE_SLACK = 0.8
"""Numbers of shingles are estimates; a pair is left out only if they differ by more than this."""

_HALF_BITS = 32
_HALF = np.uint64(_HALF_BITS)
_SECOND = np.uint64((1 << 32) - 1)


def candidate_pairs(
    bands: Iterable[tuple[int, npt.NDArray[np.uint32]]],
    n_shingles: Ints,
    threshold: float,
    order: Packed,
) -> Packed:
    """Returns the pairs of records to compare, by their index.

    Pairs are sorted and there is none twice. At most `ALL_PAIRS` pairs per record and band. Takes
    some 16 bytes per record, and 16 per pair.

    Args:
        bands: The number of each band and its keys, one per record; taken one after another.
        n_shingles: How many shingles each record has, of fewer than 2^32 records; those with none
            are left out.
        threshold: Pairs that cannot be as similar, since one is too short, are left out.
        order: uint64, one per record and different for each: the less, the rather it stays.
    """
    runs: list[Packed] = []
    for band, keys in bands:
        # Records ascend: to sort them by key alone leaves those of one key ascending.
        keyed = ascending(_keyed(keys, n_shingles), _HALF_BITS)
        n_next = N_NEXT if band < NEXT_BANDS else 0
        found = _pairs(keyed, n_shingles, threshold * _SIZE_SLACK, n_next, np.uint64(band), order)
        found = ascending(found, 0)
        runs.append(merged(found, found[:0]))
        # Only runs of about one size are merged: each pair is moved a few times, not once a band.
        while len(runs) > 1 and len(runs[-2]) < 2 * len(runs[-1]):
            runs.append(merged(runs.pop(), runs.pop()))
    whole = np.zeros(0, np.uint64)
    while runs:
        whole = merged(whole, runs.pop())
    return whole


def packed(first: Ints, second: Ints) -> Packed:
    """Returns pairs of which the first is the lesser index as 64 bits each."""
    return first.astype(np.uint64) << _HALF | second.astype(np.uint64)


def unpacked(pairs: Packed) -> Ints:
    """Returns pairs as indices, of shape (n, 2)."""
    return np.stack([pairs >> _HALF, pairs & _SECOND], axis=1).astype(np.int64)


def with_first_in(pairs: Packed, start: int, end: int) -> Packed:
    """Returns those of sorted pairs whose first is one of the records `start:end`."""
    bounds = np.searchsorted(pairs, packed(np.array([start, end]), np.zeros(2, np.int64)))
    return pairs[bounds[0] : bounds[1]]


@kernel
def merged(one: Packed, other: Packed) -> Packed:
    """Returns two ascending arrays as one, without what stands twice in either or both."""
    result = np.empty(len(one) + len(other), np.uint64)
    i = j = n = 0
    while i < len(one) or j < len(other):
        if j == len(other) or (i < len(one) and one[i] <= other[j]):
            value = one[i]
            i += 1
        else:
            value = other[j]
            j += 1
        if n == 0 or result[n - 1] != value:
            result[n] = value
            n += 1
    return result[:n]


@kernel
def _keyed(keys: npt.NDArray[np.uint32], n_shingles: Ints) -> npt.NDArray[np.uint64]:
    """Returns `key << 32 | record` of all records that have shingles."""
    keyed = np.empty(len(keys), np.uint64)
    n = 0
    for record in range(len(keys)):
        if n_shingles[record] > 0:
            keyed[n] = np.uint64(keys[record]) << _HALF | np.uint64(record)
            n += 1
    return keyed[:n]


@kernel
def _pairs(
    keyed: Packed,
    n_shingles: Ints,
    min_ratio: float,
    n_next: int,
    seed: np.uint64,
    order: Packed,
) -> Packed:
    """Returns the pairs that one band shows, some of them twice; `keyed` is ascending."""
    n = len(keyed)
    bound = 0
    start = 0
    for end in range(1, n + 1):
        if end == n or keyed[end] >> _HALF != keyed[start] >> _HALF:
            bound += (end - start) * _partners(end - start, n_next)
            start = end
    pairs = np.empty(bound, np.uint64)
    found = 0
    start = 0
    for end in range(1, n + 1):
        if end < n and keyed[end] >> _HALF == keyed[start] >> _HALF:
            continue
        size = end - start
        if size > 1:
            group = keyed[start:end] & _SECOND
            hub = group[np.argmin(order[group])]
            if size > ALL_PAIRS and n_next:
                group = _shuffled(group, order, seed)
            for i in range(size):
                for step in range(1, _partners(size, n_next) + 1):
                    if size <= ALL_PAIRS:
                        if i + step == size:
                            break
                        partner = group[i + step]
                    elif step > n_next:
                        partner = hub
                    else:
                        partner = group[(i + step) % size]
                    if group[i] != partner and _sizes_fit(
                        n_shingles[group[i]], n_shingles[partner], min_ratio
                    ):
                        low, high = min(group[i], partner), max(group[i], partner)
                        pairs[found] = low << _HALF | high
                        found += 1
        start = end
    return pairs[:found]


@kernel
def _shuffled(records: Packed, order: Packed, seed: np.uint64) -> Packed:
    keys = np.empty(len(records), np.uint64)
    for i in range(len(records)):
        keys[i] = mixed(mixed(order[records[i]]) ^ seed)
    return records[np.argsort(keys)]


@kernel
def _partners(size: int, n_next: int) -> int:
    return size - 1 if size <= ALL_PAIRS else n_next + 1


@kernel
def _sizes_fit(one: int, other: int, min_ratio: float) -> bool:
    return min(one, other) >= min_ratio * max(one, other)
