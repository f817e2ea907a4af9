"""The benchmarks run: they are no part of the package, and nothing else notices when they break."""

import random
import re
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
TEXTS = [
    "Mail ann@example.org or call +44 20 7946 0958.",
    "身份证 11010519491231002X",
    "a b c",
] * 50


def run(script: str, *arguments: str) -> str:
    command = [sys.executable, str(BENCHMARKS / script), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("script", sorted(p.name for p in BENCHMARKS.glob("*.py")))
def test_a_benchmark_says_how_it_is_run(script):
    if "__main__" in (BENCHMARKS / script).read_text():
        assert "usage:" in run(script, "--help").lower()


@pytest.mark.slow
@pytest.mark.parametrize("script", ["pii.py", "restricted.py"])
def test_a_detector_is_timed(script, tmp_path):
    path = tmp_path / "texts.parquet"
    pl.DataFrame({"text": TEXTS}).write_parquet(path)
    assert "MB/s, one core" in run(script, str(path))


@pytest.mark.slow
def test_planted_pairs_are_found(tmp_path):
    rng = random.Random(0)
    texts = [" ".join(f"word{rng.randrange(3000)}" for _ in range(120)) for _ in range(300)]
    path = tmp_path / "texts.parquet"
    pl.DataFrame({"text": texts}).write_parquet(path)
    said = run("duplicates.py", "planted", str(path))
    (recall,) = re.findall(r"^recall at 0.6 and more: (\S+) of", said, re.M)
    assert float(recall) > 0.99


@pytest.mark.slow
@pytest.mark.parametrize("task", ["personal", "duplicates"])
def test_ours_runs_as_its_peers_do(task, tmp_path):
    path = tmp_path / "texts.parquet"
    columns = {"text": TEXTS, "lang": ["en"] * len(TEXTS), "source": ["made"] * len(TEXTS)}
    pl.DataFrame(columns).write_parquet(path)
    assert f"ours: {task}" in run("peers.py", task, str(path))
