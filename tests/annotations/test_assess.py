"""The assessment as a whole: schemas, order, too little data, optional columns."""

import json
import random

import polars as pl
import pytest

from datagov.annotations.assess import Options, assess
from datagov.errors import ConfigError, DatagovError
from datagov.tables import ANNOTATORS, LABELS, SUSPECTS


def test_tables_have_their_schemas_and_metrics_are_json(table, crowd):
    found = assess(table(crowd()[0]))
    assert found.labels.schema == LABELS
    assert found.annotators.schema == ANNOTATORS
    assert found.suspects.schema == SUSPECTS
    assert json.loads(json.dumps(found.metrics, allow_nan=False)) == found.metrics
    assert found.metrics["status"] == "evaluated"
    assert found.metrics["alpha_low"] < found.metrics["alpha"] < found.metrics["alpha_high"]
    assert (found.metrics["items"], found.metrics["overlap_items"]) == (200, 200)


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_does_not_matter(table, crowd, seed):
    rows, _ = crowd(60)
    rows += rows[:40] + [(item, who, "maybe") for item, who, _ in rows[:15]]
    shuffled = list(rows)
    random.Random(seed).shuffle(shuffled)
    assert assess(table(rows)) == assess(table(shuffled))


def test_repeating_every_row_changes_nothing_but_the_count_of_repeats(table, crowd):
    rows, _ = crowd(60)
    one, twice = assess(table(rows)), assess(table(rows * 2))
    assert (one.labels, one.suspects) == (twice.labels, twice.suspects)
    assert twice.metrics["repeated_labels"] == len(rows)
    assert one.metrics["alpha"] == twice.metrics["alpha"]


def test_other_names_change_nothing_else(table, crowd):
    rows, _ = crowd(60)
    renamed = [(f"项{item}", f"ع{who}", label) for item, who, label in rows]
    one, other = assess(table(rows)), assess(table(renamed))
    assert one.metrics == other.metrics
    assert one.labels.drop("item_id") == other.labels.drop("item_id")


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "there are no annotations"),
        ([("a", "x", "yes")], "no item was labelled twice"),
        ([("a", "x", "yes"), ("b", "x", "no")], "no item was labelled twice"),
        ([("a", "x", "yes"), ("a", "x", "no")], "no item was labelled twice"),
        ([("a", "x", "yes"), ("a", "y", "yes")], "only one class is in use"),
    ],
)
def test_too_little_data_is_said_and_not_evaluated(table, rows, reason):
    found = assess(table(rows))
    assert found.metrics["status"] == "not_evaluated"
    assert reason in found.metrics["reason"]
    assert found.metrics["alpha"] is None
    assert found.labels.num_rows == found.metrics["items"]


def test_every_assessment_has_the_same_metrics(table, crowd):
    full, empty = assess(table(crowd(20)[0])), assess(table([]))
    assert set(full.metrics) == set(empty.metrics)


def test_without_overlap_nothing_is_claimed_and_the_notes_say_so(table):
    found = assess(table([("a", "x", "yes"), ("b", "y", "no")]))
    assert found.suspects.num_rows == 0
    assert pl.DataFrame(found.labels)["confidence"].is_nan().all()
    assert pl.DataFrame(found.annotators)["accuracy"].is_nan().all()
    assert "nothing is known about accuracy" in found.metrics["notes"][0]


def test_numbers_can_be_compared_by_rank_or_value(table):
    rows = [("a", "x", "9"), ("a", "y", "10"), ("b", "x", "1"), ("b", "y", "1")]
    nominal, ordinal = (
        assess(table(rows), Options(scale=scale)).metrics["alpha"]
        for scale in ("nominal", "ordinal")
    )
    assert ordinal > nominal
    with pytest.raises(ConfigError, match="needs labels that are numbers"):
        assess(table([("a", "x", "good")]), Options(scale="interval"))


def test_each_guideline_version_has_its_own_alpha(table, crowd):
    rows, _ = crowd(240)
    frame = pl.DataFrame(table(rows)).with_columns(
        guideline_version=pl.when(pl.col("item_id") < "i120").then(pl.lit("v1")).otherwise(
            pl.lit("v2")
        ),
        role=pl.lit("rater"),
    )  # fmt: skip
    slices = assess(frame.to_arrow()).metrics["slices"]
    assert list(slices) == ["guideline_version v1", "guideline_version v2"]
    assert slices["guideline_version v1"]["overlap_items"] == 120
    assert slices["guideline_version v1"]["alpha_low"] is not None


def test_a_small_slice_is_not_reported(table, crowd):
    frame = pl.DataFrame(table(crowd(50)[0])).with_columns(
        role=pl.Series(["expert", "crowd", "crowd", "crowd", "crowd"] * 50)
    )
    assert assess(frame.to_arrow()).metrics["slices"] == {}


def test_equal_texts_with_different_labels_are_counted(table):
    rows = [(item, who, label) for item, label in zip("abcd", "0110", strict=True) for who in "xy"]
    frame = pl.DataFrame(table(rows)).with_columns(
        text=pl.col("item_id").replace_strict({"a": "同", "b": "同", "c": "t", "d": "u"})
    )
    metrics = assess(frame.to_arrow()).metrics
    assert (metrics["equal_texts"], metrics["conflict_rate"]) == (1, 1.0)
    assert "conflict_rate" not in assess(table(rows)).metrics


def test_a_table_without_labels_is_refused(table, crowd):
    with pytest.raises(DatagovError, match="lacks columns"):
        assess(table(crowd(5)[0]).drop("label"))
