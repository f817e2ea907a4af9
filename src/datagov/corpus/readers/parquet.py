"""Parquet, by row groups. Position: row index in the file."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from datagov.corpus.batch import Batch
from datagov.corpus.options import ReadOptions
from datagov.corpus.rejects import Reject, rejects_table
from datagov.corpus.splits import Split
from datagov.corpus.streams import opened


def read_parquet(split: Split, options: ReadOptions) -> Iterator[Batch]:
    """Yields the records of the split's row groups; `whole` means all of them."""
    with opened(split.shard) as handle:
        try:
            file = pq.ParquetFile(handle, page_checksum_verification=True)
        except (pa.ArrowException, OSError):
            reject = Reject(0, "unreadable_shard", "expected a Parquet footer; write it again")
            yield _nothing(split, [reject])
            return
        footer = file.metadata
        sizes = [footer.row_group(i).num_rows for i in range(footer.num_row_groups)]
        end = split.end if split.kind == "rows" else len(sizes)
        for i in range(split.start, end):
            yield from _row_group(file, i, sum(sizes[:i]), split, options)


def _row_group(
    file: pq.ParquetFile, index: int, first: int, split: Split, options: ReadOptions
) -> Iterator[Batch]:
    group = file.metadata.row_group(index)
    row_bytes = max(group.total_byte_size // max(group.num_rows, 1), 1)
    n_rows = max(options.batch_bytes // row_bytes, 1)
    position = first
    try:
        for batch in file.iter_batches(n_rows, row_groups=[index], use_threads=False):
            positions = pa.array(range(position, position + batch.num_rows), pa.int64())
            table = pa.Table.from_batches([batch])
            # Records differ in size: what is too much at once is handed on in slices.
            step = max(n_rows * options.batch_bytes // max(table.nbytes, 1), 1)
            for at in range(0, batch.num_rows, step):
                rows = table.slice(at, step)
                yield _batch(split, rows, positions.slice(at, step))
            position += batch.num_rows
    except (pa.ArrowException, OSError):
        detail = f"row group {index} is damaged; expected readable pages; write the file again"
        missing = range(position, first + group.num_rows)
        yield _nothing(split, [Reject(row, "broken_row_group", detail) for row in missing])


def _batch(split: Split, table: pa.Table, positions: pa.Array) -> Batch:
    return Batch(split.shard.name, table, positions, rejects_table(split.shard.name, []))


def _nothing(split: Split, rejects: list[Reject]) -> Batch:
    name = split.shard.name
    return Batch(name, pa.table({}), pa.array([], pa.int64()), rejects_table(name, rejects))
