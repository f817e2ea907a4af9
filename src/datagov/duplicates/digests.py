"""Digests of records: what equal records have in common without telling their text.

Digests of input are keyed (HMAC-SHA256, RFC 2104), since a record may be as short as a phone
number and a plain digest of it could be found by trying all numbers. Digests of output are plain:
the text they are of stands beside them in data/, and an auditor can compute them again.
"""

import hashlib
import hmac
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from datagov.corpus.batch import Cells
from datagov.duplicates.normalising import normalised
from datagov.utf8 import text_buffers


@dataclass(frozen=True)
class RecordDigests:
    """Digests in hex, one row per record; all keyed.

    Attributes:
        input_digest: Of the framed sequence of (field, text).
        exact_digest: Of the framed sequence of texts: equal texts are equal here.
        normalised_digest: Of the framed sequence of normalised texts.
    """

    input_digest: pa.Array
    exact_digest: pa.Array
    normalised_digest: pa.Array


def record_digests(cells: Cells, n_rows: int, key: bytes) -> RecordDigests:
    """Returns the digests of `n_rows` records; one without cells has that of no texts."""
    inputs, exact = [], []
    for fields, texts in _records(cells, n_rows):
        framed = _framed(texts)
        inputs.append(_keyed(key, b"input\0" + _framed(fields) + framed))
        exact.append(_keyed(key, b"exact\0" + framed))
    return RecordDigests(
        pa.array(inputs, pa.string()),
        pa.array(exact, pa.string()),
        normalised_digests(cells, n_rows, key),
    )


def normalised_digests(cells: Cells, n_rows: int, key: bytes) -> pa.Array:
    """Returns the `normalised_digest` of each record, as `record_digests` does."""
    folded = Cells(cells.row, cells.field, normalised(cells.text.cast(pa.large_string())))
    digests = [
        _keyed(key, b"normalised\0" + _framed(texts)) for _, texts in _records(folded, n_rows)
    ]
    return pa.array(digests, pa.string())


def output_digests(cells: Cells, n_rows: int) -> pa.Array:
    """Returns the plain SHA-256, in hex, of each record's framed fields and texts."""
    digests = [
        hashlib.sha256(_framed(fields) + _framed(texts)).hexdigest()
        for fields, texts in _records(cells, n_rows)
    ]
    return pa.array(digests, pa.string())


def _keyed(key: bytes, message: bytes) -> str:
    return hmac.digest(key, message, "sha256").hex()


def _framed(parts: list[bytes]) -> bytes:
    """Returns the parts, each after its length, so that no two sequences look alike."""
    return b"".join(piece for part in parts for piece in (struct.pack(">Q", len(part)), part))


def _records(cells: Cells, n_rows: int) -> Iterator[tuple[list[bytes], list[bytes]]]:
    """Yields the field names and texts of each record, as UTF-8."""
    counts = np.bincount(cells.row.to_numpy(), minlength=n_rows)
    ends = np.cumsum(counts)
    field_at = _bytes_getter(cells.field)
    text_at = _bytes_getter(cells.text)
    for end, count in zip(ends.tolist(), counts.tolist(), strict=True):
        rows = range(end - count, end)
        yield [field_at(i) for i in rows], [text_at(i) for i in rows]


def _bytes_getter(array: pa.Array) -> Callable[[int], bytes]:
    """Returns a function from index to the UTF-8 of a string array without nulls."""
    array = array.cast(pa.large_string())
    data, places = text_buffers(array)
    view, offsets = memoryview(data.data), places.tolist()
    return lambda i: bytes(view[offsets[i] : offsets[i + 1]])
