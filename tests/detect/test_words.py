"""Counting words in a kernel, against a regular expression."""

import numpy as np
import pyarrow as pa
import regex
from hypothesis import given
from hypothesis import strategies as st

from datagov.detect.words import WordLists, count_words
from datagov.utf8 import text_buffers

WORD = regex.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
LISTS = [
    {"the": [(0, 1.0)], "de": [(1, 0.5), (2, 0.5)], "d'un": [(1, 1.0)], "été": [(1, 1.0)]},
    {"и": [(3, 1.0)], "the": [(3, 0.25)]},
]
NEAR = st.text(st.sampled_from("thedunDUNÉéТи'’ _1.é漢🙂"), max_size=30)


@given(st.lists(st.tuples(st.one_of(st.text(), NEAR), st.integers(0, 1)), max_size=6))
def test_words_are_those_of_a_regular_expression(rows):
    data, offsets = text_buffers(pa.array([text for text, _ in rows], pa.large_string()))
    which = np.array([index for _, index in rows], np.int64)
    scores, n_words = count_words(data, offsets[:-1], offsets[1:], which, WordLists.of(LISTS), 4)
    for row, (text, index) in enumerate(rows):
        words = WORD.findall(text)
        assert n_words[row] == len(words)
        expected = np.zeros(4)
        for word in words:
            small = "".join(char.lower()[0] for char in word)
            for group, weight in LISTS[index].get(small, ()):
                expected[group] += weight
        assert scores[row].tolist() == expected.tolist()
