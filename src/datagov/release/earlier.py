"""Earlier releases that a corpus is compared with: by their evidence, without their text.

What was kept there stays kept: a record of the corpus that is equal or alike to one of them is
the duplicate. So corpora can grow by deltas, each scanned alone.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from datagov.duplicates.sketches import N_BINS, VERSION
from datagov.errors import ConfigError, InputError
from datagov.lineage.checks import ContentError, json_object, reading
from datagov.lineage.files import DECISIONS, METRICS, RELEASE_JSON
from datagov.lineage.keyless import open_unverified
from datagov.lineage.keys import key_id
from datagov.lineage.recount import Tables
from datagov.lineage.statements import ROLE_EARLIER
from datagov.policy import DuplicateOptions
from datagov.release.decisions import RECORD, RELEASED
from datagov.tables import DECISIONS as DECISIONS_SCHEMA
from datagov.tables import SIGNALS as SIGNALS_SCHEMA

log = logging.getLogger("datagov")

SIGNALS = "evidence/signals/"

FIRST_PART = 1 << 20
"""Parts of earlier releases are numbered from here on; a corpus has fewer of its own."""

_NEEDED = {
    SIGNALS: [
        field
        for field in SIGNALS_SCHEMA
        if field.name not in ("date", "language", "source_id", "n_chars", "n_bytes")
    ],
    DECISIONS: [DECISIONS_SCHEMA.field(name) for name in ("record_id", *RECORD, "action")],
}
"""What is read of the tables in each folder."""


@dataclass(frozen=True)
class EarlierPart:
    """A part of an earlier release."""

    signals: Path
    decisions: Path

    def records(self, *columns: str) -> pl.DataFrame:
        """Returns the signals of the records in its data/, each with its `action`.

        Args:
            columns: Which of the signals; all when none is named.
        """
        decided = pl.read_parquet(self.decisions, columns=[*RECORD, "action"])
        released = decided.filter(pl.col("action").is_in(RELEASED))
        wanted = list(dict.fromkeys([*RECORD, *columns])) if columns else None
        signals = pl.read_parquet(self.signals, columns=wanted)
        return signals.join(released, on=RECORD, maintain_order="left")


@dataclass(frozen=True)
class EarlierRelease:
    """An earlier release.

    Attributes:
        name: Its name.
        version: Its version.
        digest: SHA-256 of its release.json, in hex.
        parts: Its parts, in order.
        against: Title and digest of each release that it was itself compared with.
    """

    name: str
    version: str
    digest: str
    parts: tuple[EarlierPart, ...]
    against: tuple[tuple[str, str], ...] = ()

    @property
    def title(self) -> str:
        """Name and version."""
        return f"{self.name}@{self.version}"


def load_earlier(
    paths: Sequence[Path], key: bytes, options: DuplicateOptions
) -> tuple[EarlierRelease, ...]:
    """Returns the releases at `paths`, in their order.

    That a release agrees with itself is checked, not who made it. Warns of releases that one of
    them was compared with and that are not given: what they hold is in none of those given.

    Args:
        paths: Folders of releases.
        key: What the new corpus's digests and sketches are made with.
        options: How duplicates are looked for.

    Raises:
        InputError: Something is no release, or its evidence was changed.
        ConfigError: Its digests or sketches cannot be compared with the new ones, or it is given
            twice.
    """
    found: dict[str, tuple[Path, EarlierRelease]] = {}
    for path in paths:
        release = _load(path, key, options)
        if release.digest in found:
            raise ConfigError(
                f"{path}: is the same release as {found[release.digest][0]}; give each once"
            )
        found[release.digest] = path, release
    _tell_forgotten(found)
    return tuple(release for _, release in found.values())


def parts_of(earlier: Sequence[EarlierRelease]) -> list[tuple[EarlierRelease, EarlierPart]]:
    """Returns the parts of all releases; the first has the number FIRST_PART, and so on."""
    return [(release, part) for release in earlier for part in release.parts]


def _tell_forgotten(given: Mapping[str, tuple[Path, EarlierRelease]]) -> None:
    told = set()
    for path, release in given.values():
        for title, digest in release.against:
            if digest not in given and digest not in told:
                told.add(digest)
                log.warning(
                    "%s was made against %s (release.json sha256 %s), which is not given: what "
                    "only that one holds may be taken again; give it by --against too",
                    path,
                    title,
                    digest[:12],
                )


def _load(path: Path, key: bytes, options: DuplicateOptions) -> EarlierRelease:
    if not (path / RELEASE_JSON).is_file():
        raise InputError(f"{path}: is no release; --against takes the folder of one")
    try:
        tables, attested = open_unverified(path, tuple(_NEEDED))
        release = json_object(tables.open(RELEASE_JSON).read_bytes(), RELEASE_JSON)
        metrics = json_object(tables.open(METRICS).read_bytes(), METRICS)
        parameters = _parameters(metrics)
        _check_key(path, metrics, key)
        if options.near:
            _check_sketches(path, parameters)
        return EarlierRelease(
            name=_text(release, "name", RELEASE_JSON),
            version=_text(release, "version", RELEASE_JSON),
            digest=tables.signed[RELEASE_JSON],
            parts=tuple(_parts(tables)),
            against=tuple(attested.each_dependency(ROLE_EARLIER)),
        )
    except ContentError as error:
        raise InputError(
            f"{path}: {error.file}: {error.detail}; `datagov verify` tells all that is wrong; "
            "take an unchanged copy of the release"
        ) from error


def _parts(tables: Tables) -> Iterator[EarlierPart]:
    names = {
        folder: {name.removeprefix(folder) for name in tables.names(folder)} for folder in _NEEDED
    }
    for name in sorted(names[SIGNALS] ^ names[DECISIONS]):
        folder = DECISIONS if name in names[SIGNALS] else SIGNALS
        raise ContentError(folder + name, "is missing: each part has signals and decisions")
    for name in sorted(names[SIGNALS]):
        for folder, needed in _NEEDED.items():
            _check_columns(tables.open(folder + name), folder + name, needed)
        yield EarlierPart(tables.open(SIGNALS + name), tables.open(DECISIONS + name))


def _check_columns(path: Path, name: str, needed: Sequence[pa.Field]) -> None:
    with reading(name):
        schema = pq.read_schema(path)
    for field in needed:
        if field.name not in schema.names or schema.field(field.name).type != field.type:
            raise ContentError(
                name, f"has no column {field.name} of {field.type}: another version made it"
            )


def _text(body: Mapping[str, Any], field: str, file: str) -> str:
    value = body.get(field)
    if not isinstance(value, str):
        raise ContentError(file, f"{field}: is {'missing' if value is None else 'no text'}")
    return value


def _parameters(metrics: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Returns how near duplicates were looked for; None where they were not."""
    found: Any = metrics.get("duplicates")
    if not isinstance(found, dict):
        raise ContentError(METRICS, "duplicates: is missing or no object")
    near = found.get("near", {})
    parameters = near.get("parameters") if isinstance(near, dict) else None
    return parameters if isinstance(parameters, dict) else None


def _check_key(path: Path, metrics: Mapping[str, Any], key: bytes) -> None:
    theirs = _text(metrics, "fingerprint_key_id", METRICS)
    if theirs != key_id(key):
        raise ConfigError(
            f"{path}: was made with the fingerprint key {theirs}, this run has {key_id(key)}; "
            "digests of one cannot be compared with those of the other: "
            "give that key by --fingerprint-key"
        )


def _check_sketches(path: Path, parameters: Mapping[str, Any] | None) -> None:
    if parameters is None:
        raise ConfigError(
            f"{path}: holds no sketches, so no near duplicates of it can be found; "
            "set duplicates: {near: false} in the policy, or make it anew"
        )
    for name, ours in (("sketch_version", VERSION), ("n_bins", N_BINS)):
        if parameters.get(name) != ours:
            raise ConfigError(
                f"{path}: its sketches have {name} {parameters.get(name)}, those of this run "
                f"{ours}; make it anew, or set duplicates: {{near: false}}"
            )
