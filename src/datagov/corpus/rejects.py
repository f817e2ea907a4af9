"""Rejects: what could not become a record, where it was, and why."""

import hashlib
import re
from collections.abc import Iterable
from typing import NamedTuple

import pyarrow as pa

from datagov.tables import REJECTS

NOT_WHOLE = ("broken_row_group", "damaged", "truncated", "unreadable_shard")
"""Reasons that say of a shard that some of it, nobody knows how many records, could not be read."""


_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z_.-]{0,38}[0-9]{0,2}")
_MOST_NAMES = 8


class Reject(NamedTuple):
    """One thing that could not be read; `detail` never quotes content."""

    position: int
    reason: str
    detail: str
    content_digest: str = ""


def rejects_table(shard: str, rejects: Iterable[Reject]) -> pa.Table:
    """Returns the rejects of a shard as a table of schema REJECTS, sorted by position."""
    rows = sorted(rejects)
    columns = list(zip(*rows, strict=True)) or [()] * len(Reject._fields)
    return pa.table([[shard] * len(rows), *columns], schema=REJECTS)


def content_digest(data: bytes | memoryview) -> str:
    """Returns the SHA-256 of what was rejected, in hex."""
    return hashlib.sha256(data).hexdigest()


def filled_columns(row: pa.Table) -> str:
    """Returns the names of the columns that a record has a value in, for the detail of a reject.

    Names that look like anything but names are counted only, since they may be content.
    """
    filled = sorted(name for name in row.column_names if row[name].null_count < row.num_rows)
    told = [name for name in filled if _PLAIN_NAME.fullmatch(name)][:_MOST_NAMES]
    more = len(filled) - len(told)
    names = [*told, f"{more} more"] if told and more else told or [f"{more} others"]
    return f"the record has {', '.join(names)}" if filled else "the record has no value at all"


def no_text_value(name: str, *, chat: bool) -> tuple[str, str]:
    """Returns reason and detail for a record whose text field `name` holds something else."""
    wanted = "a list of {role, content} with texts" if chat else "a text"
    return "text_not_string", f"the value of {name!r} is something else; expected {wanted}"
