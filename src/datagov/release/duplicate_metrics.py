"""What was found and done about duplicates, counted from the evidence."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from datagov.duplicates.bands import banding
from datagov.duplicates.clusters import CONTAINED, EXACT, NEAR, NORMALISED
from datagov.duplicates.sketches import N_BINS, VERSION
from datagov.release.config import ScanConfig
from datagov.release.decisions import RECORD, RELEASED
from datagov.release.earlier import EarlierRelease

RESIDUAL_FROM = 0.8
"""Similarity from which a near duplicate in data/ counts as left over (Dolma, FineWeb)."""


def duplicate_metrics(staging: Path, config: ScanConfig) -> dict[str, dict[str, Any]]:
    """Returns, by kind, clusters, records in them, records removed and their bytes.

    Under `normalised` stands besides how many are equal `by_redaction` alone. Under `near` stand
    how it was looked for and `residual_rate`: the share of the released records that are equal or
    near duplicates of another released one, here or in an earlier release.
    """
    members = _members(staging)
    by_kind = {
        row["kind"]: row
        for row in members.group_by("kind")
        .agg(
            clusters=pl.col("cluster_id").n_unique(),
            records=pl.len(),
            removed=pl.col("is_removed").sum(),
            removed_bytes=pl.col("n_bytes").filter("is_removed").sum(),
        )
        .collect()
        .to_dicts()
    }
    by_redaction = _by_redaction(members, config.earlier)
    options = config.policy.duplicates
    kinds = (EXACT, NORMALISED, NEAR, CONTAINED) if options.near else (EXACT, NORMALISED)
    names = ("clusters", "records", "removed", "removed_bytes")
    found: dict[str, dict[str, Any]] = {
        kind: {name: by_kind.get(kind, {}).get(name, 0) for name in names} for kind in kinds
    }
    found[NORMALISED]["by_redaction"] = by_redaction
    if options.near:
        cut = banding(options.near_from)
        found[NEAR] |= {
            "residual_rate": _residual_rate(staging, members),
            "residual_from": RESIDUAL_FROM,
            "parameters": {
                "sketch_version": VERSION,
                "near_from": options.near_from,
                "n_bins": N_BINS,
                "n_bands": cut.n_bands,
                "n_rows": cut.n_rows,
                "chains": options.chains,
            },
        }
        found[CONTAINED]["parameters"] = {"contained_from": options.contained_from}
    return found


def _members(staging: Path) -> pl.LazyFrame:
    """Returns the members of clusters with what was done to each, why, and how long it is."""
    evidence = staging / "evidence"
    decided = pl.scan_parquet(evidence / "decisions/*.parquet")
    signals = pl.scan_parquet(evidence / "signals/*.parquet")
    reason = pl.concat_str(pl.lit("duplicates."), "kind")
    return (
        pl.scan_parquet(evidence / "duplicates.parquet")
        .join(decided.select(*RECORD, "action", "reasons", "source_id"), on=RECORD)
        .join(signals.select(*RECORD, "n_bytes", "normalised_digest"), on=RECORD)
        .with_columns(
            is_removed=pl.col("reasons").list.contains(reason) & ~pl.col("action").is_in(RELEASED),
            is_released=pl.col("action").is_in(RELEASED),
            is_earlier=pl.col("earlier_digest").is_not_null(),
        )
    )


def earlier_metrics(staging: Path, config: ScanConfig) -> list[dict[str, Any]]:
    """Returns the earlier releases, with how many records duplicate one in each, by kind."""
    counted = (
        pl.scan_parquet(staging / "evidence/duplicates.parquet")
        .filter(pl.col("earlier_digest").is_not_null())
        .group_by("earlier_digest", "kind")
        .len("records")
        .sort("earlier_digest", "kind")
        .collect()
    )
    found: dict[str, dict[str, int]] = {}
    for digest, kind, n in counted.iter_rows():
        found.setdefault(digest, {})[kind] = n
    return [
        {
            "name": release.name,
            "version": release.version,
            "digest": release.digest,
            "duplicates": found.get(release.digest, {}),
        }
        for release in config.earlier
    ]


def _by_redaction(members: pl.LazyFrame, earlier: Sequence[EarlierRelease]) -> int:
    """Returns how many different texts became equal to that of another record by redaction alone.

    Of several equal ones that do, one counts: the others are duplicates of it anyhow.
    """
    is_equal = ~pl.col("keep") & pl.col("kind").is_in([EXACT, NORMALISED])
    cluster = ["cluster_id", "normalised_digest"]
    staying = _staying_earlier(members, earlier)
    others = pl.concat([members.filter(~is_equal).select(cluster), staying.select(cluster)])
    alone = members.filter(is_equal).select(cluster).unique().join(others, on=cluster, how="anti")
    return int(alone.select(pl.len()).collect().item())


def _staying_earlier(members: pl.LazyFrame, earlier: Sequence[EarlierRelease]) -> pl.LazyFrame:
    """Returns `cluster_id, normalised_digest` of records that stay in earlier releases."""
    duplicated = members.filter("is_earlier").select(
        "cluster_id", "earlier_digest", record_id="earlier_record_id"
    )
    signals = [
        pl.scan_parquet([part.signals for part in release.parts])
        .select("record_id", "normalised_digest")
        .with_columns(earlier_digest=pl.lit(release.digest))
        for release in earlier
        if release.parts
    ]
    none = pl.LazyFrame(
        schema=dict.fromkeys(("record_id", "normalised_digest", "earlier_digest"), pl.String)
    )
    return pl.concat([none, *signals]).join(duplicated.unique(), on=["earlier_digest", "record_id"])


def _residual_rate(staging: Path, members: pl.LazyFrame) -> float:
    decided = pl.scan_parquet(staging / "evidence/decisions/*.parquet")
    n_released = decided.filter(pl.col("action").is_in(RELEASED)).select(pl.len()).collect().item()
    kept = members.filter(pl.col("keep") & pl.col("is_released")).select("cluster_id")
    alike = members.filter(
        ~pl.col("keep")
        & pl.col("is_released")
        & (pl.col("kind") != CONTAINED)
        & (pl.col("similarity") >= RESIDUAL_FROM)
    )
    # What stays in an earlier release is in data/ there.
    beside_kept = alike.filter(~pl.col("is_earlier")).join(kept, on="cluster_id", how="semi")
    left = pl.concat([beside_kept, alike.filter("is_earlier")])
    n_left = left.select(pl.len()).collect().item()
    return float(n_left / n_released) if n_released else 0.0
