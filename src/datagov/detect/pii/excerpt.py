"""The parts of texts in which digits stand: a fourth of most, and nearly all identifiers.

Hundreds of patterns for numbers are scanned for in these alone, those for long numbers only where
many digits stand close together: in a twentieth of most texts.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from datagov.detect.pii.spaces_kernel import Bytes
from datagov.kernel import kernel

Ints = npt.NDArray[np.int64]

_SEPARATOR = ord("\n")


def places_of_digits(data: bytes) -> Ints:
    """Returns the places of all ASCII digits, ascending."""
    return _digits(np.frombuffer(data, np.uint8))


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
    def around_digits(cls, data: bytes, digits: Ints, n_digits: int, reach: int) -> "Excerpt":
        """Returns what may belong to a match of `reach` bytes that holds `n_digits` digits.

        A byte more before and behind each part is in it, or the part ends with `data`.

        Args:
            data: The whole.
            digits: Where digits stand in it.
            n_digits: At least one.
            reach: Bytes of the widest match.
        """
        array = np.frombuffer(data, np.uint8)
        begins, ends = _parts(digits, n_digits, reach, len(data))
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
def _digits(data: Bytes) -> Ints:
    places = np.empty(len(data), np.int64)
    n = 0
    for at in range(len(data)):
        if 0x30 <= data[at] <= 0x39:
            places[n] = at
            n += 1
    return places[:n]


@kernel
def _parts(digits: Ints, n_digits: int, reach: int, whole: int) -> tuple[Ints, Ints]:
    """Returns where the parts begin and end; none touch."""
    begins = np.empty(len(digits), np.int64)
    ends = np.empty(len(digits), np.int64)
    n = 0
    for last in range(n_digits - 1, len(digits)):
        first = digits[last - n_digits + 1]
        if digits[last] - first >= reach:
            continue
        begin = max(0, digits[last] - reach)
        if n == 0 or begin > ends[n - 1]:
            begins[n] = begin
            n += 1
        ends[n - 1] = min(whole, first + reach + 1)
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
