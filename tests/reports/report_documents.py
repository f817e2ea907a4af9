"""Documents and tables of the smallest release that has something for every section."""

from typing import Any

import pyarrow as pa

from datagov.gates.run import Checked, GateResult
from datagov.reports.render import About
from datagov.tables import (
    ANNOTATORS,
    CONTAMINATION,
    DECISIONS,
    DUPLICATES,
    FINDINGS,
    PASSAGES,
    REJECTS,
    SUSPECTS,
)

SIX = ("read", "kept", "redacted", "dropped", "quarantined", "rejected")


def six(*numbers: int) -> dict[str, int]:
    return dict(zip(SIX, numbers, strict=True))


def source(name: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": name,
        "title": "Example",
        "owner": "Example Foundation",
        "licence": ["CC-BY-4.0"],
        "licence_class": "attribution",
        "acquisition": {
            "class": "open_source",
            "collected": {"start": "2026-10-01", "end": "2026-10-02"},
        },
        "data_grade": "general",
        "ip_contact": None,
        "declared_by": {"name": "A. Steward", "role": "data_steward", "date": "2026-11-20"},
        "verdicts": [],
        "contradictions": [],
    } | fields


METRICS: dict[str, Any] = {
    "as_of": "2026-11-23",
    "records": six(12_345, 12_337, 2, 2, 1, 3),
    "text_bytes": {"read": 2_345_678, "released": 2_300_000},
    "by_source": {
        "wiki": six(12_340, 12_335, 2, 1, 1, 1),
        "undeclared": six(5, 2, 0, 1, 0, 2),
    },
    "inputs": {
        "shards": 2,
        "bytes": 3_000_000,
        "shards_not_whole": 0,
        "bytes_not_whole": 0,
    },
    "actions_by_reason": {"pii.EMAIL_ADDRESS": 3, "duplicates.exact": 2},
    "findings": {
        "pii": {"EMAIL_ADDRESS": {"findings": 4, "records": 3, "counted": 3}},
        "quality": {},
        "restricted": {"chemical": {"findings": 2, "records": 1, "counted": 0}},
    },
    "detectors": [
        {
            "name": "pii",
            "version": "1",
            "config_digest": "ab" * 32,
            "records_scanned": 12_342,
            "records_not_scanned": 0,
        }
    ],
    "left": {"pii": 0, "quality": 0, "restricted": 0, "duplicates_exact": 0},
    "duplicates": {
        "exact": {"clusters": 2, "records": 8, "removed": 6, "removed_bytes": 1_500},
        "near": {
            "clusters": 3,
            "records": 7,
            "removed": 1,
            "removed_bytes": 500,
            "residual_rate": 0.0,
            "residual_from": 0.8,
            "parameters": {"near_from": 0.5},
        },
        "contained": {
            "clusters": 1,
            "records": 2,
            "removed": 0,
            "removed_bytes": 0,
            "parameters": {"contained_from": 0.8},
        },
    },
    "passages": {
        "passages": 2,
        "records": 3,
        "tokens": 400_000,
        "shared_tokens": 120,
        "parameters": {"passage_tokens": 50, "gram": 16},
    },
    "benchmarks": [
        {
            "name": "exam",
            "sha256": "ef" * 32,
            "items": 900,
            "unseen": 4,
            "items_touched": 2,
            "items_left": 1,
            "records_touched": 3,
            "records_removed": 1,
        }
    ],
    "languages": {"zh": 12_000, "en": 340, "und": 2},
    "rejects": {"bad_json": 3},
    "reject_rate": 3 / 12_345,
    "max_reject_rate": 0.01,
    "undeclared_share": 2 / 12_339,
    "sources_declared": 2,
    "annotations": {
        "labels": 9,
        "items": 4,
        "annotators": 2,
        "classes": 2,
        "alpha": 0.7123,
        "alpha_low": 0.6,
        "alpha_high": 0.8,
        "reason": None,
        "suspects": 1,
    },
    "policy": {"digest": "cd" * 32, "purpose": "pre-training"},
    "treatments": [
        {
            "category": "pii.EMAIL_ADDRESS",
            "operator": "category",
            "reversible": False,
            "values": 41,
        }
    ],
    "self_scan": {"files": 7, "values_found": 0, "keys_found": 0, "files_with_values": []},
    "columns_out": ["id", "text", "url"],
    "columns_as_json": ["url"],
    "text_fields": ["text"],
}

SOURCES: dict[str, Any] = {
    "sources": [
        source(
            "wiki",
            contradictions=[
                {"declared": "contains no personal information", "found": "4 findings of it"}
            ],
            verdicts=[{"category": "licence_review", "reason": "read it", "action": "keep"}],
        ),
        source("unused"),
    ],
    "undeclared": [
        {"category": "undeclared", "reason": "no source is declared", "action": "quarantine"}
    ],
}

CONFORMANCE: dict[str, Any] = {
    "framework": "AI Safety Governance Framework (V1.0)",
    "disclaimer": "No verdict in it proves that a law is complied with.",
    "results": [
        {
            "control": "4.1.2a-01",
            "verdict": "pass",
            "reason": "conforming: all records have a source",
            "evidence": [{"name": "evidence/metrics.json", "digest": {"sha256": "ab"}}],
            "measured": {"records": 12_345, "by_name": {"b": 1, "a": None}},
        },
        {
            "control": "4.1.2a-02",
            "verdict": "fail",
            "reason": "non-conforming: the scan contradicts the declaration",
            "evidence": [],
        },
        {
            "control": "4.1.2a-12",
            "verdict": "needs_attestation",
            "reason": "open: no valid signed statement",
            "evidence": [],
        },
        {
            "control": "4.1.2b-01",
            "verdict": "not_evaluated",
            "reason": "open: this release holds no evidence for it",
            "evidence": [],
            "limit": {"floor": {"value": 0.5, "origin": "operator setting", "status": "setting"}},
        },
    ],
    "summary": {
        "pass": 1,
        "fail": 1,
        "needs_attestation": 1,
        "not_applicable": 0,
        "not_evaluated": 1,
        "conformant": False,
        "statement": "Not conformant: 1 of 4 controls is non-conforming and 2 are open.",
        "open": ["4.1.2a-02", "4.1.2a-12", "4.1.2b-01"],
    },
}


def gate(name: str, success: bool = True, skipped: str | None = None) -> GateResult:
    expectations = () if skipped else (Checked("left.pii is 0", success, "left.pii = 3"),)
    title, why, mend = f"The gate {name}", "Why it matters.", "Mend the policy."
    return GateResult(name, title, why, "metrics", success, skipped, expectations, mend)


GATES = (gate("b_failed", success=False), gate("a_passed"), gate("c_skipped", skipped="no labels"))
ABOUT = About(
    name="demo",
    version="1.0.0",
    key_id="0123456789abcdef",
    policy={"rules": {"pii": {"action": "redact", "from_score": 0.4}}},
)

FOUND = [
    ("pii", "EMAIL_ADDRESS", "f1", "write to [EMAIL_ADDRESS] xx"),
    ("pii", "EMAIL_ADDRESS", "f1", "write to [EMAIL_ADDRESS] yy"),
    ("pii", "EMAIL_ADDRESS", "f0", "某某[EMAIL_ADDRESS]"),
    ("pii", "EMAIL_ADDRESS", "f2", "[EMAIL_ADDRESS]"),
    ("restricted", "chemical", "f3", "xx [chemical] is"),
    ("restricted", "chemical", "f4", "xx [chemical] was"),
    ("quality", "empty", "f5", "[empty]"),
]


def findings(rows: list[tuple[str, str, str, str]] = FOUND) -> pa.Table:
    return pa.Table.from_pylist(
        [
            {
                "record_id": f"r{i}",
                "shard": "a.jsonl",
                "position": i,
                "field": "text",
                "detector": detector,
                "category": category,
                "rule": "Rule: medium",
                "start": i,
                "end": i + 1,
                "score": 0.5,
                "fingerprint": fingerprint,
                "excerpt": excerpt,
            }
            for i, (detector, category, fingerprint, excerpt) in enumerate(rows)
        ],
        FINDINGS,
    )


def decisions(n: int = 7, source_id: str = "wiki") -> pa.Table:
    actions = ("redact", "redact", "drop", "keep", "quarantine", "drop")
    reasons = (["pii.EMAIL_ADDRESS"],) * 2 + (["pii.EMAIL_ADDRESS", "duplicates.exact"], [])
    return pa.Table.from_pylist(
        [
            {
                "record_id": f"r{i}",
                "shard": "a.jsonl",
                "position": i,
                "source_id": source_id,
                "action": actions[i % 6],
                "reasons": (*reasons, [], ["duplicates.exact"])[i % 6],
                "input_digest": "ab",
                "output_digest": "",
            }
            for i in range(n)
        ],
        DECISIONS,
    )


def place(i: int) -> dict[str, Any]:
    return {
        "record_id": f"r{i}",
        "shard": "a.jsonl",
        "position": i,
        "field": "text",
        "start": 4,
        "end": 300,
    }


TABLES: dict[str, pa.Table] = {
    "findings/part-00000": findings(),
    "decisions/part-00000": decisions(),
    "duplicates": pa.Table.from_pylist(
        [
            {
                "record_id": f"r{i}",
                "shard": "a.jsonl",
                "position": i,
                "cluster_id": "c0" if i < 2 else "c1",
                "kind": "exact",
                "similarity": 1.0,
                "keep": i in (0, 2),
            }
            for i in range(8)
        ],
        DUPLICATES,
    ),
    "passages": pa.Table.from_pylist(
        [
            {
                **{f"{name}_a": value for name, value in place(0).items()},
                **{f"{name}_b": value for name, value in place(i).items()},
                "n_tokens": 50 * i,
            }
            for i in (1, 2)
        ],
        PASSAGES,
    ),
    "contamination": pa.Table.from_pylist(
        [
            {
                "record_id": f"r{i}",
                "shard": "a.jsonl",
                "position": i,
                "benchmark": "exam",
                "item": i // 2,
                "score": 0.7 + i / 10,
                "n_matched": 9,
                "field": "text",
                "start": 0,
                "end": 20,
            }
            for i in range(3)
        ],
        CONTAMINATION,
    ),
    "rejects": pa.Table.from_pylist(
        [
            {
                "shard": "a.jsonl",
                "position": i,
                "reason": "bad_json",
                "detail": "expected a comma",
                "content_digest": "ab",
            }
            for i in range(3)
        ],
        REJECTS,
    ),
    "annotations/annotators": pa.Table.from_pylist(
        [
            {
                "annotator_id": name,
                "labels": 4,
                "items": 4,
                "accuracy": accuracy,
                "agreement": None,
                "flags": flags,
            }
            for name, accuracy, flags in (("ann", 0.9, []), ("bob", 0.4, ["low_accuracy"]))
        ],
        ANNOTATORS,
    ),
    "annotations/suspects": pa.Table.from_pylist(
        [
            {
                "item_id": "item-1",
                "given_label": "yes",
                "suggested_label": "no",
                "score": 0.8,
                "reasons": ["no majority"],
            }
        ],
        SUSPECTS,
    ),
}


def _side(name: str, action: str) -> dict[str, Any]:
    where = {"shard": "a.jsonl", "position": 7, "source_id": "wiki"}
    return {"record_id": f"wiki-{name}", **where, "action": action, "n_chars": 1_000}


EXAMPLES: dict[str, Any] = {
    "pairs": [
        {
            "kind": kind,
            "similarity": 0.91,
            "duplicate": {**_side("one", "drop"), "n_chars": 410},
            "stays": _side("other", "keep"),
            "is_whole": is_whole,
            "words": {"duplicate": 212, "stays": 213},
            "stands_from": 590,
            "changes": 9,
            "shown_changes": 1,
            "moved": {},
            "replaced": {"number": 2, "word": 1},
            "only_duplicate": {},
            "only_stays": {"capitalised": 1},
            "runs": [
                {"in": "both", "text": "wiki <x> ", "left_out": 40},
                {"in": "duplicate", "text": "### ", "left_out": 0},
                {"in": "stays", "text": "### Xxx", "left_out": 1},
            ],
        }
        for kind, is_whole in (("near", True), ("contained", False))
    ]
}
