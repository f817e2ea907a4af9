import copy
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import great_expectations as gx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagov.errors import ConfigError
from datagov.gates.frames import Frames
from datagov.gates.run import GateResult, run_gates
from datagov.gates.suites import load_suites

MakeRelease = Callable[..., Path]

OURS = [
    "accounting",
    "agreement",
    "duplicates_left",
    "personal_data_left",
    "quality_left",
    "reject_rate",
    "restricted_left",
    "shards_read",
    "undeclared_share",
    "unique_ids",
]


def by_name(release: Path) -> dict[str, GateResult]:
    return {gate.name: gate for gate in run_gates(release)}


def test_a_clean_release_passes_every_gate(make_release: MakeRelease) -> None:
    gates = run_gates(make_release())
    assert [gate.name for gate in gates] == OURS
    assert [gate.name for gate in gates if not gate.success or gate.skipped_reason] == []
    assert all(gate.title and gate.why and gate.mend and gate.expectations for gate in gates)


@pytest.mark.parametrize(
    ("gate", "changes"),
    [
        ("accounting", {"records/kept": 3}),
        ("accounting", {"by_source/网页.cn/rejected": 2}),
        ("accounting", {"parts/0/dropped": 0}),
        ("undeclared_share", {"undeclared_share": 0.001}),
        ("personal_data_left", {"left/pii": 1}),
        ("personal_data_left", {"left/pii": None}),
        ("restricted_left", {"left/restricted": 1}),
        ("quality_left", {"left/quality": 2}),
        ("duplicates_left", {"left/duplicates_exact": 1}),
        ("reject_rate", {"reject_rate": 0.51}),
        ("reject_rate", {"max_reject_rate": 0.1}),
        ("agreement", {"annotations/alpha": 0.6669}),
    ],
)
def test_what_a_gate_is_for_makes_it_fail_and_no_other(
    make_release: MakeRelease, gate: str, changes: dict[str, Any]
) -> None:
    failed = [result.name for result in run_gates(make_release(changes)) if not result.success]
    assert failed == [gate]


def test_a_repeated_id_fails_the_gate_though_the_metrics_do_not_know(
    make_release: MakeRelease,
) -> None:
    twice = [("记录", "wiki", "keep"), ("记录", "wiki", "keep"), ("r2", "wiki", "redact")]
    decided = [*twice, ("r3", "wiki", "drop"), ("r4", "网页.cn", "quarantine")]
    result = by_name(make_release(decided=decided))["unique_ids"]
    assert not result.success
    assert result.expectations[0].observed == "decisions.distinct_ids = 4, decisions.rows = 5"


def test_counts_that_agree_only_with_themselves_fail(make_release: MakeRelease) -> None:
    """A decision is missing from the table, and the metrics were never told."""
    decided = [("r0", "wiki", "keep"), ("r1", "wiki", "keep")]
    result = by_name(make_release(decided=decided))["accounting"]
    assert [checked.success for checked in result.expectations] == [True, False, False]


@pytest.mark.parametrize(
    ("gate", "changes", "word"),
    [
        ("agreement", {"annotations": None}, "no annotations"),
        ("agreement", {"annotations/alpha": None}, "two people"),
        ("undeclared_share", {"sources_declared": 0, "undeclared_share": 1.0}, "registry"),
        ("duplicates_left", {"policy/removes": [], "left/duplicates_exact": 9}, "policy keeps"),
    ],
)
def test_a_gate_that_does_not_apply_is_skipped_and_says_why(
    make_release: MakeRelease, gate: str, changes: dict[str, Any], word: str
) -> None:
    result = by_name(make_release(changes))[gate]
    assert result.success
    assert word in str(result.skipped_reason)
    assert result.expectations == ()
    assert result.document["skipped"] == result.skipped_reason


def test_duplicates_are_judged_when_the_metrics_do_not_say_what_the_policy_removes(
    make_release: MakeRelease,
) -> None:
    changes = {"policy": {"digest": "00"}, "left/duplicates_exact": 1}
    assert not by_name(make_release(changes))["duplicates_left"].success


def test_an_empty_corpus_passes(make_release: MakeRelease) -> None:
    nothing = dict.fromkeys(("read", "kept", "redacted", "dropped", "quarantined", "rejected"), 0)
    changes = {"records": nothing, "by_source": {}, "parts": [], "reject_rate": 0.0}
    assert all(gate.success for gate in run_gates(make_release(changes, decided=[])))


def test_results_are_the_same_bytes_each_time_and_hold_no_path_or_time(
    make_release: MakeRelease,
) -> None:
    first, second = make_release(name="a"), make_release(name="another")
    texts = [gate.to_json() for gate in run_gates(first)]
    assert texts == [gate.to_json() for gate in run_gates(second)]
    everything = "".join(texts)
    for forbidden in (
        str(first.parent),
        "batch_id",
        "ge_load_time",
        "fingerprint",
        "/site-packages",
    ):
        assert forbidden not in everything
    assert all(json.loads(text)["validation"] for text in texts)


@settings(max_examples=15, deadline=None)
@given(
    left=st.integers(0, 3),
    rate=st.floats(0, 1, allow_nan=False),
    limit=st.floats(0, 1, allow_nan=False),
    alpha=st.floats(-1, 1, allow_nan=False),
)
def test_verdicts_are_those_of_plain_arithmetic(
    tmp_path_factory: pytest.TempPathFactory, left: int, rate: float, limit: float, alpha: float
) -> None:
    release = tmp_path_factory.mktemp("release")
    (release / "evidence").mkdir()
    metrics = {
        "records": {},
        "left": {"pii": left},
        "reject_rate": rate,
        "max_reject_rate": limit,
        "annotations": {"alpha": alpha},
    }
    (release / "evidence/metrics.json").write_text(json.dumps(metrics), "utf-8")
    chosen = ("personal_data_left", "reject_rate", "agreement")
    suites = [suite for suite in load_suites() if suite.name in chosen]
    results = {gate.name: gate.success for gate in run_gates(release, suites)}
    assert results == {
        "personal_data_left": left == 0,
        "reject_rate": rate <= limit,
        "agreement": alpha >= 0.667,
    }


def test_our_files_are_suites_as_great_expectations_writes_them() -> None:
    folder = Path(__file__).parents[2] / "expectations"
    assert sorted(path.stem for path in folder.glob("*.json")) == OURS
    for path in folder.glob("*.json"):
        document = json.loads(path.read_text("utf-8"))
        assert document["name"] == path.stem
        assert gx.core.expectation_suite.expectationSuiteSchema.load(copy.deepcopy(document))
        suite = gx.ExpectationSuite(**document)
        assert len(suite.expectations) == len(document["expectations"])
        assert all(expectation["description"] for expectation in document["expectations"])


def test_counts_of_what_never_occurred_are_zero_and_wrong_names_are_refused(
    make_release: MakeRelease,
) -> None:
    frames = Frames(make_release())
    assert frames.number("findings.pii.EMAIL_ADDRESS.counted", "x") == 2
    assert frames.number("findings.pii.IBAN_CODE.counted", "x") == 0
    assert frames.number("rejects.truncated", "x") == 0
    for name in ("findings.pi.IBAN_CODE.counted", "findings.pii.IBAN_CODE.count", "left.pi"):
        with pytest.raises(ConfigError, match="no column of table metrics"):
            frames.number(name, "x")


def test_gates_run_silent_and_without_a_network(make_release: MakeRelease) -> None:
    program = (
        "import socket, sys, pathlib\n"
        "def refuse(*a, **k): raise SystemExit('network')\n"
        "socket.socket.connect = refuse; socket.getaddrinfo = refuse\n"
        "from datagov.gates.run import run_gates\n"
        "assert 'great_expectations' not in sys.modules\n"
        "gates = run_gates(pathlib.Path(sys.argv[1]))\n"
        "assert all(gate.success for gate in gates)\n"
        "print(len(gates))\n"
    )
    env = {k: v for k, v in os.environ.items() if k != "GX_ANALYTICS_ENABLED"}
    done = subprocess.run(
        [sys.executable, "-c", program, str(make_release())],
        capture_output=True,
        text=True,
        env=env,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{len(OURS)}\n", "")
