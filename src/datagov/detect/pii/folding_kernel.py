"""Which texts hold one of a set of characters."""

import numpy as np
import numpy.typing as npt

from datagov.kernel import kernel
from datagov.utf8 import Bytes, Ints, decoded

Bools = npt.NDArray[np.bool_]


@kernel
def holds_any(data: Bytes, offsets: Ints, members: Bools) -> Bools:
    """Returns for each text whether it holds a character of a set beyond ASCII.

    Args:
        data: Valid UTF-8.
        offsets: The n + 1 places where texts begin and end.
        members: For each code point whether it is in the set.
    """
    found = np.zeros(len(offsets) - 1, np.bool_)
    for text in range(len(found)):
        at = offsets[text]
        end = offsets[text + 1]
        while at < end:
            if data[at] < 0x80:
                at += 1
                continue
            code, width = decoded(data, at)
            if members[code]:
                found[text] = True
                break
            at += width
    return found
