"""Candidates: every pair of a small group, linearly many of a large one, in any order."""

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from datagov.duplicates.candidates import ALL_PAIRS, candidate_pairs, merged, packed, unpacked


def numbered(n):
    return np.arange(n, dtype=np.uint64)


def found(keys, sizes=None, threshold=0.4):
    n = len(keys)
    sizes = np.full(n, 100) if sizes is None else np.asarray(sizes)
    pairs = candidate_pairs([(3, np.asarray(keys, np.uint32))], sizes, threshold, numbered(n))
    return [tuple(pair) for pair in unpacked(pairs).tolist()]


@given(st.lists(st.integers(0, 5), max_size=ALL_PAIRS))
def test_small_groups_are_compared_all_with_all(keys):
    n = len(keys)
    assert found(keys) == [(i, j) for i, j in combinations(range(n), 2) if keys[i] == keys[j]]


def test_what_is_too_short_to_be_alike_is_not_compared():
    assert found([1, 1, 1], sizes=[100, 90, 20]) == [(0, 1)]


def test_records_without_shingles_are_not_compared():
    assert found([1, 1, 1], sizes=[5, 0, 5]) == [(0, 2)]


def test_a_pair_of_several_bands_stands_once():
    keys = np.array([7, 7, 9], np.uint32)
    pairs = candidate_pairs([(0, keys), (1, keys)], np.full(3, 9), 0.4, numbered(3))
    assert unpacked(pairs).tolist() == [[0, 1]]


def test_a_hundred_thousand_identical_headers_stay_linear():
    n = 100_000
    pairs = found([7] * n)
    assert len(pairs) < 4 * n
    assert {record for pair in pairs for record in pair} == set(range(n))


@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))))
def test_pairs_come_out_of_their_64_bits_as_they_went_in(pairs):
    table = np.array(pairs, np.int64).reshape(-1, 2)
    assert unpacked(packed(table[:, 0], table[:, 1])).tolist() == table.tolist()


@given(st.lists(st.integers(0, 9), max_size=30), st.lists(st.integers(0, 9), max_size=30))
def test_merging_leaves_nothing_twice(one, other):
    arrays = (np.array(sorted(values), np.uint64) for values in (one, other))
    assert merged(*arrays).tolist() == sorted({*one, *other})


@given(st.lists(st.lists(st.integers(0, 40), min_size=50, max_size=50), min_size=1, max_size=9))
def test_pairs_of_many_bands_are_those_of_each(bands):
    sizes = np.full(50, 9)
    keyed = [(band, np.array(keys, np.uint32)) for band, keys in enumerate(bands)]
    each = [unpacked(candidate_pairs([one], sizes, 0.4, numbered(50))).tolist() for one in keyed]
    together = unpacked(candidate_pairs(keyed, sizes, 0.4, numbered(50)))
    assert [*map(tuple, together.tolist())] == sorted({tuple(p) for pairs in each for p in pairs})


@given(st.permutations(range(40)), st.integers(0, 5))
def test_how_records_are_numbered_does_not_matter(numbers, band):
    order = np.array([n * 7919 % 104729 for n in range(40)], np.uint64)
    one = unpacked(
        candidate_pairs([(band, np.zeros(40, np.uint32))], np.full(40, 9), 0.4, order)
    ).tolist()
    other = unpacked(
        candidate_pairs([(band, np.zeros(40, np.uint32))], np.full(40, 9), 0.4, order[numbers])
    ).tolist()
    assert sorted(sorted(pair) for pair in one) == sorted(
        sorted(numbers[i] for i in pair) for pair in other
    )
