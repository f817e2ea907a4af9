"""What the reports say, gathered once from a finished release directory.

Numbers come from `evidence/metrics.json` alone, so that a number stands in one place. Everything
that comes from the corpus (ids, names, labels, excerpts) is data to the templates, never markup.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from datagov.gates.run import GateResult

SAMPLES_PER_CATEGORY = 5
SHOWN_ROWS = 100
OUTCOMES = ("kept", "redacted", "dropped", "quarantined", "rejected")


@dataclass(frozen=True)
class About:
    """What the release's own evidence does not say of it."""

    name: str
    version: str
    key_id: str


@dataclass(frozen=True)
class Facts:
    """Everything that card and report show."""

    about: About
    metrics: Mapping[str, Any]
    sources: Mapping[str, Any]
    conformance: Mapping[str, Any]
    gates: Sequence[GateResult]
    samples: Mapping[str, Sequence[Mapping[str, Any]]]
    clusters: Sequence[tuple[int, int]]
    rejects: Sequence[Mapping[str, Any]]
    has_data: bool

    @property
    def records(self) -> Mapping[str, int]:
        """The records by outcome."""
        return self.metrics["records"]  # type: ignore[no-any-return]

    @property
    def released(self) -> int:
        """Records in data/."""
        return self.records["kept"] + self.records["redacted"]

    @property
    def source_rows(self) -> list[dict[str, Any]]:
        """One row per source that has records, largest first; declared ones with declaration."""
        declared = {source["id"]: source for source in self.sources["sources"]}
        rows = [
            {"id": name, "counts": counts, "declared": declared.get(name)}
            for name, counts in self.metrics["by_source"].items()
        ]
        return sorted(rows, key=lambda row: (-row["counts"]["read"], row["id"]))

    @property
    def finding_rows(self) -> list[dict[str, Any]]:
        """One row per detector and category, most findings first."""
        rows = [
            {"detector": detector, "category": category, **numbers}
            for detector, found in self.metrics["findings"].items()
            for category, numbers in found.items()
        ]
        return sorted(rows, key=lambda r: (r["detector"], -r["findings"], r["category"]))

    @property
    def languages(self) -> list[tuple[str, int]]:
        """Languages with their records, most first."""
        return sorted(self.metrics["languages"].items(), key=lambda pair: (-pair[1], pair[0]))

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """Reasons with the records that they removed or changed, most first."""
        found = self.metrics["actions_by_reason"].items()
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))

    @property
    def failed_gates(self) -> list[GateResult]:
        """The gates that failed."""
        return [gate for gate in self.gates if not gate.success]


def gather(
    release: Path, conformance: Mapping[str, Any], gates: Sequence[GateResult], about: About
) -> Facts:
    """Returns the facts of the release in `release`."""
    evidence = release / "evidence"
    return Facts(
        about=about,
        metrics=json.loads((evidence / "metrics.json").read_text("utf-8")),
        sources=json.loads((evidence / "sources.json").read_text("utf-8")),
        conformance=conformance,
        gates=gates,
        samples=_samples(evidence),
        clusters=_clusters(evidence),
        rejects=_rejects(evidence),
        has_data=any((release / "data").iterdir()),
    )


def _samples(evidence: Path) -> dict[str, list[dict[str, Any]]]:
    """Returns a few masked excerpts per category: those whose fingerprint comes first.

    Fingerprints are as good as random, so that the choice is fair and always the same.
    """
    rows = (
        pl.scan_parquet(evidence / "findings/*.parquet")
        .filter(pl.col("detector").is_in(["pii", "restricted"]))
        .select(
            "detector", "category", "rule", "score", "excerpt", "fingerprint", "shard", "position"
        )
        .group_by("detector", "category")
        .agg(
            pl.struct("fingerprint", "shard", "position", "rule", "score", "excerpt")
            .unique()
            .bottom_k(SAMPLES_PER_CATEGORY)
            .sort()
            .alias("samples")
        )
        .sort("detector", "category")
        .collect(engine="streaming")
    )
    return {
        f"{row['detector']}.{row['category']}": row["samples"] for row in rows.iter_rows(named=True)
    }


def _clusters(evidence: Path) -> list[tuple[int, int]]:
    """Returns (cluster size, number of clusters), smallest first."""
    sizes = (
        pl.scan_parquet(evidence / "duplicates.parquet")
        .group_by("cluster_id")
        .len("size")
        .group_by("size")
        .len("clusters")
        .sort("size")
        .collect()
    )
    return list(sizes.iter_rows())


def _rejects(evidence: Path) -> list[dict[str, Any]]:
    frame = pl.scan_parquet(evidence / "rejects.parquet").head(SHOWN_ROWS).collect()
    return frame.select("shard", "position", "reason", "detail").to_dicts()
