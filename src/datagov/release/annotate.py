"""Assesses the annotations that a corpus carries in its columns."""

import logging
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from datagov.annotations.assess import assess
from datagov.annotations.write import write_tables
from datagov.release.decisions import RECORD, RELEASED
from datagov.release.evidence import UnitEvidence
from datagov.release.workspace import Workspace
from datagov.tables import ANNOTATIONS

log = logging.getLogger("datagov")


def assess_records(rows: pl.DataFrame, workspace: Workspace) -> pl.DataFrame:
    """Writes the assessment into the workspace; returns the records of suspect items.

    Args:
        rows: Columns of ANNOTATIONS with `shard_order`, `position` and `part` of the record that
            carries each annotation.
        workspace: Where `annotations/` goes.

    Returns:
        `part, shard_order, position, score` of each record whose own label differs from the one
        that its suspect item should have.
    """
    ordered = rows.sort("item_id", "annotator_id", "shard_order", "position")
    assessment = assess(ordered.select(ANNOTATIONS.names).to_arrow().cast(ANNOTATIONS))
    with workspace.building(workspace.annotations) as folder:
        write_tables(assessment, folder)
    suspects = pl.DataFrame(assessment.suspects).select("item_id", "suggested_label", "score")
    return (
        rows.join(suspects, on="item_id")
        .filter(pl.col("label") != pl.col("suggested_label"))
        .select("part", "shard_order", "position", "score")
    )


def tell_dropped(units: Sequence[UnitEvidence], staging: Path) -> None:
    """Warns if annotations are left out because another person's record of the item is equal.

    Args:
        units: All units of work, with their annotations.
        staging: The release, with the decisions about its records.
    """
    n_dropped = n_dropped_annotations(units, staging)
    if n_dropped:
        log.warning(
            "%d annotations stand in records that are left out as exact duplicates of another "
            "annotator's record of the same item, so data/ lacks them; to keep them set "
            "duplicates.exact: {action: keep} in the policy, or give one row per item",
            n_dropped,
        )


def n_dropped_annotations(units: Sequence[UnitEvidence], staging: Path) -> int:
    """Returns how many annotations are left out with records equal to another annotator's."""
    evidence = staging / "evidence"
    annotations = pl.concat(
        [
            pl.DataFrame(unit.table("annotations", [*RECORD, "item_id", "annotator_id"])).lazy()
            for unit in units
        ]
    )
    is_equal = pl.col("reasons").list.eval(
        pl.element().is_in(["duplicates.exact", "duplicates.normalised"])
    )
    decided = pl.scan_parquet(evidence / "decisions/*.parquet").select(
        *RECORD, is_dropped=is_equal.list.any() & ~pl.col("action").is_in(RELEASED)
    )
    clusters = pl.scan_parquet(evidence / "duplicates.parquet").select(*RECORD, "cluster_id")
    dropped = (
        annotations.join(clusters, on=RECORD)
        .join(decided, on=RECORD)
        .group_by("cluster_id", "item_id")
        .agg(pl.col("annotator_id").n_unique(), pl.col("is_dropped").sum())
        .filter(pl.col("annotator_id") > 1)
    )
    return int(dropped.select(pl.col("is_dropped").sum()).collect().item())
