"""The id of each record: the user's own, or one made of shard and position."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datagov.corpus.batch import Batch
from datagov.corpus.rejects import Reject, rejects_table


def record_ids(batch: Batch, id_field: str | None) -> tuple[Batch, pa.Array]:
    """Returns the batch and the ids of its records; one without an id becomes a reject."""
    if not batch.table.num_rows:
        return batch, pa.array([], pa.string())
    if id_field is None:
        shard = pa.scalar(batch.shard)
        return batch, pc.binary_join_element_wise(shard, batch.positions.cast(pa.string()), ":")
    if id_field in batch.table.column_names:
        ids = batch.table[id_field].combine_chunks().cast(pa.string())
    else:
        ids = pa.nulls(batch.table.num_rows, pa.string())
    there = np.asarray(pc.greater(pc.binary_length(ids).fill_null(0), 0))
    if there.all():
        return batch, ids
    detail = f"no id in column {id_field!r}; expected one, or leave --id-field out"
    missing = batch.positions.filter(pa.array(~there)).to_pylist()
    rejects = rejects_table(batch.shard, [Reject(p, "null_id", detail) for p in missing])
    stays = pa.array(there)
    merged = pa.concat_tables([batch.rejects, rejects]).sort_by([("position", "ascending")])
    kept = Batch(batch.shard, batch.table.filter(stays), batch.positions.filter(stays), merged)
    return kept, ids.filter(stays)
