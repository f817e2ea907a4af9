import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from datagov.release.excerpts import mask
from datagov.release.masked_tokens import LONGEST_CHARS, SORTS, masked_tokens

KEY = b"k" * 32


def told(text):
    found = masked_tokens(text, KEY)
    return [
        (shape.strip(), SORTS[sort]) for shape, sort in zip(found.shapes, found.sorts, strict=True)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Call Ann", [("Xxxx", "capitalised"), ("Xxx", "capitalised")]),
        ("at 3.50, A12", [("at", "word"), ("#.##", "number"), (",", "sign"), ("X##", "number")]),
        ("王小明。", [("某", "character")] * 3 + [("。", "sign")]),
        ("ไทย", [("x", "character")] * 3),
        ("مرحبا ؟", [("xxxxx", "word"), ("؟", "sign")]),
        ("e\u0301t", [("xxx", "word")]),
        ("👨‍👩‍👧 ❤️", [("👨👩👧", "sign"), ("❤", "sign")]),
        ("a\u202eb\u200b", [("x", "word"), ("·", "sign"), ("x", "word"), ("·", "sign")]),
        ("", []),
    ],
)
def test_tokens_keep_their_shape_alone(text, expected):
    assert told(text) == expected


def test_names_of_one_shape_are_told_apart_and_equal_ones_meet():
    one, other, again = masked_tokens("Anna Emma Anna", KEY).hashes
    assert one == again != other
    assert masked_tokens("Anna", b"j" * 32).hashes[0] != one


def test_where_tokens_begin_and_lines_end():
    found = masked_tokens("  one\n\ntwo", KEY)
    assert found.starts.tolist() == [2, 7]
    assert found.shapes == ["xxx ¶ ", "xxx"]
    assert found.whole
    assert not masked_tokens("x " * LONGEST_CHARS, KEY).whole


@given(st.text())
@example("\U0001cc00")
def test_no_letter_digit_or_hidden_character_is_shown(text):
    for shape in masked_tokens(text, KEY).shapes:
        shown = shape.rstrip(" ¶")
        assert shown == mask(shown)
        assert shown.isprintable()


@pytest.mark.parametrize("unit", ["1.", "1", "a\u0301", "'", "a'", "👨‍", "\u0301", "的"])
def test_long_runs_of_anything_take_linear_time(unit):
    masked_tokens(unit * (LONGEST_CHARS // len(unit)) + "a", KEY)
