"""Counting kinds of characters and repeated lines: kernels over the bytes of texts."""

import sys
import unicodedata
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from datagov.kernel import kernel
from datagov.utf8 import Bytes, Ints, decoded, text_buffers

INVISIBLE, OTHER, WRITTEN, DAMAGED = range(4)
"""Kinds of characters: white space; signs; letters, marks and digits; what damage leaves."""

_SPACE = np.uint8(8)
"""Bit of what str.strip() takes off."""

_PRIME = np.uint64(0x9FB21C651E98DF25)


@lru_cache(maxsize=1)
def _table() -> npt.NDArray[np.uint8]:
    """Returns the kind of each code point, with _SPACE.

    Damaged are replacement characters, control characters but white space, and private use.
    """
    kinds = np.full(sys.maxunicode + 1, OTHER, np.uint8)
    for code in range(sys.maxunicode + 1):
        char = chr(code)
        category = unicodedata.category(char)
        if category[0] in "LMN":
            kinds[code] = WRITTEN
        elif category[0] == "Z" or char in "\t\n\f\r":
            kinds[code] = INVISIBLE
        elif category in ("Cc", "Co") or code == 0xFFFD:
            kinds[code] = DAMAGED
        if char.isspace():
            kinds[code] |= _SPACE
    return kinds


def kind_counts(texts: pa.Array) -> Ints:
    """Returns how many characters of each kind each text has; int64, (texts, 4).

    A letter that is the lead byte of UTF-8 read as Latin-1 or Windows-1252, before what a
    continuation byte looks like then, counts as DAMAGED.

    Args:
        texts: large_string without nulls.
    """
    return _count_kinds(*text_buffers(texts), _table())


@kernel
def _count_kinds(data: Bytes, offsets: Ints, table: npt.NDArray[np.uint8]) -> Ints:
    counts = np.zeros((len(offsets) - 1, 4), np.int64)
    for text in range(len(counts)):
        at = offsets[text]
        end = offsets[text + 1]
        lead = False
        kind = np.uint8(0)
        while at < end:
            if data[at] < 0x80:
                lead = False
                counts[text, table[data[at]] & 3] += 1
                at += 1
                continue
            code, width = decoded(data, at)
            at += width
            if lead and (0x80 <= code <= 0xBF or code == 0x20AC):
                counts[text, kind] -= 1
                counts[text, DAMAGED] += 1
            kind = table[code] & np.uint8(3)
            counts[text, kind] += 1
            lead = code in (0xC2, 0xC3, 0xE2)
    return counts


def repeated_line_shares(texts: pa.Array, min_lines: int) -> npt.NDArray[np.float64]:
    """Returns the share of characters in lines that stood before in the same text, one per text.

    Lines count without white space around them, and not at all when nothing is left; 0 for a
    text with fewer than `min_lines`.

    Args:
        texts: large_string without nulls.
        min_lines: At least 1.
    """
    return _repeated_lines(*text_buffers(texts), _table(), min_lines)


@kernel
def _repeated_lines(
    data: Bytes, offsets: Ints, table: npt.NDArray[np.uint8], min_lines: int
) -> npt.NDArray[np.float64]:
    shares = np.zeros(len(offsets) - 1, np.float64)
    seen = np.zeros(16, np.uint64)
    for text in range(len(shares)):
        start, end = offsets[text], offsets[text + 1]
        n_feeds = 0
        for at in range(start, end):
            n_feeds += data[at] == 0x0A
        if n_feeds + 1 < min_lines:
            continue
        size = 16
        while size < 2 * (n_feeds + 1):
            size *= 2
        if size > len(seen):
            seen = np.zeros(size, np.uint64)
        seen[:size] = 0
        n_lines = total = repeated = 0
        at = start
        while at < end:
            at, value, n_chars = _line(data, at, end, table)
            if not n_chars:
                continue
            n_lines += 1
            total += n_chars
            slot = np.int64(value & np.uint64(size - 1))
            while seen[slot] and seen[slot] != value:
                slot = (slot + 1) & (size - 1)
            if seen[slot]:
                repeated += n_chars
            seen[slot] = value
        if n_lines >= min_lines:
            shares[text] = repeated / total
    return shares


@kernel
def _line(
    data: Bytes, at: int, end: int, table: npt.NDArray[np.uint8]
) -> tuple[int, np.uint64, int]:
    """Reads a line; returns where the next begins, its hash (not 0), its characters stripped."""
    value = kept = _PRIME
    n = n_kept = 0
    while at < end:
        if data[at] == 0x0A:
            at += 1
            break
        if data[at] < 0x80:
            code, width = np.int64(data[at]), 1
        else:
            code, width = decoded(data, at)
        at += width
        space = table[code] & _SPACE
        if space and n == 0:
            continue
        value = (value ^ np.uint64(code)) * _PRIME
        value ^= value >> np.uint64(29)
        n += 1
        if not space:
            kept, n_kept = value, n
    return at, kept | np.uint64(1), n_kept
