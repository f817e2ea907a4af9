"""White space in UTF-8, as the kernels of this package see it."""

import numpy as np
import numpy.typing as npt

from datagov.kernel import kernel

Bytes = npt.NDArray[np.uint8]


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
