"""The main job from corpus to published release: `datagov.scan`, and what `datagov scan` calls."""

import dataclasses
import datetime as dt
import importlib
import json
import logging
import os
import shutil
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from datagov import progress
from datagov.beam.runners import Engine, check, default_workers, lost_worker, pipeline, threads_tell
from datagov.conformance.evaluate import evaluate
from datagov.corpus.fields import check_fields, columns_unless
from datagov.corpus.locations import list_inputs
from datagov.corpus.options import ReadOptions
from datagov.corpus.shards import Shard
from datagov.corpus.splits import Part, plan
from datagov.declared import Refusals
from datagov.detect.registry import describe_detectors, detectors
from datagov.errors import AccountingError
from datagov.faults import fault
from datagov.flags import check_flags
from datagov.gates.run import GateResult, run_gates
from datagov.gates.suites import Suite, load_suites
from datagov.lineage.files import METRICS
from datagov.lineage.keys import fingerprint_key, key_pair, load_signer, user_key
from datagov.lineage.sign import attest
from datagov.lineage.statements import (
    provenance,
)
from datagov.pipelines.scan import build
from datagov.policy import check_date_column, load_policy
from datagov.release import metrics
from datagov.release.annotate import tell_dropped
from datagov.release.assemble import assemble
from datagov.release.benchmarks import load_benchmarks, save_indexes
from datagov.release.columns import tell_columns
from datagov.release.config import ScanConfig
from datagov.release.earlier import load_earlier
from datagov.release.evidence import UnitEvidence
from datagov.release.examples import EXAMPLES, examples
from datagov.release.naming import shown_shards
from datagov.release.selfscan import self_scan
from datagov.release.workspace import Workspace, check_free, claim, place, publish, writing_to
from datagov.reports.render import About, render
from datagov.sources.registry import load_registry
from datagov.sources.verdicts import Verdicts, check_priority, check_purpose, describe, verdicts
from datagov.stating import facts

log = logging.getLogger("datagov")

GATES_ENGINE = "datagov.gates.engine"

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
    against: Sequence[str | os.PathLike[str]] = (),
    benchmarks: Sequence[str | os.PathLike[str]] = (),
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
        data_format: Of data/: `parquet`, `jsonl`, or `same`: each record in that of its shard,
            Parquet for text files and WARC.
        key: Private signing key (PEM); by default the user's own, made on first use.
        fingerprint_key_file: Key of fingerprints; by default the user's own.
        expectations: Folder with further Great Expectations suites.
        against: Earlier releases; what is equal or alike to a record in them is a duplicate.
        benchmarks: Files of evaluation sets, whose items are looked for in the records.
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
    n_workers = default_workers() if run.n_workers is None else run.n_workers
    engine = Engine(run.runner, n_workers, run.beam_flags)
    given = [inputs] if isinstance(inputs, str | os.PathLike) else list(inputs)
    paths = [os.fspath(path) for path in given]
    target = Path(out).absolute()
    refusals = Refusals()
    with refusals:
        check(engine)
    with refusals:
        check_flags(text_fields, name, version)
    with refusals:
        loaded_policy = load_policy(policy, describe_detectors)
    with refusals:
        registry = load_registry(sources)
    with refusals:
        suites = load_suites(Path(expectations) if expectations else None)
    with refusals:
        keys = key_pair(Path(key)) if key else user_key()
    with refusals:
        secret = fingerprint_key(Path(fingerprint_key_file) if fingerprint_key_file else None)
    refusals.tell()
    check_purpose(registry, loaded_policy)
    check_priority(registry, loaded_policy)
    signer = load_signer(keys.private)
    check_free(target)
    shards = list_inputs(paths)
    options = ReadOptions(text_fields=tuple(text_fields), id_field=id_field)
    check_date_column(loaded_policy, columns_unless(shards, loaded_policy.duplicates.date_column))
    searched = load_benchmarks([os.fspath(each) for each in benchmarks], secret)
    config = ScanConfig(
        name=name or default_name(paths),
        version=version,
        read=check_fields(shards, options),
        policy=loaded_policy,
        registry=registry,
        detectors=detectors(loaded_policy),
        key=secret,
        as_of=as_of or started.date(),
        max_reject_rate=max_reject_rate,
        data_format=data_format,
        earlier=load_earlier([Path(each) for each in against], secret, loaded_policy.duplicates),
        benchmarks=tuple(searched),
    )
    shards, config = _named(shards, config)
    objections = verdicts(registry, loaded_policy, config.as_of)
    parts = plan(shards, split_bytes=run.split_bytes)
    with claim(target) as workspace:
        save_indexes(searched, secret, workspace)
        schema = _run_pipeline(parts, config, objections, workspace, engine, run)
        tell_columns(registry, schema)
        staging = workspace.staging
        log.info("scanned and wrote all parts after %.1f s", time.monotonic() - clock)
        with writing_to(workspace.path):
            numbers = _write_evidence(workspace, shards, schema, objections, config)
            if config.policy.annotations:
                tell_dropped(_units(parts, config, workspace), staging)
            gates = _write_gates(staging, suites)
            log.info("judged %d gates after %.1f s", len(gates), time.monotonic() - clock)
            about = About(name=config.name, version=version, key_id=signer.public_key.keyid)
            _report(staging, gates, about)
            # What is written so far is looked through, and told again with what came of that.
            stated = facts(
                shards,
                config,
                suites,
                started,
                {
                    "runner": engine.runner,
                    "workers": engine.n_workers,
                    "split_bytes": run.split_bytes,
                },
            )
            numbers["self_scan"] = self_scan(staging, schema.names, provenance(stated, {}), config)
            _write_json(staging / METRICS, numbers)
            _report(staging, gates, about)
            stated = dataclasses.replace(stated, finished=dt.datetime.now(dt.UTC))
            attest(staging, stated, signer)
        publish(workspace, target)
    if not numbers["records"]["read"]:
        log.warning("no record was read: the release is empty, and no control is evaluated")
    seconds = time.monotonic() - clock
    log.info("published %s after %.1f s", target, seconds)
    return ScanResult(target, numbers, tuple(gates), keys.public, seconds)


def default_name(inputs: Sequence[str | os.PathLike[str]]) -> str:
    """Returns the name of the first input without its endings."""
    name = PurePath(os.fspath(inputs[0]).rstrip("/")).name or "corpus"
    return "".join(c for c in name.split(".")[0] if c.isalnum() or c in "-_") or "corpus"


def _named(shards: Sequence[Shard], config: ScanConfig) -> tuple[tuple[Shard, ...], ScanConfig]:
    """Returns the shards under the names that evidence may show, and the config that knows them."""
    known = shown_shards(shards, config)
    true_names = {shard.uri: shard.name for shard in shards}
    renamed = {s.name: true_names[s.uri] for s in known if s.name != true_names[s.uri]}
    registry = dataclasses.replace(config.registry, shard_names=renamed)
    order = tuple(shard.name for shard in known)
    return known, dataclasses.replace(config, registry=registry, shard_order=order)


def _units(parts: Sequence[Part], config: ScanConfig, workspace: Workspace) -> list[UnitEvidence]:
    """Returns where the evidence of each unit of work lies, or will."""
    return [
        UnitEvidence(unit, workspace.evidence(config.evidence_key(unit)))
        for part in parts
        for unit in part.units
    ]


def _run_pipeline(
    parts: Sequence[Part],
    config: ScanConfig,
    objections: Verdicts,
    workspace: Workspace,
    engine: Engine,
    run: Run,
) -> pa.Schema:
    """Scans and writes all parts; returns the schema of data/."""
    units = [
        (each.path, sum(split.n_bytes for split in each.unit))
        for each in _units(parts, config, workspace)
    ]
    reused = [n_bytes for path, n_bytes in units if path.exists()]
    if reused:
        log.info(
            "reused %d of %d splits (%s) from the run before",
            len(reused),
            len(units),
            progress.sized(sum(reused)),
        )
    log.info("scanning %d splits in %d parts on %s", len(units), len(parts), engine.described)
    n_written = workspace.n_written
    # Takes seconds, and this process does little while the workers scan.
    threading.Thread(target=importlib.import_module, args=(GATES_ENGINE,), daemon=True).start()
    with (
        progress.scanning(units, n_written, len(parts), bars=run.show_progress),
        threads_tell(workspace.worker_log),
    ):
        beam_pipeline = pipeline(engine, workspace.worker_log)
        categories = {source: tuple(found) for source, found in objections.items()}
        build(beam_pipeline, parts, config, categories, workspace)
        try:
            beam_pipeline.run().wait_until_finish()
        except Exception as error:
            reported = workspace.reported() or lost_worker(error)
            raise reported or fault(error, workspace.path, "the pipeline") from error
    written = workspace.noted_parts()
    if len(written) != len(parts):
        raise AccountingError(
            f"{len(parts)} parts were to be written and {len(written)} were; nothing is published"
        )
    return pq.read_schema(written[0] / "schema.parquet")


def _write_evidence(
    workspace: Workspace,
    shards: Sequence[Shard],
    schema: pa.Schema,
    objections: Verdicts,
    config: ScanConfig,
) -> dict[str, Any]:
    staging = workspace.staging
    parts = workspace.noted_parts()
    assemble(parts, staging)
    annotations = None
    if workspace.annotations.exists():
        shutil.copytree(workspace.annotations, staging / "evidence/annotations")
        metrics_file = staging / "evidence/annotations/metrics.json"
        annotations = json.loads(metrics_file.read_text("utf-8"))
    passages = None
    if config.policy.duplicates.passages:
        place(workspace.passages, staging / "evidence/passages.parquet")
        passages = json.loads(workspace.passages.with_suffix(".json").read_text("utf-8"))
    if config.policy.duplicates.near:
        _write_json(staging / EXAMPLES, {"pairs": examples(parts, staging)})
    numbers = metrics.collect(parts, staging, shards, schema, annotations, passages, config)
    _write_json(staging / METRICS, numbers)
    described = describe(config.registry, objections, numbers["counted_by_source"], config.policy)
    _write_json(staging / "evidence/sources.json", described)
    return numbers


def _report(staging: Path, gates: Sequence[GateResult], about: About) -> None:
    """Judges the controls and writes card and report, from what the evidence says so far."""
    conformance = evaluate(staging)
    _write_json(staging / "conformance.json", conformance)
    render(staging, conformance, gates, about)


def _write_gates(staging: Path, suites: Sequence[Suite]) -> list[GateResult]:
    gates = run_gates(staging, suites)
    folder = staging / "evidence/expectations"
    folder.mkdir()
    for gate in gates:
        (folder / f"{gate.name}.json").write_text(gate.to_json(), encoding="utf-8")
    return gates


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    text = json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
