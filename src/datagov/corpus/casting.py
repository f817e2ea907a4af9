"""Values brought under another type without loss: plain layouts, a corpus's schema, JSON, text."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from datagov.corpus.schema import is_json, is_listed, plain_field


def spelt_out(table: pa.Table) -> pa.Table:
    """Returns `table` without dictionaries, views and other layouts, and others' metadata."""
    fields = [plain_field(field, wide=False) for field in table.schema]
    columns = [
        _cast(column.combine_chunks(), have, want)
        for column, have, want in zip(table.columns, table.schema, fields, strict=True)
    ]
    return pa.table(columns, schema=pa.schema(fields)) if fields else table


def to_schema(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Returns the rows of `table` under `schema`, a result of `unify`; missing columns are null."""
    columns = [_to_field(table, field) for field in schema]
    if not columns:
        return table.select([])
    return pa.table(columns, schema=schema)


def _to_field(table: pa.Table, want: pa.Field) -> pa.Array:
    if want.name not in table.column_names:
        return pa.nulls(table.num_rows, want.type)
    return _cast(table[want.name].combine_chunks(), table.schema.field(want.name), want)


def _cast(column: pa.Array, have: pa.Field, want: pa.Field) -> pa.Array:
    """Casts, also where Arrow does not: structs with other members, lists of them."""
    if is_json(want):
        return column.cast(want.type) if is_json(have) else json_texts(column, have)
    kind = want.type
    if column.type.equals(kind, check_metadata=True):
        return column
    if pa.types.is_null(column.type):
        return pa.nulls(len(column), kind)
    if pa.types.is_run_end_encoded(column.type):
        return _cast(pc.run_end_decode(column), have.with_type(column.type.value_type), want)
    if pa.types.is_dictionary(column.type):
        values = _cast(column.dictionary, have.with_type(column.type.value_type), want)
        return values.take(column.indices)
    if pa.types.is_struct(kind) and pa.types.is_struct(column.type):
        at = {member.name: i for i, member in enumerate(column.type)}
        members = [
            _cast(column.field(at[member.name]), column.type.field(at[member.name]), member)
            if member.name in at
            else pa.nulls(len(column), member.type)
            for member in kind
        ]
        return pa.StructArray.from_arrays(members, fields=list(kind), mask=column.is_null())
    if pa.types.is_list(kind) and is_listed(column.type):
        return _cast_list(column, kind)
    return column.cast(kind)


def _cast_list(column: pa.Array, kind: pa.DataType) -> pa.Array:
    values = _cast(column.flatten(), column.type.value_field, kind.value_field)
    lengths = pc.list_value_length(column).fill_null(0).cast(pa.int32())
    offsets = pa.concat_arrays(
        [pa.array([0], pa.int32()), pc.cumulative_sum(lengths).cast(pa.int32())]
    )
    return pa.ListArray.from_arrays(offsets, values, type=kind, mask=column.is_null())


def json_value(value: Any) -> str:
    """Returns the JSON text of a value, the same wherever it stands."""
    return json.dumps(value, ensure_ascii=False)


def json_texts(column: pa.Array, field: pa.Field) -> pa.Array:
    """Returns the values of `column` as JSON text: binary as base64, times as ISO 8601 writes."""
    texts = [None if v is None else json_value(v) for v in json_values(column, field)]
    return pa.array(texts, pa.large_string())


def json_values(column: pa.Array, field: pa.Field) -> list[Any]:
    """Returns the values as JSON has them; JSON text as the value that it stands for."""
    values = _printable(column, field).to_pylist()
    inside = _inside(field)
    return values if inside is None else [inside(value) for value in values]


def _inside(field: pa.Field) -> Callable[[Any], Any] | None:
    """Returns what parses the JSON text in values of `field`; None where there is none."""
    if is_json(field):
        return lambda text: None if text is None else json.loads(text)
    if is_listed(field.type):
        item = _inside(field.type.value_field)
        return item and (lambda each: None if each is None else [item(value) for value in each])
    if pa.types.is_struct(field.type):
        members = {member.name: _inside(member) for member in field.type}
        parsed = {name: parse for name, parse in members.items() if parse}
        if parsed:
            return lambda each: (
                None if each is None else each | {name: f(each[name]) for name, f in parsed.items()}
            )
    return None


def _printable(column: pa.Array, field: pa.Field) -> pa.Array:
    """Returns `column` with strings for what JSON has no type for."""
    kind = column.type
    if is_listed(kind):
        values = _printable(column.flatten(), kind.value_field)
        want = pa.list_(pa.field("item", values.type, metadata=kind.value_field.metadata))
        lengths = pc.list_value_length(column).fill_null(0).cast(pa.int32())
        offsets = pa.concat_arrays(
            [pa.array([0], pa.int32()), pc.cumulative_sum(lengths).cast(pa.int32())]
        )
        return pa.ListArray.from_arrays(offsets, values, type=want, mask=column.is_null())
    if pa.types.is_struct(kind) and kind.num_fields:
        members = [_printable(column.field(i), member) for i, member in enumerate(kind)]
        fields = [m.with_type(values.type) for m, values in zip(kind, members, strict=True)]
        return pa.StructArray.from_arrays(members, fields=fields, mask=column.is_null())
    if pa.types.is_timestamp(kind):
        instants = column if kind.tz is None else column.cast(pa.timestamp(kind.unit, "UTC"))
        return pc.replace_substring(instants.cast(pa.string()), " ", "T")
    if pa.types.is_duration(kind):
        numbers = column.cast(pa.int64()).cast(pa.string())
        return pc.binary_join_element_wise(numbers, kind.unit, " ")
    if pa.types.is_decimal(kind) or pa.types.is_date(kind) or pa.types.is_time(kind):
        return column.cast(pa.string())
    if (
        pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_fixed_size_binary(kind)
    ):
        encoded = [
            None if v is None else base64.b64encode(v).decode("ascii") for v in column.to_pylist()
        ]
        return pa.array(encoded, pa.large_string())
    if isinstance(column, pa.ExtensionArray):
        return _printable(column.storage, field)
    return column


def as_texts(table: pa.Table, name: str) -> pa.Array:
    """Returns a column as plain strings, which do not depend on what its neighbours are.

    A string is itself, also where it is held as JSON text; a number is written one way, whether
    Arrow holds an integer or a double; lists and objects are JSON.
    """
    field = table.schema.field(name)
    column = table[name].combine_chunks()
    if is_json(field):
        values = [None if text is None else json.loads(text) for text in column.to_pylist()]
        return pa.array([None if v is None else _plain_text(v) for v in values], pa.string())
    if is_listed(column.type) or pa.types.is_struct(column.type) or pa.types.is_map(column.type):
        return json_texts(column, field).cast(pa.string())
    return _printable(column, field).cast(pa.string())


def _plain_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return str(pa.scalar(value).cast(pa.string()).as_py())
    return json_value(value)
