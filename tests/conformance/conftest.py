import copy
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from datagov.tables import CONTAMINATION, DECISIONS, FINDINGS

SIX = ("read", "kept", "redacted", "dropped", "quarantined", "rejected")


def counts(*numbers: int) -> dict[str, int]:
    return dict(zip(SIX, numbers, strict=True))


METRICS: dict[str, Any] = {
    "as_of": "2026-11-23",
    "records": counts(6, 4, 0, 1, 0, 1),
    "inputs": {"shards": 2, "bytes": 900, "shards_not_whole": 0, "bytes_not_whole": 0},
    "by_source": {"wiki": counts(3, 2, 0, 1, 0, 0), "网页": counts(3, 2, 0, 0, 0, 1)},
    "parts": [{"part": "part-00000", **counts(6, 4, 0, 1, 0, 1)}],
    "actions_by_reason": {"duplicates.exact": 1},
    "findings": {"pii": {}, "quality": {}, "restricted": {}},
    "findings_by_source": {},
    "detectors": [
        {"name": name, "version": "1", "records_scanned": 5, "records_not_scanned": 0}
        | ({"options": {"domains": domains}} if domains else {})
        for name, domains in (
            ("pii", None),
            ("quality", None),
            ("restricted", ["nuclear", "biological", "chemical", "missile"]),
        )
    ],
    "left": {
        "pii": 0,
        "restricted": 0,
        "quality": 0,
        "duplicates_exact": 0,
        "duplicates_normalised": 0,
    },
    "duplicates": {"exact": {"clusters": 1, "records": 2, "removed": 1}},
    "languages": {"zh": 2, "en": 2},
    "annotations": None,
    "policy": {
        "purpose": "pre-training",
        "removes": ["duplicates.exact", "pii", "restricted"],
        "allowed_columns": ["record_id", "text"],
    },
    "columns_out": ["record_id", "text"],
}

SOURCE: dict[str, Any] = {
    "title": "Example",
    "owner": "Example Foundation",
    "licence": ["CC0-1.0"],
    "licence_class": "allow",
    "acquisition": {
        "class": "synthetic",
        "evidence": [{"kind": "log", "uri": "a", "sha256": "0" * 64}],
        "collected": {"start": "2026-01-01", "end": "2026-01-01"},
    },
    "legal_basis": None,
    "personal_information": {"contains": False},
    "retention_until": "2030-01-01",
    "data_grade": "general",
    "permitted_purposes": ["pre-training"],
    "origin_countries": ["NO"],
    "storage_countries": ["NO"],
    "processing_countries": ["NO"],
    "cross_border": {"provided_abroad": False, "route": "none"},
    "ip_contact": "ip@example.com",
    "declared_by": {"name": "A. Steward", "role": "data_steward", "date": "2026-11-20"},
    "verdicts": [],
    "contradictions": [],
}

SOURCES: dict[str, Any] = {"sources": [SOURCE | {"id": "wiki"}, SOURCE | {"id": "网页"}]}

GATES = {
    "quality": {
        "success": True,
        "skipped": None,
        "aspects": [
            "schema", "nulls", "ranges", "encoding", "language", "length", "boilerplate", "dates",
        ],
    }
}  # fmt: skip

DECIDED = [
    ("r0", "wiki", "keep", []),
    ("r1", "wiki", "keep", []),
    ("r2", "wiki", "drop", ["duplicates.exact"]),
    ("r3", "网页", "keep", []),
    ("r4", "网页", "keep", []),
]

MakeRelease = Callable[..., Path]


def changed(document: Any, changes: Mapping[str, Any]) -> Any:
    """Returns a copy of `document` with values replaced at paths such as `left/pii`."""
    document = copy.deepcopy(document)
    for path, value in changes.items():
        *parents, last = path.split("/")
        node = document
        for parent in parents:
            node = node[int(parent) if isinstance(node, list) else parent]
        if value is ...:
            del node[last]
        else:
            node[int(last) if isinstance(node, list) else last] = value
    return document


def write_release(
    root: Path,
    metrics: Mapping[str, Any] | None = None,
    sources: Mapping[str, Any] | None = None,
    gates: Mapping[str, Any] | None = None,
    decided: list[tuple[str, str, str, list[str]]] = DECIDED,
    findings: list[dict[str, Any]] | None = None,
    columns: tuple[str, ...] = ("record_id", "text"),
) -> Path:
    evidence = root / "evidence"
    for folder in ("decisions", "findings", "expectations"):
        (evidence / folder).mkdir(parents=True)
    (root / "data").mkdir()
    documents = {
        "metrics.json": changed(METRICS, metrics or {}),
        "sources.json": changed(SOURCES, sources or {}),
        **{f"expectations/{name}.json": gate for name, gate in changed(GATES, gates or {}).items()},
    }
    for name, document in documents.items():
        (evidence / name).write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    rows = [
        {
            "record_id": record_id,
            "shard": "a.jsonl",
            "position": position,
            "source_id": source,
            "action": action,
            "reasons": reasons,
            "input_digest": "ab",
            "output_digest": "cd" if action in ("keep", "redact") else "",
        }
        for position, (record_id, source, action, reasons) in enumerate(decided)
    ]
    pq.write_table(pa.Table.from_pylist(rows, DECISIONS), evidence / "decisions/part-00000.parquet")
    table = pa.Table.from_pylist(findings or [], FINDINGS)
    pq.write_table(table, evidence / "findings/part-00000.parquet")
    n = sum(action in ("keep", "redact") for _, _, action, _ in decided)
    data = pa.table({name: ["x"] * n for name in columns})
    pq.write_table(data, root / "data/part-00000.parquet")
    pq.write_table(CONTAMINATION.empty_table(), evidence / "contamination.parquet")
    return root


@pytest.fixture
def make_release(tmp_path: Path) -> MakeRelease:
    """Writes a small release that is as good as a release can be; keywords change it."""

    def make(name: str = "release", **changes: Any) -> Path:
        return write_release(tmp_path / name, **changes)

    return make


@pytest.fixture(scope="session")
def write() -> Callable[..., Path]:
    return write_release


@pytest.fixture
def finding() -> Callable[..., dict[str, Any]]:
    def make(position: int, detector: str, category: str, score: float = 0.9) -> dict[str, Any]:
        return {
            "record_id": f"r{position}",
            "shard": "a.jsonl",
            "position": position,
            "field": "text",
            "detector": detector,
            "category": category,
            "rule": "rule",
            "start": 0,
            "end": 1,
            "score": score,
            "fingerprint": "ab",
            "excerpt": "•",
        }

    return make
