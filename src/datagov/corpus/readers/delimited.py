"""CSV and TSV (RFC 4180) with a header line. Position: row index, the header not counted.

All columns are strings, so that `007` stays `007`.

Where the quotes of a record are wrong, nobody can tell where it ends: its first line is a reject,
and reading goes on at the next one.
"""

import csv
import io
from collections import deque
from collections.abc import Iterator
from typing import TextIO

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
        rows = _Rows(text, DELIMITERS[split.shard.format], options.max_record_bytes)
        yield from _batches(rows, split.shard.name, options)


def _batches(rows: "_Rows", name: str, options: ReadOptions) -> Iterator[Batch]:
    pending = _Pending(name)
    try:
        pending.header = _header(rows)
        for row in rows:
            if row is None:
                for line in rows.lines:
                    pending.reject(*rows.fault, [line])
            elif row:
                pending.add(row, rows.lines)
            if pending.n_chars >= options.batch_bytes:
                yield pending.taken()
    except _BadHeaderError as error:
        pending.reject("unreadable_shard", f"{error}; expected a header line of CSV", [])
    except TruncatedError as error:
        detail = f"{error}; expected a whole file: fetch or compress it again"
        pending.reject("truncated", detail, [])
    yield pending.taken()


class _BadHeaderError(ValueError):
    """The first line names no columns."""


def _header(rows: "_Rows") -> list[str]:
    header = next(rows, [])
    if header is None:
        raise _BadHeaderError("the quotes of the header are wrong")
    if not _is_utf8(header):
        raise _BadHeaderError("the header holds bytes that are not UTF-8")
    return header


def _is_utf8(row: list[str]) -> bool:
    try:
        "".join(row).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


class _Rows:
    """The rows of a CSV file; None in place of lines that are no row.

    Attributes:
        lines: The lines of the row that was returned last, or those that are none.
        fault: Reason and detail why they are none.
    """

    def __init__(self, text: TextIO, delimiter: str, max_chars: int) -> None:
        self.lines: list[str] = []
        self.fault = ("", "")
        self._text = text
        self._max_chars = max_chars
        self._delimiter = delimiter
        self._read: list[str] = []
        self._again: deque[str] = deque()
        self._reader = self._new_reader()

    def _new_reader(self) -> Iterator[list[str]]:
        return csv.reader(self._next_lines(), delimiter=self._delimiter, strict=True)

    def _next_lines(self) -> Iterator[str]:
        readline, again, limit = self._text.readline, self._again, self._max_chars
        while line := again.popleft() if again else readline(limit):
            self._read.append(line)
            if len(line) >= limit and not line.endswith("\n"):
                self._skip_line()
                raise _TooLongError
            yield line

    def _skip_line(self) -> None:
        while (piece := self._text.readline(self._max_chars)) and not piece.endswith("\n"):
            pass

    def __iter__(self) -> Iterator[list[str] | None]:
        return self

    def __next__(self) -> list[str] | None:
        self._read = []
        try:
            row = next(self._reader)
        except _TooLongError:
            detail = f"a line of {self._max_chars} or more characters; expected shorter ones"
            self.fault = ("too_large", detail)
            self.lines = self._read
        except csv.Error:
            detail = "quotes are wrong, here or below; expected RFC 4180; mend the quotes"
            self.fault = ("bad_csv", detail)
            self.lines = self._read[:1]
            self._again.extendleft(reversed(self._read[1:]))
        else:
            self.lines = self._read
            return row
        self._reader = self._new_reader()
        return None


class _TooLongError(ValueError):
    """A line is too long to be held."""


class _Pending:
    """Rows and rejects that are not yet handed on."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.header: list[str] = []
        self.n_chars = 0
        self._position = 0
        self._rejects: list[Reject] = []
        self._rows: list[list[str]] = []
        self._positions: list[int] = []

    def add(self, row: list[str], lines: list[str]) -> None:
        """Takes a row, or its reject."""
        if len(row) != len(self.header):
            # Each line may have been a record that a wrong quote made part of another.
            detail = f"has {len(row)} fields; expected {len(self.header)} as in the header"
            for line in lines:
                self.reject("bad_csv", detail, [line])
        elif not _is_utf8(row):
            detail = "holds bytes that are not UTF-8; expected UTF-8"
            self.reject("invalid_utf8", detail, lines)
        else:
            self._rows.append(row)
            self._positions.append(self._position)
            self._position += 1
            self.n_chars += sum(map(len, row))

    def reject(self, reason: str, detail: str, lines: list[str]) -> None:
        """Takes a reject at the next position."""
        digest = content_digest("".join(lines).encode("utf-8", "surrogateescape"))
        self._rejects.append(Reject(self._position, reason, detail, digest if lines else ""))
        self._position += 1
        self.n_chars += sum(map(len, lines))

    def taken(self) -> Batch:
        """Returns what is pending, and keeps nothing."""
        columns = [pa.array(column, pa.string()) for column in zip(*self._rows, strict=True)]
        table = pa.table(columns, names=self.header) if self._rows else pa.table({})
        positions = pa.array(self._positions, pa.int64())
        batch = Batch(self.name, table, positions, rejects_table(self.name, self._rejects))
        self._rows, self._positions, self._rejects, self.n_chars = [], [], [], 0
        return batch
