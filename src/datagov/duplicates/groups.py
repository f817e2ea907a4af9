"""Judging groups of records that share a digest: who is in a cluster, and who is kept."""

import polars as pl

from datagov.duplicates.clusters import EXACT, MEMBERS, NORMALISED

KEYS = pl.Schema(
    {
        "record": pl.Int64,
        "exact_digest": pl.Binary,
        "normalised_digest": pl.Binary,
        "rank": pl.Binary,
    }
)
"""What `judge` takes; a lesser `rank` is rather kept. It is all that crosses the shuffle of a
record, so it is kept small: its number, and the beginnings of its digests."""

_PLACE = ["shard_order", "position"]


def judge(keys: pl.DataFrame) -> pl.DataFrame:
    """Returns the records that have an equal, as a table of schema MEMBERS.

    Equal texts are equal after normalising, so the clusters are those of the normalised digest. A
    record is an `exact` duplicate when another record of the cluster has its very text. The first
    by rank, then by number, is kept. The order of rows does not matter.
    """
    clusters = keys.filter(pl.len().over("normalised_digest") > 1)
    ordered = clusters.sort("rank", "record")
    is_exact = pl.len().over("normalised_digest", "exact_digest") > 1
    return ordered.select(
        "record",
        kept=pl.col("record").first().over("normalised_digest"),
        kind=pl.when(is_exact).then(pl.lit(EXACT)).otherwise(pl.lit(NORMALISED)),
        similarity=pl.lit(1.0, pl.Float32),
        cluster="normalised_digest",
    ).cast(MEMBERS)


def repeated_ids(keys: pl.DataFrame) -> pl.DataFrame:
    """Returns the records whose id a record before them in the corpus has.

    Args:
        keys: `record_id`, `shard_order`, `position`; other columns are passed on.
    """
    ordered = keys.sort(_PLACE)
    return ordered.filter(pl.int_range(pl.len()).over("record_id") > 0)
