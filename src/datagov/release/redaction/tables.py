"""Removals and replacements as tables."""

from collections.abc import Mapping, Sequence

import polars as pl
import pyarrow as pa

from datagov.release.redaction.removals import Removal, Replacement
from datagov.tables import REDACTIONS, conform

_PLACE = pl.Schema(
    {
        "cell": pl.UInt32,
        "start": pl.Int64,
        "end": pl.Int64,
        "released_start": pl.Int64,
        "released_end": pl.Int64,
        "detector": pl.String,
        "category": pl.String,
        "treatment": pl.String,
    }
)


def removals_by_cell(spans: pl.DataFrame) -> dict[int, list[Removal]]:
    """Returns the rows of a table with `cell` and the fields of Removal, by cell."""
    removals: dict[int, list[Removal]] = {}
    for cell, *removal in spans.select("cell", *Removal._fields).iter_rows():
        removals.setdefault(cell, []).append(Removal(*removal))
    return removals


def redactions_table(
    places: Mapping[int, Sequence[Replacement]], records: pl.DataFrame, cells: pl.DataFrame
) -> pa.Table:
    """Returns a table of schema REDACTIONS.

    Args:
        places: Replacements in each cell.
        records: One row per record: `record_id`, `shard`, `position`.
        cells: One row per cell: `cell`, `row` of the record, `field`.
    """
    rows = [
        (cell, old.start, old.end, start, end, old.detector, old.category, old.treatment)
        for cell, of_cell in places.items()
        for old, start, end in of_cell
    ]
    return conform(
        pl.DataFrame(rows, schema=_PLACE, orient="row")
        .join(cells, on="cell", maintain_order="left")
        .join(records.with_row_index("row"), on="row", maintain_order="left")
        .sort("shard", "position", "field", "start", maintain_order=True)
        .select(REDACTIONS.names)
        .to_arrow(),
        REDACTIONS,
    )
