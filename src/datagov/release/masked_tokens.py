"""Texts as masked tokens: what two texts are compared by where people look at the comparison.

Of a token stays its shape (see `excerpts`), what sort it is, and a keyed hash: two names of one
shape are told apart, and neither is told. Case counts, white space does not.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import regex

from datagov.release.excerpts import mask

LONGEST_CHARS = 200_000
"""Code points of a text that are looked at."""

LONGEST_TOKEN = 40
"""Code points of a token that are shown."""

NUMBER, CAPITALISED, WORD, CHARACTER, SIGN = SORTS = (
    "number",
    "capitalised",
    "word",
    "character",
    "sign",
)
"""What a token is: with a digit; a word that begins with a capital, as names do; any other word; a
character of a script that parts no words; punctuation or a symbol."""

LINE_END = " ¶ "
"""Stands where a line ends."""

_ALONE = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
_TOKEN = regex.compile(
    rf"(?P<gap>\s+)|(?P<character>{_ALONE}\p{{M}}*)"
    r"|(?P<number>\p{N}+(?:[.,:/-]\p{N}+)*(?![\p{L}\p{M}\p{N}_]))"
    rf"|(?P<word>[[\p{{L}}\p{{N}}_]--{_ALONE}][[\p{{L}}\p{{M}}\p{{N}}_'’]--{_ALONE}]*)"
    r"|(?P<sign>\X)",
    regex.V1,
)
_SHOWN_OF_SIGN = regex.compile(r"[\p{P}\p{S}]")


@dataclass(frozen=True)
class MaskedTokens:
    """The beginning of a text, token by token.

    Attributes:
        shapes: What is shown of each, and of the gap after it.
        sorts: Index into SORTS of each.
        hashes: A keyed hash of each.
        starts: Code points of the text before each.
        whole: Whether this is the whole text.
    """

    shapes: list[str]
    sorts: npt.NDArray[np.int8]
    hashes: npt.NDArray[np.uint64]
    starts: npt.NDArray[np.int32]
    whole: bool


def masked_tokens(text: str, key: bytes) -> MaskedTokens:
    """Returns the tokens of the first LONGEST_CHARS of `text`; in linear time."""
    begin = text[:LONGEST_CHARS]
    masked = mask(begin)
    secret = hashlib.blake2b(b"masked token\0", key=key).digest()
    shapes: list[str] = []
    sorts, hashes, starts = [], [], []
    for each in _TOKEN.finditer(begin):
        token = each.group()
        if each.lastgroup == "gap":
            if shapes:
                shapes[-1] += LINE_END if "\n" in token or "\r" in token else " "
            continue
        sort = _sort(each.lastgroup, token)
        shape = masked[each.start() : each.end()]
        shapes.append(_sign(token) if sort == SIGN else _clipped(shape))
        sorts.append(SORTS.index(sort))
        digest = hashlib.blake2b(token.encode(), key=secret, digest_size=8).digest()
        hashes.append(int.from_bytes(digest, "little"))
        starts.append(each.start())
    return MaskedTokens(
        shapes,
        np.array(sorts, np.int8),
        np.array(hashes, np.uint64),
        np.array(starts, np.int32),
        len(begin) == len(text),
    )


def _sort(group: str | None, token: str) -> str:
    if group != WORD:
        return str(group)
    if any(char.isdigit() for char in token):
        return NUMBER
    return CAPITALISED if token[0].isupper() or token[0].istitle() else WORD


def _sign(token: str) -> str:
    """Returns what can be seen of a sign: no joiner, mark or control character."""
    # What the pattern knows and Python does not is of a later Unicode, and shown by few.
    return _clipped("".join(filter(str.isprintable, _SHOWN_OF_SIGN.findall(token))) or "·")


def _clipped(shape: str) -> str:
    return shape if len(shape) <= LONGEST_TOKEN else shape[: LONGEST_TOKEN - 1] + "…"
