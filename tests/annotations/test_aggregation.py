"""Majority vote and Dawid-Skene against their definitions, and in the corners."""

import random
from collections import Counter

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagov.annotations import aggregation
from datagov.annotations.aggregation import PRIOR_CELL, PRIOR_LABELS, dawid_skene, majority_vote
from datagov.annotations.votes import read_votes

ROWS = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.sampled_from("xyz"), st.sampled_from("是否𝄞")),
    min_size=1,
    max_size=40,
)


def by_name(votes, values):
    return dict(zip(votes.item_ids.to_list(), values, strict=True))


def majority(votes):
    return by_name(votes, votes.classes[majority_vote(votes).tolist()].to_list())


def posteriors(votes, found):
    result = {}
    for cell, p in enumerate(found.posterior.tolist()):
        item = votes.item_ids[int(found.cells.item[cell])]
        result[item, votes.classes[int(found.cells.label[cell])]] = p
    return result


def em_by_definition(rows, rounds):
    """Dawid and Skene's equations 2.3 to 2.5 with loops, and the module's two additions."""
    items, who, classes = (sorted({row[i] for row in rows}) for i in range(3))
    per_item = Counter(row[0] for row in rows)
    taught = [row for row in rows if per_item[row[0]] >= 2]
    p = {
        (i, k): sum(r[0] == i and r[2] == k for r in rows) / per_item[i]
        for i in items
        for k in classes
    }
    n_classes = len(classes)
    for _ in range(rounds):
        n = {
            (a, t, g): sum(p[i, t] for i, b, label in taught if (a, g) == (b, label))
            for a in who
            for t in classes
            for g in classes
        }
        pool = {(t, g): sum(n[a, t, g] for a in who) for t in classes for g in classes}
        share = {
            (t, g): (pool[t, g] + PRIOR_CELL)
            / (sum(pool[t, h] for h in classes) + PRIOR_CELL * n_classes)
            for t, g in pool
        }
        rate = {
            (a, t, g): (n[a, t, g] + PRIOR_LABELS * share[t, g])
            / (sum(n[a, t, h] for h in classes) + PRIOR_LABELS)
            for a, t, g in n
        }
        prior = {t: sum(p[i, t] for i in items if per_item[i] >= 2) + 1 for t in classes}
        likely = {
            (i, t): prior[t] * np.prod([rate[a, t, g] for j, a, g in rows if j == i])
            for i in items
            for t in classes
        }
        p = {(i, t): v / sum(likely[i, u] for u in classes) for (i, t), v in likely.items()}
    return p


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_em_is_that_of_the_definition(rows):
    rows = sorted({row[:2]: row for row in rows}.values())
    votes = read_votes(frame(rows))
    found = dawid_skene(votes)
    expected = em_by_definition(rows, found.rounds)
    for cell, p in posteriors(votes, found).items():
        assert p == pytest.approx(expected[cell], abs=1e-5)


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_majority_is_the_label_given_most_often_then_the_first_by_name(rows):
    rows = list({row[:2]: row for row in rows}.values())
    found = majority(read_votes(frame(rows)))
    for item in {row[0] for row in rows}:
        counts = Counter(row[2] for row in rows if row[0] == item)
        assert found[item] == min(counts, key=lambda label: (-counts[label], label))


@settings(max_examples=40, deadline=None)
@given(ROWS, st.randoms())
def test_nothing_depends_on_the_order_of_rows(rows, generator):
    shuffled = list(rows)
    generator.shuffle(shuffled)
    one, other = dawid_skene(read_votes(frame(rows))), dawid_skene(read_votes(frame(shuffled)))
    assert one.posterior.tobytes() == other.posterior.tobytes()
    assert one.accuracy.tobytes() == other.accuracy.tobytes()


def frame(rows):
    return pl.DataFrame(rows, schema=["item_id", "annotator_id", "label"], orient="row")


def test_reliable_annotators_count_for_more_than_votes(crowd):
    rows, truth = crowd()
    votes = read_votes(frame(rows))
    found = dawid_skene(votes)
    best = votes.classes[found.cells.label[found.cells.first_best(found.posterior)].tolist()]
    right = sum(truth[item] == label for item, label in by_name(votes, best.to_list()).items())
    assert right > sum(truth[item] == label for item, label in majority(votes).items())
    assert right >= 0.95 * len(truth)
    accuracy = dict(zip(votes.annotator_ids.to_list(), found.accuracy.tolist(), strict=True))
    assert accuracy["ann"] == pytest.approx(0.9, abs=0.06)
    assert accuracy["guess"] == pytest.approx(0.5, abs=0.1)


def test_error_rates_show_how_an_annotator_errs(crowd):
    rows, _ = crowd()
    votes = read_votes(frame(rows))
    c = dawid_skene(votes).confusion
    always = votes.annotator_ids.to_list().index("always")
    no, yes = 0, 1
    counts = {(t, g): c.labels[(c.annotator == always) & (c.true == t) & (c.given == g)].sum()
              for t in (no, yes) for g in (no, yes)}  # fmt: skip
    assert counts[no, no] == counts[yes, no] == 0
    assert sum(counts.values()) == pytest.approx(200, abs=1e-3)


def test_a_label_nobody_checked_is_judged_by_what_its_annotator_does_elsewhere(crowd):
    rows, _ = crowd()
    votes = read_votes(frame([*rows, ("only ann", "ann", "no"), ("only always", "always", "yes")]))
    p = posteriors(votes, dawid_skene(votes))
    assert p["only ann", "no"] > 0.8
    assert p["only always", "yes"] < 0.65


def test_without_overlap_labels_stay_and_nothing_is_claimed():
    votes = read_votes(frame([("a", "x", "1"), ("b", "x", "2"), ("c", "y", "1")]))
    found = dawid_skene(votes)
    assert found.rounds == 0
    assert np.isnan(found.accuracy).all()
    assert majority(votes) == {"a": "1", "b": "2", "c": "1"}
    assert posteriors(votes, found)["a", "1"] == 1.0


def test_a_single_class_is_certain():
    found = dawid_skene(read_votes(frame([("a", "x", "1"), ("a", "y", "1"), ("b", "x", "1")])))
    assert found.posterior.tolist() == [1.0, 1.0]


def test_of_repeated_labels_the_latest_counts_and_without_times_the_most_frequent():
    rows = [("a", "x", "1"), ("a", "x", "2"), ("a", "x", "2"), ("b", "x", "2"), ("b", "x", "1")]
    assert majority(read_votes(frame(rows))) == {"a": "2", "b": "1"}
    timed = frame(rows).with_columns(
        created_at=pl.Series(["2024-03-01", "2024-01-01", "2024-02-01", "2024-01-02", None])
    )
    votes = read_votes(timed)
    assert majority(votes) == {"a": "1", "b": "2"}
    assert votes.n_repeated == 3


def test_identifiers_are_told_apart_as_they_are_written():
    names = ["é", "é", "a\0b", "a", "العربية", "👩‍👧", ""]
    votes = read_votes(frame([(name, "x", name) for name in names]))
    assert majority(votes) == {name: name for name in names}


def test_thousands_of_classes_are_no_burden():
    generator = random.Random(5)
    classes = [f"c{i:04}" for i in range(3000)]
    rows, truth = [], {}
    for i in range(6000):
        truth[f"i{i}"] = right = generator.choice(classes)
        for who in range(3):
            label = right if generator.random() < 0.8 else generator.choice(classes)
            rows.append((f"i{i}", f"w{who}", label))
    votes = read_votes(frame(rows))
    found = dawid_skene(votes)
    assert not found.cells.all_classes
    best = votes.classes[found.cells.label[found.cells.first_best(found.posterior)].tolist()]
    right = sum(truth[item] == label for item, label in by_name(votes, best.to_list()).items())
    assert right >= 0.9 * len(truth)


def test_considering_only_given_classes_changes_little(crowd, monkeypatch):
    rows, _ = crowd()
    votes = read_votes(frame(rows))
    everything = posteriors(votes, dawid_skene(votes))
    monkeypatch.setattr(aggregation, "MAX_PAIRS", 0)
    given = posteriors(votes, dawid_skene(votes))
    assert all(abs(everything[cell] - p) < 0.1 for cell, p in given.items())
