"""Short cells that stand whole in cells of other records, and how much of a record others hold.

Cells with fewer tokens than a passage are looked up in the texts of all records, by the hash of
their first MIN_WHOLE tokens and then of all of them: two hashes of 64 bits, no text and no tokens.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from datagov.corpus.batch import Cells
from datagov.duplicates.lookup import Bits, Firsts, Hashes, Lookup, find, shift_of
from datagov.duplicates.passages import PASSAGES
from datagov.duplicates.spans import PURPOSE, spans_of_runs
from datagov.duplicates.tokens import Buffers, seed_of, tables
from datagov.duplicates.tokens import tokenise as _tokenise
from datagov.duplicates.winnowing import MIN_WHOLE, WHOLES, hash_of, rolling
from datagov.kernel import kernel
from datagov.utf8 import Bytes, Ints

SHARED = pa.schema(
    [
        pa.field("record", pa.int64()),
        pa.field("n_tokens", pa.int64()),
        pa.field("shared", pa.float32()),
    ]
)
"""Tokens of a record in all, and the share of them that lies in passages shared with any other."""

HELD = pa.schema(
    [
        pa.field("record", pa.int64()),
        pa.field("container", pa.int64()),
        pa.field("contained", pa.float32()),
    ]
)
"""Share of a record's tokens that lies in passages shared with one other."""


def representatives(wholes: pa.Table) -> pa.Table:
    """Returns the rows of WHOLES to look for: of equal cells those of the first two records.

    Cells that very many records have must not cost the square of their number: the others find the
    first, and the first finds the second. The order of rows does not matter, and taking the
    representatives of parts, then of all these together, gives the same.
    """
    rows = pl.DataFrame(wholes).sort("head", "n_tokens", "hash", "record", "token")
    same = ["head", "n_tokens", "hash"]
    rows = rows.unique([*same, "record"], keep="first", maintain_order=True)
    kept = rows.filter(pl.int_range(pl.len()).over(same) < 2)
    return kept.select(WHOLES.names).to_arrow().cast(WHOLES)


@dataclass(frozen=True)
class WholesIndex:
    """Representatives, ready to be looked up.

    Attributes:
        table: What `representatives` returns.
        heads: Their different heads.
        firsts: The rows of head i are `firsts[i]:firsts[i + 1]`.
    """

    table: pa.Table
    heads: Lookup
    firsts: Ints

    @classmethod
    def of(cls, wholes: pa.Table) -> "WholesIndex":
        """Returns the index of some WHOLES."""
        table = representatives(wholes)
        heads, firsts = np.unique(table["head"].to_numpy(), return_index=True)
        return cls(table, Lookup.of(heads), np.append(firsts, table.num_rows).astype(np.int64))


def contained(index: WholesIndex, cells: Cells, n_rows: int, records: Ints, key: bytes) -> pa.Table:
    """Returns PASSAGES: which cells of the index stand whole in some cells of other records.

    Places of one cell in another do not overlap; no row is given twice, also not for other units.

    Args:
        index: Of the short cells of all records.
        cells: The texts.
        n_rows: How many records there are.
        records: int64: which record in the index's numbering each row is.
        key: As the wholes were made with.
    """
    buffers = Buffers.of(cells, n_rows)
    scratch = buffers.max_tokens
    table = index.table
    found = _contained_all(
        buffers.data,
        buffers.starts,
        buffers.ends,
        buffers.records,
        *tables(),
        seed_of(key, PURPOSE),
        records,
        *index.heads.raw(),
        index.firsts,
        *(table[name].to_numpy() for name in ("n_tokens", "hash", "record")),
        np.empty(scratch, np.uint32),
        np.empty(scratch, np.uint64),
    )
    row, token, entry = (column.copy() for column in found.T)
    sizes = table["n_tokens"].to_numpy()[entry].astype(np.int64)
    here = spans_of_runs(cells, n_rows, key, row, token, sizes)
    here |= {"record": pa.array(records[row]), "token": pa.array(token.astype(np.int32))}
    there = {name: table[name].take(pa.array(entry)).combine_chunks() for name in here}
    ordered = pa.array(records[row] < there["record"].to_numpy())
    columns = {"n_tokens": pa.array(sizes.astype(np.int32))}
    for name in here:
        columns[f"{name}_a"] = pc.if_else(ordered, here[name], there[name])
        columns[f"{name}_b"] = pc.if_else(ordered, there[name], here[name])
    return pa.table({name: columns[name] for name in PASSAGES.names}).cast(PASSAGES)


@kernel
def _contained_all(
    data: Bytes,
    starts: Ints,
    ends: Ints,
    rows: Ints,
    kind: Bytes,
    folded: npt.NDArray[np.uint32],
    expansions: npt.NDArray[np.uint32],
    seed: np.uint64,
    records: Ints,
    keys: Hashes,
    bits: Bits,
    leading: Firsts,
    firsts: Ints,
    sizes: npt.NDArray[np.int32],
    hashes: Hashes,
    owners: Ints,
    tokens: npt.NDArray[np.uint32],
    values: Hashes,
) -> Ints:
    """Returns rows of row, index of the first token in the record, row of the index."""
    shift = shift_of(leading)
    out = np.empty((64, 3), np.int64)
    m = 0
    behind = np.zeros(len(sizes), np.int64)
    inside = np.full(len(sizes), -1, np.int64)
    for row in range(len(rows) - 1):
        n = 0
        for text in range(rows[row], rows[row + 1]):
            first = n
            n, _ = _tokenise(
                data, starts[text], ends[text], kind, folded, expansions, seed, tokens, n
            )
            rolling(tokens[first:n], MIN_WHOLE, seed, values)
            for at in range(n - first - MIN_WHOLE + 1):
                head = find(keys, bits, leading, shift, values[at])
                if head < 0:
                    continue
                entry = firsts[head]
                while entry < firsts[head + 1] and sizes[entry] <= n - first - at:
                    size = sizes[entry]
                    same = entry
                    while same < firsts[head + 1] and sizes[same] == size:
                        same += 1
                    whole = hash_of(tokens[first + at : first + at + size], seed)
                    place = entry + np.searchsorted(hashes[entry:same], whole)
                    entry = same
                    if place == same or hashes[place] != whole:
                        continue
                    if inside[place] == text and at < behind[place]:
                        continue
                    which = _partner(place, same, hashes, owners, records[row], size == n - first)
                    if which < 0:
                        continue
                    inside[place] = text
                    behind[place] = at + size
                    if m == len(out):
                        more = np.empty((2 * m, 3), np.int64)
                        more[:m] = out
                        out = more
                    out[m, 0], out[m, 1], out[m, 2] = row, first + at, which
                    m += 1
    return out[:m]


@kernel
def _partner(place: int, end: int, hashes: Hashes, owners: Ints, record: int, whole: bool) -> int:
    """Returns which of the one or two equal rows from `place` on to name, or -1.

    Of two equal cells the later one names the earlier one, so that each pair is given once.
    """
    if owners[place] != record:
        return place
    second = place + 1
    if whole or second >= end or hashes[second] != hashes[place]:
        return -1
    return second


def shares(passages: pa.Table, n_tokens: pa.Table) -> pa.Table:
    """Returns SHARED: one row for each record that shares a passage, ordered.

    Args:
        passages: Table of schema PASSAGES, in any order, repeats allowed.
        n_tokens: `record`, `n_tokens` of all records in it, in any order.
    """
    return _shares(passages, n_tokens, ["record"]).select(SHARED.names).to_arrow().cast(SHARED)


def held(passages: pa.Table, n_tokens: pa.Table) -> pa.Table:
    """Returns HELD: a row for each record and other one that share a passage, ordered.

    Args:
        passages: Table of schema PASSAGES, in any order, repeats allowed.
        n_tokens: `record`, `n_tokens` of all records in it, in any order.
    """
    found = _shares(passages, n_tokens, ["record", "container"])
    return found.select("record", "container", contained="shared").to_arrow().cast(HELD)


def _shares(passages: pa.Table, n_tokens: pa.Table, by: list[str]) -> pl.DataFrame:
    rows = pl.DataFrame(passages)
    both = pl.concat(
        rows.select(
            record=f"record_{one}",
            container=f"record_{two}",
            begin=pl.col(f"token_{one}").cast(pl.Int64),
            end=pl.col(f"token_{one}").cast(pl.Int64) + pl.col("n_tokens"),
        )
        for one, two in ("ab", "ba")
    )
    sizes = pl.DataFrame(n_tokens).select("record", pl.col("n_tokens").cast(pl.Int64))
    share = (pl.col("tokens") / pl.col("n_tokens")).cast(pl.Float32)
    return _covered(both, by).join(sizes, on="record").with_columns(shared=share).sort(by)


def _covered(spans: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Returns `by` and how many tokens lie in one or more of the spans from begin to end."""
    ordered = spans.sort(*by, "begin", "end")
    before = pl.col("end").cum_max().shift(1).over(by).fill_null(0)
    new = pl.max_horizontal(pl.col("end") - pl.max_horizontal("begin", before), 0)
    return ordered.with_columns(tokens=new).group_by(by).agg(pl.col("tokens").sum())
