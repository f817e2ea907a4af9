"""Texts without what does not tell them apart: width, case, composition and white space.

NFKC_Casefold (Unicode, section 3.13) but for characters to be ignored, which stay; and runs of
white space become one blank. A kernel folds by a table of code points; the few texts in which
neighbours compose go the long way.
"""

import sys
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from datagov.duplicates.composing import irregular, joining, joins
from datagov.kernel import kernel
from datagov.utf8 import Bytes, Ints, decoded, encode, text_buffers

_BLANK = ord(" ")
_EXPANDS = np.uint32(1 << 24)
"""Bit of a form that says: the rest is an index into `expansions`."""


def normalise(text: str) -> str:
    """Returns `text` after NFKC, case folding and folding of white space; idempotent.

    Case folding can undo a composition (U+0345), so NFKC comes once more after it.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def normalised(texts: pa.Array) -> pa.Array:
    """Returns `normalise` of each text; large_string in and out, no nulls."""
    data, offsets = text_buffers(texts)
    table = _forms()
    whole, size = _measured(data, offsets, joining(), table.forms, table.expansions)
    out = np.empty(size, np.uint8)
    ends = _folded(data, offsets, whole, table.forms, table.expansions, out)
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(out[: ends[-1]])]
    folded = pa.Array.from_buffers(pa.large_string(), len(texts), buffers)
    if not whole.any():
        return folded
    mask = pa.array(whole)
    long_way = [normalise(text) for text in texts.filter(mask).to_pylist()]
    return pc.replace_with_mask(folded, mask, pa.array(long_way, pa.large_string()))


@dataclass(frozen=True)
class _Forms:
    """What each code point becomes.

    Attributes:
        forms: uint32, a code point, or _EXPANDS and an index; white space of all kinds is a blank.
        expansions: uint32; at an index the number of code points, then they.
    """

    forms: npt.NDArray[np.uint32]
    expansions: npt.NDArray[np.uint32]


@lru_cache(maxsize=1)
def _forms() -> _Forms:
    forms = np.arange(sys.maxunicode + 1, dtype=np.uint32)
    expansions: list[int] = []
    for code in irregular():
        char = chr(code)
        folded = unicodedata.normalize("NFKC", char).casefold()
        form = [
            _BLANK if each.isspace() else ord(each)
            for each in unicodedata.normalize("NFKC", folded)
        ]
        if len(form) == 1:
            forms[code] = form[0]
        else:
            forms[code] = int(_EXPANDS) | len(expansions)
            expansions += [len(form), *form]
    return _Forms(forms, np.array(expansions, np.uint32))


@kernel
def _measured(
    data: Bytes,
    offsets: Ints,
    flags: npt.NDArray[np.uint8],
    forms: npt.NDArray[np.uint32],
    expansions: npt.NDArray[np.uint32],
) -> tuple[npt.NDArray[np.bool_], np.int64]:
    """Returns which texts have to be normalised as a whole, and what the others need at most."""
    whole = np.zeros(len(offsets) - 1, np.bool_)
    size = np.int64(0)
    for text in range(len(whole)):
        at = offsets[text]
        end = offsets[text + 1]
        size += end - at
        before = np.uint8(0)
        while at < end:
            if data[at] < 0x80:
                before = flags[data[at]]
                at += 1
                continue
            code, width = decoded(data, at)
            if joins(before, flags[code]):
                whole[text] = True
                break
            before = flags[code]
            if forms[code] & _EXPANDS:
                size += 4 * np.int64(expansions[np.int64(forms[code] ^ _EXPANDS)])
            elif forms[code] != code:
                size += 4
            at += width
    return whole, size


@kernel
def _folded(
    data: Bytes,
    offsets: Ints,
    skip: npt.NDArray[np.bool_],
    forms: npt.NDArray[np.uint32],
    expansions: npt.NDArray[np.uint32],
    out: Bytes,
) -> Ints:
    """Writes the folded texts to `out`, nothing for those to skip; returns where they end."""
    ends = np.zeros(len(offsets), np.int64)
    n = 0
    for text in range(len(skip)):
        begin = n
        blank = False
        at = offsets[text]
        end = offsets[text] if skip[text] else offsets[text + 1]
        while at < end:
            if data[at] < 0x80:
                form = forms[data[at]]
                at += 1
            else:
                code, width = decoded(data, at)
                form = forms[code]
                at += width
            first = np.int64(0)
            behind = np.int64(1)
            if form & _EXPANDS:
                first = np.int64(form ^ _EXPANDS) + 1
                behind = first + np.int64(expansions[first - 1])
            for i in range(first, behind):
                code = np.int64(expansions[i]) if first else np.int64(form)
                if code == _BLANK:
                    blank = bool(n > begin)
                    continue
                if blank:
                    out[n] = _BLANK
                    n += 1
                    blank = False
                n = encode(code, out, n)
        ends[text + 1] = n
    return ends
