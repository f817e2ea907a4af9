"""Folding by a table is what unicodedata does, for texts of any script."""

import sys
import unicodedata

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from datagov.corpus.batch import Cells
from datagov.duplicates.composing import joining, texts_that_join
from datagov.duplicates.normalising import normalise, normalised
from datagov.duplicates.tokens import Buffers

# Marks, vowels and letters that compose, reorder or expand, close together.
JOINING = st.text(
    st.sampled_from(
        "aeosAİıßſΣς́̀̈̇̂̃̄̌̚ͅͅ각가각​�नऩ़्क़োোெொගොﬁﷺ①½ｱﾞﾟカガ゙がَُّْٓٔأا اשּׁ𝐀𝟘👨‍👩‍👧🇨🇳️\u00a0\u3000\u2028\x1c\x85 \t\n¨ 　ẹ́ệ"
    ),
    max_size=12,
)


def fold(texts):
    return normalised(pa.array(texts, pa.large_string())).to_pylist()


@given(st.lists(st.one_of(st.text(), JOINING), max_size=6))
def test_texts_are_normalised_as_unicodedata_does(texts):
    assert fold(texts) == [normalise(text) for text in texts]


@given(st.one_of(st.text(), JOINING))
def test_normalising_twice_changes_nothing(text):
    assert fold(fold([text])) == fold([text])


@given(st.one_of(st.text(), JOINING))
def test_composed_and_decomposed_text_are_one(text):
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert fold([composed]) == fold([decomposed])


def test_every_code_point_by_itself_and_between_letters():
    codes = [chr(c) for c in range(sys.maxunicode + 1) if not 0xD800 <= c < 0xE000]
    for texts in (codes, [f"e{char}\u0323" for char in codes]):
        assert fold(texts) == [normalise(text) for text in texts]


def test_a_slice_of_an_array_is_normalised_by_itself():
    texts = pa.array(["Eins", "ZWEI  ", " Drei"], pa.large_string())
    assert normalised(texts.slice(1, 1)).to_pylist() == ["zwei"]
    assert normalised(texts.slice(3)).to_pylist() == []


@given(JOINING)
def test_a_text_without_neighbours_that_join_is_normalised_code_point_by_code_point(text):
    joins = texts_that_join(pa.array([text], pa.large_string()), joining())
    if not joins[0]:
        one_by_one = "".join(unicodedata.normalize("NFKC", char) for char in text)
        assert one_by_one == unicodedata.normalize("NFKC", text)


def test_ordinary_writing_need_not_be_normalised_as_a_whole():
    texts = ["Tiếng Việt, l'été à Øre", "हिन्दी में लिखा क़लम", "বাংলায় লেখা", "日本語のガラス", "한국어"]
    assert not texts_that_join(pa.array(texts, pa.large_string()), joining()).any()


@given(st.integers(0, 100), JOINING)
def test_ascii_before_a_text_hides_nothing_in_it(n_before, text):
    texts = pa.array([text, "x" * n_before + "\n" + text], pa.large_string())
    alone, behind = texts_that_join(texts, joining())
    assert behind == alone


@given(st.lists(JOINING, max_size=4).map("\n".join))
def test_texts_whose_characters_join_are_compared_as_composed(text):
    texts = pa.array([text], pa.large_string())
    cells = Cells(pa.array([0]), pa.array(["text"]), texts)
    if texts_that_join(texts, joining())[0]:
        assert Buffers.of(cells, 1).data.tobytes() == unicodedata.normalize("NFKC", text).encode()
