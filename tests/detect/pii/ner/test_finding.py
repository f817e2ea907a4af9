"""Entities of a model in single texts: places, pieces, languages, samples."""

import itertools
import random

import pyarrow as pa
import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from datagov.detect.pii import PiiDetector
from datagov.detect.pii.ner.engines import loaded
from datagov.detect.pii.ner.pieces import LONGEST, pieces
from datagov.detect.pii.ner.routing import routes

FRAME = "Yesterday {} went to Zoranto by train and it was late."


def by_model(detector, texts):
    """What the model found, per text."""
    rows = detector.detect(texts).to_pylist()
    found = [[] for _ in texts]
    for row in rows:
        if row["rule"].startswith("NER: "):
            value = texts[row["cell"]][row["start"] : row["end"]]
            found[row["cell"]].append((row["start"], row["category"], value))
    return found


def names(detector, text):
    return [value for _, category, value in by_model(detector, [text])[0] if category == "PERSON"]


BEFORE = ["", "😀😀 ", "𝒳 𐍈 ", "e\u0301 ", "👩‍👩‍👧 ", "\u202eabc\u202c ", "汉字 ", "\0 ", "\u2028 "]


@pytest.mark.parametrize("before", BEFORE)
def test_offsets_count_code_points(detector, before):
    text = f"The weather was bad. {before}{FRAME.format('Zanele Qwabe')}"
    assert "Zanele Qwabe" in " ".join(names(detector(), text))


def test_a_combined_character_inside_a_name_does_not_move_what_follows(detector):
    text = FRAME.format("Zane\u0301le Qwabe") + " " + FRAME.format("Bheki Ndlovu")
    assert "Bheki Ndlovu" in names(detector(), text)


def test_each_text_is_looked_at_by_itself(detector, corpus):
    own = detector()
    whole = by_model(own, corpus)
    assert sum(map(len, whole)) > 100
    assert [by_model(own, [text])[0] for text in corpus] == whole
    assert by_model(own, corpus[:31]) + by_model(own, corpus[31:]) == whole


def test_a_long_text_is_cut_and_everything_stands_where_it_stood(detector):
    draw = random.Random(5)
    persons = ["Zanele Qwabe", "Bheki Ndlovu", "Xolani Okonjo"]
    text = " ".join(FRAME.format(draw.choice(persons)) for _ in range(1500))
    assert len(text) > 3 * LONGEST
    expected = [(m.start(), "PERSON", m[0]) for m in regex.finditer("|".join(persons), text)]
    found = [each for each in by_model(detector(), [text])[0] if each[1] == "PERSON"]
    assert found == expected


def test_pieces_end_where_sentences_do():
    assert [piece for _, piece in pieces("One two. Three four. Five six.", 22)] == [
        "One two. Three four. ",
        "Five six.",
    ]
    assert [piece for _, piece in pieces("昨天他来了。今天他走了。明天呢", 13)] == [
        "昨天他来了。今天他走了。",
        "明天呢",
    ]
    assert [piece for _, piece in pieces("abc def ghi jkl", 10)] == ["abc def ", "ghi jkl"]


@given(
    st.text(st.sampled_from("ab.。 \n\u0301\u200d😀🏽汉"), max_size=200),
    st.integers(min_value=2, max_value=40),
)
def test_pieces_joined_are_the_text(text, longest):
    cut = list(pieces(text, longest))
    assert "".join(piece for _, piece in cut) == text
    assert all(text.startswith(piece, start) for start, piece in cut)
    assert all(0 < len(piece) <= longest for _, piece in cut)


@given(st.integers(min_value=6, max_value=30))
def test_no_piece_begins_within_a_character(longest):
    text = "a\u0301" * 40 + "👍🏽" * 40
    marks = regex.compile(r"[\p{M}\p{Cf}\p{Emoji_Modifier}]")
    assert not any(marks.match(piece) for _, piece in pieces(text, longest))


def test_texts_go_to_the_model_of_their_language(detector, declared):
    zh, en = "昨天慕容雪坐火车去了云溪城。", FRAME.format("Zanele Qwabe")
    fr = "La plupart des gens sont dans la gare avec Zanele Qwabe depuis hier."
    rows = detector().detect([zh, en, fr]).to_pylist()
    rules = {row["cell"]: row["rule"] for row in rows if row["rule"].startswith("NER")}
    assert rules == {0: "NER: spacy names-zh", 1: "NER: spacy names-en"}
    states = [route.state for route in routes(pa.array([zh, en, fr, " 1 "]), detector().ner)]
    assert states == ["covered", "covered", "no_model", "nothing_written"]
    alone = detector(models=declared()["models"][:1])
    assert by_model(alone, [zh]) == [[]]


@pytest.mark.parametrize("share", [0.0, 0.1, 0.35, 0.8])
def test_a_sample_finds_what_the_whole_finds_in_the_texts_of_the_sample(detector, corpus, share):
    whole, sample = by_model(detector(), corpus), by_model(detector(share=share), corpus)
    states = [route.state for route in routes(pa.array(corpus), detector(share=share).ner)]
    for found, all_found, state in zip(sample, whole, states, strict=True):
        assert found == ([] if state == "not_sampled" else all_found)


def sampled(detector, texts, share):
    found = routes(pa.array(texts, pa.large_string()), detector(share=share).ner)
    return {text for text, route in zip(texts, found, strict=True) if route.state != "not_sampled"}


def test_samples_grow_with_the_share_and_know_no_order(detector):
    texts = [f"text {i}" for i in range(4000)]
    samples = [sampled(detector, texts, share) for share in (0, 0.1, 0.3, 0.9, 1)]
    assert all(small <= large for small, large in itertools.pairwise(samples))
    assert [len(s) / len(texts) for s in samples] == pytest.approx([0, 0.1, 0.3, 0.9, 1], abs=0.03)
    mixed = random.Random(1).sample(texts, len(texts))
    assert sampled(detector, mixed, 0.3) == samples[2]
    assert sampled(detector, texts[:9], 0.3) | sampled(detector, texts[9:], 0.3) == samples[2]


@pytest.mark.parametrize("label", ["[PERSON]", "[PERSON bkqmzrtdwnfx]", "[PERSON 5f1c]", "****"])
def test_what_replaced_something_is_no_entity(detector, label):
    assert not [each for each in names(detector(), FRAME.format(label)) if each in label]


def test_a_name_beside_a_replacement_is_one(detector):
    assert names(detector(), FRAME.format("Zanele Qwabe") + " [PERSON]") == ["Zanele Qwabe"]


def test_a_list_and_a_model_that_find_one_name_give_the_better_finding(detector):
    text = "The letter that Thomas Adeyemi wrote from Helstrop has not arrived."
    without = [r["rule"] for r in PiiDetector().detect([text]).to_pylist()]
    persons = [
        (text[row["start"] : row["end"]], row["rule"])
        for row in detector().detect([text]).to_pylist()
        if row["category"] == "PERSON"
    ]
    assert without
    assert persons == [("Thomas Adeyemi", "NER: spacy names-en")]


def test_a_person_that_a_model_finds_makes_a_mention_sensitive(detector):
    text = "Yesterday Zanele Qwabe was diagnosed with diabetes and went to Zoranto by train."
    known = detector().detect([text]).to_pylist()
    assert not PiiDetector().detect([text]).num_rows
    assert "Zanele Qwabe" in names(detector(), text)
    assert "SENSITIVE_HEALTH" in {row["category"] for row in known}


def test_a_place_or_organisation_is_no_person_for_a_mention(detector):
    text = "There was no diabetes, they said, at the station of Zoranto in the morning."
    found = {row["category"] for row in detector(entities=["LOCATION"]).detect([text]).to_pylist()}
    assert not any(category.startswith("SENSITIVE") for category in found)


def test_below_the_threshold_nothing_is_found(detector):
    ner = detector(ner_model_configuration={"default_score": 0.3}).ner
    assert by_model(PiiDetector(ner=ner), [FRAME.format("Zanele Qwabe")]) == [[]]
    assert by_model(PiiDetector(ner=ner, min_score=0.2), [FRAME.format("Zanele Qwabe")]) != [[]]


def test_entities_of_the_patterns_do_not_decide_about_those_of_the_model(detector):
    own = PiiDetector(entities=("EMAIL_ADDRESS",), ner=detector().ner)
    assert names(own, FRAME.format("Zanele Qwabe")) == ["Zanele Qwabe"]


def test_only_what_finds_entities_runs_and_is_loaded_once(detector):
    engine = loaded(detector().ner.loading)
    assert engine is loaded(detector(share=0.1).ner.loading)
    assert engine._engine.nlp["en"].pipe_names == ["ner"]
