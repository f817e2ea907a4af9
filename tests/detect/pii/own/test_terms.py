"""Terms of lists are found as words, in any case, beside any script, and carried by digest."""

import pickle

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from datagov.detect.detector import config_digest
from datagov.detect.pii import PiiDetector
from datagov.detect.pii.explain import explain
from datagov.detect.pii.own import casing
from datagov.detect.pii.own.casing import fold_case
from datagov.detect.pii.own.options import load_options
from datagov.detect.pii.own.terms import Terms


def detector(**options):
    return PiiDetector(entities=("EMAIL_ADDRESS", "CREDIT_CARD"), **load_options(options, None))


def values(own, text):
    return [
        (text[row["start"] : row["end"]], row["category"]) for row in own.detect([text]).to_pylist()
    ]


def test_letters_are_alike_where_regex_takes_them_for_one_another():
    cased = [c for c in map(chr, range(0x20000)) if c.lower() != c or c.upper() != c]
    every = "".join(cased)
    for char in cased:
        if char in "iIİı":
            continue
        alike = set(regex.findall(regex.escape(char), every, regex.IGNORECASE))
        assert {c for c in alike if fold_case(c) == fold_case(char)} == alike
    assert max(map(ord, (c for c in map(chr, range(0x110000)) if c.lower() != c))) < 0x1FFFF
    assert len(casing.fold_case("İstanbul ẞ")) == 10


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Li met Zhang San.", ["Li", "Zhang San"]),
        ("Lid, aLi, Li_ and LI", ["LI"]),
        ("我和李四去New York。", ["李四", "New York"]),
        ("用户李四VIP与Li在一起", ["李四", "Li"]),
        ("ÉLODIE MARTIN, élodie martinet", ["ÉLODIE MARTIN"]),
        ("New York New Yorker", ["New York", "New"]),
        ("Ｌｉ 写全角", ["Ｌｉ"]),
        ("иван Петров", ["иван Петров"]),
        ("asp.net .NET", [".NET"]),
        ("", []),
    ],
)
def test_terms_are_found_as_words(text, found):
    terms = ["Li", "Zhang San", "李四", "Élodie Martin", "New", "New York", "Иван Петров", ".net"]
    assert values(detector(deny={"STAFF": terms}), text) == [(each, "STAFF") for each in found]


def test_case_counts_where_the_list_says_so():
    own = detector(deny={"STAFF": {"terms": ["Élodie", "Li"], "ignore_case": False}})
    assert values(own, "élodie Élodie li Li") == [("Élodie", "STAFF"), ("Li", "STAFF")]


def test_a_weak_term_counts_beside_its_context():
    own = detector(deny={"STAFF": {"terms": ["Baker"], "score": 0.2, "context": ["employee"]}})
    assert values(own, "A baker bakes.") == []
    (row,) = own.detect(["Our employee Baker"]).to_pylist()
    assert row["score"] == pytest.approx(0.55)
    (explained,) = explain("Our employee Baker", own)
    assert (explained.rule, explained.context) == ("deny: STAFF", "employee")
    assert explained.classes == ("personal",)


@settings(max_examples=60)
@given(
    st.lists(st.text("aÉé工 .İk", min_size=1, max_size=4).map(str.strip).filter(bool), min_size=1),
    st.lists(st.text("aAÉé工 .,İkK\u212a\u3000ａ", max_size=12), max_size=4),
)
def test_no_term_between_blanks_is_missed(terms, texts):
    own = detector(deny={"OWN": terms})
    known = set(map(fold_case, terms))
    table = own.detect(texts)
    for cell, text in enumerate(texts):
        spans = [
            (r["start"], r["end"])
            for r in table.filter(table["cell"].to_numpy() == cell).to_pylist()
        ]
        for start in range(len(text)):
            for end in range(start + 1, len(text) + 1):
                is_free = f" {text} "[start] in " .," and f" {text} "[end + 1] in " .,"
                if is_free and fold_case(text[start:end]) in known:
                    assert any(s < end and start < e for s, e in spans)


def test_allowed_values_are_not_reported():
    card, mail = "4111 1111 1111 1111", "Info@Example.com"
    text = f"{card} and {mail} and ann@example.org"
    for match, allowed, left in (
        ("exact", [mail, "4111-1111-1111-1111"], [card, "ann@example.org"]),
        ("case", ["info@example.com"], [card, "ann@example.org"]),
        ("value", ["4111-1111-1111-1111", "info@EXAMPLE.com"], ["ann@example.org"]),
        ("regex", [r"^info@", r"example\.org$"], [card]),
    ):
        own = detector(allow={"terms": allowed, "match": match})
        assert [value for value, _ in values(own, text)] == left


def test_a_denied_term_can_be_allowed():
    own = detector(deny={"STAFF": ["Baker", "Smith"]}, allow=["Baker"])
    assert values(own, "Baker Smith baker") == [("Smith", "STAFF"), ("baker", "STAFF")]


def test_a_detector_is_its_terms_and_not_where_they_came_from(tmp_path):
    (tmp_path / "terms.txt").write_bytes("\ufeffSmith\r\n\r\n  Jones \r\n".encode())
    from_file = PiiDetector(**load_options({"deny": {"STAFF": "terms.txt"}}, tmp_path))
    inline = PiiDetector(**load_options({"deny": {"STAFF": ["Jones", "Smith", "Smith"]}}, tmp_path))
    other = PiiDetector(**load_options({"deny": {"STAFF": ["Jones"]}}, tmp_path))
    assert from_file == inline
    assert config_digest(from_file) == config_digest(inline) != config_digest(other)
    assert pickle.loads(pickle.dumps(from_file)) == from_file
    assert "Smith" not in repr(from_file)


def test_many_terms_are_looked_for_at_once_and_weigh_little():
    terms = [f"Person{i:06} Name{i % 977}" for i in range(20_000)]
    own = detector(deny={"STAFF": terms})
    assert len(pickle.dumps(own)) < 400_000
    assert values(own, f"x {terms[777]}, {terms[19_999].upper()} {terms[5]}x") == [
        (terms[777], "STAFF"),
        (terms[19_999].upper(), "STAFF"),
    ]
    assert Terms.of(terms).n_terms == 20_000


@pytest.mark.parametrize("n_others", [0, 3000])
def test_many_terms_in_other_scripts_are_found_in_any_case(n_others):
    digits = str.maketrans("0123456789", "абвгдежзик")
    others = [f"{i}ов".translate(digits) for i in range(10_000, 10_000 + n_others)]
    own = detector(deny={"STAFF": ["Иван Öz", *others]})
    assert values(own, "ИВАН ÖZ, иван öz и Иваном") == [("ИВАН ÖZ", "STAFF"), ("иван öz", "STAFF")]
    for other in others[:3]:
        assert values(own, f"это {other.upper()}!") == [(other.upper(), "STAFF")]
