"""Texts with look-alikes of ASCII replaced one for one, so that byte patterns see them.

Full-width forms, digits of other scripts, the letters that ignoring case makes equal to ASCII ones,
and white space outside ASCII. One code point stays one code point, so that offsets hold in both.
"""

import sys
import unicodedata
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_LETTERS = {"\u017f": "s", "\u212a": "k", "\u0130": "i"}


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
def _worth_folding() -> str:
    """Returns an RE2 class of the characters for whose sake a text is folded.

    Those that can be part of an identifier; most Chinese texts have full-width punctuation.
    """
    codes = [code for code, char in sorted(_table().items()) if char.isalnum() or char in "@+-"]
    ranges: list[list[int]] = []
    for code in codes:
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "[" + "".join(rf"\x{{{a:x}}}-\x{{{b:x}}}" for a, b in ranges) + "]"


def folded(texts: pa.Array) -> pa.Array:
    """Returns the texts folded where that can matter to an identifier, the others untouched."""
    others = pc.invert(pc.string_is_ascii(texts))
    found = pc.match_substring_regex(texts.filter(others), _worth_folding())
    found = pc.replace_with_mask(others, others, found)
    indices = pc.indices_nonzero(found)
    if not len(indices):
        return texts
    new = pa.array([fold(texts[i].as_py()) for i in indices.to_pylist()], texts.type)
    return pc.replace_with_mask(texts, found, new)


def is_changed(texts: pa.Array, after: pa.Array) -> npt.NDArray[np.bool_]:
    """Returns which of `texts` `folded` has changed."""
    if after is texts:
        return np.zeros(len(texts), bool)
    return np.asarray(pc.not_equal(texts, after))


def fold(text: str) -> str:
    """Returns one text folded."""
    return text.translate(_table())
