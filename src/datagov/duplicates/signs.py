"""Signs that change what a text says: `12 + 7` is not `12 - 7`, `C#` not `C`, `$5` not `€5`.

A sign is no token of its own. It becomes part of the token it belongs to, of the one behind it
(`+ 7`, `$5`, `-5`, `!ok`) or of the one before it (`5 %`, `C#`, `C++`), so that a text has as many
tokens with signs as without, and a changed sign weighs as much as a changed word.

The same characters also decorate: bullets, marks of quotations and changes at the begin of a line,
rules of `====`, dashes, stars around what is bold. Copies of a text often differ in these alone, so
a sign counts only where what stands beside it says that it is one.
"""

import numpy as np
import numpy.typing as npt

from datagov.duplicates.characters import ALONE, CURRENCY, DIGIT, NOTHING, SIGN
from datagov.kernel import kernel
from datagov.utf8 import Bytes, decoded

Codes = npt.NDArray[np.uint32]

DECORATES, PREFIX, SUFFIX = 0, 1, 2
"""What a sign does: nothing, or it belongs to the token behind it or to the one before it."""

_LONGEST = 3
"""Of one character in a row that is still an operator, as in `===`."""

_LOOK_BACK = 8
"""Code points that are looked at before a sign to see whether a line begins there."""

_EDGE = -1
"""In place of a code point where the text ends."""

_BANG, _HASH, _PERCENT, _AMPERSAND, _OPEN, _CLOSE = (ord(each) for each in "!#%&()")
_STAR, _PLUS, _MINUS, _POINT, _SLASH = (ord(each) for each in "*+-./")
_LESS, _EQUAL, _MORE = (ord(each) for each in "<=>")
_PER_MILLE, _PER_MYRIAD = ord("‰"), ord("‱")


@kernel
def sign_at(
    data: Bytes, start: int, end: int, at: int, width: int, kind: Bytes, folded: Codes
) -> tuple[int, np.uint64, int]:
    """Says what a character of kind SIGN or CURRENCY does where it stands.

    Args:
        data: UTF-8.
        start: First byte of the text.
        end: One past its last.
        at: First byte of the character.
        width: Its number of bytes.
        kind: Of each code point; see `characters`.
        folded: Each code point as folded.

    Returns:
        DECORATES, PREFIX or SUFFIX; a number that stands for the sign and for no letter; and how
        many code points belong to it, itself the first: equal ones in a row are one sign.
    """
    code, _ = _at(data, at)
    sign = folded[code]
    left, before = _before(data, start, at, kind)
    if _form(left, folded) == sign:
        return DECORATES, np.uint64(0), 1
    n = 1
    right, behind = _after(data, end, at + width, kind)
    while _form(right, folded) == sign:
        n += 1
        if n > _LONGEST:
            return DECORATES, np.uint64(0), 1
        right, behind = _after(data, end, behind, kind)
    far_left, far_right = left, right
    if sign in (_POINT, _MINUS, _BANG, _HASH):
        does = _close_by(sign, left, right, kind, folded) if n == 1 else DECORATES
    else:
        if _is_blank(left, folded):
            far_left, _ = _before(data, start, before, kind)
        if _is_blank(right, folded):
            far_right, _ = _after(data, end, behind, kind)
        if kind[code] == CURRENCY:
            does = _currency(left, right, far_left, far_right, kind)
        elif sign in (_PERCENT, _PER_MILLE, _PER_MYRIAD):
            does = _share(left, right, far_left, kind, folded)
        elif _ends_line(far_right):
            does = DECORATES
            if sign == _PLUS and _is_word(left, kind):
                does = SUFFIX
        elif _begins_line(data, start, at, kind, folded):
            # A number with its sign may begin a line; else it is a bullet or the like.
            does = DECORATES
            if (sign == _PLUS or sign >= 0x80) and _is_digit(right, kind):
                does = PREFIX
        else:
            does = _operator(sign, n, left, right, kind, folded)
    return does, np.uint64(n) << np.uint64(32) | np.uint64(sign), n


@kernel
def _close_by(sign: int, left: int, right: int, kind: Bytes, folded: Codes) -> int:
    """Points within numbers, minus before them, `!=` and `!ok`, `C#`: nothing lies between."""
    if sign == _POINT:
        return PREFIX if _is_digit(left, kind) and _is_digit(right, kind) else DECORATES
    if sign == _MINUS:
        return PREFIX if _is_digit(right, kind) and not _is_word(left, kind) else DECORATES
    if sign == _BANG:
        negates = _is_word(right, kind) and not _is_word(left, kind)
        return PREFIX if negates or _form(right, folded) == _EQUAL else DECORATES
    return SUFFIX if _is_word(left, kind) and not _is_digit(left, kind) else DECORATES


@kernel
def _currency(left: int, right: int, far_left: int, far_right: int, kind: Bytes) -> int:
    if _is_digit(right, kind):
        return PREFIX
    if _is_digit(left, kind) or _is_digit(far_left, kind):
        return SUFFIX
    return PREFIX if _is_digit(far_right, kind) else DECORATES


@kernel
def _share(left: int, right: int, far_left: int, kind: Bytes, folded: Codes) -> int:
    """`5 %`; elsewhere the sign may stand for a remainder."""
    if _is_digit(left, kind) or _is_digit(far_left, kind):
        return SUFFIX
    blanks = _is_blank(left, folded) and _is_blank(right, folded)
    return PREFIX if blanks or (_is_word(left, kind) and _is_word(right, kind)) else DECORATES


@kernel
def _operator(sign: int, n: int, left: int, right: int, kind: Bytes, folded: Codes) -> int:
    """What may stand between operands: free between blanks, or closely between words."""
    blanks = _is_blank(left, folded) and _is_blank(right, folded)
    closes = _is_word(left, kind) or _form(left, folded) == _CLOSE
    opens = _is_word(right, kind) or _form(right, folded) == _OPEN
    number = _is_digit(left, kind) or _is_digit(right, kind)
    if sign == _AMPERSAND:
        counts = n == 2
    elif sign == _STAR:
        counts = blanks or (closes and opens)
    elif sign == _SLASH:
        brackets = _form(left, folded) == _CLOSE or _form(right, folded) == _OPEN
        counts = blanks or (closes and opens and (number or brackets))
    elif sign == _LESS:
        counts = blanks or (closes and opens) or _form(right, folded) == _EQUAL
    elif sign == _MORE:
        counts = blanks or (closes and opens and number) or _form(right, folded) == _EQUAL
    else:
        if sign == _PLUS and _is_word(left, kind) and not opens:
            return PREFIX if _form(right, folded) == _EQUAL else SUFFIX
        counts = True
    return PREFIX if counts else DECORATES


@kernel
def _begins_line(data: Bytes, start: int, at: int, kind: Bytes, folded: Codes) -> bool:
    """Returns whether nothing but blanks and marks stands before a byte on its line."""
    for _ in range(_LOOK_BACK):
        code, at = _before(data, start, at, kind)
        if _ends_line(code):
            return True
        marks = kind[code] == SIGN and _form(code, folded) != _POINT
        if not (marks or _is_blank(code, folded)):
            return False
    return False


@kernel
def _at(data: Bytes, at: int) -> tuple[np.int64, int]:
    if data[at] < 0x80:
        return np.int64(data[at]), 1
    return decoded(data, at)


@kernel
def _before(data: Bytes, start: int, at: int, kind: Bytes) -> tuple[np.int64, int]:
    """Returns the code point before a byte that is not NOTHING, and where it begins."""
    while at > start:
        at -= 1
        while data[at] & 0xC0 == 0x80:
            at -= 1
        code, _ = _at(data, at)
        if kind[code] != NOTHING:
            return code, at
    return np.int64(_EDGE), start


@kernel
def _after(data: Bytes, end: int, at: int, kind: Bytes) -> tuple[np.int64, int]:
    """Returns the code point from a byte on that is not NOTHING, and the byte behind it."""
    while at < end:
        code, width = _at(data, at)
        at += width
        if kind[code] != NOTHING:
            return code, at
    return np.int64(_EDGE), end


@kernel
def _form(code: int, folded: Codes) -> np.int64:
    return np.int64(folded[code]) if code >= 0 else np.int64(_EDGE)


@kernel
def _is_word(code: int, kind: Bytes) -> bool:
    return code >= 0 and kind[code] >= ALONE


@kernel
def _is_digit(code: int, kind: Bytes) -> bool:
    return code >= 0 and kind[code] == DIGIT


@kernel
def _is_blank(code: int, folded: Codes) -> bool:
    return code == 0x09 or _form(code, folded) == 0x20


@kernel
def _ends_line(code: int) -> bool:
    return code < 0 or 0x0A <= code <= 0x0D or code == 0x85 or code == 0x2028 or code == 0x2029
