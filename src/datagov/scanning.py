"""The main job from corpus to published release: `datagov.scan`, and what `datagov scan` calls."""

import datetime as dt
import json
import logging
import os
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from datagov import progress
from datagov.conformance.evaluate import evaluate
from datagov.corpus.read import ReadOptions, check_fields
from datagov.corpus.schema import unify
from datagov.corpus.shards import Shard, list_shards
from datagov.corpus.splits import Part, plan
from datagov.detect.registry import categories, detectors
from datagov.errors import DatagovError
from datagov.gates.run import GateResult, run_gates
from datagov.lineage.keys import Signer, fingerprint_key, load_signer
from datagov.lineage.sign import RunFacts, attest
from datagov.policy import load_policy
from datagov.release import metrics
from datagov.release.assemble import assemble
from datagov.release.config import ScanConfig
from datagov.release.materialise import output_schema
from datagov.release.workspace import Workspace, claim, publish
from datagov.reports.render import render
from datagov.sources.registry import load_registry
from datagov.sources.verdicts import describe, verdicts

log = logging.getLogger("datagov")

SPLIT_BYTES = 32 * 1024 * 1024
"""Default size of what one worker reads at a time; it changes speed and memory, not results."""


@dataclass(frozen=True)
class ScanResult:
    """A published release and how the run ended.

    Attributes:
        out: The release's folder.
        metrics: What `evidence/metrics.json` says.
        gates: The outcome of each gate.
        public_key: The key that verifies the release.
        seconds: How long the run took.
    """

    out: Path
    metrics: Mapping[str, Any]
    gates: tuple[GateResult, ...]
    public_key: Path
    seconds: float

    @property
    def ok(self) -> bool:
        """True when every gate that applied was passed."""
        return all(gate.success for gate in self.gates)


@dataclass(frozen=True)
class Run:
    """How a release is made, as far as that does not change its content.

    Attributes:
        runner: `local` or a Beam runner's name.
        n_workers: Worker processes of the local runner; None takes all cores.
        beam_flags: Flags that go to Beam.
        split_bytes: How much of a shard one worker reads at a time.
        show_progress: Whether to draw bars on stderr.
    """

    runner: str = "local"
    n_workers: int | None = None
    beam_flags: tuple[str, ...] = ()
    split_bytes: int = SPLIT_BYTES
    show_progress: bool = False


def scan(
    inputs: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    out: str | os.PathLike[str],
    *,
    sources: str | os.PathLike[str] | None = None,
    policy: str | os.PathLike[str] | None = None,
    name: str | None = None,
    version: str = "1.0.0",
    text_fields: Sequence[str] = ("text",),
    id_field: str | None = None,
    data_format: str = "parquet",
    key: str | os.PathLike[str] | None = None,
    fingerprint_key_file: str | os.PathLike[str] | None = None,
    expectations: str | os.PathLike[str] | None = None,
    max_reject_rate: float = 0.01,
    as_of: dt.date | None = None,
    run: Run | None = None,
) -> ScanResult:
    """Turns a corpus into a signed release at `out`.

    Args:
        inputs: Files, directories, globs or fsspec URLs.
        out: Folder of the release; must not exist. `out` + ".work" beside it holds what is
            unfinished, and is gone when the release is there.
        sources: Source registry (YAML); without one every record is `undeclared`.
        policy: What to do about each category (YAML); without one the default policy.
        name: Name of the release; by default that of the first input.
        version: Version of the release.
        text_fields: Columns that hold text: one, several, or a chat `messages` list.
        id_field: Column with the records' ids; by default made from shard and position.
        data_format: `parquet` or `jsonl`, for data/.
        key: Private signing key (PEM); by default the user's own, made on first use.
        fingerprint_key_file: Key of fingerprints; by default the user's own.
        expectations: Folder with further Great Expectations suites.
        max_reject_rate: Share of unreadable records above which the run counts as failed.
        as_of: Day on which retention and other dates are judged; today by default.
        run: How to run it: engine, workers, split size, progress.

    Returns:
        The published release; look at `ok` for the gates.

    Raises:
        ConfigError: A flag, the policy or the registry is wrong; nothing was read.
        InputError: An input is missing, unreadable or of no known format.
        OutputError: `out` exists, is in use or cannot be written.
    """
    started = dt.datetime.now(dt.UTC)
    clock = time.monotonic()
    run = run or Run()
    given = [inputs] if isinstance(inputs, str | os.PathLike) else list(inputs)
    paths = [os.fspath(path) for path in given]
    target = Path(out).absolute()
    loaded_policy = load_policy(policy, known=categories())
    registry = load_registry(sources)
    signer = load_signer(key)
    shards = list_shards(paths)
    config = ScanConfig(
        name=name or default_name(paths),
        version=version,
        read=check_fields(shards, ReadOptions(text_fields=tuple(text_fields), id_field=id_field)),
        policy=loaded_policy,
        registry=registry,
        detectors=detectors(loaded_policy),
        key=fingerprint_key(fingerprint_key_file),
        as_of=as_of or started.date(),
        max_reject_rate=max_reject_rate,
        data_format=data_format,
        shard_order=tuple(shard.name for shard in shards),
    )
    parts = plan(shards, split_bytes=run.split_bytes)
    with claim(target) as workspace:
        _run_pipeline(parts, config, workspace, run)
        folders = workspace.noted_parts()
        schema = _data_schema(parts, config, workspace)
        assemble(folders, workspace.staging, config.data_format)
        gates = _write_reports(workspace, folders, shards, schema, config, expectations)
        facts = _facts(workspace.staging, shards, config, started, paths, run)
        attest(workspace.staging, facts, signer)
        numbers = json.loads((workspace.staging / "evidence/metrics.json").read_text("utf-8"))
        publish(workspace, target)
    return ScanResult(target, numbers, tuple(gates), signer.public_key, time.monotonic() - clock)
