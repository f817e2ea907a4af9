"""Fixtures that build the smallest corpus that shows the thing, and scan it in this process."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import datagov
from datagov.corpus.shards import list_shards
from datagov.corpus.splits import Split

# A busy machine is no defect: no test fails for the time it took.
settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("untimed")

IN_PROCESS = datagov.Run(n_workers=1)


@pytest.fixture(autouse=True, scope="session")
def own_keys(tmp_path_factory):
    """Keys and compiled patterns of the tests live in folders of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        yield


@pytest.fixture
def write_jsonl(tmp_path) -> Callable[..., Path]:
    def write(rows: Sequence[dict | str], name: str = "corpus/texts.jsonl") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [r if isinstance(r, str) else json.dumps(r, ensure_ascii=False) for r in rows]
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return path

    return write


@pytest.fixture
def release(tmp_path) -> Callable[..., datagov.ScanResult]:
    def make(inputs, out: str = "release", **options) -> datagov.ScanResult:
        options.setdefault("run", IN_PROCESS)
        return datagov.scan(inputs, tmp_path / out, **options)

    return make


@pytest.fixture
def whole() -> Callable[[Path], Split]:
    def split(path: Path) -> Split:
        (shard,) = list_shards([str(path)])
        return Split(shard, "whole", 0, 0, shard.n_bytes)

    return split
