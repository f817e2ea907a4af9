"""Where health-insurance numbers may end: a pass over the digits of texts."""

import numpy as np
import numpy.typing as npt

from datagov.detect.pii.spaces_kernel import Bytes
from datagov.kernel import kernel

Ints = npt.NDArray[np.int64]

_HYPHEN = ord("-")
_MIN_PART, _MAX_PART = 5, 19
"""Letters and digits of the last part of a match; letters and a hyphen may stand before it."""


def find_ends(data: bytes, digits: Ints) -> Ints:
    """Returns the ends of parts of a fitting length that stand before a digit of the same run.

    A run is of letters, digits and hyphens of ASCII, a part of it without hyphens.

    Args:
        data: Texts, UTF-8.
        digits: Where digits stand in it, ascending.
    """
    return _ends(np.frombuffer(data, np.uint8), digits)


@kernel
def _is_digit(byte: int) -> bool:
    return 0x30 <= byte <= 0x39


@kernel
def _is_part(byte: int) -> bool:
    return _is_digit(byte) or 0x61 <= byte | 0x20 <= 0x7A


@kernel
def _ends(data: Bytes, digits: Ints) -> Ints:
    ends = np.empty(len(data) // _MIN_PART + 1, np.int64)
    n = 0
    done = 0
    for digit in digits:
        if digit < done:
            continue
        at = digit
        while at > done and (_is_part(data[at - 1]) or data[at - 1] == _HYPHEN):
            at -= 1
        # All parts that begin before this digit; of the others a later digit may tell.
        while at <= digit:
            start = at
            while at < len(data) and _is_part(data[at]):
                at += 1
            if _MIN_PART <= at - start <= _MAX_PART:
                ends[n] = at
                n += 1
            at += 1
        done = at - 1
    return ends[:n]
