"""A table of objects that came as JSON, with a type per key where all its values have one.

The type of a key is the one that `schema.unify` finds for its values one by one.
"""

from collections.abc import Sequence, Set
from typing import Any

import pyarrow as pa

from datagov.corpus.casting import json_value
from datagov.corpus.schema import (
    EXACT_IN_DOUBLE,
    MAX_DEPTH,
    Path,
    is_json,
    is_listed,
    json_field,
    json_paths,
)

_INT64 = range(-(2**63), 2**63)


def table_of(objects: Sequence[dict[str, Any]], as_json: Set[Path]) -> pa.Table:
    """Returns one row per object.

    Args:
        objects: What JSON text stood for; integers of any size.
        as_json: Fields to be held as JSON text, whatever their values are here.
    """
    names = list(dict.fromkeys(name for each in objects for name in each))
    if not names:
        return pa.table({"": pa.nulls(len(objects))})
    columns = {name: [each.get(name) for each in objects] for name in names}
    fields = [_field(name, columns[name], (name,), as_json) for name in names]
    arrays = [_array(columns[field.name], field) for field in fields]
    return pa.table(arrays, schema=pa.schema(fields))


def _field(name: str, values: Sequence[Any], path: Path, as_json: Set[Path]) -> pa.Field:
    kind = None if path in as_json else _kind(values, path, as_json, 0)
    return json_field(name) if kind is None else pa.field(name, kind)


def _kind(values: Sequence[Any], path: Path, as_json: Set[Path], level: int) -> pa.DataType | None:
    """Returns the type of all `values`; None when they have none in common."""
    types = {type(value) for value in values} - {type(None)}
    if not types:
        return pa.null()
    if types == {str}:
        return pa.string()
    if types == {bool}:
        return pa.bool_()
    if types <= {int, float}:
        return _number(values, types)
    if level >= MAX_DEPTH:
        return None
    if types == {list}:
        items = [item for value in values if value is not None for item in value]
        item = _kind(items, path, as_json, level + 1)
        return None if item is None else pa.list_(item)
    if types == {dict}:
        return _struct([v for v in values if v is not None], path, as_json, level)
    return None


def _number(values: Sequence[Any], types: Set[type]) -> pa.DataType | None:
    integers = [value for value in values if type(value) is int]
    if float not in types:
        return pa.int64() if all(value in _INT64 for value in integers) else None
    return pa.float64() if all(abs(v) <= EXACT_IN_DOUBLE for v in integers) else None


def _struct(
    values: Sequence[dict[str, Any]], path: Path, as_json: Set[Path], level: int
) -> pa.DataType:
    names = dict.fromkeys(name for each in values for name in each)
    members = []
    for name in names:
        below = (*path, name)
        held = [each.get(name) for each in values]
        kind = None if below in as_json else _kind(held, below, as_json, level + 1)
        members.append(json_field(name) if kind is None else pa.field(name, kind))
    return pa.struct(members)


def _array(values: Sequence[Any], field: pa.Field) -> pa.Array:
    if json_paths(pa.schema([field])):
        values = [_with_json_text(value, field) for value in values]
    return pa.array(values, field.type)


def _with_json_text(value: Any, field: pa.Field) -> Any:
    if value is None:
        return None
    if is_json(field):
        return json_value(value)
    if is_listed(field.type):
        return [_with_json_text(item, field.type.value_field) for item in value]
    if pa.types.is_struct(field.type):
        return {m.name: _with_json_text(value.get(m.name), m) for m in field.type}
    return value
