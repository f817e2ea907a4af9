"""Pseudonyms: one value, one stand-in, which is nobody's.

Numbers with a check (cards, identity, account and phone numbers) keep their shape: each digit
becomes another digit and each letter another letter, until the check of the category refuses the
result. Phone numbers begin with a country code of 0, since a random one could be somebody's. So a
pseudonym can be nobody's number. What no check can refuse (names, passports, addresses) becomes its
category with a word of consonants, and an e-mail address one below `.invalid`, which RFC 2606
reserves.
"""

import hashlib
import string
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import regex

from datagov.detect.pii.refusal import PHONES, is_refused

TRIES = 64
"""Draws before the shape is given up; most checks refuse nine draws in ten."""

_CONSONANTS = "bcdfghjkmnpqrstvwxz"
"""A word of these is no number, no word of a language, and nothing that a detector looks for."""

_WORD_LENGTH = 12


@lru_cache(maxsize=1 << 16)
def pseudonym(category: str, value: str, seed: bytes) -> str:
    """Returns the pseudonym of a value.

    Args:
        category: Of the finding.
        value: As it stands in the text; spellings that differ in separators keep theirs.
        seed: 32 bytes that are equal for equal values and that nobody can guess.
    """
    draws = _draws(seed)
    word = "".join(_CONSONANTS[next(draws) % len(_CONSONANTS)] for _ in range(_WORD_LENGTH))
    if category == "EMAIL_ADDRESS":
        return f"{word}@pseudonym.invalid"
    if any(c.isdigit() for c in value):
        for _ in range(TRIES):
            candidate = "".join(_like(c, draws) for c in unicodedata.normalize("NFKC", value))
            if category in PHONES:
                candidate = _undiallable(candidate)
            refused = is_refused(category, candidate)
            if refused is None:
                break
            if refused and candidate != value:
                return candidate
    return f"[{category} {word}]"


def _undiallable(number: str) -> str:
    """Returns a phone number whose country code would be 0, which none is (E.164, 6.1)."""
    zeros = 1 if number.startswith("+") else 3
    undiallable: str = regex.sub(r"\d", "0", number, count=zeros)
    return undiallable


def _like(char: str, draws: Iterator[int]) -> str:
    if not char.isascii():
        return char
    for kind in (string.digits, string.ascii_lowercase, string.ascii_uppercase):
        if char in kind:
            return kind[next(draws) % len(kind)]
    return char


def _draws(seed: bytes) -> Iterator[int]:
    """Yields numbers below 2^32 that depend on `seed` alone."""
    counter = 0
    while True:
        block = hashlib.sha256(seed + counter.to_bytes(8, "big")).digest()
        yield from (int.from_bytes(block[i : i + 4], "big") for i in range(0, len(block), 4))
        counter += 1
