"""Writing records such that equal records are equal files, however they arrive."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from datagov.corpus.casting import as_texts, json_values, to_schema

ROW_GROUP_BYTES = 16 * 1024 * 1024
MAX_ROW_GROUP_ROWS = 1024 * 1024
ROWS_AT_ONCE = 64 * 1024
_DELIMITERS = {"csv": ",", "tsv": "\t"}

SAME = "same"
"""The format of data/ in which each record stands in that of its shard."""

WRITTEN_AS: Mapping[str, str] = {
    "arrow": "arrow",
    "csv": "csv",
    "jsonl": "jsonl",
    "parquet": "parquet",
    "text": "parquet",
    "tsv": "tsv",
    "warc": "parquet",
}
"""What records of each format are written as under SAME: a text file has no place for an id, and a
WARC record none for a text that was taken out of a page. Files are not compressed from outside."""


class _Grouped(Protocol):
    """A file that rows are written to group by group."""

    def write_table(self, table: pa.Table, row_group_size: int) -> None: ...

    def close(self) -> None: ...


class _ArrowFile:
    def __init__(self, path: Path, schema: pa.Schema) -> None:
        options = pa.ipc.IpcWriteOptions(compression="zstd")
        self._writer = pa.ipc.new_file(path, schema, options=options)

    def write_table(self, table: pa.Table, row_group_size: int) -> None:
        """Appends rows as one batch."""
        self._writer.write_table(table, max_chunksize=row_group_size)

    def close(self) -> None:
        """Writes the footer."""
        self._writer.close()


class RecordWriter:
    """Writes tables of one schema to a file.

    Row groups of Parquet and batches of Arrow end where the records' own sizes say, not where a
    table that was handed in ends: a group is closed by the record that brings it to
    ROW_GROUP_BYTES or MAX_ROW_GROUP_ROWS.
    """

    def __init__(self, path: Path, schema: pa.Schema, data_format: str) -> None:
        self._format = data_format
        self._pending: list[pa.Table] = []
        self._pending_bytes = 0
        self._pending_rows = 0
        self._grouped: _Grouped | None = None
        self._file: BinaryIO | None = None
        if data_format == "parquet":
            self._grouped = pq.ParquetWriter(path, schema, compression="zstd")
        elif data_format == "arrow":
            self._grouped = _ArrowFile(path, schema)
        else:
            self._file = path.open("wb")
            if data_format in _DELIMITERS:
                self._file.write(_delimited([schema.names], data_format))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._grouped is not None:
            if kind is None:
                self._flush()
            self._grouped.close()
        elif self._file is not None:
            self._file.close()

    def write(self, table: pa.Table) -> None:
        """Appends rows."""
        if not table.num_rows:
            return
        if self._file is not None:
            for at in range(0, table.num_rows, ROWS_AT_ONCE):
                rows = table.slice(at, ROWS_AT_ONCE)
                lines = _json_lines(rows) if self._format == "jsonl" else self._csv_lines(rows)
                self._file.write(lines)
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

    def _csv_lines(self, rows: pa.Table) -> bytes:
        columns = [as_texts(rows, name).to_pylist() for name in rows.column_names]
        return _delimited(zip(*columns, strict=True), self._format)

    def _row_group_end(self, sizes: np.ndarray, start: int) -> int:
        sums = self._pending_bytes + np.cumsum(sizes[start:])
        full = int(np.searchsorted(sums, ROW_GROUP_BYTES)) + 1
        return start + min(full, MAX_ROW_GROUP_ROWS - self._pending_rows, len(sums))

    def _is_full(self) -> bool:
        return self._pending_bytes >= ROW_GROUP_BYTES or self._pending_rows >= MAX_ROW_GROUP_ROWS

    def _flush(self) -> None:
        if not self._pending or self._grouped is None:
            return
        # One chunk per column: the writer starts a new page where a chunk ends.
        rows = pa.concat_tables(self._pending).combine_chunks()
        self._grouped.write_table(rows, row_group_size=rows.num_rows)
        self._pending, self._pending_bytes, self._pending_rows = [], 0, 0


class DataWriter:
    """Writes the records of a part to data/: in one format, or each in that of its shard.

    Under SAME there is a file for every stretch of records that came in one format, numbered in
    their order: `data.00000.jsonl`, `data.00001.csv`. CSV keeps the columns that its shard has;
    the others have those of the corpus.
    """

    def __init__(self, folder: Path, schema: pa.Schema, data_format: str) -> None:
        self._folder = folder
        self._schema = schema
        self._format = data_format
        self._n_files = 0
        self._open: RecordWriter | None = None
        self._written_as: tuple[str, pa.Schema] | None = None

    def __enter__(self) -> Self:
        if self._format != SAME:
            path = self._folder / f"data.{self._format}"
            self._open = RecordWriter(path, self._schema, self._format)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._open is not None:
            self._open.__exit__(kind, error, trace)

    def write(self, table: pa.Table, shard_format: str) -> None:
        """Appends rows that were read from a shard of `shard_format`."""
        if not table.num_rows:
            return
        schema = self._schema
        if self._format == SAME:
            data_format = WRITTEN_AS[shard_format]
            if data_format in _DELIMITERS:
                schema = table.schema
            self._change_to(data_format, schema)
        if self._open is not None:
            self._open.write(to_schema(table, schema))

    def _change_to(self, data_format: str, schema: pa.Schema) -> None:
        if self._written_as == (data_format, schema):
            return
        if self._open is not None:
            self._open.__exit__(None, None, None)
        path = self._folder / f"data.{self._n_files:05d}.{data_format}"
        self._open = RecordWriter(path, schema, data_format)
        self._written_as = (data_format, schema)
        self._n_files += 1


def n_records(path: Path) -> int:
    """Returns the number of records in a file that RecordWriter wrote."""
    if path.suffix == ".parquet":
        return int(pq.read_metadata(path).num_rows)
    if path.suffix == ".arrow":
        with pa.memory_map(str(path)) as source:
            file = pa.ipc.open_file(source)
            return sum(file.get_batch(i).num_rows for i in range(file.num_record_batches))
    delimiter = _DELIMITERS.get(path.suffix.removeprefix("."))
    if delimiter:
        with path.open(encoding="utf-8", newline="") as text:
            return sum(1 for row in csv.reader(text, delimiter=delimiter) if row) - 1
    with path.open("rb") as lines:
        return sum(1 for line in lines if line.strip())


def _row_bytes(table: pa.Table) -> np.ndarray:
    """Returns the size of each row: its strings, plus 8 for every value, lists counted whole."""
    total = np.full(table.num_rows, 8 * table.num_columns, np.int64)
    for column in table.columns:
        total += _value_bytes(column.combine_chunks())
    return total


def _value_bytes(column: pa.Array) -> np.ndarray:
    kind = column.type
    n = len(column)
    if (
        pa.types.is_large_string(kind)
        or pa.types.is_string(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
    ):
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


def _json_lines(rows: pa.Table) -> bytes:
    columns = [
        json_values(column.combine_chunks(), field)
        for column, field in zip(rows.columns, rows.schema, strict=True)
    ]
    names = rows.column_names
    lines = (
        json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False)
        for row in zip(*columns, strict=True)
    )
    return "".join(f"{line}\n" for line in lines).encode("utf-8")


def _delimited(rows: Iterator[tuple[str | None, ...]] | list[list[str]], kind: str) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=_DELIMITERS[kind], lineterminator="\n").writerows(rows)
    return text.getvalue().encode("utf-8")
