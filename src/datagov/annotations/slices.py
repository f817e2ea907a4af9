"""Agreement within parts of the annotations, and labels of equal texts."""

from typing import Any

import polars as pl
import pyarrow as pa

from datagov.annotations.aggregation import DIGITS
from datagov.annotations.agreement import Scale, agreement, values_of
from datagov.annotations.votes import read_votes

SLICED_BY = ("guideline_version", "role")
MIN_SLICE_ITEMS = 100
MAX_SLICES = 20


def agreement_by_slice(annotations: pa.Table, scale: Scale) -> dict[str, dict[str, Any]]:
    """Returns alpha and its interval for each guideline version and each role.

    Only for a column with 2 to MAX_SLICES values, and for values with MIN_SLICE_ITEMS items that
    two annotators labelled: below, an interval says little.
    """
    slices = {}
    for column in SLICED_BY:
        if column not in annotations.column_names:
            continue
        frame = pl.DataFrame(annotations)
        parts = sorted(frame[column].drop_nulls().unique().to_list())
        for part in parts if 2 <= len(parts) <= MAX_SLICES else ():
            votes = read_votes(frame.filter(pl.col(column) == part))
            values = values_of(votes.classes.to_list(), scale)
            agreed = agreement(votes.items, votes.labels, scale, values)
            if agreed.items >= MIN_SLICE_ITEMS:
                numbers = {
                    "alpha": agreed.alpha,
                    "alpha_low": agreed.low,
                    "alpha_high": agreed.high,
                }
                slices[f"{column} {part}"] = {
                    "overlap_items": agreed.items,
                    **{k: None if x is None else round(x, DIGITS) for k, x in numbers.items()},
                }
    return slices


def conflicts_of_equal_texts(annotations: pa.Table, labels: pl.DataFrame) -> dict[str, Any]:
    """Returns how many texts stand in several items, and what share of them has several labels.

    Nothing without texts. The label of an item is its probable one.
    """
    if "text" not in annotations.column_names:
        return {}
    texts = pl.DataFrame(annotations.select(["item_id", "text"])).drop_nulls().unique()
    groups = (
        texts.join(labels.select("item_id", "label"), on="item_id")
        .group_by("text")
        .agg(pl.col("item_id").n_unique(), pl.col("label").n_unique())
        .filter(pl.col("item_id") > 1)
    )
    n_conflicts = int((groups["label"] > 1).sum())
    return {
        "equal_texts": groups.height,
        "conflict_rate": round(n_conflicts / groups.height, DIGITS) if groups.height else 0.0,
    }
