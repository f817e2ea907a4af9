"""Agreement, aggregation, suspects: checked by hand-made definitions and published examples."""

import itertools
import json
import random

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagov.annotations.agreement import agreement
from datagov.annotations.assess import assess, run
from datagov.errors import InputError, OutputError
from datagov.tables import ANNOTATIONS, ANNOTATORS, LABELS, SUSPECTS


def alpha_by_definition(labels_by_item):
    """Krippendorff 2011, as written: coincidences of all ordered pairs of labels of an item."""
    pairs = [
        (a, b, len(values))
        for values in labels_by_item
        if len(values) > 1
        for a, b in itertools.permutations(values, 2)
    ]
    total = sum(1 / (n - 1) for *_, n in pairs)
    if not pairs:
        return None
    counts = {}
    for a, _, n in pairs:
        counts[a] = counts.get(a, 0) + 1 / (n - 1)
    observed = sum(1 / (n - 1) for a, b, n in pairs if a != b) / total
    expected = sum(counts[a] * counts[b] for a in counts for b in counts if a != b) / (
        total * (total - 1)
    )
    return None if expected == 0 else 1 - observed / expected


def arrays(labels_by_item):
    items = [i for i, values in enumerate(labels_by_item) for _ in values]
    labels = [v for values in labels_by_item for v in values]
    return np.array(items, np.int64), np.array(labels, np.int64)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(st.integers(0, 3), max_size=5), max_size=12))
def test_alpha_is_that_of_the_definition(labels_by_item):
    found = agreement(*arrays(labels_by_item)).alpha
    expected = alpha_by_definition(labels_by_item)
    assert found == (None if expected is None else pytest.approx(expected))


def test_alpha_of_the_published_example():
    """Krippendorff 2011, section C: four observers, twelve units, nominal alpha 0.743."""
    observers = [
        "1 2 3 3 2 1 4 1 2 . . .",
        "1 2 3 3 2 2 4 1 2 5 . 3",
        ". 3 3 3 2 3 4 2 2 5 1 .",
        "1 2 3 3 2 4 4 1 2 5 1 .",
    ]
    units = zip(*(line.split() for line in observers), strict=True)
    found = agreement(*arrays([[int(v) for v in unit if v != "."] for unit in units]))
    assert found.alpha == pytest.approx(0.743, abs=5e-4)
    assert found.low < found.alpha < found.high


def table(rows):
    return pa.Table.from_pylist(
        [dict(zip(ANNOTATIONS.names, row, strict=True)) for row in rows], schema=ANNOTATIONS
    )


def crowd(n_items=200, seed=3):
    """Three who are right nine times in ten, one who guesses, one who always says yes."""
    generator = random.Random(seed)
    rows, truth = [], {}
    for i in range(n_items):
        truth[f"i{i:03}"] = right = generator.choice(["yes", "no"])
        wrong = "no" if right == "yes" else "yes"
        for who in ("ann", "bob", "cy"):
            rows.append((f"i{i:03}", who, right if generator.random() < 0.9 else wrong))
        rows.append((f"i{i:03}", "guess", generator.choice(["yes", "no"])))
        rows.append((f"i{i:03}", "always", "yes"))
    return rows, truth


def test_reliable_annotators_count_for_more_than_votes():
    rows, truth = crowd()
    found = pl.DataFrame(assess(table(rows)).labels)
    right = sum(truth[i] == label for i, label in found.select("item_id", "label").iter_rows())
    votes = {}
    for item, _, label in rows:
        votes.setdefault(item, []).append(label)
    majority = sum(max(sorted(set(v)), key=v.count) == truth[i] for i, v in votes.items())
    assert right > majority
    assert right >= 0.95 * len(truth)


def test_annotators_who_stand_out_are_flagged():
    rows, _ = crowd()
    flags = {r["annotator_id"]: r["flags"] for r in assess(table(rows)).annotators.to_pylist()}
    assert "constant_label" in flags["always"]
    assert "low_accuracy" in flags["guess"]
    assert flags["ann"] == flags["bob"] == []


def test_the_order_of_rows_does_not_matter():
    rows, _ = crowd(60)
    shuffled = list(rows)
    random.Random(1).shuffle(shuffled)
    one, other = assess(table(rows)), assess(table(shuffled))
    assert one.labels.equals(other.labels)
    assert one.suspects.equals(other.suspects)
    assert one.metrics == other.metrics


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "there are no annotations"),
        ([("a", "x", "yes"), ("b", "x", "no")], "no item was labelled twice"),
        ([("a", "x", "yes"), ("a", "y", "yes")], "only one class is in use"),
    ],
)
def test_too_little_data_is_said_and_not_evaluated(rows, reason):
    metrics = assess(table(rows)).metrics
    assert metrics["status"] == "not_evaluated"
    assert reason in metrics["reason"]


def test_files_are_read_and_a_report_is_written(tmp_path):
    rows, _ = crowd(30)
    path = tmp_path / "a.csv"
    names = {"item_id": "item", "annotator_id": "who", "label": "says"}
    pl.DataFrame(table(rows)).rename(names).write_csv(path)
    out = tmp_path / "out"
    found = run((str(path),), out, item="item", annotator="who", label="says")
    for name, schema in (("labels", LABELS), ("annotators", ANNOTATORS), ("suspects", SUSPECTS)):
        assert pl.read_parquet(out / f"{name}.parquet").columns == schema.names
    assert json.loads((out / "metrics.json").read_text()) == found.metrics
    page = (out / "index.html").read_text()
    assert "http" not in page.replace("http-equiv", "")
    with pytest.raises(OutputError, match="exists already"):
        run((str(path),), out, item="item", annotator="who", label="says")
    with pytest.raises(InputError, match=r"has no column 'nobody'; it has item, who, says"):
        run((str(path),), out, item="nobody", annotator="who", label="says")


def test_labels_are_shown_and_not_run_in_the_report(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("i,a,l\n1,x,<script>alert(1)</script>\n1,y,b\n2,x,b\n2,y,b\n")
    run((str(path),), tmp_path / "out", item="i", annotator="a", label="l")
    assert "<script>" not in (tmp_path / "out/index.html").read_text()
