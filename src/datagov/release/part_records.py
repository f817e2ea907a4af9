"""What comparing needs of the records of a part: worked out once, then read by columns."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa

from datagov.duplicates.sketches import Sketches
from datagov.release.config import ScanConfig
from datagov.release.decisions import REDACT, SourceVerdicts, preliminary_severity, with_severity
from datagov.release.earlier import EarlierPart
from datagov.release.evidence import UnitEvidence
from datagov.release.preferences import ranks

PART_SHIFT = 40
"""A part has fewer than 2^40 records."""

SKETCHED = ("n_shingles", "sketch")

_DIGEST_BYTES = 16
_COLUMNS = ("shard", "position", "exact_digest", *SKETCHED, "rank", "digest", "source")

_NO_SOURCE = -1
"""In place of the number of a source: undeclared, or an earlier release."""


def first_number(part: int) -> int:
    """Returns the number of the first record of a part."""
    return part << PART_SHIFT


@dataclass(frozen=True)
class PartRecords:
    """All readable records of a part, in corpus order.

    Attributes:
        part: Number of the part.
        file: Where they lie: a row per record, with `record` (its number), `rank`, `digest`
            and `source` (its place in the registry).
    """

    part: int
    file: Path

    def write(
        self,
        evidence: Sequence[UnitEvidence] | EarlierPart,
        verdicts: SourceVerdicts,
        config: ScanConfig,
    ) -> None:
        """Writes the records of a part, or those of an earlier release that it has in data/."""
        if isinstance(evidence, EarlierPart):
            signals = _signals_of_earlier(evidence)
        else:
            signals = pl.concat([_signals_of(unit, verdicts, config) for unit in evidence])
        numbers = first_number(self.part) + pl.int_range(pl.len(), dtype=pl.Int64)
        signals.with_columns(record=numbers).write_parquet(self.file, compression="lz4")

    def columns(self, *names: str) -> pl.DataFrame:
        """Returns columns of all records."""
        return pl.read_parquet(self.file, columns=list(names))

    def sketches(self) -> Sketches:
        """Returns the sketches of all records."""
        table = self.columns(*SKETCHED).to_arrow()
        return Sketches(
            table["sketch"].combine_chunks().cast(pa.large_binary()),
            table["n_shingles"].combine_chunks(),
        )

    def numbers(self, places: Iterable[pa.Table], config: ScanConfig) -> pl.Series:
        """Returns the numbers of the records at some places (`shard_order`, `position`)."""
        tables = list(places)
        if not tables:
            return pl.Series("record", [], pl.Int64)
        return numbers_at(self.columns("record", "shard", "position"), tables, config)

    def rows(self, records: pl.Series) -> pl.Series:
        """Returns the row of each of the part's own records."""
        return records - first_number(self.part)


def numbers_at(records: pl.DataFrame, places: Iterable[pa.Table], config: ScanConfig) -> pl.Series:
    """Returns `record` of those records (`shard`, `position`) that are at some places."""
    pieces = [pl.DataFrame(table).select("shard_order", "position") for table in places]
    if not pieces:
        return pl.Series("record", [], pl.Int64)
    names = dict(enumerate(config.shard_order))
    shard = pl.col("shard_order").replace_strict(names, return_dtype=pl.String)
    found = pl.concat(pieces).select("position", shard=shard)
    return records.join(found, on=["shard", "position"], how="semi")["record"]


def _signals_of(unit: UnitEvidence, verdicts: SourceVerdicts, config: ScanConfig) -> pl.DataFrame:
    """Returns signals with `rank`, `source`, and `digest`: what equal records have in common."""
    needed = ("shard", "position", "source_id", "n_chars", "date", "exact_digest")
    digests = ("normalised_digest", "redacted_digest")
    signals = pl.DataFrame(unit.table("signals", [*needed, *digests, *SKETCHED]))
    findings = with_severity(unit.table("findings"), config.policy)
    severity = preliminary_severity(
        signals, findings, unit.contamination(), verdicts, config.policy
    )
    signals = signals.with_columns(severity=severity)
    return signals.with_columns(
        rank=ranks(signals, findings, config),
        digest=_digest(pl.col("severity") == REDACT),
        source=pl.col("source_id").replace_strict(
            {source.id: i for i, source in enumerate(config.registry.sources)},
            default=_NO_SOURCE,
            return_dtype=pl.Int32,
        ),
    ).select(_COLUMNS)


def _signals_of_earlier(part: EarlierPart) -> pl.DataFrame:
    """Returns the same of an earlier release: its records stay whatever else comes."""
    records = part.records()
    return records.with_columns(
        rank=pl.lit(b""),
        digest=_digest(pl.col("action") == "redact"),
        source=pl.lit(_NO_SOURCE, pl.Int32),
    ).select(_COLUMNS)


def _digest(is_redacted: pl.Expr) -> pl.Expr:
    """Returns the digest of what stands in data/, not of what stood in the corpus."""
    digest = pl.when(is_redacted).then("redacted_digest").otherwise("normalised_digest")
    return digest.str.slice(0, 2 * _DIGEST_BYTES).str.decode("hex")
