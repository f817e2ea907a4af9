"""Reading a split: what a format's reader yields, held to what every record must be."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datagov.corpus.batch import Batch
from datagov.corpus.casting import spelt_out
from datagov.corpus.cells import cells, fits
from datagov.corpus.options import ReadOptions
from datagov.corpus.readers import READERS
from datagov.corpus.rejects import (
    Reject,
    content_digest,
    filled_columns,
    no_text_value,
    rejects_table,
)
from datagov.corpus.schema import is_listed, marked
from datagov.corpus.splits import Split


def read(split: Split, options: ReadOptions) -> Iterator[Batch]:
    """Yields the records of `split` in order; what is no record comes as a reject.

    Every record that is yielded has at least one non-null text, no value but texts in its text
    fields, valid UTF-8 in all columns and no more than `max_record_bytes` of text. The schema of
    a batch is what all records that could be parsed state, rejected later or not.
    """
    for batch in READERS[split.shard.format](split, options):
        if batch.table.num_rows:
            yield _checked(batch, options)
        elif batch.rejects.num_rows or batch.table.num_columns:
            yield batch


def _checked(batch: Batch, options: ReadOptions) -> Batch:
    repeated = _repeated_name(batch.table.schema)
    if repeated is not None:
        detail = f"two columns are called {repeated!r}; expected different names"
        out = without(batch, np.ones(batch.table.num_rows, bool), "repeated_column", detail)
        return replace(out, table=pa.table({}))
    batch = _without_invalid_utf8(replace(batch, table=marked(spelt_out(batch.table))))
    batch = _without_other_values(batch, options)
    n_rows = batch.table.num_rows
    if not n_rows:
        return batch
    taken = cells(batch.table, options.text_fields)
    rows = taken.row.to_numpy()
    n_bytes = np.bincount(rows, weights=pc.binary_length(taken.text).to_numpy(), minlength=n_rows)
    too_large = n_bytes > options.max_record_bytes
    if too_large.any():
        detail = f"larger than {options.max_record_bytes} bytes; expected a record that fits"
        batch = without(batch, too_large, "too_large", detail)
    no_text = (np.bincount(rows, minlength=n_rows) == 0)[~too_large]
    if no_text.any():
        detail = f"no text in {', '.join(options.text_fields)}; expected one"
        batch = without(batch, no_text, "null_text", lambda row: f"{detail}; {filled_columns(row)}")
    return batch


def _repeated_name(fields: pa.Schema | pa.StructType) -> str | None:
    """Returns a name that two columns, or two members of one struct, have."""
    names: list[str] = [field.name for field in fields]
    if len(set(names)) < len(names):
        return next(name for name in names if names.count(name) > 1)
    for field in fields:
        kind = field.type
        while is_listed(kind):
            kind = kind.value_type
        found = _repeated_name(kind) if pa.types.is_struct(kind) else None
        if found is not None:
            return found
    return None


def _without_other_values(batch: Batch, options: ReadOptions) -> Batch:
    """Takes out records with something that is no text in a text field, by the column's type."""
    for name in options.text_fields:
        at = batch.table.schema.get_field_index(name)
        chat = name in options.chat_fields
        if at < 0 or fits(batch.table.schema.field(at).type, chat=chat):
            continue
        there = np.asarray(batch.table[name].is_valid())
        batch = without(batch, there, *no_text_value(name, chat=chat))
        nothing = pa.nulls(batch.table.num_rows)
        batch = replace(batch, table=batch.table.set_column(at, name, nothing))
    return batch


def _without_invalid_utf8(batch: Batch) -> Batch:
    """Takes out records with strings that are not UTF-8: Arrow does not look when it reads."""
    for name in batch.table.column_names:
        try:
            batch.table[name].validate(full=True)
        except pa.ArrowInvalid:
            column = batch.table[name]
            one_by_one = [_is_invalid(column.slice(i, 1)) for i in range(len(column))]
            detail = f"column {name!r} holds bytes that are not UTF-8; expected UTF-8"
            batch = without(batch, np.array(one_by_one), "invalid_utf8", detail)
    return batch


def _is_invalid(one: pa.ChunkedArray) -> bool:
    try:
        # A copy of its own: validation of a slice looks at all of what it was sliced from.
        pa.concat_arrays(one.chunks).take(pa.array([0])).validate(full=True)
    except pa.ArrowInvalid:
        return True
    return False


def without(
    batch: Batch, out: np.ndarray, reason: str, detail: str | Callable[[pa.Table], str]
) -> Batch:
    """Returns `batch` with the records marked in `out` turned into rejects.

    Args:
        batch: Records.
        out: One bool per record.
        reason: Of all rejects.
        detail: Of all rejects, or what tells it of one record, given as a table of one row.
    """
    if not out.any():
        return batch
    content_at = batch.content_at
    rejects = [
        Reject(
            position,
            reason,
            detail if isinstance(detail, str) else detail(batch.table.slice(row, 1)),
            content_digest(content_at(position) if content_at else _raw(batch.table.slice(row, 1))),
        )
        for row, position in zip(
            np.flatnonzero(out).tolist(),
            batch.positions.filter(pa.array(out)).to_pylist(),
            strict=True,
        )
    ]
    stays = pa.array(~out)
    merged = pa.concat_tables([batch.rejects, rejects_table(batch.shard, rejects)])
    return replace(
        batch,
        table=batch.table.filter(stays),
        positions=batch.positions.filter(stays),
        rejects=merged.sort_by([("position", "ascending")]),
    )


def _raw(row: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, row.schema) as writer:
        writer.write_table(row.combine_chunks())
    return bytes(sink.getvalue())
