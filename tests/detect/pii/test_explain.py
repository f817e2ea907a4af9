"""An explanation says no more and no less than the finding it explains."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagov.detect.pii import PiiDetector
from datagov.detect.pii.explain import explain
from datagov.detect.pii.own.soundness import sound_pattern
from datagov.detect.pii.rules import Recogniser

PIECES = st.sampled_from(
    [
        "my SSN is ", "536-90-4399", "card ", "4111 1111 1111 1111", " 手机", "13812345678", "，",
        "身份证", "11010519491231002X", "a.b@example.com", " phone ", "+44 20 7946 0958", "\n",
        " I have diabetes. ", "😀",
    ]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES, max_size=8).map("".join))
def test_every_finding_is_explained_as_it_is(text):
    detector = PiiDetector()
    found = detector.detect([text]).to_pylist()
    explained = explain(text, detector)
    assert [(e.start, e.end, e.category, e.rule) for e in explained] == [
        (f["start"], f["end"], f["category"], f["rule"]) for f in found
    ]
    for each in explained:
        assert each.value == text[each.start : each.end]
        if each.context:
            assert each.context in text[: each.end].lower()
        elif each.rule_score is not None and not each.check:
            assert each.score == pytest.approx(each.rule_score)


def test_the_check_and_the_word_that_decided_are_named():
    (ssn,) = explain("My SSN is 536-90-4399.", PiiDetector(entities=("US_SSN",)))
    assert ssn.context == "ssn"
    assert ssn.score > ssn.rule_score
    (card,) = explain("4111 1111 1111 1111", PiiDetector(entities=("CREDIT_CARD",)))
    assert (card.check, card.context, card.score) == ("passed", "", 1.0)


def test_what_is_written_in_full_width_is_explained_as_it_was_checked():
    (number,) = explain("身份证号１１０１０５１９４９１２３１００２Ｘ", PiiDetector())
    assert (number.score, number.check, number.context) == (1.0, "passed", "")


@pytest.mark.parametrize(
    ("text", "additions", "rule", "word"),
    [
        ("We call it day +44 20 7946 0958", True, "formatted", ""),
        ("我的手机号是13812345678", True, "announced", "手机"),
        ("the cell is 020 7946 0958", False, "libphonenumber", "cell"),
    ],
)
def test_a_word_is_named_only_where_it_raised_the_score(text, additions, rule, word):
    detector = PiiDetector(entities=("PHONE_NUMBER",), additions=additions)
    (phone,) = explain(text, detector)
    assert (phone.rule, phone.context) == (f"PhoneRecognizer: {rule}", word)
    assert (phone.score > phone.rule_score) == bool(word)


def test_a_word_in_the_match_itself_is_named():
    badge = Recogniser(
        "Badges",
        "BADGE",
        (sound_pattern("badge", r"badge-\d{4}", 0.6, 0),),
        0,
        context=("badge",),
    )
    (found,) = explain("the badge-1234", PiiDetector(recognisers=(badge,)))
    assert (found.rule_score, found.context) == (0.6, "badge")
    assert found.score == pytest.approx(0.95)


def test_all_stands_for_every_entity_of_every_language():
    detector = PiiDetector(entities=("all",), languages=("all",))
    categories = {e.category for e in explain("NIF 12345678Z; http://example.com", detector)}
    assert {"ES_NIF", "URL"} <= categories
