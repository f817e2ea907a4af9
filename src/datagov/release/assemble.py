"""Lays the written parts out as a release (DESIGN section 5)."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from datagov.corpus.write import n_records
from datagov.release.workspace import place
from datagov.tables import CONTAMINATION, DUPLICATES, REJECTS

PER_PART = {name: f"evidence/{name}" for name in ("decisions", "findings", "redactions", "signals")}
"""Evidence that keeps one file per part, and the folder it is in."""

MERGED = {"duplicates": DUPLICATES, "rejects": REJECTS}
"""Evidence that becomes one file."""

ASKED_FOR = {"contamination": CONTAMINATION}
"""Such evidence that parts have only if it was asked for."""


def part_name(index: int) -> str:
    """Returns the name under which a part's files stand in the release."""
    return f"part-{index:05d}"


def assemble(parts: Sequence[Path], staging: Path) -> None:
    """Fills `staging` with data, quarantine and evidence tables of `parts`, in corpus order.

    Files are linked where that can be: a run killed here loses nothing and has little to do again.
    """
    for folder in ("data", "quarantine", *PER_PART.values()):
        (staging / folder).mkdir(parents=True)
    (staging / "quarantine").chmod(0o700)
    for index, part in enumerate(parts):
        name = part_name(index)
        for data in sorted(part.glob("data.*")):
            _link_if_filled(data, staging / f"data/{name}{data.name.removeprefix('data')}")
        held = staging / f"quarantine/{name}.parquet"
        _link_if_filled(part / "quarantine.parquet", held)
        if held.exists():
            held.chmod(0o600)
        for table, folder in PER_PART.items():
            place(part / f"{table}.parquet", staging / f"{folder}/{name}.parquet")
    asked_for = {t: s for t, s in ASKED_FOR.items() if _all_have(parts, t)}
    for table, schema in (MERGED | asked_for).items():
        _merge([part / f"{table}.parquet" for part in parts], schema, staging / "evidence")


def _all_have(parts: Sequence[Path], table: str) -> bool:
    return all((part / f"{table}.parquet").exists() for part in parts)


def _link_if_filled(source: Path, target: Path) -> None:
    """Links a file of records that has some: a file without records helps nobody."""
    if n_records(source):
        place(source, target)


def _merge(sources: Sequence[Path], schema: pa.Schema, folder: Path) -> None:
    name = sources[0].name if sources else ""
    with pq.ParquetWriter(folder / name, schema, compression="zstd") as writer:
        for source in sources:
            for batch in pq.ParquetFile(source).iter_batches(128 * 1024):
                writer.write_batch(batch)
