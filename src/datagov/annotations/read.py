"""Reading annotation files: the formats of a corpus, one label by one annotator per row."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl
import pyarrow as pa

from datagov.corpus.batch import Batch
from datagov.corpus.casting import as_texts
from datagov.corpus.locations import list_inputs
from datagov.corpus.options import MIB, ReadOptions
from datagov.corpus.readers import READERS
from datagov.corpus.schema import is_json
from datagov.corpus.shards import Shard
from datagov.corpus.splits import plan
from datagov.errors import InputError
from datagov.tables import ANNOTATIONS

OPTIONAL = ("text", "role", "created_at", "guideline_version", "duration_s")
"""Columns that are taken along under their own names: `text` as a hash, for only equality is asked
and texts are large; `created_at` as seconds (UTC where no zone is given) and `duration_s` as
float64, null where a value is no time or number; the others as strings."""
_TIMES = ("%+", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M")
_SPLIT_BYTES = 64 * MIB
_NO_COLUMNS = ("text", "warc")


def read_annotations(inputs: Sequence[str], *, item: str, annotator: str, label: str) -> pa.Table:
    """Returns the annotations of all files: ANNOTATIONS and those of OPTIONAL that a file has.

    Identifiers and labels may be strings, whole or other numbers, or true and false; a number
    without a fraction is written without one, so that 1 and 1.0 are the same class.

    Args:
        inputs: Files, folders, globs or URLs, as for a corpus.
        item: Column with the item's id.
        annotator: Column with the annotator's.
        label: Column with the label.

    Raises:
        InputError: An input is missing or has rows that cannot be read; a column is not there,
            is empty in some row, or holds lists and the like.
    """
    names = dict(zip(ANNOTATIONS.names, (item, annotator, label), strict=True))
    frames = [_read(shard, names) for shard in list_inputs(inputs)]
    frame = pl.concat(frames, how="diagonal")
    return frame.select(
        [*ANNOTATIONS.names, *(c for c in OPTIONAL if c in frame.columns)]
    ).to_arrow()


def _read(shard: Shard, names: Mapping[str, str]) -> pl.DataFrame:
    if shard.format in _NO_COLUMNS:
        raise InputError(
            f"{shard.name}: has no columns; expected Parquet, CSV, TSV, JSON Lines or Arrow"
        )
    rejects: list[dict[str, Any]] = []
    frames = [pl.DataFrame(schema=dict.fromkeys(ANNOTATIONS.names, pl.String))]
    for batch in _batches(shard):
        rejects += batch.rejects.to_pylist()
        if batch.table.num_rows:
            frames.append(_narrowed(batch, names))
    if rejects:
        first = min(rejects, key=lambda row: row["position"])
        raise InputError(
            f"{shard.name}: {len(rejects)} rows cannot be read, the first at position "
            f"{first['position']}: {first['reason']}, {first['detail']}; mend or remove them"
        )
    return pl.concat(frames, how="diagonal")


def _batches(shard: Shard) -> Iterator[Batch]:
    for part in plan([shard], split_bytes=_SPLIT_BYTES):
        for unit in part.units:
            for split in unit:
                yield from READERS[shard.format](split, ReadOptions(text_fields=()))


def _narrowed(batch: Batch, names: Mapping[str, str]) -> pl.DataFrame:
    """Returns the columns that are needed, under the names of ANNOTATIONS and OPTIONAL."""
    columns = [_required(batch, name).alias(to) for to, name in names.items()]
    for name in OPTIONAL:
        if name in batch.table.column_names and name not in names.values():
            column = _as_series(batch, name)
            if not column.dtype.is_nested() and column.dtype != pl.Binary:
                columns.append(_optional(column))
    return pl.DataFrame(columns)


def _optional(column: pl.Series) -> pl.Series:
    if column.name == "duration_s":
        return column.cast(pl.Float64, strict=False)
    if column.name == "created_at":
        return _seconds(column)
    strings = column.cast(pl.String)
    if column.name == "text":
        return pl.select(pl.when(strings.is_not_null()).then(strings.hash()).alias("text"))["text"]
    return strings


def _seconds(column: pl.Series) -> pl.Series:
    """Returns times as seconds since 1970, UTC: of date types, ISO 8601 texts and numbers."""
    if column.dtype.is_temporal():
        return column.cast(pl.Datetime("us")).cast(pl.Int64).cast(pl.Float64) / 1e6
    if column.dtype != pl.String:
        return column.cast(pl.Float64, strict=False)
    dates = column.str.to_date("%Y-%m-%d", strict=False).cast(pl.Datetime("us", "UTC"))
    times = [
        column.str.to_datetime(each, time_unit="us", time_zone="UTC", strict=False)
        for each in _TIMES
    ]
    seconds = [each.cast(pl.Int64).cast(pl.Float64) / 1e6 for each in (dates, *times)]
    return pl.select(
        pl.coalesce(column.cast(pl.Float64, strict=False), *seconds).alias(column.name)
    )[column.name]


def _required(batch: Batch, name: str) -> pl.Series:
    there = batch.table.column_names
    if name not in there:
        raise InputError(f"{batch.shard}: has no column {name!r}; it has {', '.join(there)}")
    column = _as_names(batch, name)
    empty = column.is_null() | (column == "")
    if empty.any():
        first = batch.positions[empty.arg_max() or 0].as_py()
        raise InputError(
            f"{batch.shard}: column {name!r} is empty in {empty.sum()} rows, the first at position "
            f"{first}; expected an item, an annotator and a label in each: fill or remove them"
        )
    return column


def _as_names(batch: Batch, name: str) -> pl.Series:
    column = _as_series(batch, name)
    if column.dtype.is_float():
        whole = pl.col(name) == pl.col(name).floor()
        written = pl.when(whole & (pl.col(name).abs() < 2**53))
        expression = written.then(pl.col(name).cast(pl.Int64, strict=False).cast(pl.String))
        column = column.to_frame().select(
            expression.otherwise(pl.col(name).fill_nan(None).cast(pl.String)).alias(name)
        )[name]
    if column.dtype.is_nested() or column.dtype == pl.Binary:
        raise InputError(
            f"{batch.shard}: column {name!r} holds {column.dtype}; expected one name or number "
            "per row: write one row per label"
        )
    return column.cast(pl.String)


def _as_series(batch: Batch, name: str) -> pl.Series:
    column = batch.table[name]
    if is_json(batch.table.schema.field(name)):
        return pl.Series(name, as_texts(batch.table, name))
    try:
        column.validate(full=True)
    except pa.ArrowInvalid as error:
        raise InputError(
            f"{batch.shard}: column {name!r} holds bytes that are not UTF-8; expected UTF-8"
        ) from error
    return pl.Series(name, column)
