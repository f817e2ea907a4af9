"""Who duplicates whom, and who stays: clusters of records that are equal or alike.

A record counts as a duplicate only of a record that stays and that it was itself compared with: in
a chain A~B~C with A unlike C, C is no duplicate of A. So nothing is removed for its likeness to
something that is removed too. With `linked`, all that hangs together by likeness on which something
is done is one cluster, whatever the ends of a chain have in common; the similarity says how like a
record is to its closest. One that contains others and is itself in none stays.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import polars as pl

from datagov.kernel import kernel
from datagov.utf8 import Ints

DIRECT, LINKED = "direct", "linked"

EXACT, NORMALISED, NEAR, CONTAINED = "exact", "normalised", "near", "contained"

EDGES = pl.Schema(
    {
        "first": pl.Int64,
        "second": pl.Int64,
        "jaccard": pl.Float32,
        "first_in_second": pl.Float32,
        "second_in_first": pl.Float32,
    }
)
"""Pairs of records that were compared: their likeness, and how much of one is in the other."""

NODES = pl.Schema({"record": pl.Int64, "rank": pl.Binary, "digest": pl.Binary})
"""Records that stand in an edge. The least by rank, then by digest, then by number stays."""

MEMBERS = pl.Schema(
    {
        "record": pl.Int64,
        "kept": pl.Int64,
        "kind": pl.String,
        "similarity": pl.Float32,
        "cluster": pl.Binary,
    }
)
"""One row per record of a cluster; `kept` is the record that stays, its own row included, and
`cluster` its digest, which names the cluster."""

_TOLD = ("kept", "kind", "similarity")
"""What is told of a record towards the one it duplicates."""


def alike(edges: pl.DataFrame, near_from: float, contained_from: float) -> pl.DataFrame:
    """Returns the edges whose ends are alike enough, one way or the other, for a cluster."""
    return edges.filter(
        (pl.col("jaccard") >= near_from)
        | (pl.col("first_in_second") >= contained_from)
        | (pl.col("second_in_first") >= contained_from)
    )


def centres(nodes: pl.DataFrame, edges: pl.DataFrame) -> pl.DataFrame:
    """Returns each record with the one of its connected component that would stay.

    Args:
        nodes: Of schema NODES, every end of an edge among them.
        edges: Of schema EDGES, alike.

    Returns:
        `record`, `kept`.
    """
    ordered, first, second = _indexed(nodes, edges)
    return pl.DataFrame(
        {
            "record": ordered,
            "kept": ordered[_components(len(ordered), first, second)],
        }
    )


def clusters(
    nodes: pl.DataFrame,
    edges: pl.DataFrame,
    *,
    near_from: float,
    contained_from: float,
    chains: str = DIRECT,
    acts_from: tuple[float, float] = (0, 0),
) -> pl.DataFrame:
    """Returns the members of all clusters of two and more, as a table of schema MEMBERS.

    Records are taken from the one that would rather stay than any other. One that no record
    has taken yet stays, and takes every record that is alike to it and not taken. The order
    of rows does not matter.

    Args:
        nodes: Of schema NODES, every end of an edge among them.
        edges: Of schema EDGES; those that are not alike enough are left out.
        near_from: Jaccard similarity from which two records are near duplicates.
        contained_from: Share of a record in another from which it is contained in it.
        chains: `direct` or `linked`.
        acts_from: Likeness, and share of a contained record, from which something is done about
            it. What is only noted comes after, among records that did not take any: so that a
            record which stays, though it is noted as contained, still takes those alike to it.
    """
    close = alike(edges, near_from, contained_from)
    ordered, first, second = _indexed(nodes, close)
    towards = _towards(close, first, second, near_from, contained_from, acts_from)
    down = towards.filter(pl.col("low") < pl.col("high"))
    acting = towards.filter("acts")
    if chains == LINKED:
        kept = _components(len(ordered), acting["low"].to_numpy(), acting["high"].to_numpy())
        stays = np.ones(len(kept), bool)
        stays[acting["high"].to_numpy()] = False
        kept[stays] = np.flatnonzero(stays)
        taken = _linked(acting, kept)
    else:
        kept = np.arange(len(ordered), dtype=np.int64)
        _take_all(down.filter("acts"), kept)
        taken = _taken(down.filter("acts"), kept)
    may_be_noted = ~pl.Series(_takers(kept) | (kept != np.arange(len(kept))))
    noted = down.filter(~pl.col("acts"))
    noted = noted.filter(may_be_noted[noted["high"]])
    _take_all(noted, kept)
    found = pl.concat([taken.select(noted.columns), _taken(noted, kept)])
    found = found.filter(pl.col("low") != pl.col("high"))
    removed = found.select(
        "kind",
        "similarity",
        pl.Series("record", ordered[found["high"].to_numpy()]),
        pl.Series("kept", ordered[found["low"].to_numpy()]),
    )
    return _named(_with_kept(removed), nodes)


def _towards(
    close: pl.DataFrame,
    first: Ints,
    second: Ints,
    near_from: float,
    contained_from: float,
    acts_from: tuple[float, float],
) -> pl.DataFrame:
    """Returns edges in both directions, as far as `high` is alike to `low` or contained in it.

    With the `kind` and `similarity` of `high` towards `low`, and whether something `acts` on that.
    """
    both = pl.concat(
        close.select("jaccard", low=pl.lit(low), high=pl.lit(high), contained=share)
        for low, high, share in (
            (first, second, "second_in_first"),
            (second, first, "first_in_second"),
        )
    )
    is_near = pl.col("jaccard") >= near_from
    by_share = pl.col("contained") >= acts_from[1]
    return (
        both.filter(is_near | (pl.col("contained") >= contained_from))
        .select(
            "low",
            "high",
            kind=pl.when(is_near).then(pl.lit(NEAR)).otherwise(pl.lit(CONTAINED)),
            similarity=pl.when(is_near).then("jaccard").otherwise("contained"),
            acts=pl.when(is_near).then(pl.col("jaccard") >= acts_from[0]).otherwise(by_share),
        )
        .sort("low", "high")
    )


def _taken(towards: pl.DataFrame, kept: Ints) -> pl.DataFrame:
    return towards.filter(pl.Series(kept)[towards["high"]] == towards["low"])


def _linked(acting: pl.DataFrame, kept: Ints) -> pl.DataFrame:
    """Returns the members of components, each with what says most of it: near before contained."""
    ordered = acting.sort(pl.col("kind") == NEAR, "similarity")
    closest = ordered.unique("high", keep="last", maintain_order=True)
    return closest.with_columns(low=pl.Series(kept)[closest["high"]])


def _named(members: pl.DataFrame, nodes: pl.DataFrame) -> pl.DataFrame:
    digests = nodes.select(kept="record", cluster="digest").unique("kept")
    named = members.join(digests, on="kept", how="left").select(*MEMBERS).cast(MEMBERS)
    return named.sort("kept", "record")


def together(
    equal: pl.DataFrame, similar: pl.DataFrame, acts_from: Mapping[str, float]
) -> pl.DataFrame:
    """Returns clusters of equal records and clusters of what stays of them as one.

    A cluster of equal records whose last one is alike to another record goes over into that one's
    cluster. If something is done about the last one's likeness, that is why its equals go too: they
    are as alike. If it is only noted, they stay duplicates of the last one, which stays.

    Args:
        equal: Of schema MEMBERS, exact and normalised duplicates.
        similar: Of schema MEMBERS, among records that are not removed from `equal`.
        acts_from: Of `near` and `contained`, the similarity from which something is done.
    """
    taken = similar.filter(pl.col("record") != pl.col("kept"))
    least = pl.col("kind").replace_strict(acts_from, return_dtype=pl.Float32)
    last = taken.with_columns(acts=pl.col("similarity") >= least).select(
        pl.col("acts"),
        pl.col("record").alias("kept"),
        pl.col(*_TOLD, "cluster").name.prefix("last_"),
    )
    goes = pl.col("acts").fill_null(value=False)
    moved = equal.join(last, on="kept", how="left").select(
        "record",
        *(pl.when(goes).then(f"last_{name}").otherwise(name).alias(name) for name in _TOLD),
        cluster=pl.coalesce("last_cluster", "cluster"),
    )
    # Of two rows for a record the one that says why it goes counts, else that of its equals.
    rows = pl.concat(
        [taken, moved.select(*MEMBERS), similar.filter(pl.col("record") == pl.col("kept"))]
    )
    return rows.unique("record", keep="first", maintain_order=True).sort("kept", "record")


def _with_kept(removed: pl.DataFrame) -> pl.DataFrame:
    """Adds the rows of the records that stay: as like as the closest of theirs."""
    staying = (
        removed.sort("kept", "similarity", "kind")
        .group_by("kept", maintain_order=True)
        .agg(pl.col("kind").last(), pl.col("similarity").last())
        .select("kind", "similarity", record="kept", kept="kept")
    )
    return pl.concat([removed, staying.select(removed.columns)])


def _indexed(nodes: pl.DataFrame, edges: pl.DataFrame) -> tuple[Ints, Ints, Ints]:
    """Returns the records, those first that would rather stay, and edges as indices into them."""
    ordered = nodes.unique("record").sort("rank", "digest", "record")["record"].to_numpy()
    by_number = np.argsort(ordered)

    def index(column: str) -> Ints:
        numbers = edges[column].to_numpy()
        return by_number[np.searchsorted(ordered, numbers, sorter=by_number)]

    return ordered, index("first"), index("second")


def _take_all(towards: pl.DataFrame, kept: Ints) -> None:
    _take(towards["low"].to_numpy(), towards["high"].to_numpy(), kept)


def _takers(kept: Ints) -> npt.NDArray[np.bool_]:
    """Returns which records have taken another one."""
    taken = np.flatnonzero(kept != np.arange(len(kept)))
    takers = np.zeros(len(kept), bool)
    takers[kept[taken]] = True
    return takers


@kernel
def _take(low: Ints, high: Ints, kept: Ints) -> None:
    """Sets `kept[i]` to the record that takes i; edges are sorted by `low`, which is less."""
    for edge in range(len(low)):
        if kept[low[edge]] == low[edge] and kept[high[edge]] == high[edge]:
            kept[high[edge]] = low[edge]


@kernel
def _components(n: int, first: Ints, second: Ints) -> Ints:
    """Returns for each record the least one it is connected with, by union and find."""
    parent = np.arange(n)
    for edge in range(len(first)):
        one, other = first[edge], second[edge]
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        while parent[other] != other:
            parent[other] = parent[parent[other]]
            other = parent[other]
        parent[max(one, other)] = min(one, other)
    for i in range(n):
        # Parents are less than their children: this one's is final already.
        parent[i] = parent[parent[i]]
    return parent
