"""How far a match looks ahead is told by its pattern."""

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from datagov.detect.pii.look_ahead import look_ahead

PATTERNS = {
    r"\b\d{3}\b": 1,
    r"(?<!\d)a+(?!\d)": 2,
    r"a(?![.]\d)|b": 3,
    r"(?:a(?=b{0,3}c)){1,2}": 5,
    r"a(?=b(?!cc))": 4,
    r"(?<=b(?=a))a(?i)": 2,
}


@pytest.mark.parametrize(("pattern", "most"), PATTERNS.items())
def test_the_widest_look_ahead_counts_and_one_more_for_boundaries(pattern, most):
    assert look_ahead(pattern) == most


@pytest.mark.parametrize("pattern", PATTERNS)
@given(st.text("abc1. ", max_size=12), st.text("abc1. ", max_size=12))
def test_what_stands_farther_on_decides_on_no_match(pattern, text, more):
    reach = look_ahead(pattern)
    for match in regex.finditer(pattern, text + more):
        end = match.end() + reach
        assert regex.compile(pattern).match(text + more, match.start(), end).end() >= match.end()
