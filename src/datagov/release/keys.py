"""What records of different units are compared by: tables of keys, cut into buckets.

A bucket holds all rows whose key begins alike, so that rows that must meet do, and no bucket has
to hold the corpus. How many buckets there are changes nothing in what is found.
"""

from collections.abc import Iterator, Sequence

import polars as pl
import pyarrow as pa

from datagov.duplicates.groups import KEYS
from datagov.policy import CATEGORY, VALUES
from datagov.release.config import ScanConfig
from datagov.release.decisions import REDACT, SourceVerdicts, preliminary_severity, with_severity
from datagov.release.evidence import UnitEvidence

N_BUCKETS = 16
DIGEST_CHARS = {"normalised_digest": 32, "exact_digest": 16}
"""How much of a digest in hex is compared: 128 bits, by chance two meet once in 10^38 pairs; and
64 bits among texts that are already known to be equal after normalising."""

Bucketed = Iterator[tuple[int, pa.Table]]


def id_keys(part: int, units: Sequence[UnitEvidence], config: ScanConfig) -> Bucketed:
    """Yields (bucket, table of `record_id, shard_order, position, part`)."""
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
    out = named(repeated, config).select("shard", "position")
    for unit in units:
        signals = pl.DataFrame(unit.table("signals"))
        findings = with_severity(unit.table("findings"), config.policy)
        rank = preliminary_severity(signals, findings, verdicts, config.policy)
        rows = (
            signals.with_columns(rank=rank.cast(pl.Int64))
            .join(_redacted_whole(findings), on=["shard", "position"], how="left")
            .select(
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
        short = [
            pl.col(name).str.slice(0, n_chars).str.decode("hex")
            for name, n_chars in DIGEST_CHARS.items()
        ]
        keys = _placed(rows.with_columns(_bucket=bucket), part, config).with_columns(short)
        typed = [pl.col(name).cast(kind) for name, kind in KEYS.items()]
        yield from _bucketed(keys.select(*typed, "_bucket"), pl.col("_bucket"))


def _redacted_whole(findings: pl.DataFrame) -> pl.DataFrame:
    """Returns the records of which all of VALUES, and nothing else, gives way to its category.

    Where they are masked, hashed or renamed, texts that differ in them still differ in data/.
    """
    of_value = pl.col("detector").is_in(VALUES)
    redacted = (pl.col("severity") == REDACT) & (pl.col("treatment") == CATEGORY)
    return (
        findings.group_by("shard", "position")
        .agg(redacted_whole=(of_value == redacted).all())
        .filter("redacted_whole")
    )


def annotation_rows(part: int, units: Sequence[UnitEvidence], config: ScanConfig) -> Bucketed:
    """Yields (0, table of the annotations in each unit): all meet in one place."""
    for unit in units:
        yield 0, _placed(pl.DataFrame(unit.table("annotations")), part, config).to_arrow()


def _placed(rows: pl.DataFrame, part: int, config: ScanConfig) -> pl.DataFrame:
    order = {name: index for index, name in enumerate(config.shard_order)}
    return rows.with_columns(
        shard_order=pl.col("shard").replace_strict(order, return_dtype=pl.Int32),
        part=pl.lit(part, pl.Int32),
    ).drop("shard")


def _bucketed(rows: pl.DataFrame, bucket: pl.Expr) -> Bucketed:
    for (key,), table in rows.with_columns(_bucket=bucket).group_by("_bucket"):
        yield int(key), table.drop("_bucket").to_arrow()


def by_part(table: pl.DataFrame) -> Iterator[tuple[int, pa.Table]]:
    """Yields (part, its rows)."""
    for (part,), rows in table.group_by("part"):
        yield int(part), rows.drop("part").to_arrow()


def named(table: pa.Table, config: ScanConfig) -> pl.DataFrame:
    """Returns the rows of `table` with the name of the shard in place of its number."""
    names = dict(enumerate(config.shard_order))
    shard = pl.col("shard_order").replace_strict(names, return_dtype=pl.String)
    return pl.DataFrame(table).with_columns(shard=shard).drop("shard_order")
