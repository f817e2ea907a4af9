"""Reads the evidence of a release: everything that rules may look at, and nothing else."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq

from datagov.conformance.outcome import METRICS, SOURCES
from datagov.conformance.sources import Source, declared_sources
from datagov.corpus.write import n_records
from datagov.errors import DatagovError

RELEASED = ["keep", "redact"]


@dataclass(frozen=True)
class PartTrace:
    """How one part of the release hangs together.

    Attributes:
        part: Its name.
        released: Records that its decisions release.
        in_data: Records in its file in data/.
        untraced: Released records without the digest of an input record.
    """

    part: str
    released: int
    in_data: int
    untraced: int


@dataclass(frozen=True)
class Evidence:
    """What a release holds that rules can answer from.

    Attributes:
        metrics: `evidence/metrics.json`.
        sources: The declared sources by id; empty when no registry was given.
        gates: Results of the gates by name.
        parts: Each part of the release, in order.
        released_by_source: Released records by source.
        queued: Records that restricted content keeps in quarantine.
        columns: Columns found in the files of data/.
        left_in: By detector and category: findings at or above the confidence floor that stay in
            released records because the policy did not act on them.
    """

    metrics: Mapping[str, Any]
    sources: Mapping[str, Source]
    gates: Mapping[str, Mapping[str, Any]]
    parts: tuple[PartTrace, ...]
    released_by_source: Mapping[str, int]
    queued: int
    columns: tuple[str, ...]
    left_in: Mapping[str, Mapping[str, int]]

    def detector(self, name: str) -> Mapping[str, Any] | None:
        """Returns what the metrics say of the detector `name`; None when it did not run."""
        return next((d for d in self.metrics["detectors"] if d["name"] == name), None)

    def pointer_to_detector(self, name: str) -> str:
        """Returns where the metrics speak of the detector `name`."""
        names = [d["name"] for d in self.metrics["detectors"]]
        return f"{METRICS}#/detectors/{names.index(name)}" if name in names else METRICS


def load_evidence(release_dir: Path, confidence_floor: float) -> Evidence:
    """Returns the evidence of the release in `release_dir`, published or in staging.

    Memory is bounded by the largest part; text is not read.

    Raises:
        DatagovError: The release has no metrics.
    """
    path = release_dir / METRICS
    if not path.exists():
        raise DatagovError(f"{path}: missing; a release without metrics cannot be judged")
    left: dict[str, dict[str, int]] = {}
    by_source: dict[str, int] = {}
    parts, queued = [], 0
    for decisions in sorted((release_dir / "evidence/decisions").glob("*.parquet")):
        parts.append(_part(release_dir, decisions, by_source))
        queued += _queued(decisions)
        findings = release_dir / "evidence/findings" / decisions.name
        if findings.exists():
            for detector, category, n in _left_in(decisions, findings, confidence_floor):
                counts = left.setdefault(detector, {})
                counts[category] = counts.get(category, 0) + n
    return Evidence(
        metrics=_json(path),
        sources=declared_sources(_json(release_dir / SOURCES)),
        gates={
            found.stem: _json(found)
            for found in sorted((release_dir / "evidence/expectations").glob("*.json"))
        },
        parts=(*parts, *_loose_data(release_dir, {part.part for part in parts})),
        released_by_source=by_source,
        queued=queued,
        columns=_columns(release_dir),
        left_in=left,
    )


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _part(release_dir: Path, decisions: Path, by_source: dict[str, int]) -> PartTrace:
    rows = (
        pl.scan_parquet(decisions)
        .filter(pl.col("action").is_in(RELEASED))
        .group_by("source_id")
        .agg(pl.len(), untraced=(pl.col("input_digest") == "").sum())
        .collect()
    )
    for source, n, _ in rows.iter_rows():
        by_source[source] = by_source.get(source, 0) + n
    files = sorted((release_dir / "data").glob(f"{decisions.stem}.*"))
    return PartTrace(
        part=decisions.stem,
        released=int(rows["len"].sum()),
        in_data=sum(n_records(file) for file in files),
        untraced=int(rows["untraced"].sum()),
    )


def _loose_data(release_dir: Path, known: set[str]) -> Iterator[PartTrace]:
    """Yields files of data/ that no decision speaks of."""
    for file in sorted((release_dir / "data").glob("*")):
        part = file.name.split(".")[0]
        if part not in known:
            yield PartTrace(part, released=0, in_data=n_records(file), untraced=0)


def _queued(decisions: Path) -> int:
    of_restricted = pl.element().str.starts_with("restricted.")
    return int(
        pl.scan_parquet(decisions)
        .filter(
            pl.col("action") == "quarantine", pl.col("reasons").list.eval(of_restricted).list.any()
        )
        .select(pl.len())
        .collect()
        .item()
    )


def _left_in(
    decisions: Path, findings: Path, confidence_floor: float
) -> Iterator[tuple[str, str, int]]:
    at = ["shard", "position"]
    reason = pl.concat_str("detector", pl.lit("."), "category")
    released = (
        pl.scan_parquet(decisions).filter(pl.col("action").is_in(RELEASED)).select(*at, "reasons")
    )
    yield from (
        pl.scan_parquet(findings)
        .filter(pl.col("score") >= pl.lit(confidence_floor, pl.Float32))
        .select(*at, "detector", "category")
        .join(released, on=at)
        .filter(~pl.col("reasons").list.contains(reason))
        .group_by("detector", "category")
        .len()
        .sort("detector", "category")
        .collect()
        .iter_rows()
    )


def _columns(release_dir: Path) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for file in sorted((release_dir / "data").glob("*.parquet")):
        names |= dict.fromkeys(pq.read_schema(file).names)
    return tuple(names)


def digest(release_dir: Path, name: str, known: Mapping[str, str]) -> str | None:
    """Returns the SHA-256 of a file of the release, in hex; None when it does not exist.

    That of a folder (`name` ends in `/`) is over the lines that `sha256sum` prints for its files,
    sorted by path; so anybody can check it with `find` and `sha256sum`.

    Args:
        release_dir: The release.
        name: Path within the release.
        known: Digests by path that need not be computed again.
    """
    if not name.endswith("/"):
        return known.get(name) or _file_digest(release_dir / name)
    if not (release_dir / name).is_dir():
        return None
    lines = [
        f"{digest(release_dir, path, known)}  {path}\n"
        for path in sorted(
            file.relative_to(release_dir).as_posix()
            for file in (release_dir / name).rglob("*")
            if file.is_file()
        )
    ]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _file_digest(path: Path) -> str | None:
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
