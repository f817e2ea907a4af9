"""Texts with look-alikes of ASCII replaced one for one, so that byte patterns see them.

Full-width forms, digits of other scripts, the letters that ignoring case makes equal to ASCII ones,
the Roman ten that stands for the X of an identity card, and white space outside ASCII. One
code point stays one code point, so that offsets hold in both.
"""

import sys
import unicodedata
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_LETTERS = {"\u017f": "s", "\u212a": "k", "\u0130": "i", "\u2169": "X", "\u2179": "x"}


@lru_cache(maxsize=1)
def _table() -> dict[int, str]:
    table = {ord(char): ascii_char for char, ascii_char in _LETTERS.items()}
    for code in range(0x80, sys.maxunicode + 1):
        char = chr(code)
        if unicodedata.category(char) == "Nd":
            table[code] = str(unicodedata.digit(char))
        elif char.isspace():
            table[code] = " "
    return table | {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}


@lru_cache(maxsize=1)
def _worth_folding() -> npt.NDArray[np.bool_]:
    """Returns for each code point whether for its sake a text is folded.

    It is for what can be part of an identifier; most Chinese texts have full-width punctuation.
    """
    members = np.zeros(sys.maxunicode + 1, bool)
    members[[code for code, char in _table().items() if char.isalnum() or char in "@+-"]] = True
    return members


def folded(texts: pa.Array) -> pa.Array:
    """Returns the texts folded where that can matter to an identifier, the others untouched.

    Args:
        texts: `large_string`, no nulls.
    """
    # numba takes a second to import.
    from datagov.detect.pii.folding_kernel import holds_any
    from datagov.utf8 import text_buffers

    found = holds_any(*text_buffers(texts), _worth_folding())
    if not found.any():
        return texts
    new = pa.array([fold(texts[i].as_py()) for i in np.flatnonzero(found).tolist()], texts.type)
    return pc.replace_with_mask(texts, pa.array(found), new)


def is_changed(texts: pa.Array, after: pa.Array) -> npt.NDArray[np.bool_]:
    """Returns which of `texts` `folded` has changed."""
    if after is texts:
        return np.zeros(len(texts), bool)
    return np.asarray(pc.not_equal(texts, after))


def fold(text: str) -> str:
    """Returns one text folded."""
    return text.translate(_table())
