"""Arrow IPC, file or stream format. Position: row index."""

from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa

from datagov.corpus.batch import Batch
from datagov.corpus.options import ReadOptions
from datagov.corpus.rejects import Reject, rejects_table
from datagov.corpus.splits import Split
from datagov.corpus.streams import opened

_FILE_MAGIC = b"ARROW1"


def read_arrow(split: Split, options: ReadOptions) -> Iterator[Batch]:
    """Yields the records of the shard, sliced to about `batch_bytes`."""
    name = split.shard.name
    position = 0
    with opened(split.shard) as handle:
        try:
            for batch in _record_batches(handle):
                row_bytes = max(batch.nbytes // max(batch.num_rows, 1), 1)
                step = max(options.batch_bytes // row_bytes, 1)
                for at in range(0, batch.num_rows, step):
                    rows = pa.Table.from_batches([batch.slice(at, step)])
                    positions = range(position + at, position + at + rows.num_rows)
                    none = rejects_table(name, [])
                    yield Batch(name, rows, pa.array(positions, pa.int64()), none)
                position += batch.num_rows
        except (pa.ArrowException, OSError):
            detail = "damaged from here on; expected Arrow IPC; write the file again"
            reject = Reject(position, "unreadable_shard" if not position else "truncated", detail)
            nothing = pa.array([], pa.int64())
            yield Batch(name, pa.table({}), nothing, rejects_table(name, [reject]))


def _record_batches(handle: BinaryIO) -> Iterator[pa.RecordBatch]:
    is_file = handle.read(len(_FILE_MAGIC)) == _FILE_MAGIC
    handle.seek(0)
    if is_file:
        file = pa.ipc.open_file(handle)
        yield from (file.get_batch(i) for i in range(file.num_record_batches))
    else:
        yield from pa.ipc.open_stream(handle)
