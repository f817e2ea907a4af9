"""Annotation quality: accuracy on labelled crowd data, and speed.

    python benchmarks/annotations.py LABELS.parquet GOLD.parquet [PEER.parquet ...]

LABELS has the columns dataset, task, worker, label; GOLD dataset, task, gold; a PEER dataset,
task, label: what another tool predicts. Prints per data set the accuracy of majority vote, of our
labels and of each peer; how many suspects there are, the share of them whose given label is wrong
(precision; beside it the share wrong of all items) and of wrong ones that are suspects (recall);
the correlation of estimated with true accuracy of annotators, by labels. Then the time that 1e6
synthetic labels take, in steps.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import polars as pl

from datagov.annotations.aggregation import dawid_skene, majority_vote
from datagov.annotations.agreement import agreement
from datagov.annotations.assess import assess
from datagov.annotations.votes import read_votes

MIN_GOLD_LABELS = 10


def accuracy(gold, labels):
    joined = gold.join(labels, on="task", how="left")
    return joined.select((pl.col("gold") == pl.col("label")).fill_null(False).mean()).item()


def suspects(gold, rows, found):
    majority = rows.group_by("task", "label").len().sort("len", "label", descending=[True, False])
    given = majority.unique("task", keep="first", maintain_order=True).select("task", "label")
    listed = pl.DataFrame(found.suspects).select(task="item_id", given="given_label")
    judged = (
        gold.join(given, on="task")
        .join(listed, on="task", how="left")
        .with_columns(wrong=pl.coalesce("given", "label") != pl.col("gold"))
    )
    hit = judged.filter(pl.col("given").is_not_null())["wrong"]
    n_wrong = int(judged["wrong"].sum())
    precision = hit.mean() if len(hit) else float("nan")
    return len(hit), precision, n_wrong / len(judged), hit.sum() / max(n_wrong, 1)


def skill(gold, rows, found):
    true = (
        rows.join(gold, on="task")
        .group_by("worker")
        .agg(n=pl.len(), true=(pl.col("label") == pl.col("gold")).mean())
        .filter(pl.col("n") >= MIN_GOLD_LABELS)
    )
    table = pl.DataFrame(found.annotators)
    joined = true.join(table, left_on="worker", right_on="annotator_id")
    flagged = joined.filter(pl.col("flags").list.len() > 0)
    return joined.select(pl.corr("true", "accuracy")).item(), joined, flagged


def on_crowd_data(labels_path, gold_path, peer_paths):
    labels, golds = pl.read_parquet(labels_path), pl.read_parquet(gold_path)
    peers = {Path(path).stem: pl.read_parquet(path) for path in peer_paths}
    names = ["majority", "ours", *peers]
    scores = []
    print(
        f"{'data set':30}", *[f"{n[:11]:>11}" for n in names], "suspects prec (base) recall skill"
    )
    for (name,), rows in sorted(labels.group_by("dataset"), key=lambda each: each[0]):
        gold = golds.filter(pl.col("dataset") == name)
        table = rows.select(item_id="task", annotator_id="worker", label="label").to_arrow()
        votes = read_votes(table)
        found = assess(table)
        by_vote = votes.classes[majority_vote(votes).tolist()]
        ours = pl.DataFrame(found.labels).select(task="item_id", label="label")
        row = [
            accuracy(gold, pl.DataFrame({"task": votes.item_ids, "label": by_vote})),
            accuracy(gold, ours),
            *(accuracy(gold, p.filter(pl.col("dataset") == name)) for p in peers.values()),
        ]
        scores.append(row)
        n, precision, base, recall = suspects(gold, rows, found)
        correlation, judged, flagged = skill(gold, rows, found)
        print(
            f"{name:30}",
            *[f"{x:11.4f}" for x in row],
            f"{n:8d} {precision:.2f} ({base:.2f}) {recall:.2f} {correlation:.2f}",
            f"flagged {flagged.height}/{judged.height}",
            f"acc {flagged['true'].mean() or float('nan'):.2f} vs {judged['true'].mean():.2f}",
        )
    print(f"{'mean':30}", *[f"{x:11.4f}" for x in np.mean(scores, axis=0)])


def on_synthetic_labels(n_classes, n_items=200_000, per_item=5, n_annotators=1000):
    generator = np.random.default_rng(0)
    n = n_items * per_item
    items = np.repeat(np.arange(n_items), per_item)
    truth = generator.integers(0, n_classes, n_items)[items]
    labels = np.where(generator.random(n) < 0.8, truth, generator.integers(0, n_classes, n))
    frame = pl.DataFrame(
        {"item_id": items, "annotator_id": generator.integers(0, n_annotators, n), "label": labels}
    ).cast(pl.String)
    times = [time.perf_counter()]
    votes = read_votes(frame)
    times.append(time.perf_counter())
    agreement(votes.items, votes.labels)
    times.append(time.perf_counter())
    rounds = dawid_skene(votes).rounds
    times.append(time.perf_counter())
    assess(frame.to_arrow())
    times.append(time.perf_counter())
    read, alpha, em, everything = np.diff(times)
    print(
        f"{n:,} labels, {n_classes} classes: index {read:.1f} s, alpha and interval {alpha:.1f} s, "
        f"Dawid-Skene {em:.1f} s ({rounds} rounds), assess in all {everything:.1f} s"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("labels", nargs="?", help="without files only speed is measured")
    parser.add_argument("gold", nargs="?")
    parser.add_argument("peers", nargs="*")
    options = parser.parse_args()
    if options.gold:
        on_crowd_data(options.labels, options.gold, options.peers)
    for n_classes in (2, 5, 1000):
        on_synthetic_labels(n_classes)


if __name__ == "__main__":
    main()
