"""What the reports show of the evidence tables, whatever their size.

Findings are taken one part after the other and each is reduced before the next is read, so memory
holds one part's columns and a result of fixed size.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl

SAMPLES_PER_CATEGORY = 5
SAMPLED = ("pii", "restricted", "secrets")
"""Detectors whose findings are parts of a text, so that an excerpt shows something."""

_KEY = ["detector", "category"]
_WHERE = ["shard", "position", "field", "start"]
_SAMPLE = {
    "detector": pl.String,
    "category": pl.String,
    "fingerprint": pl.String,
    "shard": pl.String,
    "position": pl.Int64,
    "field": pl.String,
    "start": pl.Int64,
    "rule": pl.String,
    "score": pl.Float32,
    "excerpt": pl.String,
}


def samples(evidence: Path) -> dict[str, list[dict[str, Any]]]:
    """Returns a few masked excerpts per `detector.category`, each of another value.

    Those whose fingerprint sorts first are taken: fingerprints are as good as random, so the choice
    is fair and always the same.
    """
    best = pl.DataFrame(schema=_SAMPLE)
    for file in sorted((evidence / "findings").glob("*.parquet")):
        part = pl.scan_parquet(file).filter(pl.col("detector").is_in(SAMPLED)).select(*_SAMPLE)
        best = _smallest(pl.concat([best, _promising(part, best)]))
    return {
        f"{detector}.{category}": rows.to_dicts()
        for (detector, category), rows in best.group_by(_KEY, maintain_order=True)
    }


def _promising(part: pl.LazyFrame, best: pl.DataFrame) -> pl.DataFrame:
    """Returns the rows of `part` that could be among the smallest: after one part, nearly none."""
    full = best.group_by(_KEY).agg(n=pl.len(), limit=pl.col("fingerprint").max())
    full = full.filter(pl.col("n") == SAMPLES_PER_CATEGORY).drop("n")
    return (
        part.join(full.lazy(), on=_KEY, how="left")
        .filter(pl.col("limit").is_null() | (pl.col("fingerprint") <= pl.col("limit")))
        .drop("limit")
        .collect(engine="streaming")
    )


def _smallest(rows: pl.DataFrame) -> pl.DataFrame:
    return (
        rows.sort(*_KEY, "fingerprint", *_WHERE)
        .unique([*_KEY, "fingerprint"], keep="first", maintain_order=True)
        .group_by(_KEY, maintain_order=True)
        .head(SAMPLES_PER_CATEGORY)
    )


def findings_by_source(evidence: Path) -> dict[str, dict[str, int]]:
    """Returns the number of findings by `detector.category` by source."""
    total: Counter[tuple[str, str]] = Counter()
    for file in sorted((evidence / "findings").glob("*.parquet")):
        sources = pl.scan_parquet(evidence / "decisions" / file.name).select(
            "shard", "position", "source_id"
        )
        rows = (
            pl.scan_parquet(file)
            .group_by("shard", "position", *_KEY)
            .len("n")
            .join(sources, on=["shard", "position"])
            .group_by("source_id", *_KEY)
            .agg(pl.col("n").sum())
            .collect(engine="streaming")
        )
        for source, detector, category, n in rows.iter_rows():
            total[source, f"{detector}.{category}"] += n
    result: dict[str, dict[str, int]] = {}
    for (source, category), n in sorted(total.items()):
        result.setdefault(source, {})[category] = n
    return result


def actions_by_reason(evidence: Path) -> list[dict[str, Any]]:
    """Returns per reason the records that were redacted, quarantined and dropped with it.

    A record can have several reasons and counts for each; the action is that of the record.
    """
    found: dict[str, Counter[str]] = {}
    for file in sorted((evidence / "decisions").glob("*.parquet")):
        rows = (
            pl.scan_parquet(file)
            .select("action", "reasons")
            .explode("reasons")
            .drop_nulls("reasons")
            .group_by("reasons", "action")
            .len()
            .collect(engine="streaming")
        )
        for reason, action, n in rows.iter_rows():
            found.setdefault(reason, Counter())[action] += n
    rows_of = [{"reason": reason, "n": n.total(), **n} for reason, n in found.items()]
    return sorted(rows_of, key=lambda row: (-row["n"], row["reason"]))


def cluster_sizes(evidence: Path) -> list[dict[str, Any]]:
    """Returns how many clusters of duplicates have 2, 3, 4-7, 8-15, ... records.

    Clusters whose record that stays is in an earlier release are not among them.
    """
    sizes = (
        pl.scan_parquet(evidence / "duplicates.parquet")
        .filter(pl.col("earlier_digest").is_null())
        .group_by("cluster_id")
        .len("size")
        .group_by("size")
        .len("clusters")
        .sort("size")
        .collect(engine="streaming")
    )
    bins: dict[tuple[int, int], dict[str, int]] = {}
    for n_records, n_clusters in sizes.iter_rows():
        low = n_records if n_records < 4 else 1 << (n_records.bit_length() - 1)
        high = n_records if n_records < 4 else 2 * low - 1
        row = bins.setdefault((low, high), {"clusters": 0, "records": 0})
        row["clusters"] += n_clusters
        row["records"] += n_clusters * n_records
    return [
        {"label": f"{low:,}" if low == high else f"{low:,} to {high:,}", **row}
        for (low, high), row in sorted(bins.items())
    ]


def copies(evidence: Path) -> dict[str, dict[str, int]]:
    """Returns by source how many of its records duplicate one that stays, by that one's source.

    For one that stays in an earlier release that is the release's name, in words no source has.
    """
    place = ["shard", "position"]
    sources = pl.scan_parquet(evidence / "decisions/*.parquet").select(*place, "source_id")
    members = pl.scan_parquet(evidence / "duplicates.parquet").join(sources, on=place)
    stays = members.filter("keep").select("cluster_id", of="source_id")
    removed = members.filter(~pl.col("keep"))
    earlier = pl.concat_str(pl.lit("earlier release "), "earlier_release")
    pairs = [
        removed.filter(pl.col("earlier_release").is_null()).join(stays, on="cluster_id"),
        removed.filter(pl.col("earlier_release").is_not_null()).with_columns(of=earlier),
    ]
    rows = (
        pl.concat([pair.select("source_id", "of") for pair in pairs])
        .group_by("of", source="source_id")
        .len("records")
        .sort("source", "of")
        .collect()
    )
    result: dict[str, dict[str, int]] = {}
    for of, source, n in rows.iter_rows():
        result.setdefault(source, {})[of] = n
    return result


def examples(evidence: Path) -> list[dict[str, Any]]:
    """Returns pairs of duplicates with what differs; none when nobody looked for alike records."""
    file = evidence / "duplicate_examples.json"
    return json.loads(file.read_text("utf-8"))["pairs"] if file.exists() else []


def shared_by_sources(evidence: Path, n: int) -> list[dict[str, Any]]:
    """Returns the `n` pairs of sources whose records share most; none when nobody looked."""
    file = evidence / "passages.parquet"
    if not file.exists():
        return []
    sources = pl.scan_parquet(evidence / "decisions/*.parquet")
    rows = pl.scan_parquet(file)
    for side in "ab":
        place = (f"shard_{side}", f"position_{side}")
        of_side = sources.select(
            pl.col("source_id").alias(f"source_{side}"),
            *(pl.col(name[:-2]).alias(name) for name in place),
        )
        rows = rows.join(of_side, on=place)
    return (
        rows.group_by(
            one=pl.min_horizontal("source_a", "source_b"),
            other=pl.max_horizontal("source_a", "source_b"),
        )
        .agg(
            passages=pl.len(),
            tokens=pl.col("n_tokens").cast(pl.Int64).sum(),
            longest=pl.col("n_tokens").max(),
        )
        .sort(["tokens", "one", "other"], descending=[True, False, False])
        .head(n)
        .collect()
        .to_dicts()
    )


def touched_items(evidence: Path, n: int) -> list[dict[str, Any]]:
    """Returns the `n` items of evaluation sets that stand in most records; none were none given."""
    file = evidence / "contamination.parquet"
    if not file.exists():
        return []
    return (
        pl.scan_parquet(file)
        .group_by("benchmark", "item")
        .agg(records=pl.len(), score=pl.col("score").max())
        .sort(["records", "score", "benchmark", "item"], descending=[True, True, False, False])
        .head(n)
        .collect(engine="streaming")
        .to_dicts()
    )


def first_rejects(evidence: Path, n: int) -> list[dict[str, Any]]:
    """Returns the first `n` rejects in the order of the corpus."""
    rejects = pl.scan_parquet(evidence / "rejects.parquet")
    return rejects.select("shard", "position", "reason", "detail").head(n).collect().to_dicts()


def worst_annotators(evidence: Path, n: int) -> list[dict[str, Any]]:
    """Returns the `n` annotators with the lowest accuracy; none when nothing was annotated."""
    file = evidence / "annotations/annotators.parquet"
    if not file.exists():
        return []
    return pl.scan_parquet(file).sort("accuracy", "annotator_id").head(n).collect().to_dicts()


def top_suspects(evidence: Path, n: int) -> list[dict[str, Any]]:
    """Returns the `n` items that are most probably mislabelled."""
    file = evidence / "annotations/suspects.parquet"
    if not file.exists():
        return []
    order = pl.scan_parquet(file).sort(["score", "item_id"], descending=[True, False])
    return order.head(n).collect().to_dicts()
