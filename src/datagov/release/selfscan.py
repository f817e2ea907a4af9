"""Looks for raw personal values and secrets in a release's own evidence.

What was found in the corpus is known by fingerprint. So a hit in the evidence is a leak only if its
fingerprint is one of those: digests that look like numbers are no false alarm.
"""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from datagov.detect.pii import PiiDetector
from datagov.policy import VALUES
from datagov.release.config import ScanConfig

_TEXTS = {
    "decisions": ("record_id", "shard", "source_id"),
    "findings": ("shard", "field", "rule", "excerpt"),
    "rejects": ("shard", "detail"),
}
BATCH_ROWS = 100_000


def self_scan(staging: Path, config: ScanConfig) -> dict[str, int]:
    """Returns how many evidence files were looked at, and how many raw values they hold."""
    files = sorted((staging / "evidence").rglob("*.parquet"))
    known = _known_fingerprints(staging)
    return {
        "files": len(files),
        "values_found": sum(_values_in(texts, known, config) for texts in _texts(staging, config)),
        "keys_found": sum(config.key.hex().encode() in file.read_bytes() for file in files),
    }


def _known_fingerprints(staging: Path) -> pl.Series:
    frame = pl.scan_parquet(staging / "evidence/findings/*.parquet")
    return (
        frame.filter(pl.col("detector").is_in(VALUES))
        .select(pl.col("fingerprint").unique())
        .collect()
        .to_series()
    )


def _texts(staging: Path, config: ScanConfig) -> Iterator[list[str]]:
    for table, columns in _TEXTS.items():
        files = sorted((staging / "evidence").glob(f"{table}*.parquet"))
        files += sorted((staging / "evidence" / table).glob("*.parquet"))
        for column in columns:
            if column == "record_id" and config.read.id_field is None:
                continue
            for file in files:
                values = pl.read_parquet(file, columns=[column]).to_series().unique().sort()
                for at in range(0, len(values), BATCH_ROWS):
                    yield values.slice(at, BATCH_ROWS).to_list()


def _values_in(texts: list[str], known: pl.Series, config: ScanConfig) -> int:
    found: list[str] = []
    for detector in config.detectors:
        if detector.name not in VALUES:
            continue
        if isinstance(detector, PiiDetector):
            # Ids and masked excerpts are no sentences: a model has nothing to say about them.
            detector = dataclasses.replace(detector, ner=None)
        spans = pl.DataFrame(detector.detect(texts))
        for cell, category, start, end in spans.select(
            "cell", "category", "start", "end"
        ).iter_rows():
            value = detector.normalise(category, texts[cell][start:end])
            found.append(config.fingerprint(value))
    return pl.Series(found, dtype=pl.String).is_in(known.implode()).to_list().count(True)
