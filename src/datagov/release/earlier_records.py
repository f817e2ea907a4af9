"""What records of earlier releases are called there: only those that some record duplicates."""

from collections.abc import Sequence

import polars as pl

from datagov.release.earlier import FIRST_PART, EarlierRelease, parts_of
from datagov.release.part_records import PART_SHIFT

EARLIER_RECORDS = pl.Schema(
    {
        "kept": pl.Int64,
        "earlier_release": pl.String,
        "earlier_digest": pl.String,
        "earlier_record_id": pl.String,
    }
)
"""Records of earlier releases by their number: columns of DUPLICATES."""


def with_earlier(members: pl.DataFrame, earlier: Sequence[EarlierRelease]) -> pl.DataFrame:
    """Adds the columns of EARLIER_RECORDS to members of clusters: null where `kept` is ours.

    Args:
        members: Of schema `clusters.MEMBERS`, of all parts: so each part of an earlier release is
            read once.
        earlier: All earlier releases.
    """
    kept = members.select(pl.col("kept").unique().sort())
    of_part = kept.with_columns(part=(pl.col("kept") // (1 << PART_SHIFT)) - FIRST_PART)
    known = parts_of(earlier)
    frames = [EARLIER_RECORDS.to_frame()]
    for (index,), rows in of_part.filter(pl.col("part") >= 0).group_by("part", maintain_order=True):
        release, part = known[int(str(index))]
        ids = part.records("record_id")["record_id"]
        frames.append(
            rows.select(
                "kept",
                earlier_release=pl.lit(release.title),
                earlier_digest=pl.lit(release.digest),
                earlier_record_id=pl.lit(ids[rows["kept"] % (1 << PART_SHIFT)]),
            )
        )
    return members.join(pl.concat(frames), on="kept", how="left", maintain_order="left")
