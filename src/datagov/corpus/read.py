"""Reading a split: what a format's reader yields, held to what every record must be."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datagov.corpus.batch import Batch
from datagov.corpus.cells import cells, is_chat, is_text
from datagov.corpus.options import ReadOptions
from datagov.corpus.readers import READERS
from datagov.corpus.rejects import Reject, content_digest, rejects_table
from datagov.corpus.shards import Shard
from datagov.corpus.splits import Split
from datagov.errors import InputError


def read(split: Split, options: ReadOptions) -> Iterator[Batch]:
    """Yields the records of `split` in order; what is no record comes as a reject.

    Every record that is yielded has at least one non-null text, valid UTF-8 in all text columns
    and no more than `max_record_bytes` of text.
    """
    for batch in READERS[split.shard.format](split, options):
        if batch.table.num_rows:
            yield _checked(_decoded(batch, options), options)
        elif batch.rejects.num_rows:
            yield batch


def check_fields(shards: Sequence[Shard], options: ReadOptions) -> ReadOptions:
    """Returns `options`, after looking whether the first readable shard of each format fits them.

    Raises:
        InputError: A text or id column is not there, or is not text; names those that are.
    """
    seen = set()
    for shard in shards:
        if shard.format in seen:
            continue
        first = _first_table(shard, options)
        if first is None:
            continue
        seen.add(shard.format)
        _check_columns(shard, first.schema, options)
    return options


def _first_table(shard: Shard, options: ReadOptions) -> pa.Table | None:
    small = replace(options, batch_bytes=64 * 1024)
    kind = "rows" if shard.format == "parquet" else "whole"
    split = Split(shard, "whole", 0, 0, shard.n_bytes)
    if kind == "rows":
        split = Split(shard, "rows", 0, 1, shard.n_bytes)
    try:
        for batch in READERS[shard.format](split, small):
            if batch.table.num_rows:
                return batch.table
    except IndexError:
        return None
    return None


def _check_columns(shard: Shard, schema: pa.Schema, options: ReadOptions) -> None:
    there = ", ".join(schema.names)
    missing = [name for name in options.text_fields if name not in schema.names]
    if len(missing) == len(options.text_fields) or (missing and shard.format != "jsonl"):
        raise InputError(
            f"{shard.name}: has no column {missing[0]!r}; it has {there}; "
            "name the text with --text-field"
        )
    for name in options.text_fields:
        if name in schema.names:
            kind = _values(schema.field(name).type)
            if not (is_text(kind) or is_chat(kind) or pa.types.is_null(kind)):
                raise InputError(
                    f"{shard.name}: column {name!r} is {kind}; expected text, or a list of "
                    "{role, content}; name another with --text-field"
                )
    if options.id_field and options.id_field not in schema.names:
        raise InputError(
            f"{shard.name}: has no column {options.id_field!r}; it has {there}; "
            "name the ids with --id-field"
        )


def _values(kind: pa.DataType) -> pa.DataType:
    """Returns the type of the values of a dictionary-encoded column, of others their own."""
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _decoded(batch: Batch, options: ReadOptions) -> Batch:
    """Returns the batch with text columns that are encoded as a dictionary spelt out."""
    table = batch.table
    for name in options.text_fields:
        at = table.schema.get_field_index(name)
        if at >= 0 and pa.types.is_dictionary(table.schema.field(at).type):
            plain = table[name].cast(table.schema.field(at).type.value_type)
            table = table.set_column(at, name, plain)
    return replace(batch, table=table)


def _checked(batch: Batch, options: ReadOptions) -> Batch:
    usable = [name for name in options.text_fields if _is_usable(batch.table, name)]
    if not usable:
        detail = f"no text in {', '.join(options.text_fields)}; expected a text column"
        return _without(batch, np.ones(batch.table.num_rows, bool), "no_text_field", detail)
    batch = _without_invalid_utf8(batch, usable)
    if not batch.table.num_rows:
        return batch
    taken = cells(batch.table, usable)
    rows = taken.row.to_numpy()
    n_rows = batch.table.num_rows
    n_bytes = np.bincount(rows, weights=pc.binary_length(taken.text).to_numpy(), minlength=n_rows)
    if n_bytes.max() > options.max_record_bytes:
        too_large = n_bytes > options.max_record_bytes
        detail = f"larger than {options.max_record_bytes} bytes; expected a record that fits"
        return _checked(_without(batch, too_large, "too_large", detail), options)
    no_text = np.bincount(rows, minlength=n_rows) == 0
    if no_text.any():
        detail = f"all of {', '.join(options.text_fields)} are null; expected a text"
        return _without(batch, no_text, "null_text", detail)
    return batch


def _is_usable(table: pa.Table, name: str) -> bool:
    if name not in table.column_names:
        return False
    kind = table.schema.field(name).type
    return bool(is_text(kind) or is_chat(kind))


def _without_invalid_utf8(batch: Batch, names: Sequence[str]) -> Batch:
    """Takes out records whose text is not UTF-8: Arrow does not look when it reads."""
    for name in names:
        try:
            batch.table[name].validate(full=True)
        except pa.ArrowInvalid:
            one_by_one = [
                _is_invalid(batch.table[name].slice(i, 1)) for i in range(len(batch.table))
            ]
            detail = f"column {name!r} holds bytes that are not UTF-8; expected UTF-8"
            batch = _without(batch, np.array(one_by_one), "invalid_utf8", detail)
    return batch


def _is_invalid(one: pa.ChunkedArray) -> bool:
    try:
        # A copy of its own: validation of a slice looks at all of what it was sliced from.
        pa.concat_arrays(one.chunks).take(pa.array([0])).validate(full=True)
    except pa.ArrowInvalid:
        return True
    return False


def _without(batch: Batch, out: np.ndarray, reason: str, detail: str) -> Batch:
    """Returns `batch` with the records marked in `out` turned into rejects."""
    if not out.any():
        return batch
    rejects = [
        Reject(position, reason, detail, content_digest(_raw(batch.table.slice(row, 1))))
        for row, position in zip(
            np.flatnonzero(out).tolist(),
            batch.positions.filter(pa.array(out)).to_pylist(),
            strict=True,
        )
    ]
    stays = pa.array(~out)
    merged = pa.concat_tables([batch.rejects, rejects_table(batch.shard, rejects)])
    return Batch(
        batch.shard,
        batch.table.filter(stays),
        batch.positions.filter(stays),
        merged.sort_by([("position", "ascending")]),
    )


def _raw(row: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, row.schema) as writer:
        writer.write_table(row.combine_chunks())
    return bytes(sink.getvalue())
