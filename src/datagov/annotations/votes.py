"""Votes: annotations with identifiers as indices, one label per annotator and item.

Identifiers are numbered in sorted order and votes are sorted, so that nothing computed from them
depends on the order in which annotations arrived.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from datagov.tables import ANNOTATIONS, conform

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

KEY = ("item_id", "annotator_id")


def weighted_count(groups: Ints, weights: Floats, n_groups: int) -> Floats:
    """Returns the sum of weights of each group; float64, (groups,)."""
    return np.bincount(groups, weights, n_groups).astype(np.float64, copy=False)


@dataclass(frozen=True)
class Votes:
    """The labels that count, sorted by item and annotator.

    Attributes:
        item_ids: Sorted names of the items.
        annotator_ids: Sorted names of the annotators.
        classes: Sorted names of the classes.
        items: Index of each vote's item; int64, (votes,), non-decreasing.
        annotators: Index of its annotator, likewise.
        labels: Index of its class, likewise.
        n_repeated: Labels left out because the annotator labelled the item more than once.
    """

    item_ids: pl.Series
    annotator_ids: pl.Series
    classes: pl.Series
    items: Ints
    annotators: Ints
    labels: Ints
    n_repeated: int

    @property
    def per_item(self) -> Ints:
        """Number of votes of each item; int64, (items,)."""
        return np.bincount(self.items, minlength=len(self.item_ids))


def read_votes(annotations: pa.Table | pl.DataFrame) -> Votes:
    """Returns the votes in a table with the columns of ANNOTATIONS and, maybe, `created_at`.

    Of several labels that one annotator gave to one item the latest by `created_at` counts; where
    there is no time, or it is the same, the one given most often, then the first by name.
    """
    frame = _checked(annotations)
    n_rows = frame.height
    if n_rows and frame.select(pl.struct(KEY).is_duplicated().any()).item():
        frame = (
            frame.group_by(*KEY, "label")
            .agg(pl.len(), pl.col("created_at").max())
            .sort(
                [*KEY, "created_at", "len", "label"],
                descending=[False, False, True, True, False],
                nulls_last=True,
            )
            .unique(KEY, keep="first", maintain_order=True)
        )
    else:
        frame = frame.sort(KEY)
    names = {name: frame[name].unique().sort() for name in ANNOTATIONS.names}
    index = frame.select(pl.col(ANNOTATIONS.names).rank("dense").cast(pl.Int64) - 1)
    return Votes(
        item_ids=names["item_id"],
        annotator_ids=names["annotator_id"],
        classes=names["label"],
        items=index["item_id"].to_numpy(),
        annotators=index["annotator_id"].to_numpy(),
        labels=index["label"].to_numpy(),
        n_repeated=n_rows - frame.height,
    )


def _checked(annotations: pa.Table | pl.DataFrame) -> pl.DataFrame:
    table = annotations.to_arrow() if isinstance(annotations, pl.DataFrame) else annotations
    times = pl.Series("created_at", [None] * table.num_rows, pl.Int64)
    if "created_at" in table.column_names:
        times = pl.Series("created_at", table["created_at"])
    return pl.DataFrame(conform(table, ANNOTATIONS)).with_columns(times)
