"""Assesses the annotations that a corpus carries in its columns."""

import polars as pl

from datagov.annotations.assess import assess
from datagov.annotations.write import write_tables
from datagov.release.workspace import Workspace
from datagov.tables import ANNOTATIONS


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
