"""Rejects: what could not become a record, where it was, and why."""

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

import pyarrow as pa

from datagov.tables import REJECTS


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
