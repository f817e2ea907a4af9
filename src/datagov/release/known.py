"""What is known of the records of a part when it is decided about, all steps before it together."""

from dataclasses import dataclass

import polars as pl
import pyarrow as pa

from datagov.release.config import ScanConfig
from datagov.release.decisions import (
    RECORD,
    SourceVerdicts,
    decided,
    duplicate_reasons,
    finding_reasons,
    overlap_reasons,
    source_reasons,
    suspect_reasons,
    with_severity,
)
from datagov.release.evidence import UnitEvidence
from datagov.release.examples import wanted
from datagov.release.keys import named
from datagov.tables import CONTAMINATION, DUPLICATES, REJECTS, conform

RECORDS = pa.schema(
    [
        pa.field("shard_order", pa.int32(), nullable=False),
        pa.field("position", pa.int64(), nullable=False),
    ]
)
"""Records by the number of their shard: what says something of them crosses a shuffle."""

DUPLICATE_RECORDS = pa.schema(
    [
        pa.field("record", pa.int64(), nullable=False),
        pa.field("kept", pa.int64(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("similarity", pa.float32(), nullable=False),
        pa.field("cluster", pa.binary(), nullable=False),
        pa.field("example", pa.bool_(), nullable=False),
        pa.field("earlier_release", pa.string()),
        pa.field("earlier_digest", pa.string()),
        pa.field("earlier_record_id", pa.string()),
    ]
)
"""Members of clusters by their number; see `comparing`. `kept` is who stays, and the last three say
where it stands if that is an earlier release."""

SUSPECT_RECORDS = pa.schema([*RECORDS, pa.field("score", pa.float64(), nullable=False)])


@dataclass(frozen=True)
class PartInput:
    """All that is known of one part when it is decided about.

    Attributes:
        index: Number of the part in corpus order.
        units: Evidence of its units of work, in corpus order.
        repeated: Table of schema RECORDS: records whose id an earlier record has.
        duplicates: Table of schema DUPLICATE_RECORDS.
        suspects: Table of schema SUSPECT_RECORDS.
    """

    index: int
    units: tuple[UnitEvidence, ...]
    repeated: pa.Table
    duplicates: pa.Table
    suspects: pa.Table


@dataclass(frozen=True)
class Known:
    """What is known of the records of one unit of a part.

    Attributes:
        contamination: Which records hold items of evaluation sets.
        decisions: A row for each record, in order, with `rejected` for those of a repeated id.
        duplicates: Of schema DUPLICATES.
        examples: The records that are shown as examples of duplicates.
        findings: With what policy does about each; those of rejected records are left out.
        signals: Of all records that are not rejected.
        rejected: Signals of those that are.
    """

    contamination: pa.Table
    decisions: pl.DataFrame
    duplicates: pa.Table
    examples: pl.DataFrame
    findings: pl.DataFrame
    signals: pl.DataFrame
    rejected: pl.DataFrame

    @classmethod
    def of(
        cls,
        unit: UnitEvidence,
        first: int,
        part: PartInput,
        verdicts: SourceVerdicts,
        config: ScanConfig,
    ) -> "Known":
        """Returns what is known of a unit whose first record has the number `first`."""
        policy = config.policy
        signals = pl.DataFrame(unit.table("signals")).with_columns(
            record=first + pl.int_range(pl.len(), dtype=pl.Int64)
        )
        findings = with_severity(unit.table("findings"), policy)
        touched = pl.DataFrame(unit.contamination())
        duplicates = _duplicates(part, signals)
        reasons = pl.concat(
            [
                finding_reasons(findings),
                source_reasons(signals, verdicts, policy),
                duplicate_reasons(duplicates, policy),
                overlap_reasons(touched.to_arrow(), policy),
                suspect_reasons(named(part.suspects, config), policy),
            ]
        )
        repeated = named(part.repeated, config).select(*RECORD).with_columns(rejected=True)
        decisions = (
            decided(signals, reasons)
            .join(repeated, on=RECORD, how="left", maintain_order="left")
            .with_columns(pl.col("rejected").fill_null(False), output_digest=pl.lit(""))
        )
        touched = touched.join(repeated, on=RECORD, how="anti", maintain_order="left")
        return cls(
            contamination=conform(touched.to_arrow(), CONTAMINATION),
            decisions=decisions,
            duplicates=conform(duplicates.to_arrow(), DUPLICATES),
            examples=wanted(duplicates),
            findings=findings.join(repeated, on=RECORD, how="anti", maintain_order="left"),
            signals=signals.join(repeated, on=RECORD, how="anti", maintain_order="left"),
            rejected=signals.join(repeated, on=RECORD, how="semi", maintain_order="left"),
        )

    def repeated_rejects(self) -> pa.Table:
        """Returns the rejected records, of schema REJECTS."""
        return conform(
            self.rejected.select(
                "shard",
                "position",
                reason=pl.lit("duplicate_id"),
                detail=pl.lit("an earlier record has the same id; ids must be unique"),
                content_digest="input_digest",
            ).to_arrow(),
            REJECTS,
        )


def _duplicates(part: PartInput, signals: pl.DataFrame) -> pl.DataFrame:
    """Returns the duplicates among the records of `signals`, with their ids and places."""
    places = signals.select("record", "record_id", *RECORD, "n_chars")
    return (
        places.join(pl.DataFrame(part.duplicates), on="record", maintain_order="left")
        .with_columns(
            cluster_id=pl.col("cluster").bin.encode("hex"),
            keep=pl.col("record") == pl.col("kept"),
        )
        .drop("cluster")
    )
