"""One schema for the records of a whole corpus.

What unites the schemas of two stretches of records must not depend on where the corpus was cut, and
must lose nothing. So types meet in a wider one only where every value fits it exactly, and where
there is none, the smallest named field around the values holds JSON text, in the whole corpus.

A type alone does not say whether its values fit: `stated` looks at them, and marks those fields
that hold an integer which no double holds, or a time which finer units do not reach.
"""

from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

_MARK = b"datagov"
JSON_TEXT = {_MARK: b"json"}
"""Marks a field whose values have no common type and are written as JSON text."""

_WIDE = {_MARK: b"wide"}
"""Marks a field with values that fit no type but their own."""

EXACT_IN_DOUBLE = 2**53
"""Integers up to here are doubles as well; past it, some are not."""

MAX_DEPTH = 24
"""Lists and structs in each other up to here are types; what is deeper is JSON text."""

_TO_NANOSECONDS = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}

Path = tuple[str, ...]
"""The names that lead to a field; lists have none."""


def is_json(field: pa.Field) -> bool:
    """True for a field that holds JSON text because its values have no common type."""
    return bool(field.metadata and field.metadata.get(_MARK) == JSON_TEXT[_MARK])


def json_field(name: str) -> pa.Field:
    """Returns the field for values without a common type."""
    return pa.field(name, pa.large_string(), metadata=JSON_TEXT)


def json_paths(schema: pa.Schema) -> frozenset[Path]:
    """Returns the paths of all fields that hold JSON text."""
    return frozenset(path for field in schema for path in _json_below(field, (field.name,)))


def held_as_json(schema: pa.Schema) -> list[str]:
    """Returns the fields that hold JSON text, by their names from the top, such as `meta.score`."""
    return sorted(".".join(path) for path in json_paths(schema))


def _json_below(field: pa.Field, path: Path) -> Iterator[Path]:
    if is_json(field):
        yield path
    elif is_listed(field.type):
        yield from _json_below(field.type.value_field, path)
    elif pa.types.is_struct(field.type):
        for member in field.type:
            yield from _json_below(member, (*path, member.name))


def is_listed(kind: pa.DataType) -> bool:
    """True for lists in all their layouts; not for maps."""
    return bool(
        pa.types.is_list(kind)
        or pa.types.is_large_list(kind)
        or pa.types.is_fixed_size_list(kind)
        or pa.types.is_list_view(kind)
        or pa.types.is_large_list_view(kind)
    )


def depth(kind: pa.DataType) -> int:
    """Returns how many lists and structs stand in each other."""
    if is_listed(kind):
        return 1 + depth(kind.value_type)
    if pa.types.is_struct(kind):
        return 1 + max((depth(member.type) for member in kind), default=0)
    return 0


def marked(table: pa.Table) -> pa.Table:
    """Returns `table` under the schema that it states, which then outlasts its rows.

    What is rejected later has had a say in the types, and has to have it in the marks as well.
    """
    return pa.table(table.columns, schema=stated(table))


def stated(table: pa.Table) -> pa.Schema:
    """Returns the schema of `table` with the fields marked that fit no wider type."""
    return pa.schema([_stated(f, table[i].combine_chunks()) for i, f in enumerate(table.schema)])


def _stated(field: pa.Field, column: pa.Array) -> pa.Field:
    kind = field.type
    if is_listed(kind):
        return field.with_type(pa.list_(_stated(kind.value_field, column.flatten())))
    if pa.types.is_struct(kind):
        members = zip(kind, column.flatten(), strict=True)
        return field.with_type(pa.struct([_stated(member, values) for member, values in members]))
    limit = _limit(kind)
    if limit and len(column):
        ends = pc.min_max(column.cast(pa.int64()) if pa.types.is_temporal(kind) else column)
        low, high = ends["min"].as_py() or 0, ends["max"].as_py() or 0
        if low < -limit or high > limit:
            return field.with_metadata(_WIDE)
    return field


def _limit(kind: pa.DataType) -> int:
    """Returns up to where values fit wider types; 0 where all do, or there are none."""
    if kind in (pa.int64(), pa.uint64()):
        return EXACT_IN_DOUBLE
    if pa.types.is_timestamp(kind) or pa.types.is_duration(kind):
        return (2**63 - 1) // _TO_NANOSECONDS[kind.unit]
    return 0


def unify(schemas: Iterable[pa.Schema]) -> pa.Schema:
    """Returns a schema that holds the columns of all, in the order in which they come first.

    Types meet in the wider one; null gives way to anything; types without a common one become
    JSON text.

    Args:
        schemas: What `stated` returned for each stretch of the corpus.
    """
    fields: dict[str, pa.Field] = {}
    for schema in schemas:
        for new in schema:
            known = fields.get(new.name)
            plain = plain_field(new, wide=True)
            fields[new.name] = plain if known is None else _met(known, plain)
    return pa.schema([_storable(field) or json_field(field.name) for field in fields.values()])


def plain_field(field: pa.Field, *, wide: bool) -> pa.Field:
    """Returns `field` with the one type that stands for all layouts of the same values.

    Args:
        field: A field as a file has it. Of its metadata only our own stays.
        wide: Whether short strings, binaries and lists become those with wider offsets, and are
            one type thereby; else only layouts that few programs know are undone.
    """
    return pa.field(field.name, _plain(field.type, wide), metadata=_own_mark(field))


def _own_mark(field: pa.Field) -> dict[bytes, bytes] | None:
    mark = (field.metadata or {}).get(_MARK)
    return {_MARK: mark} if mark else None


def _plain(kind: pa.DataType, wide: bool) -> pa.DataType:
    if pa.types.is_dictionary(kind) or pa.types.is_run_end_encoded(kind):
        return _plain(kind.value_type, wide)
    if pa.types.is_string_view(kind) or (wide and pa.types.is_string(kind)):
        return pa.large_string()
    if pa.types.is_binary_view(kind) or (wide and pa.types.is_binary(kind)):
        return pa.large_binary()
    if is_listed(kind):
        value = plain_field(kind.value_field, wide=wide)
        # Offsets of a batch fit 32 bits: it is bounded by bytes.
        return pa.list_(value.with_name("item"))
    if pa.types.is_struct(kind):
        return pa.struct([plain_field(member, wide=wide) for member in kind])
    return kind


def _met(one: pa.Field, other: pa.Field) -> pa.Field:
    """Returns the field for the values of both."""
    if is_json(one) or is_json(other):
        return json_field(one.name)
    return _common(one, other) or json_field(one.name)


def _common(one: pa.Field, other: pa.Field) -> pa.Field | None:
    """Returns the field that holds all values of both exactly; None when there is none."""
    first, second = one.type, other.type
    if pa.types.is_null(second):
        return one
    if pa.types.is_null(first):
        return other.with_name(one.name)
    if is_listed(first) and is_listed(second):
        value = _common(first.value_field, second.value_field)
        return None if value is None else pa.field(one.name, pa.list_(value))
    if pa.types.is_struct(first) and pa.types.is_struct(second):
        return pa.field(one.name, _common_struct(first, second))
    if first == second:
        return one if _is_wide(one) else other.with_name(one.name)
    for rule in (_common_number, _common_time, _common_decimal, _common_binary):
        found = rule(one, other)
        if found is not None:
            return found
    return None


def _common_struct(one: pa.DataType, other: pa.DataType) -> pa.DataType:
    members = {member.name: member for member in one}
    for member in other:
        known = members.get(member.name)
        members[member.name] = member if known is None else _met(known, member)
    return pa.struct(list(members.values()))


def _is_wide(field: pa.Field) -> bool:
    return bool(field.metadata and field.metadata.get(_MARK) == _WIDE[_MARK])


def _common_number(one: pa.Field, other: pa.Field) -> pa.Field | None:
    fields = (one, other)
    integers = [field for field in fields if pa.types.is_integer(field.type)]
    floats = [field for field in fields if pa.types.is_floating(field.type)]
    if len(integers) + len(floats) < len(fields):
        return None
    wide = [field for field in integers if _is_wide(field)]
    if floats:
        return None if wide else pa.field(one.name, pa.float64())
    if any(field.type == pa.uint64() for field in wide):
        return None
    return pa.field(one.name, pa.int64(), metadata=_WIDE if wide else None)


def _common_time(one: pa.Field, other: pa.Field) -> pa.Field | None:
    """Returns the finer of two units, where the values of the coarser one reach it."""
    kinds = (one.type, other.type)
    if all(map(pa.types.is_timestamp, kinds)):
        if one.type.tz != other.type.tz:
            return None
    elif not all(map(pa.types.is_duration, kinds)) and not all(map(pa.types.is_time, kinds)):
        return None
    coarse, fine = sorted((one, other), key=lambda f: _TO_NANOSECONDS[f.type.unit], reverse=True)
    return None if _is_wide(coarse) else fine.with_name(one.name)


def _common_decimal(one: pa.Field, other: pa.Field) -> pa.Field | None:
    kinds = (one.type, other.type)
    if not all(map(pa.types.is_decimal, kinds)):
        return None
    scale = max(kind.scale for kind in kinds)
    precision = scale + max(kind.precision - kind.scale for kind in kinds)
    if precision > 76 or scale < 0:
        return None
    decimal = pa.decimal128 if precision <= 38 else pa.decimal256
    return pa.field(one.name, decimal(precision, scale))


def _common_binary(one: pa.Field, other: pa.Field) -> pa.Field | None:
    for field in (one, other):
        if not (
            pa.types.is_large_binary(field.type) or pa.types.is_fixed_size_binary(field.type)
        ) or pa.types.is_decimal(field.type):
            return None
    return pa.field(one.name, pa.large_binary())


def _storable(field: pa.Field, level: int = 0) -> pa.Field | None:
    """Returns `field` as files can hold it; None when only JSON text can."""
    kind = field.type
    if is_json(field):
        return field
    if is_listed(kind):
        value = _storable(kind.value_field, level + 1) if level < MAX_DEPTH else None
        return None if value is None else pa.field(field.name, pa.list_(value))
    if pa.types.is_struct(kind):
        if level >= MAX_DEPTH or not kind.num_fields:
            return None
        members = [_storable(member, level + 1) or json_field(member.name) for member in kind]
        return pa.field(field.name, pa.struct(members))
    if pa.types.is_union(kind) or pa.types.is_interval(kind):
        return None
    return pa.field(field.name, kind)
