"""Takes out of the texts of a batch what policy takes out, as often as it takes."""

import polars as pl
import pyarrow as pa

from datagov.corpus.batch import Cells
from datagov.release.config import ScanConfig
from datagov.release.decisions import QUARANTINE, RECORD, REDACT
from datagov.release.redaction.again import found_again
from datagov.release.redaction.rounds import redacted
from datagov.release.redaction.tables import redactions_table, removals_by_cell
from datagov.release.redaction.treatments import replacing
from datagov.tables import REDACTIONS


def redacted_batch(
    block: pl.DataFrame, texts: Cells, findings: pl.DataFrame, config: ScanConfig
) -> tuple[pl.DataFrame, pa.Array, pa.Table]:
    """Returns the decisions and texts of a batch after redaction, and what was taken out.

    What still holds something to redact in the end is quarantined instead.
    """
    rows = block.with_row_index("row").filter((pl.col("severity") == REDACT) & ~pl.col("rejected"))
    if rows.is_empty():
        return block, texts.text, REDACTIONS.empty_table()
    cell_of = pl.DataFrame(
        {"row": pl.Series(texts.row, dtype=pl.UInt32), "field": pl.Series(texts.field)}
    ).with_row_index("cell")
    spans = (
        rows.select(pl.col("row").cast(pl.UInt32), *RECORD)
        .join(findings.filter(pl.col("severity") == REDACT), on=RECORD)
        .join(cell_of, on=["row", "field"])
    )
    removals = removals_by_cell(spans)
    originals = {cell: texts.text[cell].as_py() for cell in sorted(removals)}
    detectors = [d for d in config.detectors if d.name in set(spans["detector"])]
    new = redacted(
        originals,
        removals,
        replacing(config.keyed),
        lambda texts: found_again(texts, detectors, config.policy),
    )
    row_of = cell_of["row"].to_list()
    failed = {row_of[cell] for cell, each in new.items() if not each.is_clean}
    incomplete = pl.int_range(pl.len()).is_in(sorted(failed))
    block = block.with_columns(
        severity=pl.when(incomplete).then(pl.lit(QUARANTINE, pl.Int8)).otherwise("severity"),
        reasons=pl.when(incomplete)
        .then(pl.col("reasons").list.concat(pl.lit(["redaction.incomplete"])).list.sort())
        .otherwise("reasons"),
    )
    places = {cell: new[cell].places for cell in sorted(new) if row_of[cell] not in failed}
    return (
        block,
        _with_new(texts.text, {cell: each.text for cell, each in new.items()}),
        redactions_table(places, block, cell_of),
    )


def _with_new(texts: pa.Array, new: dict[int, str]) -> pa.Array:
    both = pa.concat_arrays([texts, pa.array(list(new.values()), texts.type)])
    indices = pl.int_range(len(texts), eager=True).to_numpy().copy()
    indices[list(new)] = range(len(texts), len(texts) + len(new))
    return both.take(pa.array(indices))
