"""White space in UTF-8, as the kernels of this package see it."""

import numpy as np
import numpy.typing as npt

from datagov.kernel import kernel

Bytes = npt.NDArray[np.uint8]

_MAY_BEGIN = np.zeros(256, np.bool_)
_MAY_BEGIN[[*range(0x09, 0x0E), 0x20, 0xC2, 0xE1, 0xE2, 0xE3]] = True
"""Bytes with which white space may begin. A look in the table is a fifth of a call of `space_at`,
and most characters are none."""


@kernel
def space_at(data: Bytes, at: int) -> int:
    """Returns how many bytes the white space that begins here has, 0 if there is none."""
    byte = data[at]
    if byte < 0x80:
        return 1 if byte == 0x20 or 0x09 <= byte <= 0x0D else 0
    if byte == 0xC2:
        return 2 if data[at + 1] == 0x85 or data[at + 1] == 0xA0 else 0
    if byte == 0xE1:
        return 3 if data[at + 1] == 0x9A and data[at + 2] == 0x80 else 0
    if byte == 0xE2:
        last = data[at + 2]
        if data[at + 1] == 0x80:
            return 3 if last <= 0x8A or last == 0xA8 or last == 0xA9 or last == 0xAF else 0
        return 3 if data[at + 1] == 0x81 and last == 0x9F else 0
    if byte == 0xE3:
        return 3 if data[at + 1] == 0x80 and data[at + 2] == 0x80 else 0
    return 0


@kernel
def char_before(data: Bytes, at: int) -> int:
    """Returns where the character begins that ends here."""
    at -= 1
    while data[at] & 0xC0 == 0x80:
        at -= 1
    return at


@kernel
def run_start(data: Bytes, at: int, low: int, most: int) -> tuple[int, int]:
    """Returns where the run without white space begins that ends here, and its characters' number.

    It looks at `most` characters, and no farther than `low`.
    """
    n = 0
    while at > low and n < most:
        before = at - 1
        if data[before] >= 0x80:
            before = char_before(data, at)
        if _MAY_BEGIN[data[before]] and space_at(data, before):
            break
        at = before
        n += 1
    return at, n


@kernel
def run_end(data: Bytes, at: int, high: int) -> int:
    """Returns where the run without white space ends that begins here, no farther than `high`."""
    while at < high and not (_MAY_BEGIN[data[at]] and space_at(data, at)):
        at += 1
    return at
