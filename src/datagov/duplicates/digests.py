"""Digests of records: what equal records have in common without telling their text.

Digests of input are keyed (HMAC-SHA256, RFC 2104), since a record may be as short as a phone
number and a plain digest of it could be found by trying all numbers. Digests of output are plain:
the text they are of stands beside them in data/, and an auditor can compute them again.
"""

import hashlib
import hmac
import struct
from collections.abc import Iterator, Sequence
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
    texts = list(_records(cells.text, cells, n_rows))
    fields = _records(cells.field, cells, n_rows)
    keyed = _Keyed(key)
    inputs = [keyed.hex(b"input", *both) for both in zip(fields, texts, strict=True)]
    exact = [keyed.hex(b"exact", each) for each in texts]
    return RecordDigests(
        pa.array(inputs, pa.string()),
        pa.array(exact, pa.string()),
        normalised_digests(cells, n_rows, key),
    )


def normalised_digests(cells: Cells, n_rows: int, key: bytes) -> pa.Array:
    """Returns the `normalised_digest` of each record, as `record_digests` does."""
    folded = normalised(cells.text.cast(pa.large_string()))
    keyed = _Keyed(key)
    digests = [keyed.hex(b"normalised", each) for each in _records(folded, cells, n_rows)]
    return pa.array(digests, pa.string())


def output_digests(cells: Cells, n_rows: int) -> pa.Array:
    """Returns the plain SHA-256, in hex, of each record's framed fields and texts."""
    both = zip(
        _records(cells.field, cells, n_rows), _records(cells.text, cells, n_rows), strict=True
    )
    digests = []
    for fields, texts in both:
        digest = hashlib.sha256()
        _frame(digest, fields)
        _frame(digest, texts)
        digests.append(digest.hexdigest())
    return pa.array(digests, pa.string())


class _Keyed:
    """HMAC-SHA256 under one key; nothing is copied, since a record may have hundreds of MB."""

    def __init__(self, key: bytes) -> None:
        self._started = {
            name: hmac.new(key, name + b"\0", "sha256")
            for name in (b"input", b"exact", b"normalised")
        }

    def hex(self, name: bytes, *sequences: Sequence[memoryview]) -> str:
        digest = self._started[name].copy()
        for parts in sequences:
            _frame(digest, parts)
        return digest.hexdigest()


def _frame(digest: "hmac.HMAC | hashlib._Hash", parts: Sequence[memoryview]) -> None:
    """Adds the parts, each after its length, so that no two sequences look alike."""
    for part in parts:
        digest.update(struct.pack(">Q", len(part)))
        digest.update(part)


def _records(values: pa.Array, cells: Cells, n_rows: int) -> Iterator[list[memoryview]]:
    """Yields the values of the cells of each record, as UTF-8."""
    data, places = text_buffers(values.cast(pa.large_string()))
    view, offsets = memoryview(data.data), places.tolist()
    ends = np.cumsum(np.bincount(cells.row.to_numpy(), minlength=n_rows)).tolist()
    first = 0
    for end in ends:
        yield [view[offsets[i] : offsets[i + 1]] for i in range(first, end)]
        first = end
