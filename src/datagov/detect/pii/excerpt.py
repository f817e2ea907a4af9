"""The parts of texts in which digits stand: a fourth of most, and nearly all identifiers.

Hundreds of patterns for numbers are scanned for in these alone.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from datagov.detect.pii.spaces_kernel import Bytes
from datagov.kernel import kernel

Ints = npt.NDArray[np.int64]

_SEPARATOR = ord("\n")


@dataclass(frozen=True)
class Excerpt:
    """Parts of a run of bytes, with a separator behind each.

    Attributes:
        data: The parts.
        starts: int64, offset of each part in `data`, ascending.
        moved: int64, how far before its place in the whole each part lies in `data`.
        whole: The number of bytes of the whole.
    """

    data: bytes = field(repr=False)
    starts: Ints
    moved: Ints
    whole: int

    @classmethod
    def around_digits(cls, data: bytes, reach: int) -> "Excerpt":
        """Returns the bytes of `data` that lie within `reach` of an ASCII digit."""
        array = np.frombuffer(data, np.uint8)
        begins, ends = _parts(array, reach)
        lengths = ends - begins + 1
        starts = np.cumsum(lengths) - lengths
        return cls(_joined(array, begins, ends).tobytes(), starts, begins - starts, len(data))

    def in_whole(self, ends: Ints) -> Ints:
        """Returns where matches in `data` end in the whole."""
        if not len(ends):
            return ends
        part = np.searchsorted(self.starts, ends - 1, side="right") - 1
        return np.asarray(np.minimum(ends + self.moved[part], self.whole))


@kernel
def _parts(data: Bytes, reach: int) -> tuple[Ints, Ints]:
    """Returns where the parts begin and end; none touch."""
    begins = np.empty(len(data) // (reach + 1) + 1, np.int64)
    ends = np.empty(len(begins), np.int64)
    n = 0
    for at in range(len(data)):
        if 0x30 <= data[at] <= 0x39:
            if n == 0 or at - reach > ends[n - 1]:
                begins[n] = max(0, at - reach)
                n += 1
            ends[n - 1] = min(len(data), at + reach + 1)
    return begins[:n], ends[:n]


@kernel
def _joined(data: Bytes, begins: Ints, ends: Ints) -> Bytes:
    result = np.empty(np.sum(ends - begins) + len(begins), np.uint8)
    at = 0
    for i in range(len(begins)):
        for source in range(begins[i], ends[i]):
            result[at] = data[source]
            at += 1
        result[at] = _SEPARATOR
        at += 1
    return result
