"""What records of different units are compared by: tables of keys, cut into buckets.

A bucket holds all rows whose key begins alike, so that rows that must meet do, and no bucket has
to hold the corpus. How many buckets there are changes nothing in what is found.
"""

from collections.abc import Iterator, Sequence

import polars as pl
import pyarrow as pa

from datagov.release.config import ScanConfig
from datagov.release.decisions import REDACT, SourceVerdicts, preliminary_severity, with_severity
from datagov.release.evidence import UnitEvidence

N_BUCKETS = 64

Bucketed = Iterator[tuple[int, pa.Table]]


def id_keys(part: int, units: Sequence[UnitEvidence], config: ScanConfig) -> Bucketed:
    """Yields (bucket, table of `record_id, shard, position, shard_order, part`)."""
    for unit in units:
        rows = pl.DataFrame(unit.table("signals").select(["record_id", "shard", "position"]))
        yield from _bucketed(_placed(rows, part, config), pl.col("record_id").hash() % N_BUCKETS)


def duplicate_keys(
    part: int,
    units: Sequence[UnitEvidence],
    repeated: pa.Table,
    verdicts: SourceVerdicts,
    config: ScanConfig,
) -> Bucketed:
    """Yields (bucket, table of digests, places and ranks); records with a repeated id are out."""
    out = pl.DataFrame(repeated).select("shard", "position")
    for unit in units:
        signals = pl.DataFrame(unit.table("signals"))
        findings = with_severity(unit.table("findings"), config.policy)
        rank = preliminary_severity(signals, findings, verdicts, config.policy)
        rows = (
            signals.with_columns(rank=rank.cast(pl.Int64))
            .join(_redacted_whole(findings), on=["shard", "position"], how="left")
            .select(
                "record_id",
                "shard",
                "position",
                "exact_digest",
                # What will stand in data/ is compared, not what stood in the corpus.
                normalised_digest=pl.when((pl.col("rank") == REDACT) & pl.col("redacted_whole"))
                .then("redacted_digest")
                .otherwise("normalised_digest"),
                rank="rank",
            )
            .join(out, on=["shard", "position"], how="anti", maintain_order="left")
        )
        bucket = pl.col("normalised_digest").str.slice(0, 4).str.to_integer(base=16) % N_BUCKETS
        yield from _bucketed(_placed(rows, part, config), bucket)


def _redacted_whole(findings: pl.DataFrame) -> pl.DataFrame:
    """Returns the records of which all personal values are redacted and nothing else is."""
    personal = pl.col("detector") == "pii"
    redacted = pl.col("severity") == REDACT
    return (
        findings.group_by("shard", "position")
        .agg(redacted_whole=(personal == redacted).all())
        .filter("redacted_whole")
    )


def annotation_rows(part: int, units: Sequence[UnitEvidence]) -> Bucketed:
    """Yields (0, table of the annotations in each split): all meet in one place."""
    for unit in units:
        rows = pl.DataFrame(unit.table("annotations"))
        yield 0, rows.with_columns(part=pl.lit(part, pl.Int64)).to_arrow()


def _placed(rows: pl.DataFrame, part: int, config: ScanConfig) -> pl.DataFrame:
    order = {name: index for index, name in enumerate(config.shard_order)}
    return rows.with_columns(
        shard_order=pl.col("shard").replace_strict(order, return_dtype=pl.Int64),
        part=pl.lit(part, pl.Int64),
    )


def _bucketed(rows: pl.DataFrame, bucket: pl.Expr) -> Bucketed:
    for (key,), table in rows.with_columns(_bucket=bucket).group_by("_bucket"):
        yield int(key), table.drop("_bucket").to_arrow()


def by_part(table: pl.DataFrame, schema: pa.Schema) -> Iterator[tuple[int, pa.Table]]:
    """Yields (part, its rows as a table of `schema`)."""
    for (part,), rows in table.group_by("part"):
        yield int(part), rows.select(schema.names).to_arrow().cast(schema)
