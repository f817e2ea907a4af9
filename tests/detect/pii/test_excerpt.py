"""What is scanned for around digits only is seen there wherever it stands."""

import numpy as np
import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from datagov.detect.pii.excerpt import Excerpt, places_of_digits
from datagov.detect.pii.supersets import digits_of

PIECES = st.lists(st.sampled_from([b"a", b"7", b"\n", b"-", b"bcdefghij"]), max_size=40)


@given(PIECES.map(b"".join))
def test_places_are_those_of_digits(data):
    assert places_of_digits(data).tolist() == [i for i, c in enumerate(data) if c == ord("7")]


@given(PIECES.map(b"".join))
@pytest.mark.parametrize(
    ("pattern", "n_digits", "reach"),
    [
        (rb"\b[a-z]{0,2}-?[0-9]\b", 1, 4),
        (rb"\b[0-9]-[0-9][a-z]?\b", 2, 4),
        (rb"\b(?:[0-9][a-z]?){3}\b", 3, 6),
        (rb"(?:[0-9]a?){3}-", 3, 8),
    ],
)
def test_matches_that_hold_so_many_digits_lie_in_the_excerpt(pattern, n_digits, reach, data):
    pattern = regex.compile(pattern)
    excerpt = Excerpt.around_digits(data, places_of_digits(data), n_digits, reach)
    ends = np.array([m.end() for m in pattern.finditer(excerpt.data, overlapped=True)], np.int64)
    expected = [m.end() for m in pattern.finditer(data, overlapped=True)]
    assert excerpt.in_whole(ends).tolist() == expected


@pytest.mark.parametrize(
    ("pattern", "digits"),
    [
        (r"\b[A-Z]{2}[0-9]{3,4}", (3, 6)),
        (r"(?:[0-9]|x\d)y?", (1, 3)),
        (r"(?:[0-9]{3}|x\d\d)[0-9]", (3, 4)),
        (r"(?:-?\d){2,3}[0-9]?", (2, 7)),
        (r"(?:[0-9]|x)y?", None),
        (r"[0-9a]{5}", None),
        (r"[0-9]+", None),
        (r"[0-9]?a", None),
        (r"[0-9]++(", None),
    ],
)
def test_digits_are_counted_where_all_matches_hold_them(pattern, digits):
    assert digits_of(pattern) == digits
