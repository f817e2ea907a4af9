"""How records are read; part of what decides what a release contains."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True)
class ReadOptions:
    """How records are read.

    Attributes:
        text_fields: Columns that hold text: one, several, or a chat `messages` list.
        id_field: Column of ids; None makes them from shard and position.
        batch_bytes: About how many bytes of records a batch holds; a larger record is a batch of
            its own. Changes memory, not results.
        max_record_bytes: Records above this are rejected without being held in memory.
    """

    text_fields: tuple[str, ...] = ("text",)
    id_field: str | None = None
    batch_bytes: int = 2 * MIB
    max_record_bytes: int = 256 * MIB
