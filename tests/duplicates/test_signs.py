"""Signs: which of them make texts different, which only decorate, and that all agree on it."""

import itertools
import unicodedata

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tokenised import KEY, tokens

from datagov.corpus.batch import Cells
from datagov.duplicates.characters import ALONE, SIGN
from datagov.duplicates.exact import similarity
from datagov.duplicates.normalising import normalise
from datagov.duplicates.signs import DECORATES, sign_at
from datagov.duplicates.signs_at_once import UNSURE, does_at_once, single
from datagov.duplicates.spans import spans_of_runs
from datagov.duplicates.tokens import tables

ALPHABET = "aZ5٣中ี \n\t\u3000.-+*/%$€#!&=<>^|~()[\\…．‼²㎡½⁺＋－＼（！％−\u0338\u200b\ufe0fé×→"


def alike(one, other):
    return float(similarity([one], [other]).jaccard[0])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12 + 7", "12 - 7"),
        ("12+7", "12-7"),
        ("12 * 7", "12 / 7"),
        ("12 × 7", "12 ÷ 7"),
        ("2**5", "2*5"),
        ("x^2", "x2"),
        ("x = -5", "x = 5"),
        ("x = -5", "x = +5"),
        ("+5", "5"),
        ("(a+b)*(c)", "(a+b)/(c)"),
        ("a == b", "a != b"),
        ("a <= b", "a >= b"),
        ("a < b", "a > b"),
        ("if(a<b)", "if(a>b)"),
        ("x≤y", "x≥y"),
        ("a && b", "a || b"),
        ("if (!ok) stop", "if (ok) stop"),
        ("i += 1", "i -= 1"),
        ("C", "C#"),
        ("I write C", "I write C++"),
        ("F♯ minor", "F minor"),
        ("$5", "€5"),
        ("5 $", "5 €"),
        ("US$ 5", "US€ 5"),
        ("5 %", "5"),
        ("5%", "5‰"),
        ("a % b", "a * b"),
        ("3.14", "3 14"),
        ("1.5", "1:5"),
        ("٥+٣", "٥-٣"),
        ("aged >65 years", "aged <65 years"),
        ("aged <65 years", "aged 65 years"),
        ("p <0.05", "p >0.05"),
        ("p<0.05", "p>0.05"),
        ("(<5)", "(>5)"),
        ("dose .5 mg", "dose 5 mg"),
        ("-.5", "-5"),
        ("-$5", "$5"),
        ("f(-x)", "f(x)"),
        ("y = -\\frac{1}{2}", "y = \\frac{1}{2}"),
        ("x = - 5", "x = 5"),
        ("if (!(a && b))", "if ((a && b))"),
        ("!$ok", "$ok"),
        ("!_ok", "_ok"),
        ("x |= 2", "x &= 2"),
        ("x -= 2", "x = 2"),
        ("x *= 2", "x /= 2"),
        ("x %= 2", "x *= 2"),
        ("a[i]*b[i]", "a[i]/b[i]"),
        ("a[i]<b[i]", "a[i]>b[i]"),
        ("width*height", "width-height"),
        ("%50", "50"),
        ("٪٥", "٥"),
        ("۳٫۱۴", "۳ ۱۴"),
        ("气温-5℃", "气温5℃"),
        ("¬p", "p"),
        ("O-", "O+"),
        ("３．１４", "３：１４"),
        ("count<limit)", "count>limit)"),
        ("a <= b", "a < b"),
        ("x >>= 2", "x <<= 2"),
        ("12 +\n7", "12 *\n7"),
        ("a +\nb", "a /\nb"),
        ("五 × 三", "五 ÷ 三"),
        ("税＋价", "税－价"),
        ("\\$5", "\\€5"),
    ],
)
def test_signs_make_a_difference(one, other):
    assert alike(one, other) < 0.6
    assert alike(f"Here is {one} and more", f"Here is {other} and more") < 0.9


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("１２＋７", "12+7"),
        ("12 + 7", "12  +\t7"),
        ("12\u200b+\u200b7", "12+7"),
        ("−5 °C", "-5 °C"),
        ("5 ∕ 3", "5 / 3"),
        ("5 %", "5\u202f%"),
        ("C♯", "C#"),
        ("> what he said", "what he said"),
        (">> > what he said", "what he said"),
        ("+ a line\n- another", "a line\nanother"),
        ("**bold** words", "bold words"),
        ("Heading\n=======\nText", "Heading\nText"),
        ("# Heading #", "Heading"),
        ("word - word", "word – word"),
        ("a | b", "a b"),
        ("Ends. Here!", "Ends here"),
        ("J. R. Smith & Co.", "J R Smith Co"),
        ("well... ok", "well… ok"),
        ("#tag wow!! great", "tag wow great"),
        ("pages 12-15", "pages 12–15"),
        ("$HOME $x$", "HOME x"),
        ("well-known", "well known"),
        ("３．１４", "3.14"),
        ("这是**重点**内容，请注意。", "这是重点内容，请注意。"),
        ("#话题#今天", "话题 今天"),
        ("今日は#タグ", "今日は #タグ"),
        ("😀#love", "😀love"),
        ("什么？！真的吗", "什么？真的吗"),
        ("“好”！然后", "“好”。然后"),
        ("안녕하세요^^ 반갑습니다", "안녕하세요 반갑습니다"),
        ("(^_^) hi", "hi"),
        ("Thanks =) Bye", "Thanks :) Bye"),
        ("|---+---| a", "a"),
        ("◾ item", "item"),
        ("∙ item", "item"),
        ("→ x", "-> x"),
        ("and / or", "and/or"),
        ("Home > Products", "Home » Products"),
        ("5\\%", "5%"),
        ("C\\#", "C#"),
        ("<td>5</td>", "<td> 5 </td>"),
        ("one<br>two", "one <br> two"),
        ("  % comment", "comment"),
        ("–5", "-5"),
        ("5  % of", "5 % of"),
        ("$  5", "$ 5"),
        ("12 +\n7", "12 + 7"),
        ("        * Redistributions in", "Redistributions in"),
        ("can be  * found", "can be found"),
        ("* x y\n* z w", "* x y * z w"),
        ("== Heading ==\nText here", "Heading Text here"),
        ("R & D", "R&D"),
        ("AT&T", "AT T"),
        ("<p>Text</p>", "<p> Text </p>"),
        ("x = 5", "x=5"),
        ("List<String> foo", "List <String> foo"),
    ],
)
def test_what_decorates_makes_none(one, other):
    assert alike(one, other) == 1


@given(st.text(st.sampled_from(ALPHABET), max_size=14))
@example("㎡%")
@example("=\u0338 5")
@example("1…5")
def test_composing_changes_no_sign(text):
    want = tokens(text)
    assert tokens(unicodedata.normalize("NFKC", text)) == want


@given(st.text(st.sampled_from(ALPHABET), max_size=14))
def test_what_is_equal_but_for_white_space_width_and_case_has_equal_tokens(text):
    assert tokens(normalise(text)) == tokens(text)


@given(st.text(st.sampled_from("a5中 \n.-+*/%$€#!&=<>^()×"), max_size=14), st.integers(0, 14))
def test_a_joiner_that_nobody_sees_changes_no_sign(text, at):
    assert tokens(text[:at] + "\u2060" + text[at:]) == tokens(text)


@given(st.text(st.sampled_from("a5中 .-+*/%$#!&=<>^()×→"), max_size=20))
def test_signs_are_no_tokens_of_their_own(text):
    without = "".join(each if each in "a5中" else " " for each in text)
    assert len(tokens(text)) == len(tokens(without))


@given(st.text(st.sampled_from("a5 .-+*/%$#!&=<>^()×"), max_size=20))
def test_a_span_begins_or_ends_with_the_sign_of_its_token(text):
    n = len(tokens(text))
    cells = Cells(pa.array([0]), pa.array(["t"]), pa.array([text], pa.large_string()))
    if not n:
        return
    every = np.arange(n, dtype=np.int64)
    spans = spans_of_runs(cells, 1, KEY, np.zeros(n, np.int64), every, np.ones(n, np.int64))
    places = list(zip(spans["start"].to_pylist(), spans["end"].to_pylist(), strict=True))
    assert places == sorted(places)
    for before, after in itertools.pairwise(places):
        assert before[1] <= after[0]
    for start, end in places:
        assert set(text[start:end]) & set("a5")
        assert not text[start].isspace()
        assert not text[end - 1].isspace()


def test_the_span_of_a_token_takes_in_its_sign():
    text = "C++ costs $5 or 7 % of -3.5"
    cells = Cells(pa.array([0]), pa.array(["t"]), pa.array([text], pa.large_string()))
    n = len(tokens(text))
    every = np.arange(n, dtype=np.int64)
    spans = spans_of_runs(cells, 1, KEY, np.zeros(n, np.int64), every, np.ones(n, np.int64))
    places = zip(spans["start"].to_pylist(), spans["end"].to_pylist(), strict=True)
    found = [text[start:end] for start, end in places]
    assert found == ["C++", "costs", "$5", "or", "7 %", "of", "-3", ".5"]


@given(st.text(st.sampled_from("abZ5 \n.-+*/%$#!&=<>^|()[]\\_,中\u2060"), max_size=12))
def test_a_look_at_the_neighbours_tells_the_same(text):
    data = np.frombuffer(text.encode(), np.uint8)
    kind, folded, _ = tables()
    for at in range(len(data)):
        if data[at] < 0x80 and SIGN <= kind[data[at]] < ALONE:
            does = does_at_once(data, 0, len(data), at)
            if does != UNSURE:
                told, sign, _ = sign_at(data, 0, len(data), at, 1, kind, folded)
                assert does == told
                assert does == DECORATES or sign == single(data[at])
