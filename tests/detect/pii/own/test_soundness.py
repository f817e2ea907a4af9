"""A pattern that cannot be used is refused with the reason; the others take linear time."""

import itertools
import re
import time

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from datagov.detect.pii import PiiDetector
from datagov.detect.pii.own.effort import ENDLESS, effort
from datagov.detect.pii.own.matching import MAX_MATCH, REACH, Bounded, LinearMatcher
from datagov.detect.pii.own.soundness import FLAGS, UnsoundPattern, sound_pattern
from datagov.detect.pii.rules import Recogniser
from datagov.detect.pii.supersets import parsed


def sound(pattern):
    return sound_pattern("p", pattern, 0.5, FLAGS)


def detector(*patterns):
    own = Recogniser("own", "OWN", tuple(map(sound, patterns)), FLAGS)
    return PiiDetector(entities=(), recognisers=(own,))


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("(a", "position 2: missing )"),
        ("a{2,1}", "position 2: min repeat"),
        (r"a\p{Nothing}", "unknown property"),
        ("(?R)", "unknown extension"),
        ("[[:alpha:]]+", r"\p{Alpha}"),
        ("(?:foo){e<=1}", "brace"),
        (".*", "matches the empty text"),
        ("a*", "matches the empty text"),
        (r"\b", "matches the empty text"),
        ("$^", "matches the empty text"),
        (".+", "matches nearly any text"),
        (r"[\s\S]", "matches nearly any text"),
        ("[^a]", "matches nearly any text"),
        (r"\D{3}", "matches nearly any text"),
        (r"\S+", "matches nearly any text"),
        ("\ud800", "can match nothing"),
        (r"\uD83D", "can match nothing"),
        (r"(?!(a))b\1", "group 1 is empty"),
        ("[[a]&&[b]]", r"write \["),
        ("(?!)", "can match nothing"),
        (r"[^\s\S]", "can match nothing"),
        (r"[^\w\W]a", "can match nothing"),
        ("x(?:a$b)", "can match nothing"),
        ("x^a", "can match nothing"),
        (r"a\bb", "can match nothing"),
        (r"(?<=x)(?:\d+[- ])+\d+", "not linear"),
        (r"(?=(a+)+$)a", "not linear"),
        ("(?:a{1,1000}){1,1000}", "not linear"),
        (r"(a+|b)+\1c", "not linear"),
        ("a" * 30_000, "characters long"),
        ("(" * 2000 + "a" + ")" * 2000, "nested too deep"),
        ("(" * 50 + "a" + ")+" * 50 + "b", "nests repetitions"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(pattern, reason):
    with pytest.raises(UnsoundPattern, match=re.escape(reason)):
        sound(pattern)


@pytest.mark.parametrize(
    ("pattern", "is_linear"),
    [
        (r"\b\d{5}(?:-\d{4})?\b", False),
        (r"[\w.]+@corp\.example", False),
        (r"(?<![\w.])[a-z]+-\d+(?!\w)", False),
        (r"(?<!\d)(?:\d{1,4}[- ]){1,4}\d{1,4}(?!\d)", False),
        (r"\p{Han}{2,4}先生", False),
        (r"[^\p{L}]\d{4}", False),
        (r"[{}]\{\d{2}", False),
        (r"(\w+)\s\1", False),
        (r"(a+)+$", True),
        (r"(.*)*x", True),
        (r"(a|aa)+b", True),
        (r".*a.*b", True),
        (r"(?:(?:(?:a?){30}){30}){30}b", True),
    ],
)
def test_who_matches_depends_on_what_backtracking_would_cost(pattern, is_linear):
    assert sound(pattern).linear is is_linear


def test_effort_counts_what_backtracking_does():
    assert effort(parsed("abc"), REACH) == 4
    assert effort(parsed("(a+)+b"), REACH) == ENDLESS
    assert REACH < effort(parsed(r"\d+-"), REACH) < 3 * REACH
    assert effort(parsed(".*a.*b"), REACH) > REACH**2


PATTERNS = ("(a+)+b", "(a|aa)+1", r"(?:\w+\s?)+-", r"\b(?:[ab]+-?)+\b", "(?:a?b?){2,9}1", "[^a]+b+")


@settings(max_examples=200)
@given(st.sampled_from(PATTERNS), st.text("aAb1- \né工_", max_size=14), st.integers(0, 3))
def test_the_engine_without_backtracking_finds_what_regex_does(pattern, text, start):
    start = min(start, len(text))
    found = LinearMatcher.of(pattern, FLAGS).finditer(text, start, len(text))
    expected = regex.compile(pattern, FLAGS).finditer(text, start)
    assert [(m.start(), m.end()) for m in found] == [m.span() for m in expected if m[0]]


@settings(max_examples=100)
@given(st.lists(st.sampled_from(["ab", "b", "a", "-", "a" * 400, "\n"]), max_size=30).map("".join))
def test_pieces_find_what_the_whole_does_where_no_match_is_long(text):
    pattern = regex.compile(r"\ba{1,300}b?(?!-)")
    found = Bounded(pattern, True).finditer(text, 0, len(text))
    assert [m.span() for m in found] == [m.span() for m in pattern.finditer(text)]


def test_a_match_longer_than_the_bound_is_found_in_parts():
    text = "x " + "EMP" + "7" * 5 * MAX_MATCH + " y"
    rows = detector(r"EMP\d+|\d{9,}").detect([text]).to_pylist()
    assert rows[0]["start"] == 2
    assert rows[-1]["end"] == len(text) - 2
    assert all(a["end"] == b["start"] for a, b in itertools.pairwise(rows))


def test_an_inline_flag_counts_where_the_recogniser_has_none():
    own = Recogniser("own", "OWN", (sound_pattern("p", "(?i)badge", 0.5, 0),), 0)
    table = PiiDetector(entities=(), recognisers=(own,)).detect(["BADGE badge"])
    assert table["start"].to_pylist() == [0, 6]


TEXTS = {
    "one letter": lambda n: "a" * n,
    "no blank": lambda n: ("abcdefghij" * (n // 10 + 1))[:n],
    "digits": lambda n: ("0123456789" * (n // 10 + 1))[:n],
    "nul": lambda n: "\0" * n,
    "nearly": lambda n: ("a" * 50 + "b") * (n // 51),
    "once": lambda n: "b1b2" + "a" * n,
    "han": lambda n: "工号" * (n // 2),
}
ADVERSARIES = (
    *(r"(a+)+$", r"(.*)*x", r"(a|aa)+b", r".*a.*b", r"a{1,1000}b", r"[a-z]+1[a-z]+2", r"\d+\b"),
    *(r"(?<!\w)[a-z]+-\d+(?!\w)", r"\w+", r"a.{0,300}b?c", r"\p{Han}+x?"),
)


@pytest.mark.parametrize("pattern", ADVERSARIES)
@pytest.mark.parametrize("name", TEXTS)
def test_adversaries_come_to_an_end(pattern, name):
    detector(pattern).detect([TEXTS[name](5_000)])


@pytest.mark.slow
@pytest.mark.parametrize("pattern", ADVERSARIES)
@pytest.mark.parametrize("name", TEXTS)
def test_time_grows_with_the_length_alone(pattern, name):
    own = detector(pattern)
    own.detect(["warm up"])

    def seconds(n_chars):
        begin = time.process_time()
        own.detect([TEXTS[name](n_chars)])
        return time.process_time() - begin

    # Quadratic time would be a hundred times as much.
    assert seconds(10_000_000) < 40 * seconds(1_000_000) + 2


@pytest.mark.slow
def test_time_of_a_list_grows_with_the_length_alone():
    from datagov.detect.pii.own.options import _Reader

    terms = ["a" * n for n in range(1, 60)] + ["a " * n + "b" for n in range(1, 60)]
    lists = _Reader(None).read({"deny": {"OWN": terms}})["deny"]
    own = PiiDetector(entities=(), deny=lists)
    for unit in ("a", "a ", "工a", "\0"):

        def seconds(n_chars, unit=unit):
            begin = time.process_time()
            own.detect([unit * (n_chars // len(unit))])
            return time.process_time() - begin

        assert seconds(400_000) < 24 * seconds(50_000) + 1


@pytest.mark.parametrize("pattern", [r"\s", r"\n", r"a?\s", r"\W{2}", "[^\\w]", r"x|\n"])
def test_what_separates_texts_is_found_in_none(pattern):
    found = detector(pattern)
    assert found.detect([]).num_rows == 0
    assert found.detect([""]).num_rows == 0
    assert found.detect(["", "b", ""]).num_rows == 0


def test_a_group_of_a_look_ahead_can_be_referred_to():
    (row,) = detector(r"(?=(a{1,3}))\1b").detect(["xaab"]).to_pylist()
    assert (row["start"], row["end"]) == (1, 4)
    (row,) = detector(r"(?:\ud800|q)uack").detect(["a quack"]).to_pylist()
    assert (row["start"], row["end"]) == (2, 7)
