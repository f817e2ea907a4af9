import hashlib
import json
from pathlib import Path

import pyarrow.parquet as pq

from datagov.reports.render import render


def digests(release: Path) -> dict[str, str]:
    return {
        str(file.relative_to(release)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(release.rglob("*"))
        if file.is_file()
    }


def test_the_same_release_gives_the_same_bytes(make_release):
    assert digests(make_release("one")) == digests(make_release("a-longer-path/two"))


def test_rendering_again_changes_nothing(release, inputs):
    before = digests(release)
    render(release, *inputs)
    assert digests(release) == before


def test_the_order_of_gates_and_members_does_not_matter(release, inputs):
    conformance, gates, about = inputs
    before = digests(release)
    turned = json.loads(json.dumps(conformance), object_pairs_hook=lambda p: dict(reversed(p)))
    render(release, turned, gates[::-1], about)
    assert digests(release) == before


def test_only_the_two_reports_are_written(release):
    written = {name for name in digests(release) if not name.startswith(("evidence/", "data/"))}
    assert written == {"README.md", "report/index.html"}


def test_reports_name_no_path_of_the_machine(release):
    for name in ("README.md", "report/index.html"):
        text = (release / name).read_text("utf-8")
        assert str(release) not in text
        assert str(release.parent) not in text


def test_reports_hold_no_fingerprint(release):
    found = pq.read_table(release / "evidence/findings")["fingerprint"].unique().to_pylist()
    for name in ("README.md", "report/index.html"):
        words = set((release / name).read_text("utf-8").replace("<", " ").replace(">", " ").split())
        assert not words & set(found)
