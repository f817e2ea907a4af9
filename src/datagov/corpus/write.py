"""Writing records such that equal records are equal files, however they arrive."""

import datetime as dt
import json
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

ROW_GROUP_BYTES = 16 * 1024 * 1024
MAX_ROW_GROUP_ROWS = 1024 * 1024
ROWS_AT_ONCE = 64 * 1024


class RecordWriter:
    """Writes tables of one schema to a Parquet or JSON Lines file.

    Row groups of Parquet end where the records' own sizes say, not where a table that was handed
    in ends: a row group is closed by the record that brings it to ROW_GROUP_BYTES or
    MAX_ROW_GROUP_ROWS.
    """

    def __init__(self, path: Path, schema: pa.Schema, data_format: str) -> None:
        self._schema = schema
        self._pending: list[pa.Table] = []
        self._pending_bytes = 0
        self._pending_rows = 0
        self._parquet: pq.ParquetWriter | None = None
        self._file = None
        if data_format == "parquet":
            self._parquet = pq.ParquetWriter(path, schema, compression="zstd")
        else:
            self._file = path.open("wb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._parquet is not None:
            if kind is None:
                self._flush()
            self._parquet.close()
        elif self._file is not None:
            self._file.close()

    def write(self, table: pa.Table) -> None:
        """Appends rows."""
        if not table.num_rows:
            return
        if self._file is not None:
            for batch in table.to_batches(ROWS_AT_ONCE):
                self._file.write(_json_lines(batch))
            return
        sizes = _row_bytes(table)
        start = 0
        while start < table.num_rows:
            end = self._row_group_end(sizes, start)
            self._pending.append(table.slice(start, end - start))
            self._pending_bytes += int(sizes[start:end].sum())
            self._pending_rows += end - start
            if self._is_full():
                self._flush()
            start = end

    def _row_group_end(self, sizes: np.ndarray, start: int) -> int:
        sums = self._pending_bytes + np.cumsum(sizes[start:])
        full = int(np.searchsorted(sums, ROW_GROUP_BYTES)) + 1
        return start + min(full, MAX_ROW_GROUP_ROWS - self._pending_rows, len(sums))

    def _is_full(self) -> bool:
        return self._pending_bytes >= ROW_GROUP_BYTES or self._pending_rows >= MAX_ROW_GROUP_ROWS

    def _flush(self) -> None:
        if not self._pending or self._parquet is None:
            return
        # One chunk per column: the writer starts a new page where a chunk ends.
        rows = pa.concat_tables(self._pending).combine_chunks()
        self._parquet.write_table(rows, row_group_size=rows.num_rows)
        self._pending, self._pending_bytes, self._pending_rows = [], 0, 0


def _row_bytes(table: pa.Table) -> np.ndarray:
    """Returns the size of each row: its strings, plus 8 for every value, lists counted whole."""
    total = np.full(table.num_rows, 8 * table.num_columns, np.int64)
    for column in table.columns:
        total += _value_bytes(column.combine_chunks())
    return total


def _value_bytes(column: pa.Array) -> np.ndarray:
    kind = column.type
    n = len(column)
    if pa.types.is_large_string(kind) or pa.types.is_string(kind) or pa.types.is_binary(kind):
        lengths = pc.binary_length(column).fill_null(0)
        return np.asarray(lengths).astype(np.int64)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        inner = _value_bytes(column.flatten()) + 8
        parents = np.asarray(pc.list_parent_indices(column))
        return np.bincount(parents, weights=inner, minlength=n).astype(np.int64)
    if pa.types.is_struct(kind):
        members = [_value_bytes(column.field(i)) for i in range(kind.num_fields)]
        return np.sum(members, axis=0) if members else np.zeros(n, np.int64)
    return np.zeros(n, np.int64)


def _json_lines(batch: pa.RecordBatch) -> bytes:
    rows = (json.dumps(row, ensure_ascii=False, default=_jsonable) for row in batch.to_pylist())
    return "".join(f"{row}\n" for row in rows).encode("utf-8")


def _jsonable(value: Any) -> str:
    if isinstance(value, dt.date | dt.time | dt.datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    return str(value)
