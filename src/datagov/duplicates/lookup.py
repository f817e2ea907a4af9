"""A set of hashes that a kernel asks for millions of times, mostly in vain.

One bit in sixteen of a bitmap answers most questions; the few that are left find their hash in a
sorted array at once, by its leading bits.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from datagov.kernel import kernel

Hashes = npt.NDArray[np.uint64]
Bits = npt.NDArray[np.uint8]
Firsts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Lookup:
    """Different hashes, ascending; `find` gives the index of one.

    Attributes:
        keys: The hashes.
        bits: Bitmap by their leading bits; at least 16 bits for each of them.
        firsts: By still fewer leading bits, the index of the first hash that begins so.
    """

    keys: Hashes
    bits: Bits
    firsts: Firsts

    @classmethod
    def of(cls, keys: Hashes) -> "Lookup":
        """Returns the lookup of different hashes, ascending, whose bits are random."""
        width = max(10, len(keys).bit_length())
        bits = np.zeros(1 << (width + 1), np.uint8)
        place = keys >> np.uint64(60 - width)
        np.bitwise_or.at(
            bits,
            (place >> np.uint64(3)).astype(np.int64),
            np.uint8(1) << (place & np.uint64(7)).astype(np.uint8),
        )
        leading = (keys >> np.uint64(64 - width)).astype(np.int64)
        firsts = np.searchsorted(leading, np.arange((1 << width) + 1)).astype(np.int64)
        return cls(keys, bits, firsts)

    def raw(self) -> tuple[Hashes, Bits, Firsts]:
        """Returns what `find` takes."""
        return self.keys, self.bits, self.firsts


@kernel
def shift_of(firsts: Firsts) -> np.uint64:
    """Returns the number of bits behind the leading ones; what `find` takes as `shift`."""
    width = 0
    while (1 << width) + 1 < len(firsts):
        width += 1
    return np.uint64(64 - width)


@kernel
def find(keys: Hashes, bits: Bits, firsts: Firsts, shift: np.uint64, value: np.uint64) -> int:
    """Returns the index of a hash, or -1."""
    place = value >> (shift - np.uint64(4))
    if not (bits[place >> np.uint64(3)] >> (place & np.uint64(7))) & 1:
        return -1
    leading = np.int64(value >> shift)
    for i in range(firsts[leading], firsts[leading + 1]):
        if keys[i] == value:
            return i
    return -1
