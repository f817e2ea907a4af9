"""Writes small releases and renders their reports."""

import copy
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from datagov.gates.run import Checked, GateResult
from datagov.reports.render import About, render

sys.path.insert(0, str(Path(__file__).parent))

from report_documents import ABOUT, CONFORMANCE, EXAMPLES, GATES, METRICS, SOURCES, TABLES


def with_changes(document: Any, changes: Mapping[str, Any]) -> Any:
    """Returns a copy of `document` with values replaced at paths such as `left/pii`."""
    document = copy.deepcopy(document)
    for path, value in changes.items():
        *parents, last = path.split("/")
        node = document
        for parent in parents:
            node = node[parent]
        if value is ...:
            del node[last]
        else:
            node[last] = value
    return document


def write_release(
    root: Path,
    metrics: Mapping[str, Any] = METRICS,
    sources: Mapping[str, Any] = SOURCES,
    tables: Mapping[str, pa.Table] = TABLES,
    data: str = "part-00000.parquet",
    examples: Mapping[str, Any] = EXAMPLES,
) -> Path:
    (root / "data").mkdir(parents=True)
    (root / "data" / data).write_bytes(b"never read")
    evidence = root / "evidence"
    for name, table in tables.items():
        file = evidence / f"{name}.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, file)
    documents = {"metrics": metrics, "sources": sources, "duplicate_examples": examples}
    for name, document in documents.items():
        text = json.dumps(document, ensure_ascii=False, sort_keys=True)
        (evidence / f"{name}.json").write_text(text, "utf-8")
    return root


@pytest.fixture
def make_release(tmp_path: Path) -> Callable[..., Path]:
    """Writes the release and renders its reports; keywords change metrics, sources or tables."""

    def make(
        name: str = "release",
        *,
        metrics: Mapping[str, Any] | None = None,
        sources: Mapping[str, Any] | None = None,
        conformance: Mapping[str, Any] | None = None,
        gates: tuple[GateResult, ...] = GATES,
        about: About = ABOUT,
        **options: Any,
    ) -> Path:
        changed_metrics = with_changes(METRICS, metrics or {})
        changed_sources = with_changes(SOURCES, sources or {})
        root = write_release(tmp_path / name, changed_metrics, changed_sources, **options)
        render(root, with_changes(CONFORMANCE, conformance or {}), gates, about)
        return root

    return make


@pytest.fixture
def release(make_release: Callable[..., Path]) -> Path:
    return make_release()


FOREIGN = (
    "wiki",
    "unused",
    "Example Foundation",
    "CC-BY-4.0",
    "A. Steward",
    "licence_review",
    "read it",
    "contains no personal information",
    "4 findings of it",
    "EMAIL_ADDRESS",
    "duplicates.exact",
    "chemical",
    "bad_json",
    "exam",
    "zh",
    "url",
    "pre-training",
    "demo",
    "1.0.0",
    "non-conforming: the scan",
    "evidence/metrics.json",
)
"""Strings of the documents above that come from a corpus, a registry, a policy or a flag."""

FOREIGN_COLUMNS = (
    "record_id", "shard", "field", "category", "rule", "excerpt", "source_id", "kind", "detail",
    "benchmark", "record_id_a", "record_id_b", "shard_a", "shard_b", "field_a", "field_b",
    "annotator_id", "item_id", "given_label", "suggested_label",
)  # fmt: skip


def suffixed(document: Any, suffix: str) -> Any:
    """Returns `document` with `suffix` after every string of FOREIGN, also in keys."""
    if isinstance(document, Mapping):
        return {suffixed(k, suffix): suffixed(v, suffix) for k, v in document.items()}
    if isinstance(document, list | tuple):
        return [suffixed(each, suffix) for each in document]
    if not isinstance(document, str):
        return document
    for name in FOREIGN:
        document = document.replace(name, f"{name}{suffix}")
    return document


@pytest.fixture
def foreign_release(tmp_path: Path) -> Callable[..., Path]:
    """Writes a release in which every string from outside ends in `suffix`."""

    def make(suffix: str, name: str) -> Path:
        tables = {}
        for path, table in TABLES.items():
            rows = table.to_pylist()
            for row in rows:
                for column in {*FOREIGN_COLUMNS} & {*row}:
                    row[column] += suffix
                for column in {"reasons", "flags"} & {*row}:
                    row[column] = [f"{each}{suffix}" for each in row[column]]
            tables[path] = pa.Table.from_pylist(rows, table.schema)
        root = write_release(
            tmp_path / name,
            suffixed(METRICS, suffix),
            suffixed(SOURCES, suffix),
            tables,
            examples=suffixed(EXAMPLES, suffix),
        )
        gates = [
            GateResult(
                one.name,
                one.title + suffix,
                one.why + suffix,
                one.table,
                one.success,
                one.skipped_reason and one.skipped_reason + suffix,
                tuple(Checked(e.text + suffix, e.success, suffix) for e in one.expectations),
                one.mend + suffix,
            )
            for one in GATES
        ]
        about = About(
            ABOUT.name + suffix,
            ABOUT.version + suffix,
            ABOUT.key_id + suffix,
            {"rules": {f"pii{suffix}": {"action": f"redact{suffix}", "from_score": 0.4}}},
        )
        render(root, suffixed(CONFORMANCE, suffix), gates, about)
        return root

    return make


@pytest.fixture
def inputs() -> tuple[Any, Any, About]:
    """What `make_release` renders with when nothing is changed."""
    return CONFORMANCE, GATES, ABOUT
