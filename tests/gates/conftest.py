import copy
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from datagov.tables import DECISIONS, DUPLICATES, FINDINGS, REJECTS

METRICS: dict[str, Any] = {
    "as_of": "2026-11-23",
    "records": {
        "read": 6,
        "kept": 2,
        "redacted": 1,
        "dropped": 1,
        "quarantined": 1,
        "rejected": 1,
    },
    "inputs": {"shards": 2, "bytes": 900, "shards_not_whole": 0, "bytes_not_whole": 0},
    "by_source": {
        "wiki": {
            "read": 4,
            "kept": 2,
            "redacted": 1,
            "dropped": 1,
            "quarantined": 0,
            "rejected": 0,
        },
        "网页.cn": {
            "read": 2,
            "kept": 0,
            "redacted": 0,
            "dropped": 0,
            "quarantined": 1,
            "rejected": 1,
        },
    },
    "parts": [
        {
            "part": "part-00000",
            "read": 6,
            "kept": 2,
            "redacted": 1,
            "dropped": 1,
            "quarantined": 1,
            "rejected": 1,
        }
    ],
    "findings": {
        "pii": {"EMAIL_ADDRESS": {"findings": 3, "records": 2, "counted": 2}},
        "quality": {},
        "restricted": {},
    },
    "findings_by_source": {"wiki": {"pii": 3}},
    "detectors": [
        {
            "name": "pii",
            "version": "1",
            "config_digest": "00",
            "records_scanned": 5,
            "records_not_scanned": 0,
        }
    ],
    "left": {
        "pii": 0,
        "restricted": 0,
        "quality": 0,
        "duplicates_exact": 0,
        "duplicates_normalised": 0,
    },
    "rejects": {"utf8": 1},
    "reject_rate": 1 / 6,
    "max_reject_rate": 0.5,
    "undeclared_share": 0.0,
    "sources_declared": 2,
    "annotations": {"items": 120, "alpha": 0.8, "alpha_low": 0.7, "alpha_high": 0.9},
    "policy": {"digest": "00", "purpose": "pre-training", "removes": ["duplicates.exact"]},
    "columns_out": ["record_id", "text"],
}

DECIDED = [
    ("r0", "wiki", "keep"),
    ("r1", "wiki", "keep"),
    ("r2", "wiki", "redact"),
    ("r3", "wiki", "drop"),
    ("记录4", "网页.cn", "quarantine"),
]

MakeRelease = Callable[..., Path]


@pytest.fixture
def metrics() -> dict[str, Any]:
    return copy.deepcopy(METRICS)


@pytest.fixture
def make_release(tmp_path: Path) -> MakeRelease:
    """Writes a small release whose gates all pass, with `changes` by path in its metrics."""

    def make(
        changes: Mapping[str, Any] | None = None,
        decided: list[tuple[str, str, str]] = DECIDED,
        name: str = "release",
    ) -> Path:
        metrics = copy.deepcopy(METRICS)
        for path, value in (changes or {}).items():
            *parents, last = path.split("/")
            node = metrics
            for parent in parents:
                node = node[int(parent) if isinstance(node, list) else parent]
            node[last] = value
        evidence = tmp_path / name / "evidence"
        (evidence / "decisions").mkdir(parents=True)
        (evidence / "findings").mkdir()
        (evidence / "metrics.json").write_text(json.dumps(metrics, ensure_ascii=False), "utf-8")
        rows = [
            {
                "record_id": record_id,
                "shard": "a.jsonl",
                "position": position,
                "source_id": source,
                "action": action,
                "reasons": [],
                "input_digest": "ab",
                "output_digest": "cd" if action in ("keep", "redact") else "",
            }
            for position, (record_id, source, action) in enumerate(decided)
        ]
        pq.write_table(
            pa.Table.from_pylist(rows, DECISIONS), evidence / "decisions/part-00000.parquet"
        )
        pq.write_table(FINDINGS.empty_table(), evidence / "findings/part-00000.parquet")
        pq.write_table(DUPLICATES.empty_table(), evidence / "duplicates.parquet")
        pq.write_table(REJECTS.empty_table(), evidence / "rejects.parquet")
        return tmp_path / name

    return make
