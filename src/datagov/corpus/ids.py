"""The id of each record: the user's own, or one made of shard and position."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datagov.corpus.batch import Batch
from datagov.corpus.casting import as_texts
from datagov.corpus.read import without
from datagov.corpus.rejects import filled_columns
from datagov.corpus.schema import is_json, is_listed


def can_be_id(kind: pa.DataType) -> bool:
    """True for types whose values are short names or numbers."""
    return not (
        is_listed(kind)
        or pa.types.is_nested(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or (pa.types.is_fixed_size_binary(kind) and not pa.types.is_decimal(kind))
    )


def record_ids(batch: Batch, id_field: str | None) -> tuple[Batch, pa.Array]:
    """Returns the batch and the ids of its records; one without an id becomes a reject."""
    if not batch.table.num_rows:
        return batch, pa.array([], pa.string())
    if id_field is None:
        shard = pa.scalar(batch.shard)
        return batch, pc.binary_join_element_wise(shard, batch.positions.cast(pa.string()), ":")
    ids, is_odd = _given_ids(batch.table, id_field)
    is_missing = np.asarray(pc.equal(pc.binary_length(ids).fill_null(0), 0))
    if is_odd.any():
        detail = f"the id in column {id_field!r} is no text or number; expected one"
        batch = without(batch, is_odd, "bad_id", detail)
        ids, is_missing = ids.filter(pa.array(~is_odd)), is_missing[~is_odd]
    if is_missing.any():
        detail = f"no id in column {id_field!r}; expected one, or leave --id-field out"
        batch = without(
            batch, is_missing, "null_id", lambda row: f"{detail}; {filled_columns(row)}"
        )
        ids = ids.filter(pa.array(~is_missing))
    return batch, ids


def _given_ids(table: pa.Table, name: str) -> tuple[pa.Array, np.ndarray]:
    """Returns the ids in a column, and which of them are lists, objects or bytes."""
    no_rows = np.zeros(table.num_rows, bool)
    if name not in table.column_names:
        return pa.nulls(table.num_rows, pa.string()), no_rows
    field = table.schema.field(name)
    there = np.asarray(table[name].is_valid())
    if not can_be_id(field.type):
        return pa.nulls(table.num_rows, pa.string()), there
    if is_json(field):
        texts = table[name]
        odd = pc.or_(pc.starts_with(texts, "["), pc.starts_with(texts, "{"))
        return as_texts(table, name), np.asarray(odd.fill_null(False))
    return as_texts(table, name), no_rows
