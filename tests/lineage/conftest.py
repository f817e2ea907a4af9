"""A small release, made from the schemas alone, and a key that signs it."""

import datetime as dt
import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from datagov.lineage import keys
from datagov.lineage.sign import attest
from datagov.lineage.statements import TALLY, Dependency, Facts
from datagov.tables import DECISIONS, REJECTS

OUTCOMES = {"keep": "kept", "redact": "redacted", "drop": "dropped", "quarantine": "quarantined"}

# part -> (record id, source, action, text)
PARTS: dict[str, list[tuple[str, str, str, str]]] = {
    "part-00000": [
        ("web/a.jsonl#0", "web", "keep", "plain words"),
        ('web/"quoted"\\#1', "web", "redact", "write to <EMAIL>"),
        ("网页/二#2", "网页", "keep", "中文 mixed with English 🙂"),
        ("web/שלום#3", "web", "quarantine", "held back"),
        ("web/\x00\x1f\n#4", "网页", "drop", "e\u0301 is not \u00e9"),
    ],
    "part-00001": [
        ("b#0", "web", "keep", "plain words"),
        ("b#1", "web", "drop", "a duplicate"),
    ],
    "part-00002": [("c#0", "web", "drop", "nothing of this part is released")],
}
REJECTED = [("b.jsonl", 77, "invalid_utf8"), ("c.jsonl", 5, "truncated")]


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def decision_rows(part: str, rows: Iterable[tuple[str, str, str, str]]) -> pa.Table:
    return pa.Table.from_pylist(
        [
            {
                "record_id": record_id,
                "shard": f"{part}.jsonl",
                "position": position,
                "source_id": source,
                "action": action,
                "reasons": [] if action == "keep" else ["pii.email", 'x."y"'],
                "input_digest": digest_of(f"input {text}"),
                "output_digest": digest_of(text) if action in ("keep", "redact") else "",
            }
            for position, (record_id, source, action, text) in enumerate(rows)
        ],
        schema=DECISIONS,
    )


def metrics_of(parts: Mapping[str, list[tuple[str, str, str, str]]]) -> dict[str, Any]:
    zero = dict.fromkeys(TALLY, 0)
    total, sources, tallies = dict(zero), {}, []
    rejects = {"part-00001": 1, "part-00002": 1}
    for part, rows in parts.items():
        tally = {"part": part, **zero}
        outcomes = [(source, OUTCOMES[action]) for _, source, action, _ in rows]
        outcomes += [("web", "rejected")] * rejects.get(part, 0)
        for source, outcome in outcomes:
            for counted in (total, tally, sources.setdefault(source, dict(zero))):
                counted[outcome] += 1
                counted["read"] += 1
        tallies.append(tally)
    return {"records": total, "by_source": sources, "parts": tallies, "reject_rate": 0.2}


def write_json(path: Path, body: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(body, ensure_ascii=False), "utf-8")


def write_rows(path: Path, texts: list[str]) -> None:
    if texts:
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table({"text": texts}), path)


def fill(release: Path, parts: Mapping[str, list[tuple[str, str, str, str]]] = PARTS) -> None:
    """Writes all of a release but release.json and attestations/."""
    for part, rows in parts.items():
        released = [text for _, _, action, text in rows if action in ("keep", "redact")]
        held = [text for _, _, action, text in rows if action == "quarantine"]
        write_rows(release / f"data/{part}.parquet", released)
        write_rows(release / f"quarantine/{part}.parquet", held)
        path = release / f"evidence/decisions/{part}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(decision_rows(part, rows), path)
    rejects = [
        dict(zip(REJECTS.names, (*row, "cannot be read", digest_of(str(row))), strict=True))
        for row in REJECTED
    ]
    (release / "evidence").mkdir(exist_ok=True)
    pq.write_table(
        pa.Table.from_pylist(rejects, schema=REJECTS), release / "evidence/rejects.parquet"
    )
    write_json(release / "evidence/metrics.json", metrics_of(parts))
    write_json(release / "evidence/expectations/accounting.json", {"success": True})
    write_json(release / "evidence/expectations/privacy.json", {"success": True})
    write_json(release / "conformance.json", {"controls": []})
    write_json(release / "lineage/openlineage.jsonl", {"eventTime": "2026-11-23T10:00:00Z"})
    (release / "README.md").write_text("# Data card\n", "utf-8")
    (release / "report").mkdir()
    (release / "report/index.html").write_text("<p>报告</p>", "utf-8")


def make_facts(**changes: Any) -> Facts:
    known: dict[str, Any] = {
        "name": "demo",
        "version": "1",
        "flags": {"text_field": ["text"], "max_reject_rate": 0.01},
        "policy": {"default": "keep"},
        "policy_sha256": digest_of("policy"),
        "dependencies": (
            Dependency("input", "a.jsonl", "", digest_of("a")),
            Dependency("input", "网/b.jsonl", "s3://bucket/b.jsonl", digest_of("b")),
            Dependency("source-registry", "sources.yaml", "", digest_of("registry")),
            Dependency("gate", "accounting.json", "", digest_of("suite")),
            Dependency("package", uri="pkg:pypi/pyarrow@25.0.0"),
        ),
        "invocation_id": "urn:uuid:0193584e-8d40-7b7e-9a37-0d1f3f7c9a11",
        "started": dt.datetime(2026, 11, 23, 10, tzinfo=dt.UTC),
        "finished": dt.datetime(2026, 11, 23, 12, 30, tzinfo=dt.timezone(dt.timedelta(hours=2))),
        "builder_version": {"datagov": "0.1.0"},
    }
    return Facts(**{**known, **changes})


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory) -> keys.KeyPair:
    return keys.generate(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="session")
def facts() -> Callable[..., Facts]:
    return make_facts


@pytest.fixture(scope="session")
def build(pair: keys.KeyPair) -> Callable[..., Path]:
    """Makes a signed release at a path; `change` may alter it before it is signed."""

    def build_release(
        release: Path,
        change: Callable[[Path], None] = lambda _: None,
        parts: Mapping[str, list[tuple[str, str, str, str]]] = PARTS,
        **facts: Any,
    ) -> Path:
        release.mkdir(parents=True)
        fill(release, parts)
        change(release)
        attest(release, make_facts(**facts), keys.load_signer(pair.private))
        return release

    return build_release


@pytest.fixture(scope="session")
def pristine(build: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A signed release that no test may change."""
    return build(tmp_path_factory.mktemp("releases") / "demo")


@pytest.fixture
def release(pristine: Path, tmp_path: Path) -> Path:
    """A signed release of one's own."""
    return Path(shutil.copytree(pristine, tmp_path / "release"))
