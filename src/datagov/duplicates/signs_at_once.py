"""What the bytes beside an ASCII sign tell of it at once: most signs do nothing.

The rules are those of `signs`, looked up in a table by the classes of both neighbours; where a rule
needs more than these, the sign is left to `signs`. Both functions are inlined: a call for each sign
would cost more than the look.
"""

import numba
import numpy as np

from datagov.duplicates.signs import ASSIGNING, DECORATES, PREFIX, SINGLE
from datagov.utf8 import Bytes

UNSURE = 3
"""Beside what a sign does: the neighbours do not tell."""

_RULED = "!#&*+-./<>^|"
"""Signs that one look at what stands right beside them tells most of."""

SPACE, LETTER, NUMBER, OPEN, CLOSE, EQUALS, BACKSLASH, MONEY, JOINER, OTHER = range(10)
"""Classes of ASCII characters that stand beside signs."""

_N_CLASSES = 10


def _verdicts() -> Bytes:
    """Returns by sign and classes of its ASCII neighbours what it does, as far as they tell."""
    found = np.full((128, _N_CLASSES, _N_CLASSES), UNSURE, np.uint8)
    for sign in map(ord, _RULED):
        for left in range(_N_CLASSES):
            for right in range(_N_CLASSES):
                assigns = right == EQUALS and sign in ASSIGNING
                if left != BACKSLASH and not assigns:
                    found[sign, left, right] = _verdict(chr(sign), left, right)
    return found


def _verdict(sign: str, left: int, right: int) -> int:
    """Returns what a single sign does between characters of two classes."""
    closes, opens = left in (LETTER, NUMBER, CLOSE), right in (LETTER, NUMBER, OPEN)
    tight = closes and opens
    free = left == SPACE and right == SPACE
    letters = left == LETTER and right == LETTER
    counts, may_count = {
        ".": (right == NUMBER and left not in (LETTER, CLOSE), False),
        "-": (not closes and right in (NUMBER, MONEY), not closes),
        "!": (False, not closes and right not in (SPACE, OTHER, CLOSE)),
        "#": (False, left == LETTER and right not in (LETTER, NUMBER)),
        "*": (tight, free),
        "/": (tight and not letters, free),
        "<": (right == NUMBER, free or tight),
        ">": (False, free or tight or right == NUMBER),
        "^": (tight, free or closes),
        "+": (tight, True),
        "&": (False, False),
        "|": (False, False),
    }[sign]
    if counts:
        return PREFIX
    return UNSURE if may_count else DECORATES


@numba.njit(inline="always")
def does_at_once(data: Bytes, start: int, end: int, at: int) -> int:
    """Returns what an ASCII sign does if the bytes beside it tell, as most do, or UNSURE.

    Args:
        data: UTF-8.
        start: First byte of the text.
        end: One past its last.
        at: The byte of the sign.
    """
    sign = data[at]
    left = data[at - 1] if at > start else np.uint8(0x20)
    right = data[at + 1] if at + 1 < end else np.uint8(0x20)
    if left == sign or (right == sign and _IS_SINGLE[sign]):
        return DECORATES
    if not _IS_RULED[sign] or left >= 0x80 or right >= 0x80 or right == sign:
        return UNSURE
    verdict = _VERDICTS[sign, _CLASSES[left], _CLASSES[right]]
    # A bullet: what follows is a word, and so no operand.
    free = verdict == UNSURE and _CLASSES[left] == SPACE and right == 0x20
    if free and sign != ord("-") and at + 3 < end:
        one, other = data[at + 2], data[at + 3]
        if one < 0x80 and other < 0x80 and _CLASSES[one] == _CLASSES[other] == LETTER:
            return DECORATES
    return int(verdict)


@numba.njit(inline="always")
def single(sign: int) -> np.uint64:
    """Returns the number that stands for a sign that stands alone, as `sign_at` does."""
    return np.uint64(1) << np.uint64(32) | np.uint64(sign)


def _classes() -> Bytes:
    """Returns the class of each ASCII character."""
    found = np.full(128, OTHER, np.uint8)
    for code in range(128):
        char = chr(code)
        if char.isspace():
            found[code] = SPACE
        elif char.isalpha():
            found[code] = LETTER
        elif char.isdigit():
            found[code] = NUMBER
    by_class = {OPEN: "([{", CLOSE: ")]}", EQUALS: "=", BACKSLASH: "\\", MONEY: "$", JOINER: "_"}
    for which, chars in by_class.items():
        found[[ord(char) for char in chars]] = which
    return found


_CLASSES = _classes()
_VERDICTS = _verdicts()
_IS_RULED = np.isin(np.arange(128), [ord(sign) for sign in _RULED])
_IS_SINGLE = np.isin(np.arange(128), SINGLE)
