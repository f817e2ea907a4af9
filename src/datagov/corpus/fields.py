"""Finding out, before a corpus is read, whether it has the fields that the options name."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pyarrow as pa

from datagov.corpus.casting import spelt_out
from datagov.corpus.cells import fits
from datagov.corpus.ids import can_be_id
from datagov.corpus.options import ReadOptions
from datagov.corpus.readers import READERS
from datagov.corpus.schema import is_json, is_listed
from datagov.corpus.shards import Shard
from datagov.corpus.splits import Split
from datagov.errors import InputError

_FIRST_BYTES = 64 * 1024


def check_fields(shards: Sequence[Shard], options: ReadOptions) -> ReadOptions:
    """Returns `options` with the chats among the text fields named.

    Looks at the beginning of the first readable shard of each format; for a field without a value
    there, also at that of every other shard.

    Raises:
        InputError: A text or id column is not there, or is of another type; names those that are.
            Or one shard holds a chat where another holds a text.
    """
    chats: dict[str, tuple[bool, str]] = {}
    for shard, table in _first_of_each_format(shards):
        _check_there(shard, table, shards, options)
        for name in options.text_fields:
            if name in table.column_names and (chat := _is_chat(shard, table, name)) is not None:
                known, where = chats.setdefault(name, (chat, shard.name))
                if chat != known:
                    raise InputError(
                        f"{shard.name}: column {name!r} holds {_called(chat)} here and "
                        f"{_called(known)} in {where}; scan them one by one"
                    )
        _check_id(shard, table, options)
    for shard in shards:
        unknown = [name for name in options.text_fields if name not in chats]
        table = _first_table(shard) if unknown else None
        if table is None:
            continue
        for name in set(unknown) & set(table.column_names):
            chat = _is_chat(shard, table, name)
            if chat is not None:
                chats[name] = (chat, shard.name)
    return replace(options, chat_fields=frozenset(n for n, (chat, _) in chats.items() if chat))


def columns_unless(shards: Sequence[Shard], column: str | None) -> list[str]:
    """Returns the columns of the first records of all shards; none if `column` is one of them.

    No shard is read where there is no column to look for.
    """
    found: dict[str, None] = {}
    for shard in shards if column is not None else ():
        table = _first_table(shard)
        names = [] if table is None else table.column_names
        if column in names:
            return []
        found.update(dict.fromkeys(names))
    return list(found)


def _called(chat: bool) -> str:
    return "a chat" if chat else "text"


def _first_of_each_format(shards: Sequence[Shard]) -> Iterator[tuple[Shard, pa.Table]]:
    seen = set()
    for shard in shards:
        if shard.format in seen:
            continue
        table = _first_table(shard)
        if table is not None:
            seen.add(shard.format)
            yield shard, table


def _first_table(shard: Shard) -> pa.Table | None:
    """Returns the first records of a shard as they are, whatever their fields hold."""
    # No field is taken for a text yet, so that none is rejected for what it holds.
    anything = ReadOptions(text_fields=(), batch_bytes=_FIRST_BYTES)
    kind = "rows" if shard.format == "parquet" else "whole"
    split = Split(shard, "whole", 0, 0, shard.n_bytes)
    if kind == "rows":
        split = Split(shard, "rows", 0, 1, shard.n_bytes)
    try:
        for batch in READERS[shard.format](split, anything):
            names = batch.table.column_names
            if batch.table.num_rows and len(set(names)) == len(names):
                return spelt_out(batch.table)
    except IndexError:
        return None
    return None


def _check_there(
    shard: Shard, table: pa.Table, shards: Sequence[Shard], options: ReadOptions
) -> None:
    missing = [name for name in options.text_fields if name not in table.column_names]
    if missing and len(missing) < len(options.text_fields) and shard.format == "jsonl":
        missing = _missing_everywhere(missing, shards)
    if missing:
        raise InputError(
            f"{shard.name}: has no column {missing[0]!r}; it has {', '.join(table.column_names)}; "
            "name the text with --text-field"
        )
    if options.id_field and options.id_field not in table.column_names:
        raise InputError(
            f"{shard.name}: has no column {options.id_field!r}; it has "
            f"{', '.join(table.column_names)}; name the ids with --id-field"
        )


def _missing_everywhere(names: Sequence[str], shards: Sequence[Shard]) -> list[str]:
    """Returns those of `names` that no shard of JSON Lines has among its first records."""
    missing = list(names)
    for shard in shards:
        if not missing:
            break
        table = _first_table(shard) if shard.format == "jsonl" else None
        if table is not None:
            missing = [name for name in missing if name not in table.column_names]
    return missing


def _is_chat(shard: Shard, table: pa.Table, name: str) -> bool | None:
    """Returns whether a column holds chats; None when it has no value.

    Raises:
        InputError: It holds neither chats nor texts.
    """
    field = table.schema.field(name)
    if pa.types.is_null(field.type):
        return None
    if is_json(field):
        return _is_chat_by_values(shard, table, name)
    chat = is_listed(field.type)
    if not fits(field.type, chat=chat):
        raise _other_type(shard, name, str(field.type))
    return chat


def _is_chat_by_values(shard: Shard, table: pa.Table, name: str) -> bool | None:
    for text in table[name].drop_null().to_pylist():
        value = json.loads(text)
        if isinstance(value, str | list):
            return isinstance(value, list)
    raise _other_type(shard, name, "of several types")


def _other_type(shard: Shard, name: str, kind: str) -> InputError:
    return InputError(
        f"{shard.name}: column {name!r} is {kind}; expected text, or a list of "
        "{role, content}; name another with --text-field"
    )


def _check_id(shard: Shard, table: pa.Table, options: ReadOptions) -> None:
    if options.id_field is None:
        return
    kind = table.schema.field(options.id_field).type
    if not can_be_id(kind):
        raise InputError(
            f"{shard.name}: column {options.id_field!r} is {kind}; expected texts or numbers; "
            "name the ids with --id-field, or leave it out"
        )
