"""Many texts as one run of bytes, so that one call scans them all."""

import itertools
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

SEPARATOR = b"\n"

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class TextBuffer:
    """Texts laid end to end, with a separator before, between and after them.

    The separator is no word character, so that a text's edges are word boundaries, and it keeps
    most patterns from running on into the next text; what does so all the same is found out when
    a match is held against its own text.

    Attributes:
        data: The bytes, UTF-8.
        starts: int64, offset of the first byte of each text.
        ends: int64, one past the last byte of each text.
    """

    data: bytes
    starts: Ints
    ends: Ints

    @classmethod
    def of(cls, texts: pa.Array) -> "TextBuffer":
        """Returns the buffer of a `large_string` array without nulls."""
        _, offsets_buffer, values = texts.buffers()
        offsets = np.frombuffer(offsets_buffer, np.int64)[texts.offset :][: len(texts) + 1]
        view = memoryview(values) if values is not None else memoryview(b"")
        bounds = offsets.tolist()
        pieces = [view[start:end] for start, end in itertools.pairwise(bounds)]
        data = SEPARATOR.join((b"", *pieces, b""))
        lengths = np.diff(offsets)
        starts = np.cumsum(np.concatenate([[1], lengths[:-1] + 1])) if len(texts) else offsets[:0]
        return cls(data, starts, starts + lengths)

    def cells(self, positions: Ints) -> Ints:
        """Returns the index of the text that each byte position lies in (or comes right after)."""
        return np.searchsorted(self.starts, positions, side="right") - 1

    def code_points(self, cell: int, positions: Ints) -> Ints:
        """Returns the code point offsets, inside text `cell`, of ascending byte positions."""
        start = int(self.starts[cell])
        if len(positions) == 0:
            return positions
        taken = np.frombuffer(self.data, np.uint8, int(positions[-1]) - start, start)
        continuation = np.flatnonzero((taken & 0xC0) == 0x80) + start
        return positions - start - np.searchsorted(continuation, positions)

    def offsets(self, cells: Ints, positions: Ints) -> Ints:
        """Returns code point offsets, each inside its own text, of byte positions.

        Args:
            cells: int64, the text of each position.
            positions: int64, character boundaries.
        """
        if len(positions) == 0:
            return positions
        words, before_word = self._continuations
        return (
            positions
            - self.starts[cells]
            - _set_before(words, before_word, positions)
            + _set_before(words, before_word, self.starts[cells])
        )

    def positions(self, cells: Ints, offsets: Ints) -> Ints:
        """Returns the byte positions of code points: what `offsets` takes back.

        Args:
            cells: int64, the text of each code point.
            offsets: int64, of code points inside it.
        """
        words, before_word = self._continuations
        starts = self.starts[cells]
        wanted = starts - _set_before(words, before_word, starts) + offsets
        begins, code_points = self._begins
        which = np.searchsorted(code_points, wanted, side="right") - 1
        return which * _WORD + _nth_set(begins[which], wanted - code_points[which])

    @cached_property
    def _continuations(self) -> tuple[npt.NDArray[np.uint64], Ints]:
        """Which bytes continue a character, in words of 64, and how many do before each word."""
        # Bytes 0x80 to 0xBF, read with a sign.
        bits = np.packbits(np.frombuffer(self.data, np.int8) < -64, bitorder="little")
        words = np.zeros(len(self.data) // _WORD + 1, "<u8")
        words.view(np.uint8)[: len(bits)] = bits
        return words, np.concatenate([[0], np.cumsum(np.bitwise_count(words), dtype=np.int64)])

    @cached_property
    def _begins(self) -> tuple[npt.NDArray[np.uint64], Ints]:
        """Which bytes begin a character, in words of 64, and how many do before each word.

        Past the last byte lies one more word, of characters of one byte.
        """
        words, before_word = self._continuations
        code_points = np.arange(len(before_word)) * _WORD - before_word
        return np.append(~words, ~np.uint64(0)), code_points

    def text(self, start: int, end: int) -> str:
        """Returns the text between two byte positions that are character boundaries."""
        return self.data[start:end].decode("utf-8")

    def floor(self, position: int) -> int:
        """Returns the last character boundary at or before a byte position."""
        while position > 0 and self.data[position] & 0xC0 == 0x80:
            position -= 1
        return position

    def ceil(self, position: int) -> int:
        """Returns the first character boundary at or after a byte position."""
        while position < len(self.data) and self.data[position] & 0xC0 == 0x80:
            position += 1
        return position


_WORD = 64


def _set_before(words: npt.NDArray[np.uint64], before_word: Ints, positions: Ints) -> Ints:
    """Returns how many bits are set before each position of a bit array in words of 64."""
    which, rest = positions // _WORD, (positions % _WORD).astype(np.uint64)
    part = words[which] & ((np.uint64(1) << rest) - np.uint64(1))
    return before_word[which] + np.bitwise_count(part)


def _nth_set(words: npt.NDArray[np.uint64], n: Ints) -> Ints:
    """Returns the place of the n-th set bit of each word of 64, counted from 0."""
    places = np.zeros(len(words), np.int64)
    for half in (32, 16, 8, 4, 2, 1):
        low = np.bitwise_count(words & np.uint64((1 << half) - 1)).astype(np.int64)
        beyond = n >= low
        n = n - np.where(beyond, low, 0)
        words = np.where(beyond, words >> np.uint64(half), words)
        places += np.where(beyond, half, 0)
    return places
