"""Where matches of a fixed width end: most bytes are passed over unseen."""

import numpy as np
import numpy.typing as npt

from datagov.detect.pii.spaces_kernel import Bytes
from datagov.kernel import kernel

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def find_ends(data: bytes, allowed: Bools, steps: Bytes) -> Ints:
    """Returns the ends of all matches, overlapping ones too, ascending.

    Args:
        data: Any bytes.
        allowed: See `fixed_patterns.FixedPattern`; at least two places.
        steps: See there.
    """
    return _ends(np.frombuffer(data, np.uint8), allowed, steps.reshape(-1))


@kernel
def _ends(data: Bytes, allowed: Bools, steps: Bytes) -> Ints:
    width = len(allowed)
    ends = np.empty(len(data), np.int64)
    n = 0
    last = width - 1
    while last < len(data):
        step = steps[np.int64(data[last - 1]) << 8 | np.int64(data[last])]
        if step > 0:
            last += step
            continue
        place = width - 3
        start = last - width + 1
        while place >= 0 and allowed[place, data[start + place]]:
            place -= 1
        if place < 0:
            ends[n] = last + 1
            n += 1
        last += 1
    return ends[:n]
