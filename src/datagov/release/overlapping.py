"""Passages that records share: what is done on either side of a shuffle, and what lies in files.

Fingerprints are as many as a corpus has sentences, so they cross no shuffle: they are read where
they lie, a bucket at a time. What crosses is the names of files and of row groups in them.

    by part: fingerprints, cut into buckets ── by bucket: who meets whom, and where ──
    by part: texts are read once more, for the tokens around ── all: passages, and who holds whom

What a part writes says what the next step needs of it; all of it lies in the workspace.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from datagov.corpus.batch import Cells
from datagov.corpus.cells import cells
from datagov.duplicates.containment import WholesIndex, contained, held, representatives, shares
from datagov.duplicates.passages import ANCHORS, PLACES, meetings, shared, tokens_around
from datagov.duplicates.passages import PASSAGES as NUMBERED
from datagov.duplicates.spans import TOKENS
from datagov.duplicates.winnowing import FINGERPRINTS, gram_of
from datagov.errors import AccountingError
from datagov.policy import DuplicateOptions
from datagov.release.comparing import ByPart, Tables, by_part, removed
from datagov.release.config import ScanConfig
from datagov.release.evidence import UnitEvidence
from datagov.release.materialise import write_table
from datagov.release.part_records import PART_SHIFT, first_number, numbers_at
from datagov.release.records import readable_records
from datagov.release.row_groups import RowGroup, read_groups, write_groups
from datagov.release.workspace import Workspace
from datagov.tables import PASSAGES, conform

N_BUCKETS = 32
"""Of fingerprints, by their first bits; it changes nothing in what is found."""

WHOLES_BUCKET = N_BUCKETS
"""Where the short cells of all parts meet."""

_WHERE = ["record_id", "shard", "position"]
_RECORDS = pa.schema(
    [
        pa.field("record", pa.int64()),
        pa.field("record_id", pa.string()),
        pa.field("shard", pa.string()),
        pa.field("position", pa.int64()),
        pa.field("n_tokens", pa.int64()),
    ]
)
"""What the records that take part are called, and how many tokens they have."""


def write_fingerprints(
    part: int,
    units: Sequence[UnitEvidence],
    repeated: Tables,
    equal: Tables,
    config: ScanConfig,
    workspace: Workspace,
) -> Iterator[tuple[int, RowGroup]]:
    """Writes what a part is compared by; yields (bucket, where in a file its rows are).

    Records with an id that an earlier one has take no part, nor do equal ones but one.
    """
    first = first_number(part)
    signals = pl.concat(pl.DataFrame(unit.table("signals", _WHERE)) for unit in units)
    signals = signals.with_columns(record=first + pl.int_range(pl.len(), dtype=pl.Int64))
    out = pl.concat([numbers_at(signals, repeated, config), removed(equal)])
    takes_part = ~pl.col("record").is_in(out.implode())
    n_tokens = pl.concat(pl.DataFrame(unit.table("lengths")) for unit in units)
    named = signals.with_columns(n_tokens["n_tokens"]).filter(takes_part)
    _write(named, _RECORDS, workspace.overlaps("records", part))
    wholes = representatives(_numbered(units, first, "wholes").filter(takes_part).to_arrow())
    path = workspace.overlaps("wholes", part)
    pq.write_table(wholes, path)
    yield WHOLES_BUCKET, (str(path), 0)
    rows = _numbered(units, first, "fingerprints").filter(takes_part)
    bucket = pl.col("hash") // pl.lit(2**64 // N_BUCKETS, pl.UInt64)
    yield from write_groups(
        _by_key(rows, bucket, FINGERPRINTS), workspace.overlaps("fingerprints", part)
    )


def _numbered(units: Sequence[UnitEvidence], first: int, table: str) -> pl.DataFrame:
    """Returns a table of all units, with the numbers of records in place of rows of a unit."""
    frames = []
    for unit in units:
        rows = pl.DataFrame(unit.table(table))
        frames.append(rows.with_columns(record=pl.col("record") + first))
        first += unit.summary()["records"]
    return pl.concat(frames)


def _write(rows: pl.DataFrame, schema: pa.Schema, path: Path) -> None:
    pq.write_table(rows.select(schema.names).to_arrow().cast(schema), path, compression="zstd")


def _by_key(rows: pl.DataFrame, key: pl.Expr, schema: pa.Schema) -> Iterator[tuple[int, pa.Table]]:
    """Yields (key, the rows that have it), ascending."""
    for group in rows.with_columns(_key=key.cast(pl.Int64)).sort("_key").partition_by("_key"):
        yield int(group["_key"][0]), group.select(schema.names).to_arrow().cast(schema)


def _all_of(groups: Iterable[RowGroup], schema: pa.Schema) -> pa.Table:
    return pa.concat_tables(
        [schema.empty_table(), *(table.cast(schema) for table in read_groups(groups))]
    )


def write_meetings(
    bucket: int, groups: Iterable[RowGroup], workspace: Workspace
) -> Iterator[tuple[int, RowGroup]]:
    """Writes where records of a bucket have a fingerprint in common; yields (part, its places)."""
    if bucket == WHOLES_BUCKET:
        tables = [pq.read_table(path) for path, _ in sorted(groups)]
        pq.write_table(representatives(pa.concat_tables(tables)), workspace.overlaps("index", 0))
        return
    met = meetings(_all_of(groups, FINGERPRINTS))
    if met.anchors.num_rows:
        pq.write_table(met.anchors, workspace.overlaps("anchors", bucket), compression="zstd")
        path = workspace.overlaps("places", bucket)
        part = pl.col("record") // (1 << PART_SHIFT)
        yield from write_groups(_by_key(pl.DataFrame(met.places), part, PLACES), path)


def write_overlaps(
    part: int,
    units: Sequence[UnitEvidence],
    groups: Iterable[RowGroup],
    config: ScanConfig,
    workspace: Workspace,
) -> None:
    """Reads the texts of a part once more; writes the tokens around its places, and what it holds.

    Raises:
        AccountingError: The part has other records than when it was scanned.
    """
    index = WholesIndex.of(pq.read_table(workspace.overlaps("index", 0)))
    places = pl.DataFrame(_all_of(groups, PLACES))
    own = pl.DataFrame(pq.read_table(workspace.overlaps("records", part), columns=["record"]))
    first = first_number(part)
    with (
        pq.ParquetWriter(workspace.overlaps("tokens", part), TOKENS, compression="zstd") as around,
        pq.ParquetWriter(workspace.overlaps("held", part), NUMBERED, compression="zstd") as inside,
    ):
        if not (places.height or index.table.num_rows):
            return
        for unit in units:
            behind = first + unit.summary()["records"]
            for records in readable_records(unit.unit, config):
                n_rows = records.table.num_rows
                if not n_rows:
                    continue
                texts = cells(records.table, config.read.text_fields)
                here = pl.col("record").is_between(first, first + n_rows - 1)
                near = places.filter(here).with_columns(pl.col("record") - first).to_arrow()
                tokens = tokens_around(
                    texts, n_rows, config.key, near, config.policy.duplicates.passage_tokens
                )
                numbers = pc.add(tokens["record"], first)
                around.write_table(tokens.set_column(0, TOKENS.field("record"), numbers))
                rows = (own.filter(here)["record"] - first).to_numpy()
                which = first + np.arange(n_rows, dtype=np.int64)
                chosen = _of_rows(texts, rows)
                inside.write_table(contained(index, chosen, n_rows, which, config.key))
                first += n_rows
            if first != behind:
                raise AccountingError(
                    f"{unit.unit[0].shard.name}: holds other records than when it was scanned; "
                    "do not change a corpus while it is read; run the same command again"
                )


def _of_rows(texts: Cells, rows: np.ndarray[Any, Any]) -> Cells:
    chosen = pa.array(np.isin(texts.row.to_numpy(), rows))
    return Cells(*(each.filter(chosen) for each in (texts.row, texts.field, texts.text)))


def passages(options: DuplicateOptions, workspace: Workspace) -> ByPart:
    """Writes the passages of the corpus; yields (part of the first, pairs one of which holds all).

    Of records that others hold to the share from which policy calls them contained, each pair with
    this share, whichever of them stays: see `comparing.SHARES`.
    """
    found = pa.concat_tables(
        [
            shared(
                _all("tokens", TOKENS, workspace),
                _all("anchors", ANCHORS, workspace),
                options.passage_tokens,
            ),
            _all("held", NUMBERED, workspace),
        ]
    )
    order = ("record_a", "record_b", "token_a", "token_b")
    found = found.sort_by([(name, "ascending") for name in order])
    records, n_tokens = _named(found, workspace)
    sizes = records.select("record", "n_tokens").to_arrow()
    sharing = pl.DataFrame(shares(found, sizes))
    write_table(
        _passages_table(pl.DataFrame(found), records), workspace.passages.parent, "passages"
    )
    n_shared = (sharing["shared"].cast(pl.Float64) * sharing["n_tokens"]).round().sum()
    numbers = {
        "passages": found.num_rows,
        "records": sharing.height,
        "tokens": n_tokens,
        "shared_tokens": int(n_shared),
        "parameters": {
            "passage_tokens": options.passage_tokens,
            "gram": gram_of(options.passage_tokens),
        },
    }
    workspace.passages.with_suffix(".json").write_text(json.dumps(numbers), encoding="utf-8")
    yield from by_part(_pairs(pl.DataFrame(held(found, sizes)), options.contained_from), "first")


def _all(name: str, schema: pa.Schema, workspace: Workspace) -> pa.Table:
    files = sorted(workspace.overlaps(name).glob("*.parquet"))
    return pa.concat_tables([schema.empty_table(), *(pq.read_table(f).cast(schema) for f in files)])


def _named(found: pa.Table, workspace: Workspace) -> tuple[pl.DataFrame, int]:
    """Returns what the records that share a passage are called, and the tokens of all records."""
    numbers = pl.concat([pl.Series(found["record_a"]), pl.Series(found["record_b"])]).unique()
    frames, n_tokens = [], 0
    for file in sorted(workspace.overlaps("records").glob("*.parquet")):
        rows = pl.DataFrame(pq.read_table(file))
        n_tokens += int(rows["n_tokens"].sum())
        frames.append(rows.filter(pl.col("record").is_in(numbers.implode())))
    return pl.concat([pl.DataFrame(_RECORDS.empty_table()), *frames]), n_tokens


def _passages_table(found: pl.DataFrame, records: pl.DataFrame) -> pa.Table:
    for side in "ab":
        names = records.select(
            pl.col("record").alias(f"record_{side}"),
            *(pl.col(name).alias(f"{name}_{side}") for name in _WHERE),
        )
        found = found.join(names, on=f"record_{side}", how="left", maintain_order="left")
    return conform(found.to_arrow(), PASSAGES)


def _pairs(holders: pl.DataFrame, contained_from: float) -> pl.DataFrame:
    close = holders.filter(pl.col("contained") >= contained_from)
    is_first = pl.col("record") < pl.col("container")
    share = pl.col("contained").cast(pl.Float32)
    none = pl.lit(0, pl.Float32)
    return close.select(
        first=pl.min_horizontal("record", "container"),
        second=pl.max_horizontal("record", "container"),
        first_in_second=pl.when(is_first).then(share).otherwise(none),
        second_in_first=pl.when(is_first).then(none).otherwise(share),
    )
