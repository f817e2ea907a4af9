"""Earlier releases that a corpus is compared with: by their evidence, without their text.

What was kept there stays kept: a record of the corpus that is equal or alike to one of them is
the duplicate. So corpora can grow by deltas, each scanned alone.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from datagov.duplicates.sketches import VERSION
from datagov.errors import ConfigError, InputError
from datagov.lineage.keys import key_id
from datagov.policy import DuplicateOptions
from datagov.release.decisions import RECORD, RELEASED

FIRST_PART = 1 << 20
"""Parts of earlier releases are numbered from here on; a corpus has fewer of its own."""


@dataclass(frozen=True)
class EarlierPart:
    """A part of an earlier release."""

    signals: Path
    decisions: Path

    def records(self) -> pl.DataFrame:
        """Returns the signals of the records in its data/, each with its `action`."""
        decided = pl.read_parquet(self.decisions, columns=[*RECORD, "action"])
        released = decided.filter(pl.col("action").is_in(RELEASED))
        signals = pl.read_parquet(self.signals)
        return signals.join(released, on=RECORD, maintain_order="left")


@dataclass(frozen=True)
class EarlierRelease:
    """An earlier release; `digest` is the SHA-256 of its release.json."""

    name: str
    version: str
    digest: str
    parts: tuple[EarlierPart, ...]


def load_earlier(
    paths: Sequence[Path], key: bytes, options: DuplicateOptions
) -> tuple[EarlierRelease, ...]:
    """Returns the releases at `paths`, in their order.

    Args:
        paths: Folders of releases.
        key: What the new corpus's digests and sketches are made with.
        options: How duplicates are looked for.

    Raises:
        InputError: Something is no release, or its evidence was changed.
        ConfigError: Its digests or sketches cannot be compared with the new ones.
    """
    return tuple(_load(path, key, options) for path in paths)


def _load(path: Path, key: bytes, options: DuplicateOptions) -> EarlierRelease:
    try:
        stated = (path / "release.json").read_bytes()
        release = json.loads(stated)
        metrics = json.loads((path / "evidence/metrics.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path}: is no release that can be read; --against takes the folder of one"
        ) from error
    _check(path, metrics, key, options)
    files: Mapping[str, str] = release["files"]
    parts = []
    for name in sorted(files):
        if name.startswith("evidence/signals/"):
            decisions = name.replace("/signals/", "/decisions/")
            for each in (name, decisions):
                _check_digest(path / each, files.get(each, ""))
            parts.append(EarlierPart(path / name, path / decisions))
    digest = hashlib.sha256(stated).hexdigest()
    return EarlierRelease(release["name"], release["version"], digest, tuple(parts))


def _check(path: Path, metrics: Mapping[str, Any], key: bytes, options: DuplicateOptions) -> None:
    theirs = metrics["fingerprint_key_id"]
    if theirs != key_id(key):
        raise ConfigError(
            f"{path}: was made with the fingerprint key {theirs}, this run has {key_id(key)}; "
            "digests of one cannot be compared with those of the other: "
            "give that key by --fingerprint-key"
        )
    if not options.near:
        return
    parameters = metrics["duplicates"].get("near", {}).get("parameters")
    if parameters is None:
        raise ConfigError(
            f"{path}: holds no sketches, so no near duplicates of it can be found; "
            "set duplicates: {near: false} in the policy, or make it anew"
        )
    if parameters["sketch_version"] != VERSION:
        raise ConfigError(
            f"{path}: its sketches are of version {parameters['sketch_version']}, those of this "
            f"run of version {VERSION}; make it anew, or set duplicates: {{near: false}}"
        )


def _check_digest(path: Path, expected: str) -> None:
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    if found != expected:
        raise InputError(
            f"{path}: is not what the release says it is; verify it, and take an unchanged copy"
        )
