import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from datagov.reports.wording import LONGEST, Markdown, clip, code, markdown, share, size, visible

COMMONMARK = MarkdownIt("commonmark", {"html": True}).enable("table")
ANYTHING = st.text(st.characters(), max_size=60)
NASTY = st.text("<>&|`*_[]()!#~$\\-+=.:/\"' \n\r\tab1\u202e\u2066\u05d0\u200d\x00", max_size=40)


@pytest.mark.parametrize(
    ("hidden", "written"),
    [
        ("a\u202eb", "a⟨U+202E⟩b"),
        ("a\nb", "a⟨U+000A⟩b"),
        ("\x00", "⟨U+0000⟩"),
        ("\ud800", "⟨U+D800⟩"),
        ("a\u200db", "a⟨U+200D⟩b"),
        ("\ufeff", "⟨U+FEFF⟩"),
        ("\u2028", "⟨U+2028⟩"),
    ],
)
def test_hidden_characters_are_written_out(hidden, written):
    assert visible(hidden) == written


@pytest.mark.parametrize("text", ["👩\u200d🔬", "می\u200cخواهم", "网页 é e\u0301 𝔘", "क्\u200dष"])
def test_text_of_any_script_stays_as_it_is(text):
    assert visible(text) == text


@given(ANYTHING)
def test_visible_text_is_one_line_that_can_be_written_as_utf8(text):
    shown = visible(text)
    shown.encode()
    assert len(shown.splitlines()) <= 1
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")]


def test_long_values_are_cut_and_say_so():
    assert visible("x" * (LONGEST + 1)) == "x" * (LONGEST - 1) + "…"
    assert clip("x" * 200, 10) == "xxxxxxxxx…"
    assert clip("x" * 10, 10) == "x" * 10


def _table_cell(text: str) -> list:
    """Returns the inline tokens of `text` in a cell of a table of two columns and one row."""
    tokens = COMMONMARK.parse(f"| a | b |\n|---|---|\n| {text} | end |\n")
    cells = [token for token in tokens if token.type == "inline"]
    assert [cell.content for cell in cells[::3]] == ["a", "end"]
    assert len(cells) == 4
    return cells[2].children or []


@given(st.one_of(ANYTHING, NASTY))
def test_escaped_text_shows_itself_in_a_table_cell_and_does_nothing_else(text):
    tokens = _table_cell(markdown(text))
    assert {token.type for token in tokens} <= {"text"}
    shown = "".join(token.content for token in tokens).replace("\u2068", "").replace("\u2069", "")
    # A parser takes the blanks at the ends of a cell; an isolate around them keeps them.
    expected = visible(text).replace("\u2068", "").replace("\u2069", "")
    assert shown.strip() == expected.strip()


@given(st.one_of(ANYTHING, NASTY))
def test_escaped_text_is_one_paragraph_wherever_it_stands_in_a_line(text):
    tokens = COMMONMARK.parse(f"{markdown(text)} end\n")
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]


@given(st.one_of(ANYTHING, NASTY))
def test_code_is_a_code_span_or_escaped_text(text):
    types = {token.type for token in _table_cell(code(text))}
    assert types <= {"text"} or types == {"code_inline"}


def test_right_to_left_text_cannot_reorder_its_neighbours():
    assert markdown("שלום") == "\u2068שלום\u2069"
    assert markdown("plain") == "plain"


def test_markdown_is_not_escaped_twice():
    assert markdown(Markdown("*measured*")) == "*measured*"


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (0, 10, "0 %"),
        (0, 0, "0 %"),
        (1, 10, "10.0 %"),
        (1, 8, "12.5 %"),
        (10, 10, "100 %"),
        (999_999, 1_000_000, "99.99 %"),
        (1, 1_000_000, "< 0.01 %"),
        (1, 1_000, "0.10 %"),
    ],
)
def test_a_share_never_says_all_or_nothing_of_what_is_neither(part, whole, text):
    assert share(part, whole) == text


@pytest.mark.parametrize(
    ("n_bytes", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1_000, "1.00 kB"),
        (67_812, "67.8 kB"),
        (245_123_456, "245 MB"),
        (1_234_567_890_123, "1.23 TB"),
    ],
)
def test_sizes_are_decimal_with_three_digits(n_bytes, text):
    assert size(n_bytes) == text
