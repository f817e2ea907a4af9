"""Who stands out and which items are suspects."""

import random

import polars as pl

from datagov.annotations.assess import assess


def flags(table):
    return {row["annotator_id"]: row["flags"] for row in assess(table).annotators.to_pylist()}


def suspects(table):
    return {row["item_id"]: row for row in assess(table).suspects.to_pylist()}


def test_annotators_who_stand_out_are_flagged(table, crowd):
    found = flags(table(crowd()[0]))
    assert "constant_label" in found["always"]
    assert "disagrees_with_consensus" in found["guess"]
    assert found["ann"] == found["bob"] == found["cy"] == []


def test_who_mixes_classes_up_is_below_chance(table, crowd):
    rows, truth = crowd()
    swap = {"yes": "no", "no": "yes"}
    rows += [(item, "swaps", swap[label]) for item, label in truth.items()]
    assert "below_chance" in flags(table(rows))["swaps"]


def test_who_says_the_same_as_everybody_on_easy_items_is_not_flagged(table):
    rows = [(f"i{i}", who, "ok") for i in range(60) for who in ("x", "y", "z")]
    rows += [("odd", who, "bad") for who in ("x", "y", "z")]
    assert set(map(tuple, flags(table(rows)).values())) == {()}


def test_few_labels_give_no_flag(table, crowd):
    rows, truth = crowd()
    rows += [(item, "new", "no") for item in list(truth)[:9]]
    assert flags(table(rows))["new"] == []


def test_a_copy_is_given_away_by_its_mistakes(table, crowd):
    rows, _ = crowd()
    rows += [(item, "copy", label) for item, who, label in rows if who == "guess"]
    found = assess(table(rows))
    assert found.copies == (("copy", "guess", 200, 200),)
    assert "near_copy" in flags(table(rows))["copy"]
    assert "near_copy" not in flags(table(rows))["ann"]


def test_who_takes_a_fraction_of_the_usual_time_is_too_fast(table, crowd):
    rows, _ = crowd(30)
    seconds = [1.0 if who == "cy" else 9.0 + len(item) for item, who, _ in rows]
    timed = pl.DataFrame(table(rows)).with_columns(duration_s=pl.Series(seconds)).to_arrow()
    assert [who for who, found in flags(timed).items() if "too_fast" in found] == ["cy"]


def test_agreement_is_that_with_others_on_the_same_items(table):
    rows = [("a", "x", "1"), ("a", "y", "1"), ("a", "z", "2"), ("b", "x", "1"), ("c", "v", "1")]
    found = {r["annotator_id"]: r["agreement"] for r in assess(table(rows)).annotators.to_pylist()}
    assert found == {"v": None, "x": 0.5, "y": 0.5, "z": 0.0}


def test_planted_errors_are_found_where_reliable_annotators_are_outvoted(table):
    generator = random.Random(2)
    rows, wrong = [], set()
    for i in range(300):
        right, other = generator.sample(["a", "b"], 2)
        rows += [(f"i{i}", who, right) for who in ("good", "better")]
        guesses = [(f"i{i}", f"bad{k}", generator.choice([right, other])) for k in range(3)]
        rows += guesses
        if sum(label == other for *_, label in guesses) == 3:
            wrong.add(f"i{i}")
    found = suspects(table(rows))
    assert wrong
    assert wrong <= set(found)
    for item in wrong:
        assert found[item]["score"] > 0.9
        assert "reliable_annotators_differ" in found[item]["reasons"]
        assert "flagged_annotators" in found[item]["reasons"]


def test_a_tie_is_a_suspect_with_the_more_probable_label_suggested(table, crowd):
    rows, _ = crowd()
    found = suspects(table([*rows, ("tie", "ann", "no"), ("tie", "always", "yes")]))["tie"]
    assert (found["given_label"], found["suggested_label"]) == ("yes", "no")
    assert "no_majority" in found["reasons"]


def test_a_single_label_of_a_known_confusion_is_a_suspect(table, crowd):
    rows, truth = crowd()
    swap = {"yes": "no", "no": "yes"}
    rows += [(item, "swaps", swap[label]) for item, label in truth.items()]
    found = suspects(table([*rows, ("lone", "swaps", "yes"), ("fine", "ann", "yes")]))
    assert found["lone"]["suggested_label"] == "no"
    assert set(found["lone"]["reasons"]) >= {"single_annotator", "typical_confusion"}
    assert "fine" not in found


def test_suspects_come_most_suspicious_first_and_always_suggest_another_label(table, crowd):
    rows = assess(table(crowd()[0])).suspects.to_pylist()
    assert rows == sorted(rows, key=lambda row: (-row["score"], row["item_id"]))
    assert all(row["given_label"] != row["suggested_label"] for row in rows)
    assert all(row["score"] >= 0.5 and row["reasons"] for row in rows)
