"""A run killed at any moment, a record too large to be comfortable, a full disk."""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from datagov.demo import make_corpus

pytestmark = pytest.mark.slow


def scan_command(corpus, out, *more):
    return [
        sys.executable, "-m", "datagov.cli", "scan", str(corpus), "--out", str(out), "--name", "k",
        "--as-of", "2026-01-01", "--id-field", "id", "--split-mb", "1", *map(str, more),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def corpus(tmp_path_factory) -> Path:
    """Three megabytes in four shards, 20,000 records of which many are alike."""
    folder = tmp_path_factory.mktemp("big")
    rows = (make_corpus(folder).data / "texts.jsonl").read_text().splitlines()
    rows = [row for row in rows if row.endswith("}")]
    data = folder / "many"
    data.mkdir()
    for shard in range(4):
        with (data / f"{shard}.jsonl").open("w") as handle:
            for copy in range(12):
                for row in rows:
                    record = json.loads(row)
                    record["id"] = f"{shard}-{copy}-{record['id']}"
                    record["text"] += f" ({shard}, {copy})"
                    handle.write(json.dumps(record, ensure_ascii=False) + "\n")
    return data


def content(release: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(release)): p.read_bytes()
        for p in sorted(release.rglob("*"))
        if p.is_file() and p.parent.name != "attestations"
    }


MOMENTS = (
    "work/evidence/*",
    "work/runs/*/written/*",
    "work/runs/*/staging/data/*",
    "work/runs/*/staging/conformance.json",
    "work/runs/*/staging/attestations/*",
)
"""Files whose appearance says how far a run is, in order."""


def killed_at(corpus: Path, out: Path, moment: str, log: Path) -> bool:
    """Starts a scan and kills it with its workers once `moment` exists; False if it ended first."""
    work, pattern = Path(f"{out}.work"), moment.removeprefix("work/")
    with log.open("w") as handle:
        run = subprocess.Popen(
            scan_command(corpus, out), stderr=handle, stdout=handle, start_new_session=True
        )
    while run.poll() is None:
        if any(work.glob(pattern)):
            os.killpg(run.pid, signal.SIGKILL)
            run.wait()
            return True
        time.sleep(0.002)
    return False


def test_killed_at_five_moments_and_continued_gives_the_same_bytes(corpus, tmp_path):
    subprocess.run(scan_command(corpus, tmp_path / "whole"), check=False, capture_output=True)
    out, log = tmp_path / "killed", tmp_path / "log"
    for moment in MOMENTS:
        # What an earlier run had reached of this must not count for the next one.
        shutil.rmtree(f"{out}.work/{moment.split('/')[1]}", ignore_errors=True)
        assert killed_at(corpus, out, moment, log), log.read_text()
        # Published whole between the last look and the blow, or not at all.
        assert not out.exists() or content(out) == content(tmp_path / "whole")
        if out.exists():
            break
    else:
        done = subprocess.run(
            scan_command(corpus, out), check=False, capture_output=True, text=True
        )
        assert "reused" in done.stderr
    assert content(out) == content(tmp_path / "whole")
    assert not Path(f"{out}.work").exists()


def test_a_record_of_200_mb_does_not_take_the_process_down(tmp_path):
    path = tmp_path / "large.jsonl"
    with path.open("w") as handle:
        handle.write(json.dumps({"id": "a", "text": "A short one."}) + "\n")
        handle.write('{"id": "b", "text": "' + "many words, 很多字 " * 9_000_000 + '"}\n')
        handle.write(json.dumps({"id": "c", "text": "Another short one."}) + "\n")
    command = scan_command(path, tmp_path / "out", "--json", "--workers", 1)
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert json.loads(done.stdout)["records"]["kept"] == 3, done.stderr


def test_a_full_disk_is_told_in_one_line_and_leaves_no_release(corpus, tmp_path):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    command = scan_command(corpus, tmp_path / "out", "--workers", 1)
    done = subprocess.run(command, capture_output=True, text=True, preexec_fn=limit, check=False)
    assert done.returncode == 2, done.stderr
    assert "cannot write" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()
