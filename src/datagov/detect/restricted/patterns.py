"""Names and words as byte patterns for the multi-pattern scanner."""

import re

_GAP = r"(?:[ _\x2d\t\n\r]|\xc2\xa0|\xe2\x80[\x90-\x95\xaf]|\xe3\x80\x80)"
_HYPHENS = "-‐‑‒–—"
_SHOUTED = re.compile(r"[A-Z0-9 \-/]{1,6}s?")


def name_pattern(form: str, plural: bool) -> str:
    """Returns the pattern of a name, as typed by people.

    Blanks and hyphens are alike, a hyphen may be missing, ends in ASCII letters or digits are
    word ends. Letters outside ASCII are spelt in both cases, as byte mode folds ASCII only.

    Args:
        form: The name.
        plural: An `s` may follow.
    """
    return (
        _edge(form[0])
        + _body(form)
        + ("s?" if plural and form[-1].isalpha() else "")
        + (_edge(form[-1]))
    )


def number_pattern(cas: str) -> str:
    """Returns the pattern of a CAS number: its three parts, joined by any hyphen."""
    hyphen = r"(?:\x2d|\xe2\x80[\x90-\x95]|\xe2\x88\x92)"
    return r"\b" + hyphen.join(cas.split("-")) + r"\b"


def word_pattern(word: str) -> str:
    """Returns the pattern of a word of context.

    A final `*` lets the word go on; an initial `^` asks for the start of a sentence.
    """
    body = word.removeprefix("^").removesuffix("*")
    # What precedes the first word of a sentence; the buffer has a line feed before each text.
    before = r"[\n.!?:;\x22\x27(\-\xbf\x82] {0,2}" if word.startswith("^") else _edge(body[0])
    return before + _body(body) + ("" if word.endswith("*") else _edge(body[-1]))


def is_case_sensitive(form: str) -> bool:
    """True for short names in capitals (VX, UDMH), which in small letters are something else."""
    return bool(_SHOUTED.fullmatch(form)) and any(char.isupper() for char in form)


def _edge(char: str) -> str:
    return r"\b" if char.isascii() and char.isalnum() else ""


def _body(form: str) -> str:
    return "".join(_piece(piece) for piece in re.split(rf"([ {_HYPHENS}]+)", form) if piece)


def _piece(piece: str) -> str:
    if piece.isspace():
        return _GAP + "{1,2}"
    if piece[0] in _HYPHENS:
        return _GAP + "{0,2}"
    return "".join(_bytes_of(char) for char in piece)


def _bytes_of(char: str) -> str:
    if char.isascii():
        return char if char.isalnum() else rf"\x{ord(char):02x}"
    spellings = dict.fromkeys((char, char.lower(), char.upper()))
    encoded = ["".join(rf"\x{b:02x}" for b in s.encode()) for s in spellings if len(s) == 1]
    return encoded[0] if len(encoded) == 1 else f"(?:{'|'.join(encoded)})"
