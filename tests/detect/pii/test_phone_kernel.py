"""Ends of possible phone numbers are seen where a pattern over bytes sees them."""

import regex
from hypothesis import given
from hypothesis import strategies as st

from datagov.detect.pii.excerpt import places_of_digits
from datagov.detect.pii.phones import MIN_DIGITS, MOST_BETWEEN, ends_of_numbers
from datagov.detect.pii.supersets import MULTIBYTE

PIECES = ("1", "23", "4567890", " ", "-", "(", "x", "X", "a", "\n", "é", "汉", "😀", "--", ":")
BETWEEN = rf"(?:[-xX ()\[\]./~]|{MULTIBYTE}){{0,{MOST_BETWEEN}}}"
PATTERN = regex.compile(
    rf"[0-9](?:{BETWEEN}[0-9]){{{MIN_DIGITS - 1}}}[^0-9]".encode("latin-1"), regex.DOTALL
)


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_ends_are_those_of_the_pattern(text):
    data = f"\n{text}\n".encode()
    expected = sorted({match.end() for match in PATTERN.finditer(data, overlapped=True)})
    assert ends_of_numbers(data, places_of_digits(data)).tolist() == expected
