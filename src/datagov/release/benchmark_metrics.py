"""What was found and done about items of evaluation sets, counted from the evidence."""

from pathlib import Path
from typing import Any

import polars as pl

from datagov.release.config import ScanConfig
from datagov.release.decisions import RECORD, RELEASED


def benchmark_metrics(staging: Path, config: ScanConfig) -> list[dict[str, Any]]:
    """Returns one row per evaluation set: items, those that cannot be found, who holds them.

    `records_removed` are those that are not in data/ and have the overlap as one of their reasons;
    `items_left` are items that a record in data/ holds, as much of them as is reported at all.
    """
    if not config.benchmarks:
        return []
    evidence = staging / "evidence"
    decided = pl.scan_parquet(evidence / "decisions/*.parquet").select(*RECORD, "action", "reasons")
    is_released = pl.col("action").is_in(RELEASED)
    has_reason = pl.col("reasons").list.contains("benchmarks.overlap")
    record = pl.struct(*RECORD)
    found = (
        pl.scan_parquet(evidence / "contamination.parquet")
        .join(decided, on=RECORD)
        .group_by("benchmark")
        .agg(
            items_touched=pl.col("item").n_unique(),
            items_left=pl.col("item").filter(is_released).n_unique(),
            records_touched=record.n_unique(),
            records_removed=record.filter(has_reason & ~is_released).n_unique(),
        )
        .collect()
    )
    by_name = {row.pop("benchmark"): row for row in found.to_dicts()}
    nothing = dict.fromkeys(
        ("items_touched", "items_left", "records_touched", "records_removed"), 0
    )
    return [
        {
            "name": benchmark.name,
            "sha256": benchmark.sha256,
            "items": benchmark.n_items,
            "unseen": benchmark.n_unseen,
            **by_name.get(benchmark.name, nothing),
        }
        for benchmark in config.benchmarks
    ]
