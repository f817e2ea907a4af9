"""An explanation says no more and no less than the finding it explains."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagov.detect.pii import PiiDetector
from datagov.detect.pii.explain import explain

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
            assert each.context in text[: each.start].lower()
        elif each.rule_score is not None and not each.check:
            assert each.score == pytest.approx(each.rule_score)


def test_the_check_and_the_word_that_decided_are_named():
    (ssn,) = explain("My SSN is 536-90-4399.", PiiDetector(entities=("US_SSN",)))
    assert ssn.context == "ssn"
    assert ssn.score > ssn.rule_score
    (card,) = explain("4111 1111 1111 1111", PiiDetector(entities=("CREDIT_CARD",)))
    assert (card.check, card.context, card.score) == ("passed", "", 1.0)


def test_all_stands_for_every_entity_of_every_language():
    detector = PiiDetector(entities=("all",), languages=("all",))
    categories = {e.category for e in explain("NIF 12345678Z; http://example.com", detector)}
    assert {"ES_NIF", "URL"} <= categories
