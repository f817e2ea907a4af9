"""Pseudonyms: one value, one stand-in, which is nobody's.

Numbers with a check (cards, identity and phone numbers) keep their shape: each digit becomes
another digit and each letter another letter, until the check of the category refuses the result.
They are drawn without separators and country code, so that one number has one pseudonym in all
its spellings. Phone numbers begin with 000, and their country code is 0: there is no such code
(E.164, 6.1). So a pseudonym can be nobody's number. What no check can refuse (names, passports,
addresses) becomes its category with a word of consonants, and an e-mail address one below
`.invalid`, which RFC 2606 reserves.
"""

import hashlib
import string
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import phonenumbers
import regex

from datagov.detect.pii.refusal import PHONES, is_refused

TRIES = 64
"""Draws before the shape is given up; most checks refuse nine draws in ten."""

N_ZEROS = 3
MOBILE_DIGITS = 11
"""Of a Chinese mobile number without its country code."""

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
    written = unicodedata.normalize("NFKC", value)
    bare = _bare(category, written)
    if any(map(str.isdigit, bare)):
        for attempt in range(TRIES):
            new = "".join(map(_like, bare, draws))
            if category in PHONES or attempt % 2:
                # Where no digit checks the others, what nobody has begins with zeros.
                new = regex.sub(r"\d", "0", new, count=N_ZEROS)
            refused = is_refused(category, new.upper())
            if refused is None:
                break
            if refused and new != bare:
                return _placed(written, new)
    return f"[{category} {word}]"


def _bare(category: str, written: str) -> str:
    """Returns the letters and digits of a value that all its spellings have."""
    if category not in PHONES:
        return "".join(c for c in written if c.isascii() and c.isalnum())
    digits = "".join(c for c in written if c.isascii() and c.isdigit())
    if category == "CN_MOBILE":
        return digits[-MOBILE_DIGITS:]
    try:
        national = str(phonenumbers.parse(written).national_number)
    except phonenumbers.NumberParseException:
        return digits
    return national if digits.endswith(national) else digits


def _placed(written: str, new: str) -> str:
    """Returns what is written with its last letters and digits replaced, and digits before by 0."""
    left = list(new)
    placed = []
    for char in reversed(written):
        if char.isascii() and (char.isdigit() or (char.isalpha() and left and left[-1].isalpha())):
            placed.append(left.pop() if left else "0")
        else:
            placed.append(char)
    return "".join(reversed(placed))


def _like(char: str, number: int) -> str:
    """Returns a letter or digit of the kind of `char`."""
    kinds = (string.digits, string.ascii_lowercase, string.ascii_uppercase)
    kind = next(kind for kind in kinds if char in kind)
    return kind[number % len(kind)]


def _draws(seed: bytes) -> Iterator[int]:
    """Yields numbers below 2^32 that depend on `seed` alone."""
    counter = 0
    while True:
        block = hashlib.sha256(seed + counter.to_bytes(8, "big")).digest()
        yield from (int.from_bytes(block[i : i + 4], "big") for i in range(0, len(block), 4))
        counter += 1
