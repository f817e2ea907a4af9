"""Texts with look-alikes of ASCII replaced one for one, so that byte patterns see them.

Full-width forms, digits of other scripts, the letters that case folding maps to ASCII, and white
space outside ASCII. One code point stays one code point, so that offsets hold in both.
"""

import sys
import unicodedata
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_LETTERS = {"ſ": "s", "K": "k", "ı": "i", "İ": "i"}

# Chinese text is full of these; in no identifier do they stand for something else than a break.
_COMMON = frozenset("\u3000，。、：；！？（）～“”")


@lru_cache(maxsize=1)
def _table() -> dict[int, str]:
    table = {ord(char): ascii_char for char, ascii_char in _LETTERS.items()}
    for code in range(0x80, sys.maxunicode + 1):
        char = chr(code)
        if unicodedata.category(char) == "Nd":
            table[code] = str(unicodedata.digit(char))
        elif char.isspace():
            table[code] = " "
    table |= {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    return {code: char for code, char in table.items() if chr(code) not in _COMMON}


@lru_cache(maxsize=1)
def _ranges() -> tuple[tuple[int, int], ...]:
    """Returns first and last code point of each stretch of characters that are folded."""
    ranges: list[tuple[int, int]] = []
    for code in sorted(_table()):
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1] = (ranges[-1][0], code)
        else:
            ranges.append((code, code))
    return tuple(ranges)


@lru_cache(maxsize=1)
def _re2_class() -> str:
    return "[" + "".join(rf"\x{{{a:x}}}-\x{{{b:x}}}" for a, b in _ranges()) + "]"


@lru_cache(maxsize=1)
def _code_points() -> npt.NDArray[np.uint32]:
    """Returns, for each code point, the one that it is folded to."""
    points = np.arange(sys.maxunicode + 1, dtype=np.uint32)
    for code, char in _table().items():
        points[code] = ord(char)
    return points


def fold(text: str) -> str:
    """Returns `text` with look-alikes replaced; as long as `text` in code points."""
    if text.isascii():
        return text
    points = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    return _code_points()[points].tobytes().decode("utf-32-le")


def folded(texts: pa.Array) -> pa.Array:
    """Returns the texts folded; those without anything to fold are not touched."""
    found = pc.match_substring_regex(texts, _re2_class())
    indices = pc.indices_nonzero(found)
    if not len(indices):
        return texts
    new = pa.array([fold(texts[i].as_py()) for i in indices.to_pylist()], texts.type)
    return pc.replace_with_mask(texts, found, new)
