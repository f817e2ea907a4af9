"""Judging groups of records that share a digest: who is in a cluster, and who is kept."""

import polars as pl

KEYS = pl.Schema(
    {
        "record_id": pl.String,
        "shard": pl.String,
        "position": pl.Int64,
        "shard_order": pl.Int64,
        "part": pl.Int64,
        "exact_digest": pl.String,
        "normalised_digest": pl.String,
        "rank": pl.Int64,
    }
)
"""What `judge` takes; a lower `rank` is rather kept."""

_PLACE = ["shard_order", "position"]


def judge(keys: pl.DataFrame) -> pl.DataFrame:
    """Returns the records that have a duplicate: columns of DUPLICATES, and `part`.

    Equal texts are equal after normalising, so the clusters are those of the normalised digest,
    and `cluster_id` is its beginning. A record is an `exact` duplicate when another record of the
    cluster has its very text, else `normalised`. The first by rank, then by place in the corpus,
    is kept. The order of rows does not matter.
    """
    clusters = keys.filter(pl.len().over("normalised_digest") > 1)
    ordered = clusters.sort("rank", *_PLACE)
    return ordered.select(
        "record_id",
        "shard",
        "position",
        cluster_id=pl.col("normalised_digest").str.slice(0, 32),
        kind=pl.when(pl.len().over("exact_digest") > 1)
        .then(pl.lit("exact"))
        .otherwise(pl.lit("normalised")),
        similarity=pl.lit(1.0, pl.Float32),
        keep=pl.int_range(pl.len()).over("normalised_digest") == 0,
        part="part",
    )


def repeated_ids(keys: pl.DataFrame) -> pl.DataFrame:
    """Returns the records whose id a record before them in the corpus has.

    Args:
        keys: `record_id`, `shard_order`, `position`; other columns are passed on.
    """
    ordered = keys.sort(_PLACE)
    return ordered.filter(pl.int_range(pl.len()).over("record_id") > 0)
