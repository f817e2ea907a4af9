"""Signs that change what a text says: `12 + 7` is not `12 * 7`, `C#` not `C`, `$5` not `€5`.

A sign is no token of its own. It becomes part of the token it belongs to, of the one behind it
(`+ 7`, `$5`, `-5`, `!ok`) or of the one before it (`5 %`, `C#`, `C++`), so that a text has as many
tokens with signs as without, and a changed sign weighs as much as a changed word.

The same characters also decorate: bullets, marks of quotations, rules, tags, stars around what is
bold, dashes. Copies of a text often differ in these alone, so a sign counts only where what stands
beside it says that it is one. What a line is does not matter, nor how wide blanks are: texts that
are equal but for white space have equal tokens.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from datagov.duplicates.characters import ALONE, BLANK, CURRENCY, DIGIT, NOTHING, WORD
from datagov.kernel import kernel
from datagov.utf8 import Bytes, decoded

Codes = npt.NDArray[np.uint32]

DECORATES, PREFIX, SUFFIX = range(3)
"""What a sign does: nothing, or it belongs to the token behind it or to the one before it."""

_LONGEST = 3
"""Of one character in a row that is still a sign, as in `>>>`."""

_LONGEST_TAG = 16
"""Letters of the name of a tag that are looked at."""

_EDGE = -1
"""In place of a code point where the text ends: as good as a blank."""

_BANG, _HASH, _AMPERSAND, _STAR = (ord(each) for each in "!#&*")
_PLUS, _MINUS, _POINT, _SLASH, _BACKSLASH = (ord(each) for each in "+-./\\")
_LESS, _EQUAL, _MORE, _POWER = (ord(each) for each in "<=>^")
_SHARES = tuple(ord(each) for each in "%‰‱")
_OPENING = tuple(ord(each) for each in "([{")
_CLOSING = tuple(ord(each) for each in ")]}")
_NEVER_BETWEEN = tuple(ord(each) for each in "!#&-.|")
_BEFORE_MINUS = tuple(ord(each) for each in "([{=,:<>+*/^&|")
_BEFORE_NOT = tuple(ord(each) for each in "([{=,:&|")
_BEHIND_MINUS = tuple(ord(each) for each in "([{.\\_")
_BEHIND_NOT = tuple(ord(each) for each in "([_")
SINGLE = tuple(ord(each) for each in "!#-.")
"""Signs of which two in a row decorate."""

ASSIGNING = tuple(ord(each) for each in "!%&*+-/<>^|")
"""Signs that are operators before `=` whatever else stands there."""


class _Side(NamedTuple):
    """What stands on one side of a sign.

    Attributes:
        kind: Of the nearest code point that is there at all; BLANK where the text ends.
        form: It as folded; _EDGE where the text ends.
        far_kind: Of the nearest one beyond blanks.
        far_form: It as folded.
        far_at: The byte that it begins at, on the left; the byte behind it, on the right.
    """

    kind: int
    form: int
    far_kind: int
    far_form: int
    far_at: int


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
    sign = np.int64(folded[code])
    left = _left(data, start, at, kind, folded)
    if left.form == sign:
        return DECORATES, np.uint64(0), 1
    behind, n, n_points = _run(data, end, at + width, sign, kind, folded)
    if n > _LONGEST:
        return DECORATES, np.uint64(0), 1
    if left.form == _BACKSLASH:  # As `\%`, `\#` and `\$` are written in TeX.
        left = _left(data, start, left.far_at, kind, folded)
    right = _right(data, end, behind, kind, folded)
    value = np.uint64(n) << np.uint64(32) | np.uint64(sign)
    if n > 1 and sign in SINGLE:
        return DECORATES, np.uint64(0), 1
    if right.form == _EQUAL and sign in ASSIGNING and left.far_kind >= ALONE:
        return PREFIX, value | np.uint64(1 << 40), n_points
    does = DECORATES
    if kind[code] == CURRENCY:
        does = _currency(left, right)
    elif sign in _SHARES:
        does = _share(left, right)
    elif sign == _AMPERSAND:
        does = PREFIX if n == 2 else DECORATES
    elif sign == _PLUS:
        does = _plus(left, right)
    elif sign >= 0x80:
        does = PREFIX  # Of category Sm and nothing but signs: ×, ≤, ¬.
    elif n == 1:
        does = _alone(data, start, end, sign, left, right, kind, folded)
    elif sign == _STAR and _is_operand(left) and _is_operand(right):
        does = PREFIX
    if does == DECORATES and _between(data, start, end, sign, left, right, kind):
        does = PREFIX
    return does, value, n_points


@kernel
def _alone(
    data: Bytes,
    start: int,
    end: int,
    sign: int,
    left: _Side,
    right: _Side,
    kind: Bytes,
    folded: Codes,
) -> int:
    """Signs that count if there is one of them."""
    tight = _closes(left) and _opens(right)
    counts = False
    if sign == _POINT:
        number = right.kind == DIGIT and (left.kind == DIGIT or left.kind < ALONE)
        return PREFIX if number and left.form not in _CLOSING else DECORATES
    if sign == _MINUS:
        counts = _is_minus(left, right)
    elif sign == _BANG:
        after = left.kind == BLANK or left.form in _BEFORE_NOT
        negated = right.kind >= WORD or right.kind == CURRENCY or right.form in _BEHIND_NOT
        counts = after and negated
    elif sign == _HASH:
        return SUFFIX if left.kind == WORD and right.kind < WORD else DECORATES
    elif sign == _STAR:
        counts = tight
    elif sign == _SLASH:
        counts = tight and (_is_operand(left) or _is_operand(right))
    elif sign == _POWER:
        counts = _closes(left) and (_opens(right) or right.form in _BEHIND_MINUS)
    elif sign == _LESS:
        counts = right.kind == DIGIT
        if not counts and tight:
            counts = not _is_tag(data, end, right.far_at, True, kind, folded)
    elif sign == _MORE:
        number = right.kind == DIGIT and left.kind < ALONE
        counts = number and (left.kind == BLANK or left.form in _OPENING)
        if not counts and tight:
            counts = not _is_tag(data, start, left.far_at, False, kind, folded)
    return PREFIX if counts else DECORATES


@kernel
def _currency(left: _Side, right: _Side) -> int:
    if right.kind == DIGIT:
        return PREFIX
    if left.far_kind == DIGIT:
        return SUFFIX
    return PREFIX if right.far_kind == DIGIT or right.form == _POINT else DECORATES


@kernel
def _share(left: _Side, right: _Side) -> int:
    """`5 %`, `%5`; between words the sign stands for a remainder."""
    if left.far_kind == DIGIT:
        return SUFFIX
    tight = left.kind >= WORD and right.kind >= WORD
    return PREFIX if tight or (right.kind == DIGIT and left.kind == BLANK) else DECORATES


@kernel
def _plus(left: _Side, right: _Side) -> int:
    """`a+b`, `+5`, `++i`; `C++`, `50+`."""
    opens = right.kind >= ALONE or right.form in _OPENING
    if left.kind >= ALONE or left.form in _CLOSING:
        if opens:
            return PREFIX
        return SUFFIX if left.kind >= WORD else DECORATES
    counts = right.kind >= WORD and (left.kind == BLANK or left.form in _BEFORE_MINUS)
    return PREFIX if counts else DECORATES


@kernel
def _is_minus(left: _Side, right: _Side) -> bool:
    """Whether a hyphen says that what follows is negative; between words and numbers it joins."""
    if left.form == _MINUS or left.kind >= WORD or left.form in _CLOSING:
        return False
    if right.kind == DIGIT or right.kind == CURRENCY:
        return True
    if left.far_form in _BEFORE_MINUS:
        return right.far_kind >= WORD or right.form in _BEHIND_MINUS
    return False


@kernel
def _between(
    data: Bytes, start: int, end: int, sign: int, left: _Side, right: _Side, kind: Bytes
) -> bool:
    """Whether an operator stands free between operands: numbers, single letters, brackets."""
    if left.kind != BLANK or right.kind != BLANK or sign in _NEVER_BETWEEN:
        return False
    one = _is_far_operand(left) or (
        left.far_kind == WORD and not _goes_on(data, start, left.far_at, False, kind)
    )
    other = _is_far_operand(right) or (
        right.far_kind == WORD and not _goes_on(data, end, right.far_at, True, kind)
    )
    return one and other


@kernel
def _is_operand(side: _Side) -> bool:
    return side.kind == DIGIT or side.form in _OPENING or side.form in _CLOSING


@kernel
def _is_far_operand(side: _Side) -> bool:
    return side.far_kind == DIGIT or side.far_form in _OPENING or side.far_form in _CLOSING


@kernel
def _closes(left: _Side) -> bool:
    return left.kind >= WORD or left.form in _CLOSING


@kernel
def _opens(right: _Side) -> bool:
    return right.kind >= WORD or right.form in _OPENING


@kernel
def _goes_on(data: Bytes, bound: int, at: int, ahead: bool, kind: Bytes) -> bool:
    """Returns whether a word goes on beyond the letter that ends or begins at a byte."""
    code, _ = _after(data, bound, at, kind) if ahead else _before(data, bound, at, kind)
    return _kind(code, kind) >= WORD


@kernel
def _is_tag(data: Bytes, bound: int, at: int, ahead: bool, kind: Bytes, folded: Codes) -> bool:
    """Returns whether the word that begins or ends beside `<` or `>` is the name of a tag.

    Args:
        data: UTF-8.
        bound: Where the text ends or begins.
        at: Beyond the first or last letter of the word.
        ahead: Whether to look to the right.
        kind: Of each code point.
        folded: Each code point as folded.
    """
    for _ in range(_LONGEST_TAG):
        code, at = _after(data, bound, at, kind) if ahead else _before(data, bound, at, kind)
        if _kind(code, kind) >= ALONE:
            continue
        form = _form(code, folded)
        if ahead:
            return form in (_MORE, _SLASH) or _kind(code, kind) == BLANK
        return form in (_LESS, _SLASH)
    return False


# Written out, not by `_before` and `_after`: most signs ask for both, and calls cost the most.
@kernel
def _left(data: Bytes, start: int, at: int, kind: Bytes, folded: Codes) -> _Side:
    near = far = _EDGE
    while far < 0 and at > start:
        at -= 1
        code = int(data[at])
        if code >= 0x80:
            while data[at] & 0xC0 == 0x80:
                at -= 1
            code = int(decoded(data, at)[0])
        which = kind[code]
        if which != NOTHING:
            near = code if near < 0 else near
            far = code if which != BLANK else far
    return _side(near, far, at, kind, folded)


@kernel
def _right(data: Bytes, end: int, at: int, kind: Bytes, folded: Codes) -> _Side:
    near = far = _EDGE
    while far < 0 and at < end:
        code = int(data[at])
        width = 1
        if code >= 0x80:
            point, width = decoded(data, at)
            code = int(point)
        at += width
        which = kind[code]
        if which != NOTHING:
            near = code if near < 0 else near
            far = code if which != BLANK else far
    return _side(near, far, at, kind, folded)


@kernel
def _side(near: int, far: int, at: int, kind: Bytes, folded: Codes) -> _Side:
    return _Side(_kind(near, kind), _form(near, folded), _kind(far, kind), _form(far, folded), at)


@kernel
def _run(
    data: Bytes, end: int, at: int, sign: int, kind: Bytes, folded: Codes
) -> tuple[int, int, int]:
    """Returns the byte behind a sign and its equals, how many they are, and their code points."""
    n = n_points = points = 1
    behind = at
    while at < end and n <= _LONGEST:
        code, width = _at(data, at)
        at += width
        points += 1
        if folded[code] == sign:
            n += 1
            n_points = points
            behind = at
        elif kind[code] != NOTHING:
            break
    return behind, n, n_points


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
def _form(code: int, folded: Codes) -> int:
    return int(folded[code]) if code >= 0 else _EDGE


@kernel
def _kind(code: int, kind: Bytes) -> int:
    return int(kind[code]) if code >= 0 else BLANK
