"""Opening shards as byte streams, decompressed, with damage told apart from the end."""

import contextlib
import io
import zlib
from collections.abc import Iterator
from typing import BinaryIO, cast

import fsspec
import zstandard

from datagov.corpus.shards import Shard

CHUNK = 1024 * 1024
COMPRESSED_CHUNK = 64 * 1024
"""Small, since what it expands to is held at once."""


_WRONG_SUM = "incorrect data check"
"""In zlib's word for content that decompresses, into something else than was compressed."""


class TruncatedError(EOFError):
    """A compressed shard ends in the middle, or is damaged from here on."""


@contextlib.contextmanager
def opened(shard: Shard) -> Iterator[BinaryIO]:
    """Yields the shard as stored."""
    with fsspec.open(shard.uri, "rb") as handle:
        yield cast(BinaryIO, handle)


def chunks(handle: BinaryIO, compression: str) -> Iterator[bytes]:
    """Yields the decompressed content piece by piece.

    Raises:
        TruncatedError: After the last good piece, when the stream is cut off or damaged.
    """
    if not compression:
        while data := handle.read(CHUNK):
            yield data
        return
    try:
        yield from _members(handle, compression)
    except (zlib.error, zstandard.ZstdError) as error:
        raise TruncatedError(f"{compression} stream is damaged") from error


def _members(handle: BinaryIO, compression: str) -> Iterator[bytes]:
    """Decompresses all members (gzip) or frames (zstd) that stand one after the other."""
    decompressor = None
    data = b""
    while data or (data := handle.read(COMPRESSED_CHUNK)):
        if decompressor is None:
            decompressor = _decompressor(compression)
        # zlib returns nothing of a piece that is damaged, so what comes before is read once more.
        before = decompressor.copy() if compression == "gzip" else None
        try:
            out = decompressor.decompress(data)
        except zlib.error as error:
            # A wrong check sum says that something before it is damaged, and not what.
            if before is not None and _WRONG_SUM not in str(error):
                yield from _up_to_damage(before, data)
            raise
        if out:
            yield out
        data = b""
        if decompressor.eof:
            data = decompressor.unused_data.lstrip(b"\0")  # padding between members is allowed
            decompressor = None
    if decompressor is not None:
        raise TruncatedError(f"{compression} stream ends in the middle")


def _up_to_damage(decompressor: "zlib._Decompress", data: bytes) -> Iterator[bytes]:
    """Yields what can be decompressed of a damaged piece."""
    for at in range(len(data)):
        try:
            out = decompressor.decompress(data[at : at + 1])
        except zlib.error:
            return
        if out:
            yield out


def _decompressor(compression: str):  # type: ignore[no-untyped-def]
    if compression == "gzip":
        return zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    return zstandard.ZstdDecompressor().decompressobj()


class ChunkReader(io.RawIOBase):
    """A readable stream over an iterator of pieces."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self._pieces = pieces
        self._rest = b""

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fills `buffer` from the pieces; returns how many bytes."""
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = piece
        n = min(len(buffer), len(self._rest))
        buffer[:n] = self._rest[:n]
        self._rest = self._rest[n:]
        return n
