"""Digests of records: what equal records have in common without telling their text.

Digests of input are keyed (HMAC-SHA256, RFC 2104), since a record may be as short as a phone
number and a plain digest of it could be found by trying all numbers. Digests of output are plain:
the text they are of stands beside them in data/, and an auditor can compute them again.
"""

import hashlib
import hmac
import struct
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from datagov.corpus.batch import Cells


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


def normalise(text: str) -> str:
    """Returns `text` after NFKC, case folding and folding of white space; idempotent.

    Case folding can undo a composition (U+0345), so NFKC comes once more after it, as in the
    definition of NFKC_Casefold (Unicode 15, section 3.13).
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


# Lower case, and for white space of all kinds that str.split() knows a blank.
_ASCII_FOLD = bytes(
    ord(" ") if chr(i).isspace() else ord(chr(i).lower()) if i < 128 else i for i in range(256)
)


def _normalised(text: bytes) -> bytes:
    """Returns `normalise` of a UTF-8 text, as UTF-8."""
    if text.isascii():
        return b" ".join(text.translate(_ASCII_FOLD).split())
    return normalise(text.decode()).encode()


def record_digests(cells: Cells, n_rows: int, key: bytes) -> RecordDigests:
    """Returns the digests of `n_rows` records; one without cells has that of no texts."""
    inputs, exact, normalised = [], [], []
    for fields, texts in _records(cells, n_rows):
        framed = _framed(texts)
        folded = list(map(_normalised, texts))
        inputs.append(_keyed(key, b"input\0" + _framed(fields) + framed))
        exact.append(_keyed(key, b"exact\0" + framed))
        normalised.append(_keyed(key, b"normalised\0" + _framed(folded)))
    return RecordDigests(*(pa.array(each, pa.string()) for each in (inputs, exact, normalised)))


def normalised_digests(cells: Cells, n_rows: int, key: bytes) -> pa.Array:
    """Returns the `normalised_digest` of each record, as `record_digests` does."""
    digests = [
        _keyed(key, b"normalised\0" + _framed(list(map(_normalised, texts))))
        for _, texts in _records(cells, n_rows)
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
    _, offsets_buffer, data = array.buffers()
    offsets = np.frombuffer(offsets_buffer, np.int64)[array.offset :].tolist()
    view = memoryview(data) if data is not None else memoryview(b"")
    return lambda i: bytes(view[offsets[i] : offsets[i + 1]])
