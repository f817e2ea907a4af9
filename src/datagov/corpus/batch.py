"""The unit that readers yield and every later step takes: some consecutive records of a shard."""

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa


@dataclass(frozen=True)
class Batch:
    """Consecutive readable records of one shard, and what was unreadable among them.

    Attributes:
        shard: Name of the shard, relative to the input that named it.
        table: All columns as read, one row per record.
        positions: int64, one per row of `table`: row index, byte offset of the line or WARC
            record offset. Strictly increasing within a shard.
        rejects: Table of schema REJECTS: the records of this stretch that could not be read.
        content_at: Returns the bytes of the record at a position, where a format has them; they
            tell a rejected record whatever batch it was read in.
    """

    shard: str
    table: pa.Table
    positions: pa.Array
    rejects: pa.Table
    content_at: Callable[[int], bytes] | None = None


@dataclass(frozen=True)
class Cells:
    """The texts of a batch, one per non-null text field of each record.

    Attributes:
        row: int64 array: index of the record in the batch, non-decreasing.
        field: string array: `text`, or `messages[2].content` in a chat.
        text: large_string array without nulls.
    """

    row: pa.Array
    field: pa.Array
    text: pa.Array
