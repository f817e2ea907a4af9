"""Context words: what the kernel is sure of is what the tokenizer says."""

import re
import string

import numpy as np
import pyarrow as pa
import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.lang.en import English

from datagov.detect.pii import PiiDetector
from datagov.detect.pii.context import (
    MAX_SUFFIX,
    NO_KEYWORD,
    _known,
    _tokenizer,
    first_held,
    keywords,
    keywords_with,
    own_keywords,
    special_words,
    stop_words,
)
from datagov.detect.pii.context_kernel import (
    ASK,
    NO,
    YES,
    _has_keyword,
    _most_keywords,
    known_words,
    verdicts,
)
from datagov.detect.pii.places import find_places
from datagov.detect.text_buffer import TextBuffer

TOKENIZER = spacy.blank("en").tokenizer
FAST_TOKENIZER = _tokenizer()
PIECES = (
    *("phone", "Phone:", "the", "cannot", "don't", "don’t", "10km", "x", "3.5", "http://a.b/c"),
    *("card", "CARD", "id", "ID", "(mobile)", "cell-phone", "a=b", "U.S.", ":-)", "ünder", "电话"),
    *(
        " ",
        " ",
        " ",
        " ",
        "  ",
        "\n",
        "\u3000",
        "'",
        ":",
        ",",
        "_",
        "$5",
        "12",
        "e.g.",
        "well-known",
    ),
)
TABLE = known_words(stop_words(), special_words())
SCAN = PiiDetector().plan()


LONG = "abcdefghij/" * 4
ENDS = (
    "...",
    "5km/h",
    "km/h",
    ".html",
    "." * 40,
    "km²",
    "9km",
    "'s",
    "’s",
    "p.m.",
    "AB.",
    "€",
    "5€",
    "％.",
    "—",
    '")',
    "😀",
)


def spacy_count(run: str) -> int:
    return sum(keyword != NO_KEYWORD for _, keyword in _known().tokens_of(run, False))


def assert_bounds_hold(run: str) -> None:
    data = np.frombuffer(run.encode(), np.uint8)
    least, most = (each(data, 0, len(data), TABLE) for each in (_has_keyword, _most_keywords))
    assert least <= spacy_count(run) <= most


@given(st.text(string.ascii_letters, min_size=1, max_size=12))
def test_letters_of_ascii_are_one_token(run):
    assert run in special_words() or [token.text for token in TOKENIZER(run)] == [run]


def test_what_spacy_takes_off_an_end_is_short_or_dots():
    for suffix in English.Defaults.suffixes:
        assert re.compile(suffix).search("." * 99) or width(suffix) <= MAX_SUFFIX, suffix


def width(pattern: str) -> int:
    return int(re._parser.parse(pattern).getwidth()[1])


@settings(deadline=None)
@given(st.lists(st.sampled_from((*PIECES, *ENDS, LONG)), max_size=8).map("".join) | st.text())
def test_tokens_are_those_of_spacy(run):
    tokens, same = FAST_TOKENIZER(run), TOKENIZER(run)
    assert [(t.idx, t.text) for t in tokens] == [(t.idx, t.text) for t in same]


@settings(deadline=None)
@given(st.lists(st.sampled_from([p for p in PIECES if not p.isspace()]), min_size=1, max_size=5))
def test_keywords_of_a_run_lie_between_the_bounds(pieces):
    assert_bounds_hold("".join(pieces))


@pytest.mark.slow
def test_the_bounds_hold_for_all_that_spacy_takes_apart():
    for word in sorted(special_words() | stop_words()):
        for run in (word, word.upper(), f"{word}:", f"({word}),", f"{word}'s", f"{word}9"):
            if not any(map(str.isspace, run)):
                assert_bounds_hold(run)


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=30), st.data())
def test_a_sure_answer_is_what_the_tokenizer_says(pieces, data):
    text = "".join(pieces) + "1"
    start = data.draw(st.integers(0, len(text) - 1))
    texts = pa.array(["phone", text, "phone"], pa.large_string())
    buffer = TextBuffer.of(texts)
    _, nearby = find_places(texts, buffer, SCAN)
    lists = np.arange(len(SCAN.searches))
    answers = verdicts(
        np.frombuffer(buffer.data, np.uint8),
        buffer.positions(np.full(len(lists), 1), np.full(len(lists), start)),
        *(np.full(len(lists), each[1]) for each in (buffer.starts, buffer.ends)),
        lists,
        nearby.positions,
        nearby.words,
        SCAN.word_lengths,
        SCAN.members,
        TABLE,
    )

    def is_among(which: int, found: list[str]) -> bool:
        return any(word in each for word in SCAN.context[which] for each in found)

    found, own = list(keywords(text, start)), list(own_keywords(text, start))
    said = {NO: False, YES: True}
    for which, answer in enumerate(answers.tolist()):
        if answer != ASK:
            assert said.get(answer, is_among(which, own)) == is_among(which, found)


@settings(deadline=None)
@given(st.lists(st.sampled_from((*PIECES, LONG, "İ", "ΑΣ")), max_size=200), st.data())
def test_runs_before_the_farthest_word_need_not_be_taken_apart(pieces, data):
    text = "".join(pieces) + "1"
    start = data.draw(st.integers(0, len(text) - 1))
    words = data.draw(st.sets(st.sampled_from(("phone", "card", "ας", "id", "."))))
    every, needed = keywords(text, start), keywords_with(text, start, words)
    assert first_held(needed, words) == first_held(every, words)
