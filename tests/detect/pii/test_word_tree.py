"""Context words are found wherever they stand, in any case."""

from hypothesis import given
from hypothesis import strategies as st

from datagov.detect.pii.word_kernel import find_words
from datagov.detect.pii.word_tree import WordTree, forms

WORDS = (
    "id",
    "card",
    "cards",
    "ar",
    "電話",
    "話",
    "телефон",
    "τελικός",
    "τελικόσ",
    "straße",
    "ınt",
)
TEXTS = (*WORDS, *map(str.upper, WORDS), "x", "ca", "電", " ", "т", "Σ", "İ")


@given(st.lists(st.sampled_from(TEXTS), max_size=12).map("".join))
def test_each_word_is_found_in_any_case_within_others_too(text):
    expected = [
        (len(text[:end].encode()), word)
        for end in range(len(text) + 1)
        for word in WORDS
        if len(word) <= end
        and all(c in forms(w) for w, c in zip(word, text[end - len(word) : end], strict=True))
    ]
    words, ends = find_words(WordTree.of(WORDS), f"{text}\n".encode())
    found = zip(ends.tolist(), (WORDS[word] for word in words.tolist()), strict=True)
    assert sorted(found) == sorted(expected)
    assert ends.tolist() == sorted(ends.tolist())


def test_forms_are_what_small_letters_are_made_of():
    assert [forms(char) for char in "aπßı5"] == [{"a", "A"}, {"π", "Π"}, {"ß"}, {"ı"}, {"5"}]
