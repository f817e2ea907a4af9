import difflib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagov.duplicates.differences import BOTH, FIRST, MARGIN, MOST_TOKENS, SECOND, differences

texts = st.lists(st.integers(0, 5), max_size=40)


def hashes(values):
    return np.array(values, np.uint64)


def runs(first, second):
    return [
        (run.where, (first if run.where == FIRST else second)[run.start : run.end])
        for run in differences(hashes(first), hashes(second)).runs
    ]


@given(texts, texts)
def test_runs_put_together_are_the_two_texts(first, second):
    found = runs(first, second)
    assert [t for where, tokens in found if where != SECOND for t in tokens] == first
    assert [t for where, tokens in found if where != FIRST for t in tokens] == second


@given(texts)
def test_equal_texts_are_one_run(text):
    assert runs(text, text) == ([(BOTH, text)] if text else [])


@given(texts, texts)
def test_no_fewer_tokens_are_in_common_than_difflib_finds_but_for_chance(first, second):
    matcher = difflib.SequenceMatcher(None, first, second, autojunk=False)
    n_difflib = sum(block.size for block in matcher.get_matching_blocks())
    found = runs(first, second)
    in_common = sum(len(tokens) for where, tokens in found if where == BOTH)
    joined = min(len(first), len(second)) - in_common
    assert in_common + joined >= n_difflib


def test_changes_stand_where_they_are():
    assert runs([1, 2, 3, 4], [1, 9, 3, 4, 5]) == [
        (BOTH, [1]),
        (FIRST, [2]),
        (SECOND, [9]),
        (BOTH, [3, 4]),
        (SECOND, [5]),
    ]


def test_a_token_in_common_by_chance_between_two_changes_is_changed_too():
    found = runs([1, 2, 0, 3, 4], [5, 6, 0, 7, 8])
    assert found == [(FIRST, [1, 2, 0, 3, 4]), (SECOND, [5, 6, 0, 7, 8])]


def test_a_part_is_found_far_into_a_long_text():
    rng = np.random.default_rng(0)
    long = rng.integers(0, 2**60, 90_000).astype(np.uint64)
    found = differences(long[70_000:71_000], long)
    assert (found.start, found.end) == (70_000 - MARGIN, 71_000 + MARGIN)
    (common,) = [run for run in found.runs if run.where == BOTH]
    assert (common.start, common.end) == (70_000, 71_000)


@pytest.mark.parametrize("n_words", [1, 2, 2**60])
def test_what_is_compared_is_bounded_whatever_stands_in_the_texts(n_words):
    rng = np.random.default_rng(1)
    first, second = (rng.integers(0, n_words, 200_000).astype(np.uint64) for _ in range(2))
    found = differences(first, second)
    assert found.n_first == MOST_TOKENS
    assert found.end - found.start <= MOST_TOKENS + 2 * MARGIN
    assert found == differences(first, second)
