"""What characters count as when texts are compared: one table to fold them, one to say their kind.

Folding is NFKC_Casefold (Unicode, section 3.13) for one code point at a time, and for Han
characters the simplified form besides, so that a text is equal to itself in traditional writing.
Texts in which neighbours compose, or that hold characters which fall into several tokens, have to
be brought to NFKC before they are folded. Unicode's version is that of Python's `unicodedata`.
"""

import sys
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from datagov.duplicates.composing import APART, irregular, joining

BETWEEN, BLANK, NOTHING, SIGN, CURRENCY, ALONE, WORD, DIGIT = range(8)
"""Kinds: stands between tokens; and is white space; is not there at all; may count where it stands
(see `signs`), and is of money; a token by itself; letter of a word; digit of one. From ALONE on
they are in tokens, from WORD on in words."""

_SIGNS = frozenset("!#%&*+-./<>^|‰‱")
"""Signs beside those of category Sm."""

_NO_SIGNS = (
    (0x3D, 0x3E),
    (0x7E, 0x7F),
    (0x2190, 0x2200),
    (0x2219, 0x221A),
    (0x22C4, 0x22C7),
    (0x25A0, 0x2600),
)
"""Of category Sm, as ranges: arrows, bullets and ornaments, and `=`: what stands before it tells
`!=` from `<=`."""

_SIGN_FORMS = {"−": "-", "–": "-", "⁄": "/", "∕": "/", "∗": "*", "♯": "#", "٪": "%", "٫": "."}
"""Signs that are written in several ways, beyond what NFKC makes one."""

_ALONE = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x2E80, 0x2FDF),  # radicals
    (0x3005, 0x3007),
    (0x3021, 0x3029),
    (0x3040, 0x30FF),  # Kana
    (0x3100, 0x312F),  # Bopomofo
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x1B000, 0x1B16F),
    (0x20000, 0x323AF),
)
"""Scripts that are written without blanks between words, as ranges of code points."""

_HANGUL = (0xAC00, 0xD7A4)

_IGNORED = (
    (0x034F, 0x034F),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFFA0, 0xFFA0),
    (0xE0100, 0xE01EF),
)
"""Default_Ignorable_Code_Point beside category Cf, where assigned: joiners, fillers, selectors."""

EXPANDS = 1 << 24
"""Bit of a folded value that says: the rest is an index into `expansions`."""


@dataclass(frozen=True)
class Characters:
    """Tables over all code points.

    Attributes:
        kind: uint8, one of BETWEEN to DIGIT.
        folded: uint32, the folded code point, or EXPANDS and an index.
        expansions: uint32; at an index the number of code points, then they.
        joining: uint8, flags of `composing`: where texts have to be brought to NFKC first.
    """

    kind: npt.NDArray[np.uint8]
    folded: npt.NDArray[np.uint32]
    expansions: npt.NDArray[np.uint32]
    joining: npt.NDArray[np.uint8]


@lru_cache(maxsize=1)
def characters() -> Characters:
    """Returns the tables, made once per process in some 0.3 s."""
    n = sys.maxunicode + 1
    kind = np.full(n, BETWEEN, np.uint8)
    folded = np.arange(n, dtype=np.uint32)
    flags = joining().copy()
    expansions: list[int] = []
    regular = np.ones(n, bool)
    regular[irregular()] = False
    kind[_HANGUL[0] : _HANGUL[1]] = WORD
    others: list[tuple[int, str]] = []
    for code in irregular():
        char = chr(code)
        normal = unicodedata.normalize("NFKC", char)
        if normal == char:
            kind[code] = _kind(char)
        else:
            others.append((code, normal))
        form = _fold(char)
        if len(form) == 1:
            folded[code] = ord(form)
        elif form:
            folded[code] = EXPANDS | len(expansions)
            expansions += [len(form), *map(ord, form)]
        else:
            kind[code] = NOTHING
    for low, high in _ALONE:
        letters = kind[low : high + 1]
        letters[(letters >= WORD) | ((letters != NOTHING) & regular[low : high + 1])] = ALONE
    for code, normal in others:
        # What is several tokens, such as a mark on a blank or (1) in one sign, is taken apart.
        kinds = {int(kind[ord(each)]) for each in normal}
        if len(normal) > 1 and set(normal) == {"."}:  # An ellipsis is no decimal point.
            kinds = {BETWEEN}
            folded[code] = ord(".")
        kind[code] = kinds.pop() if len(kinds) == 1 else BETWEEN
        if kinds or (SIGN <= kind[code] <= ALONE and len(normal) > 1):
            flags[code] |= APART
    variants = np.arange(n, dtype=np.uint32)
    for old, new in _han_variants():
        variants[old] = new
    for sign, form in _SIGN_FORMS.items():
        variants[ord(sign)] = ord(form)
    single = folded < EXPANDS
    folded[single] = variants[folded[single]]
    return Characters(kind, folded, np.array(expansions or [0], np.uint32), flags)


def _kind(char: str) -> int:
    category = unicodedata.category(char)
    if category[0] in "LMN":
        return DIGIT if category == "Nd" else WORD
    if char.isspace():
        return BLANK
    if char in _SIGNS or char in _SIGN_FORMS:
        return SIGN
    if category == "Sm" and any(ord(char) in range(*each) for each in _NO_SIGNS):
        return BETWEEN
    by_category = {"So": ALONE, "Cf": NOTHING, "Sm": SIGN, "Sc": CURRENCY}
    return by_category.get(category, BETWEEN)


def _fold(char: str) -> str:
    """Returns NFKC_Casefold of one character; what is ignored is nothing."""
    if unicodedata.category(char) == "Cf":
        return ""
    if any(low <= ord(char) <= high for low, high in _IGNORED):
        return ""
    form = unicodedata.normalize("NFKC", char).casefold()
    return unicodedata.normalize("NFKC", form)


def _han_variants() -> list[tuple[int, int]]:
    text = (files(__package__) / "han_variants.txt").read_text("utf-8")
    pairs = (line.split() for line in text.splitlines() if not line.startswith("#"))
    return [(ord(old), ord(new[0])) for new, olds in pairs for old in olds]
