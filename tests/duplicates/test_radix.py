"""Sorting by bytes: as comparing sorts, and stable where only some bits count."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from datagov.duplicates.radix import ascending

NUMBERS = st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 1000), max_size=200)


@given(NUMBERS)
def test_numbers_are_sorted(numbers):
    assert ascending(np.array(numbers, np.uint64), 0).tolist() == sorted(numbers)


@given(NUMBERS)
def test_what_is_equal_in_the_bits_that_count_keeps_its_order(numbers):
    found = ascending(np.array(numbers, np.uint64), 32).tolist()
    assert found == sorted(numbers, key=lambda number: number >> 32)
