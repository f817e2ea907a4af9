"""Candidates: every pair of a small group, linearly many of a large one, in any order."""

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from datagov.duplicates.candidates import ALL_PAIRS, candidate_pairs, unique_pairs


def found(keys, records=None, sizes=None, threshold=0.4):
    n = len(keys)
    records = np.arange(n) if records is None else np.asarray(records)
    sizes = np.full(n, 100) if sizes is None else np.asarray(sizes)
    pairs = candidate_pairs(np.asarray(keys, np.uint32), records, sizes, threshold, 3)
    return [tuple(pair) for pair in pairs.tolist()]


@given(st.lists(st.integers(0, 5), max_size=ALL_PAIRS), st.randoms())
def test_small_groups_are_compared_all_with_all_in_any_order(keys, random):
    n = len(keys)
    expected = [(i, j) for i, j in combinations(range(n), 2) if keys[i] == keys[j]]
    assert found(keys) == expected
    order = list(range(n))
    random.shuffle(order)
    assert found([keys[i] for i in order], order) == expected


def test_what_is_too_short_to_be_alike_is_not_compared():
    assert found([1, 1, 1], sizes=[100, 90, 20]) == [(0, 1)]


def test_a_hundred_thousand_identical_headers_stay_linear():
    n = 100_000
    pairs = found([7] * n)
    assert len(pairs) < 10 * n
    linked = {record for pair in pairs for record in pair}
    assert len(linked) == n


def test_large_groups_do_not_depend_on_the_order_of_arrival():
    n = 500
    order = np.random.default_rng(1).permutation(n)
    assert found([1] * n) == found([1] * n, order)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(5, 9)), max_size=30))
def test_pairs_stand_once(pairs):
    table = np.array(pairs, np.int64).reshape(-1, 2)
    assert [tuple(p) for p in unique_pairs(table).tolist()] == sorted(set(pairs))
