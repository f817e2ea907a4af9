"""Annotation quality as a whole: who disagrees, what is probably mislabelled, what to do next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from datagov.annotations.aggregation import DIGITS, Aggregated, dawid_skene
from datagov.annotations.agreement import (
    Agreement,
    Scale,
    agreement,
    alpha_by_class,
    values_of,
)
from datagov.annotations.annotators import judge, too_fast
from datagov.annotations.slices import agreement_by_slice, conflicts_of_equal_texts
from datagov.annotations.suspects import probable_labels, probably_mislabelled
from datagov.annotations.votes import Votes, read_votes
from datagov.errors import InputError
from datagov.tables import ANNOTATORS, LABELS, SUSPECTS, conform

MAX_CLASSES_LISTED = 50


@dataclass(frozen=True)
class Options:
    """How annotations are assessed.

    Attributes:
        scale: How far apart two labels are, for alpha: they differ or not (`nominal`), by rank
            (`ordinal`) or by value (`interval`); the latter two need labels that are numbers.
    """

    scale: Scale = "nominal"


@dataclass(frozen=True)
class Assessment:
    """What the annotations come to.

    Attributes:
        labels: Table of schema LABELS, one row per item.
        annotators: Table of schema ANNOTATORS, one row per annotator.
        suspects: Table of schema SUSPECTS, most suspicious first.
        confusion: How often one class was given where another is probable, as
            (given, probable, labels), largest first.
        copies: Pairs of annotators whose labels are nearly the same, mistakes included, as
            (annotator, annotator, items both labelled, items labelled the same).
        metrics: The numbers, ready for JSON.
    """

    labels: pa.Table
    annotators: pa.Table
    suspects: pa.Table
    confusion: tuple[tuple[str, str, int], ...]
    copies: tuple[tuple[str, str, int, int], ...]
    metrics: Mapping[str, Any]


DEFAULTS = Options()


def assess(annotations: pa.Table, options: Options = DEFAULTS) -> Assessment:
    """Returns the assessment of annotations; the order of rows does not matter.

    Args:
        annotations: The columns of ANNOTATIONS. Used if there: `created_at` (which of several
            labels counts), `duration_s` (float64; who is too fast), `guideline_version` and
            `role` (alpha of each), `text` (labels of equal texts); these may hold nulls.
        options: How to assess them.

    Raises:
        ConfigError: The scale does not fit the labels.
        DatagovError: A column of ANNOTATIONS is missing or holds nulls.
    """
    votes = read_votes(annotations)
    values = values_of(votes.classes.to_list(), options.scale)
    agreed = agreement(votes.items, votes.labels, options.scale, values)
    if not len(votes.items):
        tables = LABELS.empty_table(), ANNOTATORS.empty_table(), SUSPECTS.empty_table()
        return Assessment(*tables, (), (), _metrics(votes, agreed, options))
    found = dawid_skene(votes)
    labels = probable_labels(votes, found)
    annotators = judge(votes, found, _fast(votes, annotations))
    suspects = probably_mislabelled(votes, found, annotators.flagged)
    more = {
        "alpha_by_class": _by_class(votes),
        "slices": agreement_by_slice(annotations, options.scale),
        "suspects": suspects.height,
        "flagged_annotators": int(annotators.table["flags"].list.len().gt(0).sum()),
        "dawid_skene_rounds": found.rounds,
        **conflicts_of_equal_texts(annotations, labels),
        "notes": _notes(votes, found),
    }
    return Assessment(
        labels=conform(labels.to_arrow(), LABELS),
        annotators=conform(annotators.table.to_arrow(), ANNOTATORS),
        suspects=conform(suspects.to_arrow(), SUSPECTS),
        confusion=_confusion(votes, labels),
        copies=annotators.copies,
        metrics=_metrics(votes, agreed, options) | more,
    )


def run(
    inputs: Sequence[str],
    out: Path,
    *,
    item: str,
    annotator: str,
    label: str,
    options: Options = DEFAULTS,
) -> Assessment:
    """Reads annotation files, writes tables and report to `out`, returns the assessment.

    Raises:
        InputError: A file or a column is not there, cannot be read, or there are no annotations.
        ConfigError: The scale does not fit the labels.
        OutputError: `out` exists or cannot be written.
    """
    from datagov.annotations.read import read_annotations
    from datagov.annotations.write import refuse_existing, write_assessment

    refuse_existing(Path(out))
    annotations = read_annotations(inputs, item=item, annotator=annotator, label=label)
    if not annotations.num_rows:
        raise InputError(f"{', '.join(inputs)}: no rows; expected one label by one annotator each")
    assessment = assess(annotations, options)
    write_assessment(assessment, Path(out))
    return assessment


def _fast(votes: Votes, annotations: pa.Table) -> np.ndarray:
    if "duration_s" not in annotations.column_names:
        return np.zeros(len(votes.annotator_ids), bool)
    times = pl.DataFrame(annotations.select(["annotator_id", "duration_s"]))
    return too_fast(votes.annotator_ids, times)


def _confusion(votes: Votes, labels: pl.DataFrame) -> tuple[tuple[str, str, int], ...]:
    pairs = (
        pl.DataFrame(
            {
                "given": votes.classes[votes.labels.tolist()],
                "probable": labels["label"][votes.items.tolist()],
            }
        )
        .group_by("given", "probable")
        .agg(pl.len())
        .sort(["len", "given", "probable"], descending=[True, False, False])
    )
    return tuple(pairs.iter_rows())


def _by_class(votes: Votes) -> dict[str, float | None]:
    """Returns alpha of each class against the rest; none for very many classes."""
    if len(votes.classes) > MAX_CLASSES_LISTED:
        return {}
    alphas = np.round(alpha_by_class(votes.items, votes.labels, len(votes.classes)), DIGITS)
    return {
        name: None if np.isnan(alpha) else alpha
        for name, alpha in zip(votes.classes.to_list(), alphas.tolist(), strict=True)
    }


def _metrics(votes: Votes, agreed: Agreement, options: Options) -> dict[str, Any]:
    numbers = {
        "alpha": agreed.alpha,
        "alpha_low": agreed.low,
        "alpha_high": agreed.high,
        "percent_agreement": agreed.observed,
    }
    return {
        "status": "evaluated" if agreed.alpha is not None else "not_evaluated",
        "reason": None if agreed.alpha is not None else _why_not(votes, agreed),
        "items": len(votes.item_ids),
        "annotators": len(votes.annotator_ids),
        "labels": len(votes.items),
        "classes": len(votes.classes),
        "overlap_items": agreed.items,
        "scale": options.scale,
        **{name: None if x is None else round(x, DIGITS) for name, x in numbers.items()},
        "alpha_by_class": {},
        "slices": {},
        "suspects": 0,
        "flagged_annotators": 0,
        "repeated_labels": votes.n_repeated,
        "dawid_skene_rounds": 0,
        "notes": [],
    }


def _why_not(votes: Votes, agreed: Agreement) -> str:
    if not len(votes.items):
        return "there are no annotations"
    if not agreed.items:
        return "no item was labelled twice; have some items labelled by a second annotator"
    return "only one class is in use on items with two labels; agreement by chance is certain"


def _notes(votes: Votes, found: Aggregated) -> list[str]:
    """Returns what a reader must know about how the numbers came about."""
    n_single = int((votes.per_item == 1).sum())
    notes = []
    if not found.rounds:
        notes.append(
            "no item has two labels, so nothing is known about accuracy: each item keeps the "
            "label it was given, confidence and accuracy are NaN, and there are no suspects"
        )
    elif n_single:
        notes.append(
            f"{n_single} items have a single label; their confidence rests on how that annotator "
            "did on other items"
        )
    if votes.n_repeated:
        notes.append(
            f"{votes.n_repeated} labels repeat an annotator's earlier one for the same item; the "
            "latest counts, without times the most frequent"
        )
    if found.rounds and not found.cells.all_classes:
        notes.append(
            "too many labels and classes to consider every class for every item; considered were "
            "those that somebody gave to it"
        )
    return notes
