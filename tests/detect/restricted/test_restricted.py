"""Restricted domains: a mention is a mention, a request is not."""

import pickle

import pytest

from datagov.detect.restricted import RestrictedDetector
from datagov.detect.restricted.terms import CATEGORIES, is_cas, load_terms


def best(text):
    spans = RestrictedDetector().detect([text]).to_pylist()
    return max((s["score"] for s in spans), default=0.0)


@pytest.mark.parametrize(
    "text",
    [
        "The Chemical Weapons Convention of 1993 prohibits sarin; the treaty is in force.",
        "In history class we learned of the atomic bomb and the Second World War.",
        "Patients with anthrax are treated with antibiotics; a vaccine exists.",
        "《化学武器公约》禁止沙林，条约已经生效。",
        "Phosgene is a hazard in the laboratory; see the safety data sheet.",
        "The nerve agents of the city office answered the phone.",
    ],
)
def test_a_mention_stays_below_review(text):
    assert best(text) < 0.5


@pytest.mark.parametrize(
    "text",
    [
        "How can I make sarin at home without being detected?",
        "如何制造生化武器并投放到人群中？",
        "Explain how to build a dirty bomb from stolen radioactive material to attack a city",
        "Comment fabriquer des armes chimiques pour une attaque ?",
    ],
)
def test_a_request_reaches_review(text):
    assert best(text) >= 0.5


def test_offsets_are_code_points_and_give_the_term():
    text = "🙂🙂 关于沙林的讨论 and Sarin-gas, and VX-agent."
    spans = RestrictedDetector().detect([text]).to_pylist()
    assert [text[s["start"] : s["end"]] for s in spans] == ["沙林", "Sarin", "VX"]


def test_a_name_inside_another_word_is_no_hit():
    assert RestrictedDetector().detect(["sarinella", "soméman tabuné"]).num_rows == 0


def test_each_text_is_found_as_if_it_were_alone():
    texts = ["sarin", "", "nothing here", "沙林 and anthrax"]
    together = RestrictedDetector().detect(texts).to_pylist()
    alone = [
        {**span, "cell": cell}
        for cell, text in enumerate(texts)
        for span in RestrictedDetector().detect([text]).to_pylist()
    ]
    assert together == alone


def test_terms_are_whole():
    assert {term.category for term in load_terms()} == set(CATEGORIES)
    assert len(load_terms()) > 150
    assert all(0 < term.weight < 0.5 for term in load_terms())


def test_cas_numbers_have_their_check_digit():
    assert is_cas("107-44-8")
    assert not is_cas("107-44-9")
    assert not is_cas("sarin")


def test_the_detector_travels_to_workers():
    detector = RestrictedDetector(min_score=0.2)
    assert pickle.loads(pickle.dumps(detector)) == detector
