"""Where phone numbers may end: a pass over the digits of texts.

Hyperscan finds them too, and then calls back for each, thousands of times a megabyte.
"""

import numpy as np
import numpy.typing as npt

from datagov.detect.pii.spaces_kernel import Bytes
from datagov.kernel import kernel

Ints = npt.NDArray[np.int64]

_BETWEEN = np.zeros(256, np.bool_)
_BETWEEN[list(b"-xX ()[]./~")] = True
_BETWEEN[0xC2:0xF5] = True
"""First bytes of what may stand between the digits of a number."""


def find_ends(data: bytes, digits: Ints, n_digits: int, most_between: int) -> Ints:
    """Returns the places behind the character behind each block of digits that may end a number.

    Args:
        data: Texts, UTF-8, with a separator behind the last.
        digits: Where digits stand in it, ascending.
        n_digits: How many a number has at least.
        most_between: Characters between two of its digits at most.
    """
    return _ends(np.frombuffer(data, np.uint8), digits, n_digits, most_between)


@kernel
def _ends(data: Bytes, digits: Ints, n_digits: int, most_between: int) -> Ints:
    ends = np.empty(len(digits), np.int64)
    n = 0
    n_joined = 0
    for i in range(len(digits)):
        at = digits[i]
        joins = i > 0 and _joins(data, digits[i - 1] + 1, at, most_between)
        n_joined = n_joined + 1 if joins else 1
        is_last = i + 1 == len(digits) or digits[i + 1] > at + 1
        if is_last and n_joined >= n_digits:
            # Of the character behind only the first byte.
            ends[n] = at + 2
            n += 1
    return ends[:n]


@kernel
def _joins(data: Bytes, start: int, end: int, most: int) -> bool:
    """True if what stands between two digits may stand within a number."""
    # A character has four bytes at most.
    if end - start > 4 * most:
        return False
    n = 0
    for at in range(start, end):
        if data[at] & 0xC0 == 0x80:
            continue
        n += 1
        if n > most or not _BETWEEN[data[at]]:
            return False
    return True
