"""Tables that meet others elsewhere lie in files; what crosses a shuffle says where.

The local runner holds in memory what it shuffles, ten times over, and for as long as it runs.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

RowGroup = tuple[str, int]
"""A file and the number of a row group in it."""

KeyedTables = Iterable[tuple[int, pa.Table]]
KeyedGroups = Iterator[tuple[int, RowGroup]]


def write_groups(tables: KeyedTables, path: Path) -> KeyedGroups:
    """Writes each table, all of one schema, as a row group; yields (its key, where it lies)."""
    keys: list[int] = []
    writer: pq.ParquetWriter | None = None
    try:
        for key, table in tables:
            writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
            writer.write_table(table.combine_chunks(), row_group_size=max(1, table.num_rows))
            keys.append(key)
    finally:
        if writer:
            writer.close()
    for number, key in enumerate(keys):
        yield key, (str(path), number)


def read_groups(groups: Iterable[RowGroup]) -> Iterator[pa.Table]:
    """Yields tables in an order that does not depend on that of their arrival."""
    for path, number in sorted(groups):
        yield pq.ParquetFile(path).read_row_group(number)
