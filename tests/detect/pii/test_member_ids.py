"""Health-insurance numbers are found as Presidio's pattern finds them, in linear time."""

import numpy as np
import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from datagov.detect.pii import PiiDetector
from datagov.detect.pii.excerpt import places_of_digits
from datagov.detect.pii.folding import fold
from datagov.detect.pii.member_ids import PATTERN, ends_of_member_ids, member_ids

PIECES = ("abcdef", "AB", "-", "x" * 12, "9", "12345", "９", "ſ", "é", "汉", "_", " ", "－", "k")


@pytest.mark.parametrize("loose", [False, True])
@given(st.lists(st.sampled_from(PIECES), max_size=24).map("".join))
def test_matches_are_those_of_the_pattern(loose, text):
    flags = regex.I | (regex.ASCII if loose else 0)
    expected = [match.span() for match in regex.finditer(PATTERN, text, flags)]
    assert [match.span() for match in member_ids(text, 0, len(text), loose)] == expected


@given(st.lists(st.sampled_from(PIECES), max_size=24).map("".join))
def test_the_kernel_sees_the_end_of_each_match(text):
    data = f"\n{fold(text)}\n".encode()
    seen = set(ends_of_member_ids(data, places_of_digits(data)).tolist())
    for match in regex.finditer(PATTERN, text, regex.I):
        assert len(f"\n{fold(text[: match.end()])}".encode()) in seen


def test_the_digit_may_stand_far_behind():
    text = "insurance policy abcdefgh-" + "xxxxxxxxxx-" * 7 + "9 "
    detector = PiiDetector(entities=("US_HEALTH_INSURANCE_MEMBER_ID",), plausible_only=False)
    found = detector.detect([text]).to_pylist()
    assert (found[0]["start"], found[0]["end"]) == (17, 25)
    assert found[0]["score"] == np.float32(0.45)
