"""What is scanned for around digits only is seen there wherever it stands."""

import numpy as np
import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from datagov.detect.pii.excerpt import Excerpt
from datagov.detect.pii.supersets import width_around_digits

REACH = 4


@given(st.lists(st.sampled_from([b"a", b"7", b"\n", b"-", b"bcdefghij"]), max_size=40))
def test_matches_that_hold_a_digit_lie_in_the_excerpt(pieces):
    data = b"".join(pieces)
    pattern = regex.compile(rb"\b[a-z]{0,2}-?[0-9]\b")
    excerpt = Excerpt.around_digits(data, REACH)
    ends = np.array([m.end() for m in pattern.finditer(excerpt.data)], np.int64)
    assert excerpt.in_whole(ends).tolist() == [m.end() for m in pattern.finditer(data)]


@pytest.mark.parametrize(
    ("pattern", "width"),
    [
        (r"\b[A-Z]{2}[0-9]{3,4}", 6),
        (r"(?:[0-9]|x\d)y?", 3),
        (r"(?:[0-9]|x)y?", None),
        (r"[0-9a]{5}", None),
        (r"[0-9]+", None),
        (r"[0-9]?a", None),
        (r"[0-9]++(", None),
    ],
)
def test_the_width_is_that_of_patterns_which_always_hold_a_digit(pattern, width):
    assert width_around_digits(pattern) == width
