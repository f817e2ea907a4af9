"""UTF-8 in Arrow's buffers, as kernels read and write it."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from datagov.kernel import kernel

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]


def text_buffers(texts: pa.Array) -> tuple[Bytes, Ints]:
    """Returns the bytes of a large_string array, and the n + 1 places where texts begin and end."""
    _, offsets, values = texts.buffers()
    places = np.frombuffer(offsets, np.int64)[texts.offset :][: len(texts) + 1]
    return np.frombuffer(values, np.uint8) if values is not None else np.zeros(0, np.uint8), places


@kernel
def decoded(data: Bytes, at: int) -> tuple[np.int64, int]:
    """Returns the code point that begins at a byte of valid UTF-8 beyond ASCII, and its width."""
    lead = np.int64(data[at])
    if lead < 0xE0:
        return (lead & 0x1F) << 6 | (np.int64(data[at + 1]) & 0x3F), 2
    if lead < 0xF0:
        high = (lead & 0x0F) << 12 | (np.int64(data[at + 1]) & 0x3F) << 6
        return high | (np.int64(data[at + 2]) & 0x3F), 3
    high = (lead & 0x07) << 18 | (np.int64(data[at + 1]) & 0x3F) << 12
    return high | (np.int64(data[at + 2]) & 0x3F) << 6 | (np.int64(data[at + 3]) & 0x3F), 4


@kernel
def encode(code: np.int64, out: Bytes, at: int) -> int:
    """Writes a code point as UTF-8; returns the index behind it."""
    if code < 0x80:
        out[at] = code
        return at + 1
    if code < 0x800:
        out[at] = 0xC0 | code >> 6
        out[at + 1] = 0x80 | code & 0x3F
        return at + 2
    if code < 0x10000:
        out[at] = 0xE0 | code >> 12
        out[at + 1] = 0x80 | code >> 6 & 0x3F
        out[at + 2] = 0x80 | code & 0x3F
        return at + 3
    out[at] = 0xF0 | code >> 18
    out[at + 1] = 0x80 | code >> 12 & 0x3F
    out[at + 2] = 0x80 | code >> 6 & 0x3F
    out[at + 3] = 0x80 | code & 0x3F
    return at + 4
