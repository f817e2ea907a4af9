"""Examples of duplicates: a few pairs of records, masked where their text is read.

Which pairs, is known when all clusters are (`comparing.members`). The part that writes a record
keeps its masked beginning in its folder; when all parts are written the two of a pair are compared.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from datagov.corpus.batch import Cells
from datagov.duplicates.clusters import CONTAINED
from datagov.release.decisions import RECORD
from datagov.release.marked import marked
from datagov.release.masked_tokens import MaskedTokens, masked_tokens
from datagov.release.records import Records

N_EXAMPLES = 12

EXAMPLES = "evidence/duplicate_examples.json"

EXAMPLE_RECORDS = pa.schema(
    [
        pa.field("record", pa.int64(), nullable=False),
        pa.field("kept", pa.int64(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("similarity", pa.float32(), nullable=False),
        pa.field("record_id", pa.string(), nullable=False),
        pa.field("shard", pa.string(), nullable=False),
        pa.field("position", pa.int64(), nullable=False),
        pa.field("n_chars", pa.int64(), nullable=False),
        pa.field("shapes", pa.list_(pa.string()), nullable=False),
        pa.field("sorts", pa.list_(pa.int8()), nullable=False),
        pa.field("hashes", pa.list_(pa.uint64()), nullable=False),
        pa.field("starts", pa.list_(pa.int32()), nullable=False),
        pa.field("whole", pa.bool_(), nullable=False),
    ]
)
"""The records of examples with their masked tokens; in the workspace, not in the release."""

_WANTED = EXAMPLE_RECORDS.names[:8]
_FIELD_END = "\n"


def wanted(duplicates: pl.DataFrame) -> pl.DataFrame:
    """Returns the records that examples are made of, of duplicates by their numbers and places."""
    return duplicates.filter("example").select(_WANTED)


def example_records(wanted: pl.DataFrame, records: Records, texts: Cells, key: bytes) -> pa.Table:
    """Returns those of `records` that are wanted, as a table of schema EXAMPLE_RECORDS.

    Args:
        wanted: What `wanted` returned.
        records: Of one batch.
        texts: Their cells; those of a record are taken as one text, a line end between them.
        key: Of the hashes of tokens.
    """
    where = pl.DataFrame({"shard": records.shards, "position": records.positions})
    here = wanted.join(where.with_row_index("row"), on=RECORD, maintain_order="left")
    row_of = texts.row.to_numpy()
    found = []
    for row in here.iter_rows(named=True):
        cells = texts.text.take(pa.array(np.flatnonzero(row_of == row["row"])))
        tokens = masked_tokens(_FIELD_END.join(cells.to_pylist()), key)
        found.append(row | vars(tokens))
    return pa.Table.from_pylist(found, EXAMPLE_RECORDS)


def examples(parts: Sequence[Path], staging: Path) -> list[dict[str, Any]]:
    """Returns all examples: near duplicates before contained records, most like first.

    Args:
        parts: Folders of all parts.
        staging: The release, with the decisions about its records.
    """
    rows = pl.concat([pl.DataFrame(pq.read_table(part / "examples.parquet")) for part in parts])
    decisions = pl.scan_parquet(staging / "evidence/decisions/*.parquet")
    decided = rows.lazy().join(decisions.select(*RECORD, "action", "source_id"), on=RECORD)
    by_number = {row["record"]: row for row in decided.collect().to_dicts()}
    pairs = rows.filter(pl.col("record") != pl.col("kept")).sort(
        ["kind", "similarity", "record"], descending=[True, True, False]
    )
    return [
        _example(by_number[record], by_number[kept])
        for record, kept in pairs.select("record", "kept").iter_rows()
    ]


def _example(record: dict[str, Any], stays: dict[str, Any]) -> dict[str, Any]:
    found = marked(_tokens(record), _tokens(stays), is_part=record["kind"] == CONTAINED)
    return {
        "kind": record["kind"],
        "similarity": round(record["similarity"], 4),
        "duplicate": _about(record),
        "stays": _about(stays),
        **found,
    }


def _about(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("record_id", *RECORD, "source_id", "action", "n_chars")}


def _tokens(row: dict[str, Any]) -> MaskedTokens:
    return MaskedTokens(
        row["shapes"],
        np.array(row["sorts"], np.int8),
        np.array(row["hashes"], np.uint64),
        np.array(row["starts"], np.int32),
        row["whole"],
    )
