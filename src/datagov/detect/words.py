"""Counting words of word lists in texts: a kernel over their bytes."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import regex

from datagov.kernel import kernel
from datagov.utf8 import Bytes, Ints, decoded

Floats = npt.NDArray[np.float64]
Words = npt.NDArray[np.uint64]

_PRIME = np.uint64(0x9FB21C651E98DF25)
_APOSTROPHES = (ord("'"), ord("’"))


@dataclass(frozen=True)
class WordLists:
    """Hashed words, each with its groups and a weight in each; words belong to a list each.

    Attributes:
        slots: uint64, an open hash table of words, 0 where empty.
        first: int64, for each slot the first of its entries.
        behind: int64, one past the last.
        groups: int64, of each entry.
        weights: float64, of each entry.
    """

    slots: Words
    first: Ints
    behind: Ints
    groups: Ints
    weights: Floats

    @classmethod
    def of(cls, lists: Sequence[Mapping[str, Sequence[tuple[int, float]]]]) -> "WordLists":
        """Returns the lists; each gives for a word in small letters its groups and weights."""
        entries = [
            (_hashed(word, index), owners)
            for index, words in enumerate(lists)
            for word, owners in words.items()
        ]
        n_slots = 16
        while n_slots < 4 * len(entries):
            n_slots *= 2
        slots = np.zeros(n_slots, np.uint64)
        first, behind = np.zeros(n_slots, np.int64), np.zeros(n_slots, np.int64)
        groups: list[int] = []
        weights: list[float] = []
        for value, owners in entries:
            slot = int(value) & (n_slots - 1)
            while slots[slot]:
                slot = (slot + 1) & (n_slots - 1)
            slots[slot], first[slot] = value, len(groups)
            groups += [group for group, _ in owners]
            weights += [weight for _, weight in owners]
            behind[slot] = len(groups)
        return cls(slots, first, behind, np.array(groups, np.int64), np.array(weights, np.float64))


def count_words(
    data: Bytes, starts: Ints, ends: Ints, which: Ints, lists: WordLists, n_groups: int
) -> tuple[Floats, Ints]:
    """Returns the weight of each group in each text, and how many words each has.

    A word is a run of letters, or two joined by an apostrophe; case does not matter.

    Args:
        data: Bytes of texts in UTF-8.
        starts: First byte of each text.
        ends: One past its last.
        which: The list to look at for each text.
        lists: The words.
        n_groups: More than any group.
    """
    table = (lists.slots, lists.first, lists.behind, lists.groups, lists.weights)
    return _count(data, starts, ends, which, _small(), *table, n_groups)


@lru_cache(maxsize=1)
def _small() -> npt.NDArray[np.uint32]:
    """Returns the small letter of each letter, 0 for all that is none."""
    letters = regex.compile(r"[^\W\d_]")
    small = np.zeros(sys.maxunicode + 1, np.uint32)
    for letter in letters.findall("".join(map(chr, range(sys.maxunicode + 1)))):
        small[ord(letter)] = ord(letter.lower()[0])
    return small


def _hashed(word: str, index: int) -> np.uint64:
    """Returns the hash of a word of one list; what `_count` finds it by."""
    codes = np.array([ord(char) for char in word], np.uint32)
    return np.uint64(_hash(codes, index))


@kernel
def _hash(codes: npt.NDArray[np.uint32], index: int) -> np.uint64:
    value = _start(index)
    for code in codes:
        value = _next(value, np.int64(code))
    return value | np.uint64(1)


@kernel
def _start(index: int) -> np.uint64:
    return np.uint64(index + 1) * _PRIME


@kernel
def _next(value: np.uint64, code: np.int64) -> np.uint64:
    value = (value ^ np.uint64(code)) * _PRIME
    return value ^ (value >> np.uint64(29))


@kernel
def _count(
    data: Bytes,
    starts: Ints,
    ends: Ints,
    which: Ints,
    small: npt.NDArray[np.uint32],
    slots: Words,
    first: Ints,
    behind: Ints,
    groups: Ints,
    weights: Floats,
    n_groups: int,
) -> tuple[Floats, Ints]:
    scores = np.zeros((len(starts), n_groups), np.float64)
    n_words = np.zeros(len(starts), np.int64)
    for text in range(len(starts)):
        at = starts[text]
        end = ends[text]
        while at < end:
            at, value, n_letters = _word(data, at, end, _start(which[text]), small)
            if not n_letters:
                continue
            n_words[text] += 1
            value |= np.uint64(1)
            slot = np.int64(value & np.uint64(len(slots) - 1))
            while slots[slot] and slots[slot] != value:
                slot = (slot + 1) & (len(slots) - 1)
            for entry in range(first[slot], behind[slot]):
                scores[text, groups[entry]] += weights[entry]
    return scores, n_words


@kernel
def _word(
    data: Bytes, at: int, end: int, value: np.uint64, small: npt.NDArray[np.uint32]
) -> tuple[int, np.uint64, int]:
    """Reads a word, or one character that is none; returns where it ends, its hash, its letters."""
    n = 0
    joined = False
    while at < end:
        code, width = _character(data, at)
        letter = np.int64(small[code])
        if letter:
            value = _next(value, letter)
            n += 1
        elif n and not joined and code in _APOSTROPHES and at + width < end:
            after, _ = _character(data, at + width)
            if not small[after]:
                return at + width, value, n
            joined = True
            value = _next(value, code)
        else:
            # What ends a word may be the apostrophe of none, but begins no word itself.
            return at + width, value, n
        at += width
    return at, value, n


@kernel
def _character(data: Bytes, at: int) -> tuple[np.int64, int]:
    if data[at] < 0x80:
        return np.int64(data[at]), 1
    return decoded(data, at)
