"""Cuts long texts where a sentence or at least a word ends: models have a longest text."""

from collections.abc import Iterator

import regex

LONGEST = 20_000
"""Code points of a piece, far below spaCy's 1,000,000: memory grows with it, and less context than
this decides an entity."""

_SENTENCE_END = regex.compile(r"[.!?…][\"'”’)\]]*\s+|[。！？।؟]+[”’」』）]*|\n")
_BLANK = regex.compile(r"\s+")
_INSIDE = regex.compile(r"[\p{M}\p{Cf}\p{Emoji_Modifier}]")
"""What belongs to the character before it."""


def pieces(text: str, longest: int = LONGEST) -> Iterator[tuple[int, str]]:
    """Yields the pieces of a text, each with its start in code points; joined they are the text.

    A piece ends behind a sentence in its second half, else behind white space there, else where
    it must, but within no combined character.
    """
    start = 0
    while len(text) - start > longest:
        end = _end(text, start, start + longest)
        yield start, text[start:end]
        start = end
    if start < len(text):
        yield start, text[start:]


def _end(text: str, start: int, end: int) -> int:
    middle = (start + end) // 2
    for boundary in (_SENTENCE_END, _BLANK):
        ends: list[int] = [match.end() for match in boundary.finditer(text, middle, end)]
        if ends:
            return ends[-1]
    at = end
    while at > middle and _INSIDE.match(text, at):
        at -= 1
    return at if at > middle else end
