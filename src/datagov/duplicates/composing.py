"""Where the normal form of a text is more than that of its code points one after the other.

Normalising goes code point by code point unless two neighbours compose to one or change places
(Unicode Standard Annex 15, section 9.1). Few texts hold such neighbours, and a kernel finds them.
"""

import sys
import unicodedata
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from datagov.duplicates.words_at_once import behind_ascii
from datagov.kernel import kernel
from datagov.utf8 import Bytes, Ints, decoded, text_buffers

SECOND, LEAD, MARK, END_MARK, APART = 1, 2, 4, 8, 16
"""Flags of a code point: can compose with one before it; can be composed with; begins with a mark
that may change places; ends with one; falls into several tokens when normalised."""

_HANGUL_LV = range(0xAC00, 0xD7A4, 28)
_HANGUL_LEADS = range(0x1100, 0x1113)
_HANGUL_SECONDS = (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3))

_SECOND, _MARK = np.uint8(SECOND), np.uint8(MARK)
_JOINED, _END_MARK, _APART = np.uint8(LEAD | END_MARK), np.uint8(END_MARK), np.uint8(APART)


@lru_cache(maxsize=1)
def joining() -> npt.NDArray[np.uint8]:
    """Returns SECOND, LEAD, MARK and END_MARK of each code point, for NFKC and its case folding."""
    leads, seconds = _composites()
    flags = np.zeros(sys.maxunicode + 1, np.uint8)
    for code in irregular():
        char = chr(code)
        form = unicodedata.normalize("NFKC", char)
        for each in {form, form.casefold()}:
            apart = unicodedata.normalize("NFKD", each)
            if not apart:
                continue
            together = unicodedata.normalize("NFKC", each)
            flags[code] |= (
                SECOND * (apart[0] in seconds)
                | LEAD * (apart[-1] in leads or together[-1] in leads)
                | MARK * bool(unicodedata.combining(apart[0]))
                | END_MARK * bool(unicodedata.combining(apart[-1]))
            )
    flags[_HANGUL_LV] |= LEAD
    return flags


@lru_cache(maxsize=1)
def irregular() -> list[int]:
    """Returns the code points that may change when normalised or folded, and those about them.

    All but Han characters, Hangul syllables, private and unassigned planes: to leave those out
    makes tables ten times faster to make.
    """
    regular = np.zeros(sys.maxunicode + 1, bool)
    for low, high in (
        *((0x3400, 0x4DC0), (0x4E00, 0xA000), (0x20000, 0x2F800), (0x30000, 0x323B0)),
        *((0xAC00, 0xD7A4), (0xD800, 0xF900), (0x323B0, 0xE0000), (0xE0200, sys.maxunicode + 1)),
    ):
        regular[low:high] = True
    return np.flatnonzero(~regular).tolist()


def _composites() -> tuple[set[str], set[str]]:
    """Returns the first and second halves of what composes to a single code point."""
    leads = {chr(code) for code in (*_HANGUL_LEADS, *_HANGUL_LV)}
    seconds = {chr(code) for code in _HANGUL_SECONDS}
    for code in range(0xC0, 0x1D200):
        form = unicodedata.decomposition(chr(code))
        if form and not form.startswith("<"):
            parts = "".join(chr(int(part, 16)) for part in form.split())
            if len(parts) == 2 and unicodedata.normalize("NFC", parts) == chr(code):
                leads.add(parts[0])
                seconds.add(parts[1])
    return leads, seconds


def texts_that_join(texts: pa.Array, flags: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Returns for each text whether it has to be normalised as a whole.

    Args:
        texts: large_string.
        flags: Of each code point; see `joining`.
    """
    data, offsets = text_buffers(texts)
    return _join(data, offsets, flags)


@kernel
def _join(data: Bytes, offsets: Ints, flags: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    found = np.zeros(len(offsets) - 1, np.bool_)
    for text in range(len(found)):
        at = offsets[text]
        end = offsets[text + 1]
        before = np.uint8(0)
        while at < end:
            # ASCII composes with nothing before it.
            if data[at] < 0x80:
                at = behind_ascii(data, at + 1, end)
                before = flags[data[at - 1]]
                continue
            code, width = decoded(data, at)
            this = flags[code]
            if this & _APART or joins(before, this):
                found[text] = True
                break
            before = this
            at += width
    return found


@kernel
def joins(before: np.uint8, this: np.uint8) -> bool:
    """Returns whether code points of these flags compose or change places."""
    return bool((this & _SECOND and before & _JOINED) or (this & _MARK and before & _END_MARK))
