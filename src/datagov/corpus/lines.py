"""Cutting byte streams into blocks of whole lines."""

import hashlib
from collections.abc import Iterator
from typing import NamedTuple

from datagov.corpus.options import ReadOptions
from datagov.corpus.rejects import Reject, content_digest
from datagov.corpus.splits import Split
from datagov.corpus.streams import TruncatedError, chunks, opened


class Block(NamedTuple):
    """Whole lines that begin at `offset` of the decompressed shard, and rejects after them."""

    offset: int
    data: bytes
    rejects: tuple[Reject, ...] = ()


def read_blocks(split: Split, options: ReadOptions) -> Iterator[Block]:
    """Yields the lines that begin in the split, in blocks of about `batch_bytes`."""
    end = split.end if split.kind == "bytes" else None
    with opened(split.shard) as handle:
        offset = split.start
        if offset:
            # A line belongs to the split that it begins in; the byte before the split tells
            # whether one begins right here.
            handle.seek(offset - 1)
        pieces = chunks(handle, split.shard.compression)
        first = b""
        if offset:
            skipped, first = _skip_line(pieces)
            offset += skipped - 1
        for block in _line_blocks(pieces, first, offset, end, options):
            if end is None or block.offset + len(block.data) <= end:
                yield block
                continue
            if block.offset < end:
                yield block._replace(data=_begun_before(block.data, end - block.offset))
            return


def _line_blocks(
    pieces: Iterator[bytes], first: bytes, offset: int, end: int | None, options: ReadOptions
) -> Iterator[Block]:
    buffer = [first]
    size = len(first)
    piece = first
    while True:
        reached = end is not None and offset + size >= end
        enough = size >= options.batch_bytes or reached
        if enough and (b"\n" in piece or size > options.max_record_bytes):
            data = b"".join(buffer)
            lines = data[: data.rfind(b"\n") + 1]
            if lines:
                yield Block(offset, lines)
                rest = data[len(lines) :]
                offset += len(lines)
            else:
                digest, length, rest = _skip_oversized(data, pieces)
                yield Block(offset, b"", (too_large(offset, options, digest),))
                offset += length
            if end is not None and offset >= end:
                return
            buffer, size = [rest], len(rest)
        try:
            following = next(pieces, None)
        except TruncatedError as error:
            data = b"".join(buffer)
            lines = data[: data.rfind(b"\n") + 1]
            tail = data[len(lines) :]
            detail = f"{error}; expected a whole file: fetch or compress it again"
            digest = content_digest(tail) if tail else ""
            reject = Reject(offset + len(lines), "truncated", detail, digest)
            yield Block(offset, lines, (reject,))
            return
        if following is None:
            if size:
                yield Block(offset, b"".join(buffer))
            return
        piece = following
        buffer.append(piece)
        size += len(piece)


def _skip_line(pieces: Iterator[bytes]) -> tuple[int, bytes]:
    """Passes over the rest of a line; returns its length with the line feed, and what follows."""
    length = 0
    for piece in pieces:
        at = piece.find(b"\n") + 1
        if at:
            return length + at, piece[at:]
        length += len(piece)
    return length, b""


def _skip_oversized(data: bytes, pieces: Iterator[bytes]) -> tuple[str, int, bytes]:
    """Passes over a line too long to hold; returns its digest, its length and what follows."""
    digest = hashlib.sha256(data)
    length = len(data)
    for piece in pieces:
        at = piece.find(b"\n")
        if at >= 0:
            digest.update(piece[:at])
            return digest.hexdigest(), length + at + 1, piece[at + 1 :]
        digest.update(piece)
        length += len(piece)
    return digest.hexdigest(), length, b""


def too_large(position: int, options: ReadOptions, digest: str) -> Reject:
    """Returns the reject of a record that is too large to be held."""
    limit = f"larger than {options.max_record_bytes} bytes"
    return Reject(position, "too_large", f"{limit}; expected a record that fits in memory", digest)


def _begun_before(lines: bytes, limit: int) -> bytes:
    """Returns the leading lines that begin before `limit`."""
    at = lines.find(b"\n", limit - 1) + 1
    return lines[:at] if at else lines
