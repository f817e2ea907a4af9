"""Eight bytes of a text at a time: how many begin with ASCII letters and digits, and these folded.

Most bytes of most texts are such, and a step for eight of them saves seven.
Each of the eight is looked at in its own byte of a 64-bit integer (Lamport 1975, "Multiple byte
processing with full-word instructions"). All functions are inlined: a call would cost more.
"""

from typing import Any

import numba
import numpy as np
from numba.extending import intrinsic

from datagov.utf8 import Bytes

SIZE = 8
"""Bytes that are looked at together."""

_ONES = np.uint64(0x0101010101010101)
_HIGH = np.uint64(0x8080808080808080)
_LOW = np.uint64(0x7F7F7F7F7F7F7F7F)
_CASE = np.uint64(0x2020202020202020)
# Added to a byte below 0x80 they set its highest bit from a character on.
_FROM_0, _BEYOND_9 = (np.uint64(0x80 - code) * _ONES for code in (0x30, 0x3A))
_FROM_A, _BEYOND_Z = (np.uint64(0x80 - code) * _ONES for code in (0x61, 0x7B))


@intrinsic
def _trailing_zeros(_context: Any, value: Any) -> Any:
    """Returns the number of 0 bits below the lowest 1 of a uint64 that is not 0."""

    def code(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.cttz(args[0], context.get_constant(numba.types.boolean, 1))

    return numba.types.uint64(numba.types.uint64), code


@numba.njit(inline="always")
def eight(data: Bytes, at: int) -> np.uint64:
    """Returns eight bytes, the first one lowest; the compiler makes it one load."""
    first = np.uint64(at)
    low = (
        np.uint64(data[first])
        | np.uint64(data[first + np.uint64(1)]) << np.uint64(8)
        | np.uint64(data[first + np.uint64(2)]) << np.uint64(16)
        | np.uint64(data[first + np.uint64(3)]) << np.uint64(24)
    )
    return (
        low
        | np.uint64(data[first + np.uint64(4)]) << np.uint64(32)
        | np.uint64(data[first + np.uint64(5)]) << np.uint64(40)
        | np.uint64(data[first + np.uint64(6)]) << np.uint64(48)
        | np.uint64(data[first + np.uint64(7)]) << np.uint64(56)
    )


@numba.njit(inline="always")
def leading_word(chunk: np.uint64) -> tuple[np.uint64, np.int64]:
    """Returns the letters and digits of ASCII that eight bytes begin with, and how many they are.

    They are in lower case, and bytes behind them are 0.
    """
    lower = (chunk | _CASE) & _LOW
    letters = (lower + _FROM_A) & ~(lower + _BEYOND_Z) & _HIGH
    bare = chunk & _LOW
    digits = (bare + _FROM_0) & ~(bare + _BEYOND_9) & _HIGH
    others = (~(letters | digits) | chunk) & _HIGH
    folded = chunk | (letters >> np.uint64(2))
    if others == np.uint64(0):
        return folded, np.int64(SIZE)
    first = _trailing_zeros(others)
    before = (np.uint64(1) << (first - np.uint64(7))) - np.uint64(1)
    return folded & before, np.int64(first >> np.uint64(3))


@numba.njit(inline="always")
def behind_ascii(data: Bytes, at: int, end: int) -> int:
    """Returns the first byte from `at` on that is not ASCII, or `end`."""
    while at + SIZE <= end:
        others = eight(data, at) & _HIGH
        if others:
            return at + int(_trailing_zeros(others) >> np.uint64(3))
        at += SIZE
    while at < end and data[at] < 0x80:
        at += 1
    return at
