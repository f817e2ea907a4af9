"""One schema for the records of a whole corpus."""

import json
from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

JSON_TEXT = pa.field("_", pa.large_string(), metadata={"datagov": "json"}).metadata
"""Marks a column whose values had no common type and are written as JSON text."""


def unify(schemas: Iterable[pa.Schema]) -> pa.Schema:
    """Returns a schema that holds the columns of all, in the order in which they come first.

    Types meet in the wider one; null gives way to anything; types without a common one become
    JSON text.
    """
    fields: dict[str, pa.Field] = {}
    for schema in schemas:
        for new in schema:
            plain = pa.field(new.name, _widened(new.type), metadata=_json_mark(new))
            known = fields.get(new.name)
            fields[new.name] = plain if known is None else _meet(known, plain)
    return pa.schema(list(fields.values()))


def _json_mark(field: pa.Field) -> dict[bytes, bytes] | None:
    return JSON_TEXT if field.metadata == JSON_TEXT else None


def _widened(kind: pa.DataType) -> pa.DataType:
    """Returns the one type that stands for all that hold the same values."""
    if pa.types.is_string(kind) or pa.types.is_string_view(kind):
        return pa.large_string()
    if pa.types.is_dictionary(kind):
        return _widened(kind.value_type)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return pa.list_(_widened(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([pa.field(f.name, _widened(f.type)) for f in kind])
    return kind


def _meet(one: pa.Field, other: pa.Field) -> pa.Field:
    if JSON_TEXT in (one.metadata, other.metadata):
        return pa.field(one.name, pa.large_string(), metadata=JSON_TEXT)
    kind = _common(one.type, other.type)
    if kind is None:
        return pa.field(one.name, pa.large_string(), metadata=JSON_TEXT)
    return pa.field(one.name, kind)


def _common(one: pa.DataType, other: pa.DataType) -> pa.DataType | None:
    if one == other or pa.types.is_null(other):
        return one
    if pa.types.is_null(one):
        return other
    if _is_number(one) and _is_number(other):
        integers = pa.types.is_integer(one) and pa.types.is_integer(other)
        return pa.int64() if integers else pa.float64()
    if pa.types.is_list(one) and pa.types.is_list(other):
        value = _common(one.value_type, other.value_type)
        return None if value is None else pa.list_(value)
    if pa.types.is_struct(one) and pa.types.is_struct(other):
        return _common_struct(one, other)
    return None


def _is_number(kind: pa.DataType) -> bool:
    # uint64 does not fit int64; it meets nothing but itself.
    integer = pa.types.is_integer(kind) and kind != pa.uint64()
    return bool(integer or pa.types.is_floating(kind))


def _common_struct(one: pa.DataType, other: pa.DataType) -> pa.DataType | None:
    members: dict[str, pa.DataType] = {f.name: f.type for f in one}
    for field in other:
        known = members.get(field.name)
        kind = field.type if known is None else _common(known, field.type)
        if kind is None:
            return None
        members[field.name] = kind
    return pa.struct([pa.field(name, member) for name, member in members.items()])


def to_schema(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Returns the rows of `table` under `schema`, a result of `unify`; missing columns are null."""
    columns = [_to_field(table, field) for field in schema]
    if not columns:
        return table.select([])
    return pa.table(columns, schema=schema)


def _to_field(table: pa.Table, field: pa.Field) -> pa.Array | pa.ChunkedArray:
    if field.name not in table.column_names:
        return pa.nulls(table.num_rows, field.type)
    column = table[field.name]
    if field.metadata == JSON_TEXT and table.schema.field(field.name).metadata != JSON_TEXT:
        texts = [
            None if v is None else json.dumps(v, ensure_ascii=False, default=str)
            for v in column.to_pylist()
        ]
        return pa.array(texts, pa.large_string())
    if pa.types.is_dictionary(column.type):
        column = pc.cast(column, column.type.value_type)
    return _cast(column.combine_chunks(), field.type)


def _cast(column: pa.Array, kind: pa.DataType) -> pa.Array:
    """Casts, also where Arrow does not: structs with other members, lists of them."""
    if column.type == kind:
        return column
    if pa.types.is_struct(kind) and pa.types.is_struct(column.type):
        have = {f.name: i for i, f in enumerate(column.type)}
        members = [
            _cast(column.field(have[f.name]), f.type)
            if f.name in have
            else pa.nulls(len(column), f.type)
            for f in kind
        ]
        return pa.StructArray.from_arrays(members, fields=list(kind), mask=column.is_null())
    if pa.types.is_list(kind) and not pa.types.is_null(column.type):
        values = _cast(column.flatten(), kind.value_type)
        lengths = pc.list_value_length(column).fill_null(0).cast(pa.int32())
        offsets = pa.concat_arrays(
            [pa.array([0], pa.int32()), pc.cumulative_sum(lengths).cast(pa.int32())]
        )
        return pa.ListArray.from_arrays(offsets, values, type=kind, mask=column.is_null())
    return column.cast(kind)
