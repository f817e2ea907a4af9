"""How records are read; part of what decides what a release contains."""

from dataclasses import dataclass

from datagov.corpus.schema import Path

MIB = 1024 * 1024


@dataclass(frozen=True)
class ReadOptions:
    """How records are read.

    Attributes:
        text_fields: Columns that hold text: one, several, or a chat `messages` list.
        chat_fields: Those of them that hold a chat; `check_fields` finds out. A value of the other
            shape is a reject.
        id_field: Column of ids; None makes them from shard and position.
        batch_bytes: About how many bytes of records a batch holds; a larger record is a batch of
            its own. Changes memory, not results.
        max_record_bytes: Records above this are rejected without being held in memory.
        as_json: Fields that the corpus's schema holds as JSON text: only the lines themselves say
            what that is. Known after a first reading; changes how values are held, not which.
    """

    text_fields: tuple[str, ...] = ("text",)
    chat_fields: frozenset[str] = frozenset()
    id_field: str | None = None
    batch_bytes: int = 2 * MIB
    max_record_bytes: int = 256 * MIB
    as_json: frozenset[Path] = frozenset()
