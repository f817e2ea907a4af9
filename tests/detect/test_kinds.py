"""Kernels that count characters and lines, against plain Python."""

import unicodedata

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagov.detect.kinds import (
    DAMAGED,
    INVISIBLE,
    OTHER,
    WRITTEN,
    kind_counts,
    repeated_line_shares,
)

LIKE_DAMAGED = st.text(
    st.sampled_from("aé漢🙂\u00c2\u00c3\u00e2\u0080\u00a9\u20ac\ufffd\x01\ue000 \u3000!")
)
LINES = st.lists(
    st.sampled_from(["", " ", "a", " a\u3000", "b", "\0", "\0a", "漢字", "🙂 b"]), max_size=12
)


def kind_of(text, i):
    char = text[i]
    category = unicodedata.category(char)
    if char in "\u00c2\u00c3\u00e2" and text[i + 1 : i + 2]:
        after = text[i + 1]
        if "\x80" <= after <= "\xbf" or after == "\u20ac":
            return DAMAGED
    if category[0] in "LMN":
        return WRITTEN
    if category[0] == "Z" or char in "\t\n\f\r":
        return INVISIBLE
    return DAMAGED if category in ("Cc", "Co") or char == "\ufffd" else OTHER


def repeated_share(text, min_lines):
    lines = [stripped for line in text.split("\n") if (stripped := line.strip())]
    if len(lines) < min_lines:
        return 0.0
    return 1 - sum(map(len, set(lines))) / sum(map(len, lines))


@given(st.lists(st.one_of(st.text(), LIKE_DAMAGED), max_size=5))
def test_kinds_are_those_of_unicodedata(texts):
    expected = np.zeros((len(texts), 4), int)
    for row, text in enumerate(texts):
        for i in range(len(text)):
            expected[row, kind_of(text, i)] += 1
    assert kind_counts(pa.array(texts, pa.large_string())).tolist() == expected.tolist()


@given(st.lists(LINES.map("\n".join), max_size=4), st.integers(1, 5))
def test_repeated_lines_are_those_of_a_set(texts, min_lines):
    found = repeated_line_shares(pa.array(texts, pa.large_string()), min_lines)
    assert found.tolist() == pytest.approx([repeated_share(text, min_lines) for text in texts])


def test_lines_that_differ_in_nul_or_order_only_are_different():
    texts = ["a\n\0a\nab\nba\n\0\0a", "x\n x\nx \n\tx\n"]
    found = repeated_line_shares(pa.array(texts, pa.large_string()), 2)
    assert found.tolist() == [0, 0.75]
