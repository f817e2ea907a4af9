"""CSV and TSV (RFC 4180) with a header line. Position: row index, the header not counted.

All columns are strings, so that `007` stays `007`.
"""

import csv
import io
from collections.abc import Iterator

import pyarrow as pa

from datagov.corpus.batch import Batch
from datagov.corpus.options import ReadOptions
from datagov.corpus.rejects import Reject, content_digest, rejects_table
from datagov.corpus.splits import Split
from datagov.corpus.streams import ChunkReader, TruncatedError, chunks, opened

DELIMITERS = {"csv": ",", "tsv": "\t"}


def read_delimited(split: Split, options: ReadOptions) -> Iterator[Batch]:
    """Yields the records of the shard."""
    csv.field_size_limit(options.max_record_bytes)
    with opened(split.shard) as handle:
        stream = io.BufferedReader(ChunkReader(chunks(handle, split.shard.compression)), 1 << 20)
        text = io.TextIOWrapper(stream, "utf-8-sig", errors="surrogateescape", newline="")
        rows = csv.reader(text, delimiter=DELIMITERS[split.shard.format], strict=True)
        yield from _batches(rows, split.shard.name, options)


def _batches(rows: Iterator[list[str]], name: str, options: ReadOptions) -> Iterator[Batch]:
    pending = _Pending(name)
    position = 0
    try:
        pending.header = next(rows, [])
        for row in rows:
            if row:
                pending.add(position, row)
                position += 1
            if pending.n_chars >= options.batch_bytes:
                yield pending.taken()
    except csv.Error as error:
        detail = f"cannot be read from here on ({error}); expected RFC 4180; mend the quotes"
        pending.rejects.append(Reject(position, "bad_csv", detail))
    except TruncatedError as error:
        detail = f"{error}; expected a whole file: fetch or compress it again"
        pending.rejects.append(Reject(position, "truncated", detail))
    yield pending.taken()


class _Pending:
    """Rows and rejects that are not yet handed on."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.header: list[str] = []
        self.rejects: list[Reject] = []
        self.n_chars = 0
        self._rows: list[list[str]] = []
        self._positions: list[int] = []

    def add(self, position: int, row: list[str]) -> None:
        reason = self._fault(row)
        if reason:
            raw = "\x1f".join(row).encode("utf-8", "surrogateescape")
            self.rejects.append(Reject(position, *reason, content_digest(raw)))
            return
        self._rows.append(row)
        self._positions.append(position)
        self.n_chars += sum(map(len, row))

    def _fault(self, row: list[str]) -> tuple[str, str] | None:
        if len(row) != len(self.header):
            return "bad_csv", f"has {len(row)} fields; expected {len(self.header)} as in the header"
        try:
            "".join(row).encode("utf-8")
        except UnicodeEncodeError:
            return "invalid_utf8", "holds bytes that are not UTF-8; expected UTF-8"
        return None

    def taken(self) -> Batch:
        columns = [pa.array(column, pa.string()) for column in zip(*self._rows, strict=True)]
        table = pa.table(columns, names=self.header) if self._rows else pa.table({})
        positions = pa.array(self._positions, pa.int64())
        batch = Batch(self.name, table, positions, rejects_table(self.name, self.rejects))
        self._rows, self._positions, self.rejects, self.n_chars = [], [], [], 0
        return batch
