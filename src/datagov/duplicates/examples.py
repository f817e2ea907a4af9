"""Which pairs of duplicates are shown to people: a handful that differ in what they show.

The choice depends on the pairs alone, not on their order: of those that would do, the one whose
cluster has the least digest, and digests are as good as random.
"""

import polars as pl

from datagov.duplicates.clusters import CONTAINED, NEAR

PAIRS = pl.Schema(
    {
        "record": pl.Int64,
        "kept": pl.Int64,
        "kind": pl.String,
        "similarity": pl.Float32,
        "cluster": pl.Binary,
        "source": pl.Int32,
        "source_kept": pl.Int32,
        "acts": pl.Boolean,
    }
)
"""A record, the one that stays for it, where the two come from by number, and whether anything is
done about it."""

STEP = 0.05
"""Similarities that are as far apart count as different."""

_WHAT = ["kind", "acts"]
_WHO = ["source", "source_kept"]
_ASPECTS = (["cluster"], _WHAT, _WHO, ["step"])
"""In which a pair should not repeat those chosen before, what matters most first."""


def chosen(pairs: pl.DataFrame, n: int) -> pl.DataFrame:
    """Returns at most `n` rows of a table of schema PAIRS.

    One by one that pair is taken whose cluster, kind, pair of sources and similarity have been
    taken least, in this order; among equals that of the sources which copy most.
    """
    similar = pairs.filter(pl.col("kind").is_in([NEAR, CONTAINED]))
    left = (
        similar.with_columns(
            step=(pl.col("similarity") / STEP).round().cast(pl.Int32), often=pl.len().over(_WHO)
        )
        .sort("cluster", "record")
        # No more of one sort than could be taken.
        .group_by(*_WHAT, *_WHO, "step", maintain_order=True)
        .head(n)
    )
    taken = left.clear()
    while taken.height < n and left.height:
        repeats = [_taken(left, taken, aspect) for aspect in _ASPECTS]
        often = -pl.col("often").cast(pl.Int64)
        best = left.sort(*repeats, often, pl.col("cluster"), pl.col("record")).head(1)
        taken = pl.concat([taken, best])
        left = left.filter(pl.col("record") != best["record"].item())
    return taken.select(PAIRS.names())


def _taken(left: pl.DataFrame, taken: pl.DataFrame, aspect: list[str]) -> pl.Series:
    """Returns for each pair that is left how many like it in an aspect were taken."""
    counts = taken.group_by(aspect).len("n")
    joined = left.join(counts, on=aspect, how="left", maintain_order="left")
    return joined["n"].fill_null(0)
