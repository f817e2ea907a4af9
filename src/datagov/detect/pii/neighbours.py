"""Which characters beside an identifier are part of it, and which merely touch it."""

import regex

BLANKLESS = (
    r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Bopomofo}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
    r"\u3005-\u3007\u30fc"
)
"""What a class holds of letters that are written without blanks between words.

A number beside such a letter is no part of a word.
"""

_IS_BLANKLESS = regex.compile(f"[{BLANKLESS}]")
_HIDDEN = regex.compile(rf"[{BLANKLESS}][!-~]|[!-~][{BLANKLESS}]")


def hides(text: str, start: int, stop: int) -> bool:
    """True if in the stretch an ASCII character touches a letter of a script without blanks."""
    return _HIDDEN.search(text, start, stop) is not None


def holds_blankless(text: str, start: int, end: int) -> bool:
    """True if the stretch holds a letter of a script without blanks."""
    return _IS_BLANKLESS.search(text, start, end) is not None


def touches_blankless(text: str, start: int, end: int) -> bool:
    """True if the character before or after a span is a letter of a script without blanks."""
    return holds_blankless(text, max(0, start - 1), start) or holds_blankless(text, end, end + 1)


def stands_free(text: str, start: int, end: int) -> bool:
    """True if no letter or digit of a script with blanks stands beside a span."""
    return not (_joins(text[start - 1 : start]) or _joins(text[end : end + 1]))


def _joins(char: str) -> bool:
    return bool(char) and (char.isalnum() or char == "_") and not _IS_BLANKLESS.match(char)
