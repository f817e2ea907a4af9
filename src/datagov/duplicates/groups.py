"""Judging groups of records that share a digest: who is in a cluster, and who is kept."""

import polars as pl

KEYS = pl.Schema(
    {
        "shard_order": pl.Int32,
        "position": pl.Int64,
        "part": pl.Int32,
        "exact_digest": pl.Binary,
        "normalised_digest": pl.Binary,
        "rank": pl.Int8,
    }
)
"""What `judge` takes; a lower `rank` is rather kept. It is all that crosses the shuffle of a
record, so it is kept small: the number of its shard, and the beginnings of its digests."""

_PLACE = ["shard_order", "position"]


def judge(keys: pl.DataFrame) -> pl.DataFrame:
    """Returns the records that have a duplicate, with `part`, `shard_order` and `position`.

    Equal texts are equal after normalising, so the clusters are those of the normalised digest,
    and `cluster` is it. A record is an `exact` duplicate when another record of the
    cluster has its very text. The first by rank, then by place in the corpus,
    is kept. The order of rows does not matter.
    """
    clusters = keys.filter(pl.len().over("normalised_digest") > 1)
    ordered = clusters.sort("rank", *_PLACE)
    return ordered.select(
        "part",
        "shard_order",
        "position",
        cluster=pl.col("normalised_digest"),
        exact=pl.len().over("normalised_digest", "exact_digest") > 1,
        keep=pl.int_range(pl.len()).over("normalised_digest") == 0,
    )


def repeated_ids(keys: pl.DataFrame) -> pl.DataFrame:
    """Returns the records whose id a record before them in the corpus has.

    Args:
        keys: `record_id`, `shard_order`, `position`; other columns are passed on.
    """
    ordered = keys.sort(_PLACE)
    return ordered.filter(pl.int_range(pl.len()).over("record_id") > 0)
