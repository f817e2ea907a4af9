"""Texts in every form that notebooks have them in, and what is said of others."""

import polars as pl
import pyarrow as pa
import pytest

from datagov.duplicates.exact import similarity
from datagov.duplicates.find import find
from datagov.errors import InputError
from datagov.texts import as_texts

WORDS = ["一二", "three", None]


@pytest.mark.parametrize(
    "texts",
    [
        WORDS,
        tuple(WORDS),
        pa.array(WORDS),
        pa.array(WORDS, pa.string_view()),
        pa.array(WORDS).dictionary_encode(),
        pa.chunked_array([WORDS[:1], WORDS[1:]], pa.string()),
        pl.Series(WORDS),
        pl.Series(WORDS, dtype=pl.Categorical),
    ],
)
def test_texts_are_taken_as_they_come(texts):
    assert as_texts(texts).to_pylist() == ["一二", "three", ""]


@pytest.mark.parametrize("texts", [[], pa.array([]), pl.Series([], dtype=pl.String), [None]])
def test_no_texts_are_no_error(texts):
    assert set(as_texts(texts).to_pylist()) <= {""}


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        ("abc abc", r"texts: is one text, not several; put it in a list"),
        (b"abc", r"texts: is one text"),
        (["a", 1], r"texts\[1\]: expected a string, got int"),
        (["a", b"\xff"], r"texts\[1\]: expected a string, got bytes"),
        (["a", "xy\ud800"], r"texts\[1\]: holds half of a surrogate pair at character 2"),
        (pa.array([1, 1, 22]), r"texts: are of type int64; expected strings"),
        (pl.Series([1.5]), r"texts: are of type double; expected strings"),
        (None, r"texts: expected a list, an Arrow array or a Series of strings, got"),
        (7, r"texts: expected a list"),
        ({"a": "b"}, r"texts: expected a list"),
        (pl.DataFrame({"a": ["b"]}), r"texts: expected a list"),
    ],
)
def test_what_is_no_texts_is_told(texts, told):
    with pytest.raises(InputError, match=told):
        find(texts)


def test_all_that_takes_texts_tells():
    with pytest.raises(InputError, match="is one text"):
        similarity("abc", "abc")
