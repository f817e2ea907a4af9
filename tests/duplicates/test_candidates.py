"""Candidates: every pair of a small group, linearly many of a large one, in any order."""

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from datagov.duplicates.candidates import ALL_PAIRS, candidate_pairs, unique_pairs


def found(keys, sizes=None, threshold=0.4):
    n = len(keys)
    sizes = np.full(n, 100) if sizes is None else np.asarray(sizes)
    pairs = candidate_pairs([(3, np.asarray(keys, np.uint32))], sizes, threshold)
    return [tuple(pair) for pair in pairs.tolist()]


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
    pairs = candidate_pairs([(0, keys), (1, keys)], np.full(3, 9), 0.4)
    assert pairs.tolist() == [[0, 1]]


def test_a_hundred_thousand_identical_headers_stay_linear():
    n = 100_000
    pairs = found([7] * n)
    assert len(pairs) < 4 * n
    assert {record for pair in pairs for record in pair} == set(range(n))


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(5, 9)), max_size=30))
def test_pairs_stand_once(pairs):
    table = np.array(pairs, np.int64).reshape(-1, 2)
    assert [tuple(p) for p in unique_pairs(table).tolist()] == sorted(set(pairs))
