"""Matches of a fixed width end where a pattern over bytes says."""

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from datagov.detect.pii.fixed_patterns import FixedPattern, ends_of_fixed
from datagov.detect.pii.presidio import presidio_recognisers

FISCAL = next(r for r in presidio_recognisers("it") if r.name == "ItFiscalCodeRecognizer")
PATTERNS = (FISCAL.patterns[0].superset, r"[ab]{3}a[bc]{4}[a-c]{3}a", r"a{12}", r"[a-z][0-9]{11}")
PIECES = st.sampled_from(("a", "b", "c", "aaa", "abc", "1", "12345678901", "RSSMRA", "85T10A562S"))


@pytest.mark.parametrize("caseless", [False, True])
@pytest.mark.parametrize("pattern", PATTERNS)
@given(st.lists(PIECES | st.sampled_from(("A", "L", "é", "汉", "\n")), max_size=30).map("".join))
def test_ends_are_those_of_the_pattern(pattern, caseless, text):
    data = text.encode()
    flags = regex.IGNORECASE if caseless else 0
    matches = regex.finditer(pattern.encode(), data, flags, overlapped=True)
    fixed = FixedPattern.of(pattern, caseless=caseless)
    assert ends_of_fixed(fixed, data).tolist() == [match.end() for match in matches]


@pytest.mark.parametrize(
    "pattern",
    ["[ab]{11}", "a{12,13}", r"\ba{12}", "a{11}(?:b|cd)", r"a{11}\xe4", "[^a]{12}", "a{12"],
)
def test_other_patterns_are_not_read(pattern):
    assert FixedPattern.of(pattern, caseless=True) is None
