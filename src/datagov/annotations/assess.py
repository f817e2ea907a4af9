"""Annotation quality as a whole: who disagrees, what is probably mislabelled, what to do next."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from datagov.annotations.aggregation import Aggregated, dawid_skene
from datagov.annotations.agreement import Agreement, agreement
from datagov.tables import ANNOTATIONS, ANNOTATORS, LABELS, SUSPECTS, conform

MIN_LABELS_TO_FLAG = 10
LOW_ACCURACY = 0.6
CONSTANT_SHARE = 0.98
SUSPECT_SCORE = 0.5


@dataclass(frozen=True)
class Assessment:
    """What the annotations come to.

    Attributes:
        labels: Table of schema LABELS, one row per item.
        annotators: Table of schema ANNOTATORS.
        suspects: Table of schema SUSPECTS, most suspicious first.
        confusion: How often one class was given where another is probable, as
            (given, probable, labels), largest first.
        metrics: The numbers, ready for JSON.
    """

    labels: pa.Table
    annotators: pa.Table
    suspects: pa.Table
    confusion: tuple[tuple[str, str, int], ...]
    metrics: Mapping[str, Any]


def assess(annotations: pa.Table) -> Assessment:
    """Returns the assessment of a table of schema ANNOTATIONS; the order of rows does not matter.

    When an annotator labelled an item more than once, each label counts.
    """
    frame = pl.DataFrame(conform(annotations, ANNOTATIONS)).sort("item_id", "annotator_id", "label")
    if frame.is_empty():
        empty = Agreement(None, None, None, None, 0)
        tables = LABELS.empty_table(), ANNOTATORS.empty_table(), SUSPECTS.empty_table()
        return Assessment(*tables, (), _metrics(frame, empty, 0, 0))
    index = frame.select(
        pl.col("item_id").rank("dense").cast(pl.Int64) - 1,
        pl.col("annotator_id").rank("dense").cast(pl.Int64) - 1,
        pl.col("label").rank("dense").cast(pl.Int64) - 1,
    )
    items, annotators, labels = (index[name].to_numpy() for name in index.columns)
    names = {name: frame[name].unique().sort() for name in frame.columns}
    found = dawid_skene(items, annotators, labels)
    agreed = agreement(items, labels)
    per_item = _per_item(items, labels, found, names)
    suspects = _suspects(per_item)
    per_annotator = _per_annotator(frame, per_item, found, names)
    return Assessment(
        labels=conform(per_item.select(LABELS.names).to_arrow(), LABELS),
        annotators=conform(per_annotator.to_arrow(), ANNOTATORS),
        suspects=conform(suspects.to_arrow(), SUSPECTS),
        confusion=_confusion(frame, per_item),
        metrics=_metrics(frame, agreed, suspects.height, found.rounds),
    )


def run(inputs: tuple[str, ...], out: Path, *, item: str, annotator: str, label: str) -> Assessment:
    """Reads annotation files, writes tables and report to `out`, returns the assessment.

    Raises:
        InputError: A file or a column is not there.
        OutputError: `out` exists.
    """
    from datagov.annotations.read import read_annotations
    from datagov.annotations.write import write_assessment

    assessment = assess(read_annotations(inputs, item=item, annotator=annotator, label=label))
    write_assessment(assessment, Path(out))
    return assessment


def _per_item(
    items: np.ndarray, labels: np.ndarray, found: Aggregated, names: Mapping[str, pl.Series]
) -> pl.DataFrame:
    """Returns per item the probable label and, beside it, the one that most annotators gave."""
    n_items, n_classes = found.posterior.shape
    flat = np.bincount(items * n_classes + labels, minlength=n_items * n_classes)
    counts = flat.reshape(n_items, n_classes)
    best = found.posterior.argmax(axis=1)
    given = counts.argmax(axis=1)
    rows = np.arange(n_items)
    votes = counts.sum(axis=1)
    return pl.DataFrame(
        {
            "item_id": names["item_id"],
            "label": names["label"][best.tolist()],
            "confidence": found.posterior[rows, best],
            "votes": votes,
            "agreement": counts.max(axis=1) / votes,
            "given_label": names["label"][given.tolist()],
            "given_share": counts[rows, given] / votes,
            "doubt": 1.0 - found.posterior[rows, given],
        }
    )


def _suspects(per_item: pl.DataFrame) -> pl.DataFrame:
    reasons = pl.concat_list(
        pl.when(pl.col("given_label") != pl.col("label"))
        .then(pl.lit("reliable annotators disagree with the majority"))
        .otherwise(None),
        pl.when((pl.col("votes") > 1) & (pl.col("given_share") <= 0.5))
        .then(pl.lit("no majority"))
        .otherwise(None),
    ).list.drop_nulls()
    return (
        per_item.with_columns(reasons=reasons)
        .filter((pl.col("doubt") > SUSPECT_SCORE) | (pl.col("reasons").list.len() > 0))
        .sort(["doubt", "item_id"], descending=[True, False])
        .select("item_id", "given_label", suggested_label="label", score="doubt", reasons="reasons")
    )


def _per_annotator(
    frame: pl.DataFrame,
    per_item: pl.DataFrame,
    found: Aggregated,
    names: Mapping[str, pl.Series],
) -> pl.DataFrame:
    """Returns per annotator how much they did, how often they are right, and what stands out."""
    votes = (
        frame.group_by("item_id", "label")
        .len("same")
        .join(per_item.select("item_id", "votes"), on="item_id")
    )
    per_label = frame.join(votes, on=["item_id", "label"]).with_columns(
        with_others=pl.when(pl.col("votes") > 1)
        .then((pl.col("same") - 1) / (pl.col("votes") - 1))
        .otherwise(None)
    )
    top = (
        frame.group_by("annotator_id", "label")
        .len("n")
        .group_by("annotator_id")
        .agg(top=pl.col("n").max())
    )
    n_classes = len(names["label"])
    summary = (
        per_label.group_by("annotator_id")
        .agg(
            labels=pl.len().cast(pl.Int64),
            items=pl.col("item_id").n_unique().cast(pl.Int64),
            agreement=pl.col("with_others").mean(),
        )
        .join(top, on="annotator_id")
        .sort("annotator_id")
        .with_columns(accuracy=pl.Series(found.accuracy))
    )
    enough = pl.col("labels") >= MIN_LABELS_TO_FLAG
    flags = pl.concat_list(
        pl.when(enough & (pl.col("accuracy") < 1 / n_classes)).then(pl.lit("below_chance")),
        pl.when(enough & (pl.col("accuracy") < LOW_ACCURACY)).then(pl.lit("low_accuracy")),
        pl.when(
            enough & (n_classes > 1) & (pl.col("top") >= CONSTANT_SHARE * pl.col("labels"))
        ).then(pl.lit("constant_label")),
    ).list.drop_nulls()
    return summary.with_columns(flags=flags).select(ANNOTATORS.names)


def _confusion(frame: pl.DataFrame, per_item: pl.DataFrame) -> tuple[tuple[str, str, int], ...]:
    pairs = (
        frame.select("item_id", given="label")
        .join(per_item.select("item_id", "label"), on="item_id")
        .group_by("given", "label")
        .len()
        .sort(["len", "given", "label"], descending=[True, False, False])
    )
    return tuple(pairs.iter_rows())


def _metrics(
    frame: pl.DataFrame, agreed: Agreement, n_suspects: int, rounds: int
) -> dict[str, Any]:
    repeated = (
        frame.height - frame.select("item_id", "annotator_id").n_unique() if len(frame) else 0
    )
    return {
        "status": "evaluated" if agreed.alpha is not None else "not_evaluated",
        "reason": None if agreed.alpha is not None else _why_not(frame, agreed),
        "items": frame["item_id"].n_unique(),
        "annotators": frame["annotator_id"].n_unique(),
        "labels": frame.height,
        "classes": frame["label"].n_unique(),
        "overlap_items": agreed.items,
        "alpha": agreed.alpha,
        "alpha_low": agreed.low,
        "alpha_high": agreed.high,
        "percent_agreement": agreed.observed,
        "suspects": n_suspects,
        "repeated_labels": repeated,
        "dawid_skene_rounds": rounds,
    }


def _why_not(frame: pl.DataFrame, agreed: Agreement) -> str:
    if frame.is_empty():
        return "there are no annotations"
    if not agreed.items:
        return "no item was labelled twice; have some items labelled by a second annotator"
    return "only one class is in use; agreement by chance is certain"
