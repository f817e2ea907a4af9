"""Redaction and excerpts: nothing of a value survives."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagov.release.excerpts import excerpt, mask
from datagov.release.redaction.removals import Removal, merged, replaced

spans = st.lists(
    st.builds(
        lambda start, length, category, score: Removal(start, start + length, category, score),
        st.integers(0, 20), st.integers(1, 8), st.sampled_from(["A", "B"]),
        st.sampled_from([0.4, 0.9]),
    ),
    max_size=6,
)  # fmt: skip


@given(spans, st.randoms())
def test_merged_spans_cover_the_same_and_do_not_overlap(removals, random):
    shuffled = list(removals)
    random.shuffle(shuffled)
    result = merged(removals)
    assert result == merged(shuffled)
    assert all(a.end <= b.start for a, b in itertools.pairwise(result))
    covered = {i for r in removals for i in range(r.start, r.end)}
    assert {i for r in result for i in range(r.start, r.end)} == covered


@given(spans)
def test_no_character_of_a_span_survives(removals):
    text = "".join(chr(0x4E00 + i) for i in range(30))
    covered = {text[i] for r in removals for i in range(r.start, min(r.end, 30))}
    assert not covered & set(replaced(text, removals)[0])


def test_the_label_is_that_of_the_best_overlapping_span():
    text = "call 13812345678 now"
    removals = [Removal(5, 16, "PHONE_NUMBER", 0.4), Removal(5, 16, "CN_MOBILE", 0.9)]
    assert replaced(text, removals)[0] == "call [CN_MOBILE] now"


@given(st.text())
def test_a_mask_keeps_the_length_and_shows_no_digit_or_capital_word(text):
    masked = mask(text)
    assert len(masked) == len(text)
    assert not any(char.isdigit() for char in masked)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("at fe80::a now", "at xx##::x xxx"),
        ("my e-mail: x", "my e-mail: x"),
        ('"password": ', '"password": '),
        ("api_key=", "api_key="),
        ("email是", "email是"),
        ("see name@host", "xxx xxxx@xxxx"),
    ],
)
def test_a_listed_word_is_shown_only_where_it_is_a_word(text, shown):
    assert mask(text) == shown


def test_a_name_beside_a_number_does_not_survive():
    text = "Patient 王小明 (Will Smith, b. 1980) phone 555-0147 please"
    start = text.index("555")
    shown = excerpt(text, start, start + 8, "PHONE_NUMBER")
    for secret in ("王小明", "Will", "Smith", "1980", "555"):
        assert secret not in shown
    assert "phone [PHONE_NUMBER]" in shown


def test_what_is_equal_only_since_redaction_is_counted(write_jsonl, release):
    path = write_jsonl(
        [
            {"text": "please write to jane.roe@example.org today"},
            {"text": "please write to john.doe@example.org today"},
            {"text": "please write to john.doe@example.org today"},
            {"text": "the very same line"},
            {"text": "The very  same line"},
        ]
    )
    result = release(path)
    found = result.metrics["duplicates"]["normalised"]
    assert found["by_redaction"] == 1
    assert result.metrics["records"]["dropped"] == 3
    page = (result.out / "report/index.html").read_text("utf-8")
    assert "since redaction took the same out of both: 1." in page
