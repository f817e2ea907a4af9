"""JSON Lines: one object per line, UTF-8 (RFC 8259). Position: byte offset of the line.

Whole blocks of lines go through Arrow's parser. A block that it refuses, in which it saw other
rows than there are lines, or whose numbers it may have rounded, is gone through line by line, so
that one bad line costs one reject and no value depends on its neighbours.
"""

import functools
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.json as pj

from datagov.corpus.batch import Batch
from datagov.corpus.cells import CONTENT, fits
from datagov.corpus.lines import Block, read_blocks, too_large
from datagov.corpus.objects import table_of
from datagov.corpus.options import ReadOptions
from datagov.corpus.rejects import Reject, content_digest, no_text_value, rejects_table
from datagov.corpus.schema import EXACT_IN_DOUBLE, MAX_DEPTH, Path, depth, marked
from datagov.corpus.splits import Split

BYTE_ORDER_MARK = "\ufeff"
"""Stands at the beginning of files that some programs of Windows write."""

Positions = npt.NDArray[np.int64]


def read_jsonl(split: Split, options: ReadOptions) -> Iterator[Batch]:
    """Yields the records of the lines that begin in the split."""
    for block in read_blocks(split, options):
        table, positions, rejects = _parsed(block, options)
        yield Batch(
            split.shard.name,
            table,
            pa.array(positions, pa.int64()),
            rejects_table(split.shard.name, [*block.rejects, *rejects]),
            functools.partial(_line_at, block),
        )


def _line_at(block: Block, position: int) -> bytes:
    start = position - block.offset
    end = block.data.find(b"\n", start)
    return block.data[start:] if end < 0 else block.data[start:end]


class _Line(NamedTuple):
    position: int
    data: bytes


def _parsed(block: Block, options: ReadOptions) -> tuple[pa.Table, Positions, list[Reject]]:
    starts, ends = _line_bounds(block.data)
    fits = not len(starts) or int((ends - starts).max()) <= options.max_record_bytes
    table = _fast(block.data, len(starts), options) if fits else None
    if table is not None:
        return table, starts + block.offset, []
    good: list[_Line] = []
    objects: list[dict[str, Any]] = []
    rejects: list[Reject] = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        line = _Line(block.offset + start, block.data[start:end])
        if len(line.data) > options.max_record_bytes:
            rejects.append(too_large(line.position, options, content_digest(line.data)))
            continue
        outcome = _object(line)
        if isinstance(outcome, Reject):
            rejects.append(outcome)
        else:
            good.append(line)
            objects.append(outcome)
    table = _fast(b"\n".join(line.data for line in good), len(good), options) if rejects else None
    positions = np.array([line.position for line in good], np.int64)
    if table is not None:
        return table, positions, rejects
    others = [_without_other_values(each, options) for each in objects]
    rejects += [
        _no_text(line, name, options)
        for line, name in zip(good, others, strict=True)
        if name is not None
    ]
    stays = np.array([name is None for name in others], bool)
    # What is rejected for its text has columns all the same, as if Arrow had parsed it.
    table = marked(table_of(objects, _as_json(options)))
    return table.filter(pa.array(stays)), positions[stays], rejects


def _without_other_values(each: dict[str, Any], options: ReadOptions) -> str | None:
    """Takes out what is no text from the text fields of an object; returns the first of them."""
    names = [
        name
        for name in options.text_fields
        if not _is_text_value(each.get(name), chat=name in options.chat_fields)
    ]
    each.update(dict.fromkeys(names))
    return names[0] if names else None


def _is_text_value(value: Any, *, chat: bool) -> bool:
    if value is None:
        return True
    if not chat:
        return isinstance(value, str)
    return isinstance(value, list) and all(
        turn is None or (isinstance(turn, dict) and _is_text_value(turn.get(CONTENT), chat=False))
        for turn in value
    )


def _no_text(line: _Line, name: str, options: ReadOptions) -> Reject:
    reason = no_text_value(name, chat=name in options.chat_fields)
    return Reject(line.position, *reason, content_digest(line.data))


def _line_bounds(data: bytes) -> tuple[Positions, Positions]:
    """Returns start and end of each line that is not blank, without its line feed."""
    feeds = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n")).astype(np.int64)
    starts = np.concatenate([np.zeros(1, np.int64), feeds + 1])
    ends = np.concatenate([feeds, np.full(1, len(data), np.int64)])
    filled = ends > starts
    starts, ends = starts[filled], ends[filled]
    begins_blank = np.frombuffer(data, np.uint8)[starts] <= ord(" ")
    blank = [i for i in np.flatnonzero(begins_blank) if not data[starts[i] : ends[i]].strip()]
    return np.delete(starts, blank), np.delete(ends, blank)


def _fast(data: bytes, n_lines: int, options: ReadOptions) -> pa.Table | None:
    """Returns the rows of `data`; None when a look at each line is needed."""
    if not n_lines:
        return pa.table({})
    table = _arrow(data, None)
    if table is None or table.num_rows != n_lines:
        return None
    plain = pa.schema([pa.field(f.name, _as_written(f.type)) for f in table.schema])
    if plain != table.schema:
        table = _arrow(data, plain)
    if table is None or not _is_utf8(table) or not _is_exact(table, options):
        return None
    return table


def _is_exact(table: pa.Table, options: ReadOptions) -> bool:
    """True when Arrow's types say all that the lines do."""
    held_as_json = {path[0] for path in _as_json(options)}
    for field, column in zip(table.schema, table.columns, strict=True):
        is_text_field = field.name in options.text_fields
        if is_text_field and not fits(field.type, chat=field.name in options.chat_fields):
            return False
        if field.name in held_as_json or depth(field.type) > MAX_DEPTH:
            return False
        if any(_may_be_rounded(chunk) for chunk in column.chunks):
            return False
    return True


def _as_json(options: ReadOptions) -> frozenset[Path]:
    """Returns what to hold as JSON text: parts of a chat may be, a text field itself never is."""
    texts = {(name,) for name in options.text_fields}
    return options.as_json - texts


def _may_be_rounded(column: pa.Array) -> bool:
    """True when doubles may stand for integers past those that are exact, or for -0."""
    if pa.types.is_list(column.type):
        return _may_be_rounded(column.flatten())
    if pa.types.is_struct(column.type):
        return any(_may_be_rounded(member) for member in column.flatten())
    if not pa.types.is_floating(column.type):
        return False
    values = column.drop_null().to_numpy()
    return bool(((np.abs(values) >= EXACT_IN_DOUBLE) | ((values == 0) & np.signbit(values))).any())


def _arrow(data: bytes, schema: pa.Schema | None) -> pa.Table | None:
    try:
        return pj.read_json(
            pa.BufferReader(data),
            pj.ReadOptions(use_threads=False, block_size=len(data) + 1),
            pj.ParseOptions(explicit_schema=schema),
        )
    except pa.ArrowInvalid:
        return None


def _as_written(kind: pa.DataType) -> pa.DataType:
    """Returns the type with strings where Arrow made dates of strings that look like them."""
    if pa.types.is_temporal(kind):
        return pa.string()
    if pa.types.is_list(kind):
        return pa.list_(_as_written(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([pa.field(f.name, _as_written(f.type)) for f in kind])
    return kind


def _is_utf8(table: pa.Table) -> bool:
    try:
        table.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _object(line: _Line) -> dict[str, Any] | Reject:
    """Returns the object on a line, or why there is none."""

    def reject(reason: str, detail: str) -> Reject:
        return Reject(line.position, reason, detail, content_digest(line.data))

    try:
        text = line.data.decode("utf-8")
    except UnicodeDecodeError as error:
        return reject("invalid_utf8", f"byte {error.start} of the line is not UTF-8")
    if line.position == 0:
        text = text.removeprefix(BYTE_ORDER_MARK)
    try:
        value = json.loads(text, object_pairs_hook=_without_repeats)
    except json.JSONDecodeError as error:
        return reject("bad_json", f"{error.msg} at character {error.pos}; expected an object")
    except _RepeatedKeyError:
        return reject("bad_json", "a key stands twice in one object; expected each once")
    except (RecursionError, ValueError):
        return reject("bad_json", "nested too deep, or a number too long; expected plain JSON")
    if not isinstance(value, dict):
        return reject("bad_json", f"expected an object, found {type(value).__name__}")
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return reject("lone_surrogate", "an escape stands for half a character; expected a pair")
    return value


class _RepeatedKeyError(ValueError):
    pass


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise _RepeatedKeyError
    return result
