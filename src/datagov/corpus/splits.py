"""Cutting a corpus into parts, the units of output, and splits, the units of work.

Where a part ends depends on the corpus alone, so that a release's files do not depend on how it
was made. A part is cut into splits as small as the run likes.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import rfc8785

from datagov.corpus.options import ReadOptions
from datagov.corpus.shards import Shard

MIB = 1024 * 1024
MIN_PART_BYTES = 16 * MIB
MAX_PART_BYTES = 256 * MIB
TARGET_PARTS = 64


@dataclass(frozen=True)
class Split:
    """A range of one shard that is read as one unit of work.

    Attributes:
        shard: The shard.
        kind: `rows`: row groups [start, end) of Parquet; `bytes`: the lines of plain JSON Lines
            that begin in [start, end); `whole`: all of it, start and end are 0.
        start: First row group or byte.
        end: One past the last.
        n_bytes: About how much there is to read, for planning and progress.
    """

    shard: Shard
    kind: Literal["rows", "bytes", "whole"]
    start: int
    end: int
    n_bytes: int


@dataclass(frozen=True)
class Part:
    """Consecutive splits whose records stand together in one file of each kind of output.

    Attributes:
        index: Number of the part in corpus order.
        units: The splits in order, as units of work: one split each, or several whole small
            shards, which are too little work to be handed out one by one.
    """

    index: int
    units: tuple[tuple[Split, ...], ...]


def split_digest(split: Split, options: ReadOptions) -> str:
    """Returns the digest of what `split` holds and how it is read."""
    body = {
        "shard": split.shard.sha256,
        "format": [split.shard.format, split.shard.compression],
        "range": [split.kind, split.start, split.end],
        "fields": list(options.text_fields),
        "chats": sorted(options.chat_fields),
        "id": options.id_field,
        "max_record_bytes": options.max_record_bytes,
    }
    return hashlib.sha256(rfc8785.dumps(body)).hexdigest()


def plan(
    shards: Sequence[Shard], *, split_bytes: int, part_bytes: int | None = None
) -> tuple[Part, ...]:
    """Returns the parts of a corpus in order, each cut into splits of about `split_bytes`.

    Args:
        shards: The corpus, in order.
        split_bytes: Upper bound of a split where its format can be cut that small.
        part_bytes: Upper bound of a part; by default a 64th of the corpus, within 16 to 256 MiB.
    """
    footers = {shard.name: _row_group_bytes(shard) for shard in shards}
    if part_bytes is None:
        total = sum(sum(footers[s.name] or [s.n_bytes]) for s in shards)
        part_bytes = min(max(total // TARGET_PARTS, MIN_PART_BYTES), MAX_PART_BYTES)
    units = [unit for shard in shards for unit in _units(shard, footers[shard.name], part_bytes)]
    return tuple(
        Part(index, _bundled([s for unit in group for s in _cut(unit, split_bytes)], split_bytes))
        for index, group in enumerate(_grouped(units, part_bytes))
    )


@dataclass(frozen=True)
class _Unit:
    """The least that can stand in a part, with the sizes of the row groups it has."""

    split: Split
    row_groups: tuple[int, ...] = ()


def _row_group_bytes(shard: Shard) -> list[int] | None:
    """Returns the uncompressed size of each row group; None where there are none to be had."""
    if shard.format != "parquet":
        return None
    try:
        with fsspec.open(shard.uri, "rb") as handle:
            footer = pq.ParquetFile(handle).metadata
            return [footer.row_group(i).total_byte_size for i in range(footer.num_row_groups)]
    except (pa.ArrowInvalid, pa.ArrowException, OSError):
        # The reader meets the same footer and rejects the shard with the reason.
        return None


def _units(shard: Shard, row_groups: list[int] | None, part_bytes: int) -> Iterator[_Unit]:
    if row_groups:
        for i, n_bytes in enumerate(row_groups):
            yield _Unit(Split(shard, "rows", i, i + 1, n_bytes), (n_bytes,))
    elif shard.format == "jsonl" and not shard.compression and shard.n_bytes:
        for start in range(0, shard.n_bytes, part_bytes):
            end = min(start + part_bytes, shard.n_bytes)
            yield _Unit(Split(shard, "bytes", start, end, end - start))
    else:
        yield _Unit(Split(shard, "whole", 0, 0, shard.n_bytes))


def _grouped(units: Sequence[_Unit], part_bytes: int) -> Iterator[list[_Unit]]:
    group: list[_Unit] = []
    size = 0
    for unit in units:
        if group and size + unit.split.n_bytes > part_bytes:
            yield _joined(group)
            group, size = [], 0
        group.append(unit)
        size += unit.split.n_bytes
    if group:
        yield _joined(group)


def _joined(group: Sequence[_Unit]) -> list[_Unit]:
    """Joins neighbouring row groups of one shard, so that they can be cut by size again."""
    joined: list[_Unit] = []
    for unit in group:
        last = joined[-1] if joined else None
        if (
            last is not None
            and unit.split.kind == "rows"
            and last.split.shard == unit.split.shard
            and last.split.end == unit.split.start
        ):
            n_bytes = last.split.n_bytes + unit.split.n_bytes
            split = Split(unit.split.shard, "rows", last.split.start, unit.split.end, n_bytes)
            joined[-1] = _Unit(split, last.row_groups + unit.row_groups)
        else:
            joined.append(unit)
    return joined


def _bundled(splits: Sequence[Split], split_bytes: int) -> tuple[tuple[Split, ...], ...]:
    bundles: list[list[Split]] = []
    size = 0
    for split in splits:
        small = split.kind == "whole" and bundles and bundles[-1][-1].kind == "whole"
        if small and size + split.n_bytes <= split_bytes:
            bundles[-1].append(split)
            size += split.n_bytes
        else:
            bundles.append([split])
            size = split.n_bytes
    return tuple(map(tuple, bundles))


def _cut(unit: _Unit, split_bytes: int) -> Iterator[Split]:
    split = unit.split
    if split.kind == "whole":
        yield split
    elif split.kind == "bytes":
        for start in range(split.start, split.end, split_bytes):
            end = min(start + split_bytes, split.end)
            yield Split(split.shard, "bytes", start, end, end - start)
    else:
        start, size = split.start, 0
        for i, n_bytes in enumerate(unit.row_groups, split.start):
            if i > start and size + n_bytes > split_bytes:
                yield Split(split.shard, "rows", start, i, size)
                start, size = i, 0
            size += n_bytes
        yield Split(split.shard, "rows", start, split.end, size)
