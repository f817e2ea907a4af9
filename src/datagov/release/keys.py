"""What records of different units are compared by: tables of keys, cut into buckets.

A bucket holds all rows whose key begins alike, so that rows that must meet do, and no bucket has
to hold the corpus. How many buckets there are changes nothing in what is found.
"""

from collections.abc import Iterator, Sequence

import polars as pl
import pyarrow as pa

from datagov.duplicates.groups import KEYS
from datagov.release.config import ScanConfig
from datagov.release.evidence import UnitEvidence
from datagov.release.part_records import PartRecords

N_BUCKETS = 16
EXACT_CHARS = 16
"""How much of the digest of a text in hex is compared, among those known to be equal after
normalising. Of the normalised digest 128 bits are: by chance two meet once in 10^38 pairs."""

KeyedTable = tuple[int, pa.Table]
Bucketed = Iterator[KeyedTable]


def id_keys(part: int, units: Sequence[UnitEvidence], config: ScanConfig) -> Bucketed:
    """Yields (bucket, table of `record_id, shard_order, position, part`)."""
    for unit in units:
        rows = pl.DataFrame(unit.table("signals", ["record_id", "shard", "position"]))
        yield from _bucketed(_placed(rows, part, config), pl.col("record_id").hash() % N_BUCKETS)


def duplicate_keys(records: PartRecords, repeated: pl.Series) -> Bucketed:
    """Yields (bucket, table of schema KEYS); records with a repeated id are out.

    Args:
        records: Of one part.
        repeated: Numbers of records with an id that an earlier one has.
    """
    exact = pl.col("exact_digest").str.slice(0, EXACT_CHARS).str.decode("hex")
    known = records.columns("record", "exact_digest", "digest", "rank")
    rows = known.filter(~pl.col("record").is_in(repeated.implode())).select(
        "record", exact_digest=exact, normalised_digest="digest", rank="rank"
    )
    first_byte = pl.col("normalised_digest").bin.slice(0, 1).bin.encode("hex")
    bucket = first_byte.str.to_integer(base=16) % N_BUCKETS
    yield from _bucketed(rows.cast(KEYS).with_columns(_bucket=bucket), pl.col("_bucket"))


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
