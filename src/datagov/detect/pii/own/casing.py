"""Letters that differ in case alone written alike, one code point for one.

Two characters are written alike where the `regex` package takes them for one another when it
ignores case; only the dotless i, which it takes for I but not for i, stays by itself.
"""

import itertools
import math
import sys
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_LAST_CASED = 0x1FFFF
"""No letter beyond has another case."""

_ODD = {"İ": "i", "ı": "ı", "\u1fd3": "\u0390", "\u1fe3": "\u03b0", "\ufb05": "\ufb06"}


def fold_case(text: str) -> str:
    """Returns `text` with letters of either case written alike; its length stays."""
    return text.lower() if text.isascii() else text.translate(_table())


def n_spellings(text: str) -> int:
    """Returns in how many ways `text`, already folded, can be written, but for case in ASCII."""
    return 1 if text.isascii() else math.prod(len(_written(char)) for char in text)


def spellings(text: str) -> Iterator[str]:
    """Yields all ways in which `text`, already folded, can be written, but for case in ASCII."""
    if text.isascii():
        yield text
    else:
        yield from map("".join, itertools.product(*map(_written, text)))


def case_folded(texts: pa.Array) -> pa.Array:
    """Returns the texts with letters outside ASCII folded, ASCII as it stands."""
    found = pc.match_substring_regex(texts, _worth_folding())
    indices = pc.indices_nonzero(found)
    if not len(indices):
        return texts
    new = pa.array([_folded(texts[i].as_py()) for i in indices.to_pylist()], texts.type)
    return pc.replace_with_mask(texts, found, new)


def _folded(text: str) -> str:
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    return _codes()[codes].tobytes().decode("utf-32-le")


@lru_cache(maxsize=1)
def _table() -> dict[int, str]:
    """Returns for each character that is not written as it is how it is written."""
    table = {}
    for char in map(chr, range(_LAST_CASED + 1)):
        upper = char.upper() if len(char.upper()) == 1 else char
        lower = upper.lower() if len(upper.lower()) == 1 else upper
        folded = _ODD.get(char, lower)
        if folded != char:
            table[ord(char)] = folded
    return table


@lru_cache(maxsize=1)
def _codes() -> npt.NDArray[np.uint32]:
    """Returns the table as an array over all code points; ASCII stays."""
    codes = np.arange(sys.maxunicode + 1, dtype=np.uint32)
    for code, folded in _table().items():
        if code > 127:
            codes[code] = ord(folded)
    return codes


def _written(char: str) -> str:
    """Returns the characters that are folded to one outside ASCII; one in ASCII by itself."""
    return _sources().get(char, char)


@lru_cache(maxsize=1)
def _sources() -> dict[str, str]:
    sources: dict[str, str] = {}
    for code, folded in _table().items():
        if not folded.isascii():
            sources[folded] = sources.get(folded, folded) + chr(code)
    return sources


@lru_cache(maxsize=1)
def _worth_folding() -> str:
    """Returns an RE2 class of the characters outside ASCII that are not written as they are."""
    codes = sorted(code for code in _table() if code > 127)
    runs = itertools.groupby(enumerate(codes), key=lambda pair: pair[1] - pair[0])
    bounds = [[code for _, code in run] for _, run in runs]
    return "[" + "".join(rf"\x{{{run[0]:x}}}-\x{{{run[-1]:x}}}" for run in bounds) + "]"
