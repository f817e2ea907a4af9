"""Every number that gates, cards and controls use, stated once: `evidence/metrics.json`."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from datagov.corpus.rejects import NOT_WHOLE
from datagov.corpus.schema import held_as_json
from datagov.corpus.shards import Shard
from datagov.detect.detector import Detector, config_digest
from datagov.detect.pii import PiiDetector
from datagov.detect.pii.entities import DEFAULT_ENTITIES
from datagov.detect.pii.sensitive.classes import count_by_kind, kinds_looked_for
from datagov.lineage.keys import key_id
from datagov.release import accounting
from datagov.release.accounting import OUTCOMES, Counts
from datagov.release.assemble import part_name
from datagov.release.benchmark_metrics import benchmark_metrics
from datagov.release.config import ScanConfig
from datagov.release.coverage import ner_coverage
from datagov.release.decisions import RELEASED
from datagov.release.duplicate_metrics import duplicate_metrics, earlier_metrics
from datagov.sources.registry import UNDECLARED

DOMAINS = ["nuclear", "biological", "chemical", "missile"]
"""The fields that clause 4.1.2 (c) names; the restricted detector looks for all of them."""


def collect(
    parts: Sequence[Path],
    staging: Path,
    shards: Sequence[Shard],
    schema: pa.Schema,
    annotations: Mapping[str, Any] | None,
    passages: Mapping[str, Any] | None,
    config: ScanConfig,
) -> dict[str, Any]:
    """Returns the metrics of an assembled release.

    Raises:
        AccountingError: The sums of a part, a source or the whole do not add up.
    """
    per_part = [Counts.from_json(json.loads((p / "counts.json").read_text())) for p in parts]
    counts = sum(per_part, Counts()).as_json()
    empty = dict.fromkeys(("read", *OUTCOMES), 0)
    records = empty | counts.get("records", {})
    by_source = {source: empty | found for source, found in counts.get("by_source", {}).items()}
    accounting.check(records, "the whole corpus")
    for source, found in by_source.items():
        accounting.check(found, f"source {source}")
    released = records["kept"] + records["redacted"]
    undeclared = by_source.get(UNDECLARED, empty)
    scanned = records["read"] - records["rejected"]
    return {
        "as_of": config.as_of.isoformat(),
        "records": records,
        "text_bytes": {"read": 0, "released": 0} | counts.get("text_bytes", {}),
        "by_source": by_source,
        "parts": [
            {"part": part_name(i), **empty, **part.as_json().get("records", {})}
            for i, part in enumerate(per_part)
        ],
        "inputs": _inputs(staging, shards),
        "actions_by_reason": counts.get("actions_by_reason", {}),
        "findings": {d.name: {} for d in config.detectors} | counts.get("findings", {}),
        "sensitive": _sensitive(counts.get("findings", {}), config),
        "ner": ner_coverage(counts.get("ner", {}), scanned, config),
        "findings_by_source": counts.get("findings_by_source", {}),
        "counted_by_source": counts.get("counted_by_source", {}),
        "detectors": [
            {
                "name": detector.name,
                "version": detector.version,
                "config_digest": config_digest(detector),
                "records_scanned": scanned,
                "records_not_scanned": 0,
                "options": _options(detector),
            }
            for detector in config.detectors
        ],
        "left": {d.name: 0 for d in config.detectors}
        | counts.get("left", {})
        | {"duplicates_exact": _equal_groups_left(staging)},
        "duplicates": duplicate_metrics(staging, config),
        "earlier_releases": earlier_metrics(staging, config),
        "passages": passages,
        "benchmarks": benchmark_metrics(staging, config),
        "languages": counts.get("languages", {}),
        "rejects": counts.get("rejects", {}),
        "duplicate_ids": counts.get("rejects", {}).get("duplicate_id", 0),
        "reject_rate": _share(records["rejected"], records["read"]),
        "max_reject_rate": config.max_reject_rate,
        "undeclared_share": _share(undeclared["kept"] + undeclared["redacted"], released),
        "sources_declared": len(config.registry.sources),
        "annotations": annotations,
        "policy": {
            "digest": config.policy.digest,
            "purpose": config.policy.purpose,
            "removes": config.policy.removes,
            "allowed_columns": config.policy.allowed_columns,
        },
        "treatments": _treatments(staging, config),
        "fingerprint_key_id": key_id(config.key),
        "columns_out": schema.names,
        "columns_as_json": held_as_json(schema),
        "text_fields": list(config.read.text_fields),
    }


def _inputs(staging: Path, shards: Sequence[Shard]) -> dict[str, int]:
    """Returns how much there was to read, and how much of it could not be read whole."""
    cut = set(
        pl.scan_parquet(staging / "evidence/rejects.parquet")
        .filter(pl.col("reason").is_in(NOT_WHOLE))
        .select(pl.col("shard").unique())
        .collect()["shard"]
    )
    return {
        "shards": len(shards),
        "bytes": sum(shard.n_bytes for shard in shards),
        "shards_not_whole": len(cut),
        "bytes_not_whole": sum(shard.n_bytes for shard in shards if shard.name in cut),
    }


def _options(detector: Detector) -> dict[str, Any]:
    """Returns what a detector was told to look for, as far as a control asks for it."""
    if isinstance(detector, PiiDetector):
        return {
            "sensitive_classes": list(kinds_looked_for(_entities(detector))),
            "names": detector.plan().names,
        }
    return {"domains": DOMAINS} if detector.name == "restricted" else {}


def _entities(detector: PiiDetector) -> tuple[str, ...]:
    return DEFAULT_ENTITIES if detector.entities is None else detector.entities


def _sensitive(findings: Mapping[str, Any], config: ScanConfig) -> dict[str, int | None] | None:
    """Returns the findings by kind of sensitive information; None when nobody looked."""
    looking = [each for each in config.detectors if isinstance(each, PiiDetector)]
    found = {name: each.get("findings", 0) for name, each in findings.get("pii", {}).items()}
    return count_by_kind(found, _entities(looking[0])) if looking else None


def _treatments(staging: Path, config: ScanConfig) -> list[dict[str, Any]]:
    """Returns what was done to the values of each category that was redacted."""
    versions = {detector.name: detector.version for detector in config.detectors}
    counted = (
        pl.scan_parquet(staging / "evidence/redactions/*.parquet")
        .group_by("detector", "category", "treatment")
        .len("values")
        .sort("detector", "category", "treatment")
        .collect()
    )
    return [
        {
            "category": f"{row['detector']}.{row['category']}",
            "operator": row["treatment"],
            "version": versions[row["detector"]],
            "reversible": False,
            "values": row["values"],
        }
        for row in counted.iter_rows(named=True)
    ]


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _decisions(staging: Path) -> pl.LazyFrame:
    return pl.scan_parquet(staging / "evidence/decisions/*.parquet")


def _equal_groups_left(staging: Path) -> int:
    """Returns how many texts are released more than once (redaction can make two equal)."""
    groups = (
        _decisions(staging)
        .filter(pl.col("action").is_in(RELEASED))
        .group_by("output_digest")
        .len()
        .filter(pl.col("len") > 1)
    )
    return groups.select(pl.len()).collect().item()  # type: ignore[no-any-return]
