"""Fingerprints of records: a few hashes by which records that share a passage meet.

**Winnowing** (Schleimer, Wilkerson and Aiken, SIGMOD 2003): of every WINDOW consecutive hashes of
runs of GRAM tokens the least is kept, so that two texts which share GRAM + WINDOW - 1 tokens in a
row share a fingerprint. Of equal ones the one already kept stands ("robust winnowing"), so that a
text of one repeated token has one in WINDOW tokens, as others have about two.

**Wholes.** A cell with fewer tokens than the passages that are looked for has no fingerprint of
that kind. Making windows small enough for it would multiply the fingerprints of all records
(8 tokens: by six), so it is noted whole instead, and looked up in the texts of the others: see
`containment`.

Hashes depend on a secret seed, as those of `tokens` do. Passages do not go beyond a cell.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from datagov.corpus.batch import Cells
from datagov.duplicates.spans import PURPOSE, Places, lead_back, located
from datagov.duplicates.tokens import Buffers, mixed, seed_of, tables
from datagov.duplicates.tokens import tokenise as _tokenise
from datagov.kernel import kernel
from datagov.utf8 import Bytes, Ints

Hashes = npt.NDArray[np.uint64]

MIN_TOKENS = 50
"""Passages of this many tokens are found unless another number is asked for."""

MIN_WHOLE = 8
"""Cells of fewer tokens are not looked for in others: they say too little."""

FINGERPRINTS = pa.schema(
    [
        pa.field("record", pa.int64()),
        pa.field("token", pa.int32()),
        pa.field("hash", pa.uint64()),
    ]
)
"""`token` is the index of the first token of the run among all tokens of the record."""

WHOLES = pa.schema(
    [
        pa.field("record", pa.int64()),
        pa.field("field", pa.string()),
        pa.field("token", pa.int32()),
        pa.field("n_tokens", pa.int32()),
        pa.field("start", pa.int32()),
        pa.field("end", pa.int32()),
        pa.field("head", pa.uint64()),
        pa.field("hash", pa.uint64()),
    ]
)
"""Short cells: index and number of their tokens, span in code points from the first to the last
token, hashes of the first MIN_WHOLE tokens and of all."""

_ROLL = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Fingerprints:
    """What records are compared by.

    Attributes:
        sampled: Table of schema FINGERPRINTS, ordered by record and token.
        wholes: Table of schema WHOLES, ordered likewise.
        n_tokens: int64: how many tokens each record has.
    """

    sampled: pa.Table
    wholes: pa.Table
    n_tokens: pa.Array


def gram_of(min_tokens: int) -> int:
    """Returns the length of the runs of tokens that are hashed for passages of `min_tokens`."""
    return max(1, min(min_tokens // 3, 16))


def fingerprints(
    cells: Cells, n_rows: int, key: bytes, min_tokens: int = MIN_TOKENS
) -> Fingerprints:
    """Returns the fingerprints of each record; `record` is its row.

    Args:
        cells: The texts.
        n_rows: How many records there are.
        key: The secret that hashes depend on.
        min_tokens: Every passage of so many tokens that two cells share has a fingerprint in both.

    Raises:
        ValueError: `min_tokens` is less than MIN_WHOLE.
    """
    if min_tokens < MIN_WHOLE:
        raise ValueError(f"passages of {min_tokens} tokens; expected {MIN_WHOLE} or more")
    gram = gram_of(min_tokens)
    buffers = Buffers.of(cells, n_rows)
    n_tokens = np.zeros(n_rows, np.int64)
    scratch = buffers.max_tokens
    # Memory that is never written to costs nothing.
    size = int(buffers.tokens_at_most.sum())
    record, token, value = (np.empty(size, kind) for kind in (np.int64, np.int32, np.uint64))
    wholes = np.empty((len(cells.text), 6), np.int64)
    hashes = np.empty((len(cells.text), 2), np.uint64)
    m, n_wholes = _fingerprint_all(
        buffers.data,
        buffers.starts,
        buffers.ends,
        buffers.records,
        *tables(),
        seed_of(key, PURPOSE),
        gram,
        min_tokens - gram + 1,
        np.empty(scratch, np.uint32),
        np.empty(scratch, np.uint64),
        n_tokens,
        record,
        token,
        value,
        wholes,
        hashes,
    )
    columns = [pa.array(values[:m].copy()) for values in (record, token, value)]
    return Fingerprints(
        pa.Table.from_arrays(columns, schema=FINGERPRINTS),
        _wholes(cells, wholes[:n_wholes], hashes[:n_wholes]),
        pa.array(n_tokens),
    )


def _wholes(cells: Cells, rows: Ints, hashes: Hashes) -> pa.Table:
    record, cell, token, n_tokens, start, end = (column.copy() for column in rows.T)
    starts, ends = start.astype(np.int32), end.astype(np.int32)
    which = pa.array(cell)
    texts = cells.text.cast(pa.large_string()).take(which)
    lead_back(texts, np.arange(len(rows) + 1, dtype=np.int64), starts, ends)
    columns = [
        pa.array(record),
        cells.field.take(which).cast(pa.string()),
        pa.array(token.astype(np.int32)),
        pa.array(n_tokens.astype(np.int32)),
        pa.array(starts),
        pa.array(ends),
        *(pa.array(column.copy()) for column in hashes.T),
    ]
    return pa.Table.from_arrays(columns, schema=WHOLES)


@kernel
def _fingerprint_all(
    data: Bytes,
    starts: Ints,
    ends: Ints,
    records: Ints,
    kind: Bytes,
    folded: npt.NDArray[np.uint32],
    expansions: npt.NDArray[np.uint32],
    seed: np.uint64,
    gram: int,
    window: int,
    tokens: npt.NDArray[np.uint32],
    values: Hashes,
    n_tokens: Ints,
    out_record: Ints,
    out_token: Places,
    out_hash: Hashes,
    wholes: Ints,
    whole_hashes: Hashes,
) -> tuple[int, int]:
    m = n_wholes = 0
    min_tokens = gram + window - 1
    spans = np.empty((2, min_tokens), np.int32)
    for record in range(len(records) - 1):
        n = 0
        for text in range(records[record], records[record + 1]):
            first = n
            n, _ = _tokenise(
                data, starts[text], ends[text], kind, folded, expansions, seed, tokens, n
            )
            size = n - first
            if size >= min_tokens:
                rolling(tokens[first:n], gram, seed, values)
                begin = m
                m = _winnow(values, size - gram + 1, window, out_token, out_hash, m)
                for i in range(begin, m):
                    out_record[i] = record
                    out_token[i] += first
            elif size >= MIN_WHOLE:
                located(data, starts[text], ends[text], kind, folded, spans[0], spans[1], 0)
                row = wholes[n_wholes]
                row[0], row[1], row[2], row[3] = record, text, first, size
                row[4], row[5] = spans[0, 0], spans[1, size - 1]
                whole_hashes[n_wholes, 0] = hash_of(tokens[first : first + MIN_WHOLE], seed)
                whole_hashes[n_wholes, 1] = hash_of(tokens[first:n], seed)
                n_wholes += 1
        n_tokens[record] = n
    return m, n_wholes


@kernel
def hash_of(tokens: npt.NDArray[np.uint32], seed: np.uint64) -> np.uint64:
    """Returns the hash of a run of tokens: the one that `rolling` gives it."""
    value = np.uint64(0)
    for token in tokens:
        value = value * _ROLL + np.uint64(token)
    return np.uint64(mixed(value ^ seed))


@kernel
def rolling(tokens: npt.NDArray[np.uint32], gram: int, seed: np.uint64, values: Hashes) -> None:
    """Writes the hashes of all runs of `gram` tokens to `values`, by their first token."""
    leaving = np.uint64(1)
    for _ in range(gram):
        leaving *= _ROLL
    value = np.uint64(0)
    for i in range(min(gram - 1, len(tokens))):
        value = value * _ROLL + np.uint64(tokens[i])
    if len(tokens) >= gram:
        value = value * _ROLL + np.uint64(tokens[gram - 1])
        values[0] = mixed(value ^ seed)
    for i in range(gram, len(tokens)):
        value = value * _ROLL + np.uint64(tokens[i]) - np.uint64(tokens[i - gram]) * leaving
        values[i - gram + 1] = mixed(value ^ seed)


@kernel
def _winnow(
    values: Hashes, n: int, window: int, out_token: Places, out_hash: Hashes, m: int
) -> int:
    """Writes the least of each `window` of `values[:n]`, once each; returns the index behind."""
    best = 0
    for i in range(n):
        if best <= i - window:
            best = i
            for j in range(i - 1, i - window, -1):
                if values[j] < values[best]:
                    best = j
        elif values[i] < values[best]:
            best = i
        if i >= window - 1 and (i == window - 1 or best != out_token[m - 1]):
            out_token[m] = best
            out_hash[m] = values[best]
            m += 1
    return m
