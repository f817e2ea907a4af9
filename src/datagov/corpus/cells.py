"""The texts inside a table of records, taken out as cells and put back.

Three shapes of text: one string column, several, or a chat: a list of `{role, content}`.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datagov.corpus.batch import Cells
from datagov.errors import InputError

CONTENT = "content"


def is_text(kind: pa.DataType) -> bool:
    """True for the string types."""
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def is_chat(kind: pa.DataType) -> bool:
    """True for a list of structs with a string member `content`."""
    if not (pa.types.is_list(kind) or pa.types.is_large_list(kind)):
        return False
    value = kind.value_type
    at = value.get_field_index(CONTENT) if pa.types.is_struct(value) else -1
    return at >= 0 and is_text(value.field(at).type)


def fits(kind: pa.DataType, *, chat: bool) -> bool:
    """True for types whose values all are texts, or chats of texts, or null."""
    if pa.types.is_null(kind):
        return True
    if not chat:
        return is_text(kind)
    if not (pa.types.is_list(kind) or pa.types.is_large_list(kind)):
        return False
    value = kind.value_type
    if pa.types.is_null(value):
        return True
    if not pa.types.is_struct(value):
        return False
    at = value.get_field_index(CONTENT)
    return at < 0 or fits(value.field(at).type, chat=False)


def has_texts(kind: pa.DataType) -> bool:
    """True for types of which a value may hold a text."""
    return is_text(kind) or is_chat(kind)


def cells(table: pa.Table, text_fields: Sequence[str]) -> Cells:
    """Returns the non-null texts of the given columns, ordered by record, then field.

    Raises:
        InputError: A column holds neither text nor a chat.
    """
    found = _by_column(table, text_fields)
    if len(found) == 1:
        return found[0]
    order = pa.array(_record_order(found))
    rows = _rows(found)
    return Cells(
        row=pa.array(rows).take(order),
        field=pa.concat_arrays([pa.array([], pa.string()), *(e.field for e in found)]).take(order),
        text=pa.concat_arrays([pa.array([], pa.large_string()), *(e.text for e in found)]).take(
            order
        ),
    )


def _by_column(table: pa.Table, text_fields: Sequence[str]) -> list[Cells]:
    return [_column_cells(table, name) for name in text_fields if name in table.column_names]


def _rows(found: Sequence[Cells]) -> np.ndarray:
    return np.concatenate([np.zeros(0, np.int64), *(each.row.to_numpy() for each in found)])


def _record_order(found: Sequence[Cells]) -> np.ndarray:
    """Returns where each cell, in order of records, stands in that of columns."""
    return np.argsort(_rows(found), kind="stable")


def _column_cells(table: pa.Table, name: str) -> Cells:
    column = _flat(table, name)
    if is_text(column.type):
        row = pa.array(np.arange(len(column)))
        field = pa.repeat(pa.scalar(name), len(column))
        text = column
    elif is_chat(column.type):
        text = _chat_content(column)
        row = pc.list_parent_indices(column).cast(pa.int64())
        turn = pa.array(np.arange(len(row)) - _first_of_each_row(row))
        parts = [pa.scalar(f"{name}["), turn.cast(pa.string()), pa.scalar(f"].{CONTENT}")]
        field = pc.binary_join_element_wise(*parts, "")
    elif fits(column.type, chat=True):
        nothing = pa.array([], pa.int64())
        return Cells(nothing, pa.array([], pa.string()), pa.array([], pa.large_string()))
    else:
        raise InputError(
            f"column {name!r} is {column.type}; expected text, or a list of {{role, content}}"
        )
    if text.null_count:
        there = text.is_valid()
        row, field, text = (values.filter(there) for values in (row, field, text))
    return Cells(row, field, text.cast(pa.large_string()))


def _flat(table: pa.Table, name: str) -> pa.Array:
    column = table[name]
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _chat_content(column: pa.Array) -> pa.Array:
    turns = column.flatten()
    return pc.struct_field(turns, CONTENT)


def _first_of_each_row(row: pa.Array) -> np.ndarray:
    rows = row.to_numpy()
    _, first, counts = np.unique(rows, return_index=True, return_counts=True)
    return np.repeat(first, counts)


def with_texts(
    table: pa.Table, text_fields: Sequence[str], taken: Cells, new_texts: pa.Array
) -> pa.Table:
    """Returns `table` with its texts replaced; everything else, nulls too, stays as it was.

    Args:
        table: The table that `taken` was taken from.
        text_fields: As given to `cells`.
        taken: What `cells(table, text_fields)` returned.
        new_texts: One text for each cell.
    """
    if new_texts is taken.text:
        return table
    # By place, not by name: a column may be called like a turn of another.
    found = _by_column(table, text_fields)
    by_column = new_texts.take(pa.array(np.argsort(_record_order(found))))
    first = 0
    for name, mine in zip([n for n in text_fields if n in table.column_names], found, strict=True):
        texts = by_column.slice(first, len(mine.row))
        first += len(mine.row)
        column = _flat(table, name)
        if not has_texts(column.type):
            continue
        old = column if is_text(column.type) else _chat_content(column)
        new = _placed(old, texts)
        if is_chat(column.type):
            new = _chat(column, new)
        at = table.column_names.index(name)
        table = table.set_column(at, table.schema.field(name), new)
    return table


def _placed(old: pa.Array, texts: pa.Array) -> pa.Array:
    """Returns `texts` with nulls where `old` has them, in the type of `old`."""
    if not old.null_count:
        return texts.cast(old.type)
    valid = old.is_valid().to_numpy(zero_copy_only=False)
    indices = np.cumsum(valid) - 1
    return texts.take(pa.array(indices, mask=~valid)).cast(old.type)


def _chat(column: pa.Array, content: pa.Array) -> pa.Array:
    turns = column.flatten()
    kind = turns.type
    members = [content if field.name == CONTENT else turns.field(i) for i, field in enumerate(kind)]
    rebuilt = pa.StructArray.from_arrays(members, fields=list(kind), mask=turns.is_null())
    lengths = pc.list_value_length(column).fill_null(0).to_numpy()
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    cls = pa.LargeListArray if pa.types.is_large_list(column.type) else pa.ListArray
    offset_type = pa.int64() if cls is pa.LargeListArray else pa.int32()
    return cls.from_arrays(
        pa.array(offsets, offset_type), rebuilt, type=column.type, mask=column.is_null()
    )
