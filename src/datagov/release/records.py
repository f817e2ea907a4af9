"""Reading the records of a unit of work, the same way for scanning and for materialising."""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from datagov.corpus.batch import Batch
from datagov.corpus.ids import record_ids
from datagov.corpus.read import read
from datagov.corpus.schema import Path
from datagov.corpus.splits import Split
from datagov.release.config import ScanConfig


@dataclass(frozen=True)
class Records:
    """Consecutive readable records of one schema, of one shard or of several small ones.

    Attributes:
        table: All columns as read, one row per record.
        shards: string, the shard of each.
        positions: int64, the position of each in its shard.
        ids: string, the id of each as its corpus has it: nothing for evidence, see `naming`.
        rejects: Table of schema REJECTS: what could not be read on the way.
    """

    table: pa.Table
    shards: pa.Array
    positions: pa.Array
    ids: pa.Array
    rejects: pa.Table


def readable_records(
    unit: Sequence[Split],
    config: ScanConfig,
    as_json: frozenset[Path] = frozenset(),
) -> Iterator[Records]:
    """Yields the records of `unit` in order.

    Small batches are joined: every step has a cost per call, and a shard may be one short text.

    Args:
        unit: What to read.
        config: How to read it.
        as_json: Fields that the corpus's schema, when it is known, holds as JSON text.
    """
    options = dataclasses.replace(config.read, as_json=as_json)
    pending: list[Records] = []
    size = 0
    for split in unit:
        for batch in read(split, options):
            records = _identified(batch, config)
            n_bytes = records.table.nbytes
            if pending and (
                size + n_bytes > config.read.batch_bytes
                or not records.table.schema.equals(pending[-1].table.schema, check_metadata=True)
            ):
                yield _joined(pending)
                pending, size = [], 0
            pending.append(records)
            size += n_bytes
    if pending:
        yield _joined(pending)


def _identified(batch: Batch, config: ScanConfig) -> Records:
    readable, ids = record_ids(batch, config.read.id_field)
    return Records(
        table=readable.table,
        shards=pa.repeat(pa.scalar(readable.shard, pa.string()), readable.table.num_rows),
        positions=readable.positions,
        ids=ids,
        rejects=readable.rejects,
    )


def _joined(pieces: Sequence[Records]) -> Records:
    if len(pieces) == 1:
        return pieces[0]
    return Records(
        table=pa.concat_tables([piece.table for piece in pieces]).combine_chunks(),
        shards=pa.concat_arrays([piece.shards for piece in pieces]),
        positions=pa.concat_arrays([piece.positions for piece in pieces]),
        ids=pa.concat_arrays([piece.ids for piece in pieces]),
        rejects=pa.concat_tables([piece.rejects for piece in pieces]),
    )
