"""Passages that records share: pairs from equal fingerprints, then exact runs of equal tokens.

`meetings` takes a bucket of fingerprints and gives anchors, places where two records have the same
run of tokens; `tokens_around` reads what stands around them; `shared` takes both and gives the
longest equal runs. The order of rows does not matter. What is found: every longest run of at least
`min_tokens` equal tokens in two cells of different records, as long as no fingerprint in it occurs
more than ALL_PAIRS times; beyond that see `meetings`. Apart from those that lie inside another one
in both records, and from those between two others of which each token is in one of these: two texts
of one repeated word share a passage or two and not one for every shift.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from datagov.corpus.batch import Cells
from datagov.duplicates.spans import Stretches, flat, tokens_of
from datagov.duplicates.winnowing import MIN_TOKENS, gram_of
from datagov.kernel import kernel
from datagov.utf8 import Ints

Tokens = npt.NDArray[np.uint32]

ANCHORS = pa.schema(
    [
        pa.field("record_a", pa.int64()),
        pa.field("token_a", pa.int32()),
        pa.field("record_b", pa.int64()),
        pa.field("token_b", pa.int32()),
    ]
)
"""Places of the same fingerprint in two records; `record_a` is the lesser."""

PASSAGES = pa.schema(
    [
        pa.field("record_a", pa.int64()),
        pa.field("field_a", pa.string()),
        pa.field("start_a", pa.int32()),
        pa.field("end_a", pa.int32()),
        pa.field("record_b", pa.int64()),
        pa.field("field_b", pa.string()),
        pa.field("start_b", pa.int32()),
        pa.field("end_b", pa.int32()),
        pa.field("n_tokens", pa.int32()),
        pa.field("token_a", pa.int32()),
        pa.field("token_b", pa.int32()),
    ]
)
"""Passages of two records, `record_a` being the lesser: spans in code points of the cells, how many
tokens, and the index of the first of them among all tokens of each record."""

ALL_PAIRS = 16
"""Of fingerprints that occur so often at most, all pairs of places are anchors."""

MAX_REPEATS = 4
"""Of fingerprints that occur more often, so many places in each record are looked at."""


PLACES = pa.schema([pa.field("record", pa.int64()), pa.field("token", pa.int32())])
"""Places of fingerprints that stand in another record too."""


@dataclass(frozen=True)
class Meetings:
    """What the records of a bucket have in common.

    Attributes:
        anchors: Table of schema ANCHORS: where pairs of records are to be compared.
        places: Table of schema PLACES: around which tokens are needed for that.
    """

    anchors: pa.Table
    places: pa.Table


def meetings(fingerprints: pa.Table) -> Meetings:
    """Returns the anchors and places of all records that have a fingerprint in common, ordered.

    Boilerplate must not cost the square of its occurrences. Where a fingerprint occurs more than
    ALL_PAIRS times, the first MAX_REPEATS places in each record are paired with the first place
    in the record before that has it, and with the first place in the first record: no more than
    2 * MAX_REPEATS anchors for a record. So every record that has the passage is known to share
    it, and those that have it are connected; not every pair of them is named. Where a record has
    the fingerprint several times, a passage at a later place may go unnamed or be named in part.

    Args:
        fingerprints: Table of schema FINGERPRINTS with all rows of the hashes in it, in any order.
    """
    record, token, value = (fingerprints[name].to_numpy() for name in ("record", "token", "hash"))
    # Most occur once: sorting the hashes alone is cheaper than sorting rows.
    order = np.argsort(value, kind="stable")
    ordered = value[order]
    equal = ordered[1:] == ordered[:-1]
    repeated = np.zeros(len(order), bool)
    repeated[1:] |= equal
    repeated[:-1] |= equal
    chosen = order[repeated]
    chosen = chosen[np.lexsort((token[chosen], record[chosen], value[chosen]))]
    record, token, value = record[chosen], token[chosen].astype(np.int64), value[chosen]
    met = _in_several_records(record, value)
    return Meetings(
        _table(_unique_rows(_pairs(record, token, value)), ANCHORS),
        _table(_unique_rows(np.stack([record, token], axis=1)[met]), PLACES),
    )


def _table(rows: Ints, schema: pa.Schema) -> pa.Table:
    columns = [pa.array(column.copy()) for column in rows.T]
    return pa.Table.from_arrays(columns, names=schema.names).cast(schema)


def _in_several_records(record: Ints, value: npt.NDArray[np.uint64]) -> npt.NDArray[np.bool_]:
    """Returns which rows, ordered by hash and record, have a hash that another record has."""
    begins = np.ones(len(value), bool)
    begins[1:] = value[1:] != value[:-1]
    group = np.cumsum(begins) - 1
    first = np.flatnonzero(begins)
    behind = np.append(first, len(value))[1:]
    several: npt.NDArray[np.bool_] = (record[first] != record[behind - 1])[group]
    return several


def _unique_rows(rows: Ints) -> Ints:
    ordered = rows[np.lexsort(rows.T[::-1])]
    new = np.ones(len(ordered), bool)
    new[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    return ordered[new]


@kernel
def _pairs(record: Ints, token: Ints, value: npt.NDArray[np.uint64]) -> Ints:
    """Returns rows of record_a, token_a, record_b, token_b; takes rows by hash, record, token."""
    size = 0
    begin = 0
    for i in range(1, len(value) + 1):
        if i == len(value) or value[i] != value[begin]:
            n = i - begin
            size += n * (n - 1) // 2 if n <= ALL_PAIRS else 2 * n
            begin = i
    out = np.empty((size, 4), np.int64)
    m = 0
    begin = 0
    for i in range(1, len(value) + 1):
        if i < len(value) and value[i] == value[begin]:
            continue
        if i - begin <= ALL_PAIRS:
            m = _all_pairs(record, token, begin, i, out, m)
        else:
            m = _some_pairs(record, token, begin, i, out, m)
        begin = i
    return out[:m]


@kernel
def _all_pairs(record: Ints, token: Ints, begin: int, end: int, out: Ints, m: int) -> int:
    for i in range(begin, end):
        for j in range(i + 1, end):
            if record[i] != record[j]:
                out[m, 0], out[m, 1], out[m, 2], out[m, 3] = (
                    record[i],
                    token[i],
                    record[j],
                    token[j],
                )
                m += 1
    return m


@kernel
def _some_pairs(record: Ints, token: Ints, begin: int, end: int, out: Ints, m: int) -> int:
    before = first = begin
    for i in range(begin, end):
        if record[i] != record[first]:
            before, first = first, i
        if i - first >= MAX_REPEATS or record[i] == record[begin]:
            continue
        out[m, 0], out[m, 1] = record[before], token[before]
        out[m, 2], out[m, 3] = record[i], token[i]
        m += 1
        if before != begin:
            out[m, 0], out[m, 1] = record[begin], token[begin]
            out[m, 2], out[m, 3] = record[i], token[i]
            m += 1
    return m


def tokens_around(
    cells: Cells, n_rows: int, key: bytes, places: pa.Table, min_tokens: int = MIN_TOKENS
) -> pa.Table:
    """Returns the TOKENS of some records that `shared` needs: those around places.

    A passage has a fingerprint in every `min_tokens` of its tokens, and all of them stand in both
    records: so it lies near places, as long as it may be, with the tokens before and after it.

    Args:
        cells: The texts.
        n_rows: How many records there are.
        key: As the fingerprints were made with.
        places: Table of schema PLACES: those of these records, `record` being the row.
        min_tokens: As the fingerprints were made with.
    """
    return tokens_of(cells, n_rows, key, places, min_tokens + 1)


def shared(tokens: pa.Table, anchors: pa.Table, min_tokens: int = MIN_TOKENS) -> pa.Table:
    """Returns PASSAGES of at least `min_tokens` tokens through the anchors, ordered.

    Args:
        tokens: What `tokens_around` returns for all records that the anchors name, in any order.
        anchors: Table of schema ANCHORS, in any order, repeats allowed.
        min_tokens: As the fingerprints were made with.
    """
    tokens = tokens.sort_by([("record", "ascending"), ("token", "ascending")])
    stretches = Stretches.of(tokens)
    columns = []
    for side in "ab":
        record = np.searchsorted(stretches.names, anchors[f"record_{side}"].to_numpy())
        token = anchors[f"token_{side}"].to_numpy().astype(np.int64)
        columns += [record, token, stretches.at(record, token)]
    rows = np.stack(columns, axis=1).astype(np.int64)
    gram = gram_of(min_tokens)
    text = (stretches.hashes, stretches.offsets, stretches.token)
    rows = _with_shifts(rows, *text, gram, min_tokens - gram)
    # By pair, then diagonal, then place: what lies in a run already found is passed over.
    rows = rows[np.lexsort((rows[:, 1], rows[:, 1] - rows[:, 4], rows[:, 3], rows[:, 0]))]
    found = _longest(rows, *text, min_tokens)
    found = found[np.lexsort((found[:, 3], -found[:, 4], found[:, 1], found[:, 2], found[:, 0]))]
    found = found[_outermost(found)]
    return _located(found, tokens, stretches).sort_by(
        [(name, "ascending") for name in ("record_a", "record_b", "token_a", "token_b")]
    )


def _located(found: Ints, tokens: pa.Table, stretches: Stretches) -> pa.Table:
    starts, _ = flat(tokens["starts"])
    ends, _ = flat(tokens["ends"])
    fields = tokens["field"].combine_chunks()
    n_tokens = found[:, 4]
    columns = {"n_tokens": pa.array(n_tokens.astype(np.int32))}
    for side, record, token in (("a", found[:, 0], found[:, 1]), ("b", found[:, 2], found[:, 3])):
        stretch = stretches.at(record, token)
        at = stretches.offsets[stretch] + token - stretches.token[stretch]
        columns |= {
            f"record_{side}": pa.array(stretches.names[record]),
            f"field_{side}": fields.take(pa.array(stretch)),
            f"start_{side}": pa.array(starts[at]),
            f"end_{side}": pa.array(ends[at + n_tokens - 1]),
            f"token_{side}": pa.array(token.astype(np.int32)),
        }
    return pa.table({name: columns[name] for name in PASSAGES.names}).cast(PASSAGES)


@kernel
def _with_shifts(
    rows: Ints, hashes: Tokens, offsets: Ints, firsts: Ints, gram: int, reach: int
) -> Ints:
    """Returns the anchors, and those where the first record has the same run again near by.

    A window with several equal hashes can have kept one in the first record and another in the
    second; they are then on a wrong diagonal, and the right one is one of these shifts.
    """
    size = 0
    out = np.empty((len(rows), 6), np.int64)
    for row in range(len(rows)):
        stretch = rows[row, 2]
        at = offsets[stretch] + rows[row, 1] - firsts[stretch]
        low = max(offsets[stretch], at - reach)
        high = min(offsets[stretch + 1] - gram, at + reach)
        for place in range(low, high + 1):
            n = 0
            while n < gram and hashes[place + n] == hashes[at + n]:
                n += 1
            if n < gram:
                continue
            if size == len(out):
                more = np.empty((2 * size, 6), np.int64)
                more[:size] = out
                out = more
            out[size] = rows[row]
            out[size, 1] += place - at
            size += 1
    return out[:size]


@kernel
def _longest(rows: Ints, hashes: Tokens, offsets: Ints, firsts: Ints, min_tokens: int) -> Ints:
    """Returns rows of record, first token, record, first token, number of tokens."""
    out = np.empty((len(rows), 5), np.int64)
    m = 0
    behind = np.int64(0)
    for row in range(len(rows)):
        a, i, stretch_a, b, j, stretch_b = rows[row]
        if row:
            last = rows[row - 1]
            if last[0] != a or last[3] != b or last[1] - last[4] != i - j:
                behind = np.int64(0)
        if i < behind:
            continue
        one = offsets[stretch_a] + i - firsts[stretch_a]
        other = offsets[stretch_b] + j - firsts[stretch_b]
        ahead = min(offsets[stretch_a + 1] - one, offsets[stretch_b + 1] - other)
        n = 0
        while n < ahead and hashes[one + n] == hashes[other + n]:
            n += 1
        back = min(i - firsts[stretch_a], j - firsts[stretch_b])
        k = 0
        while k < back and hashes[one - k - 1] == hashes[other - k - 1]:
            k += 1
        behind = i + n
        if n and k + n >= min_tokens:
            out[m, 0], out[m, 1], out[m, 2], out[m, 3], out[m, 4] = a, i - k, b, j - k, k + n
            m += 1
    return out[:m]


@kernel
def _outermost(found: Ints) -> npt.NDArray[np.bool_]:
    """Returns which passages say more than others of the pair do.

    One that lies in both records inside another says nothing more, nor one that is a shift between
    two others; see `_is_between`.

    Args:
        found: What `_longest` returns, by pair, then first token of the first record; of equal
            ones the longest first.
    """
    keep = np.ones(len(found), np.bool_)
    rows = np.empty(len(found), np.int64)
    n_open = 0  # Of this pair, those kept that reach beyond where this one begins.
    for row in range(len(found)):
        here = found[row]
        m = 0
        for k in range(n_open):
            there = found[rows[k]]
            same = there[0] == here[0] and there[2] == here[2]
            if same and there[1] + there[4] > here[1]:
                rows[m] = rows[k]
                m += 1
        n_open = m
        for k in range(n_open):
            there = found[rows[k]]
            if _inside(here, there, 1) and _inside(here, there, 3):
                keep[row] = False
                break
        if not keep[row]:
            continue
        while n_open > 1 and _is_between_any(found, rows[: n_open - 1], rows[n_open - 1], here):
            n_open -= 1
            keep[rows[n_open]] = False
        rows[n_open] = row
        n_open += 1
    return keep


@kernel
def _is_between_any(found: Ints, others: Ints, row: int, last: Ints) -> bool:
    for other in others:
        if _is_between(found[row], found[other], last, 1, 3):
            return True
        if _is_between(found[row], found[other], last, 3, 1):
            return True
    return False


@kernel
def _is_between(here: Ints, one: Ints, other: Ints, fixed: int, moving: int) -> bool:
    """Returns whether a passage lies inside two others in one record, in the other between them.

    That is so where what is shared repeats itself, as one word over and over does: it is shared
    under many shifts, the first and the last of which reach all of it.
    """
    low = min(one[moving], other[moving])
    high = max(one[moving] + one[4], other[moving] + other[4])
    together = max(one[moving], other[moving]) <= min(
        one[moving] + one[4], other[moving] + other[4]
    )
    within = low <= here[moving] and here[moving] + here[4] <= high
    return _inside(here, one, fixed) and _inside(here, other, fixed) and together and within


@kernel
def _inside(here: Ints, there: Ints, side: int) -> bool:
    return bool(there[side] <= here[side] and here[side] + here[4] <= there[side] + there[4])
