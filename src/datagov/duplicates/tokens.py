"""Texts as sequences of token hashes: words where blanks part them, characters where none do.

Compiled kernels over Arrow's own buffers that release the GIL; see `characters` for what a token
is, and `signs` for what becomes part of one. A token's hash depends on a secret seed, since a text
of one word could else be guessed from it.
"""

import hashlib
import hmac
import unicodedata
from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from datagov.corpus.batch import Cells
from datagov.duplicates.characters import (
    ALONE,
    EXPANDS,
    NOTHING,
    SIGN,
    WORD,
    Characters,
    characters,
)
from datagov.duplicates.composing import texts_that_join
from datagov.duplicates.signs import PREFIX, SUFFIX, sign_at
from datagov.duplicates.signs_at_once import UNSURE, does_at_once, single
from datagov.duplicates.words_at_once import SIZE, eight, leading_word
from datagov.kernel import kernel
from datagov.utf8 import Bytes, Ints, decoded, text_buffers

CHARS_PER_WORD = 4
"""Tokens of one character that weigh as much as one word."""

_MIX = np.uint64(0xD6E8FEB86659FD93)
_EXPANDS = np.uint32(EXPANDS)
_BEYOND_ASCII = np.uint64(1 << 40)
"""Tells a code point from a run of letters of ASCII, none of which is 0."""


@dataclass(frozen=True)
class Buffers:
    """Texts of records as one run of bytes, ready for the kernels.

    Attributes:
        data: UTF-8 of all texts, composed (NFKC) where folding by code point asks for it.
        starts: First byte of each text.
        ends: One past its last.
        records: n + 1 indices: the texts of record i are `records[i]:records[i + 1]`.
    """

    data: Bytes
    starts: Ints
    ends: Ints
    records: Ints

    @classmethod
    def of(cls, cells: Cells, n_rows: int) -> "Buffers":
        """Returns the texts of `n_rows` records."""
        texts = _composed(cells.text.cast(pa.large_string()))
        data, offsets = text_buffers(texts)
        counts = np.bincount(cells.row.to_numpy(), minlength=n_rows)
        records = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return cls(data, offsets[:-1].copy(), offsets[1:].copy(), records)

    @property
    def tokens_at_most(self) -> Ints:
        """Of each text, how many tokens it has at most.

        Between two words of one byte stands one byte, or a character alone, of two or more: `a©a`.
        """
        return 2 * (self.ends - self.starts) // 3 + 1

    @property
    def max_tokens(self) -> int:
        """No record has more tokens than this."""
        sums = np.concatenate([[0], np.cumsum(self.tokens_at_most)])
        per_record = sums[self.records[1:]] - sums[self.records[:-1]]
        return int(per_record.max(initial=0))


def seed_of(key: bytes, purpose: bytes) -> np.uint64:
    """Returns the secret 64 bits that hashes for one purpose depend on."""
    digest = hmac.digest(key, b"tokens\0" + purpose, hashlib.sha256)
    return np.uint64(int.from_bytes(digest[:8], "little") | 1)


def _composed(texts: pa.Array) -> pa.Array:
    """Returns `texts`, those composed that hold characters which join with the one before."""
    needs = texts_that_join(texts, characters().joining)
    if not needs.any():
        return texts
    mask = pa.array(needs)
    composed = [_nfkc(text) for text in texts.filter(mask).to_pylist()]
    return pc.replace_with_mask(texts, mask, pa.array(composed, pa.large_string()))


def _nfkc(text: str) -> str:
    """Returns a text composed, line by line: of a long one most need nothing.

    A line break joins with nothing. Arrow's own utf8_normalize leaves e + U+0301 as it is.
    """
    return "\n".join(
        line if line.isascii() else unicodedata.normalize("NFKC", line) for line in text.split("\n")
    )


@kernel
def mixed(value: np.uint64) -> np.uint64:
    """Returns 64 bits each of which depends on all of `value` (after Degski's mixer)."""
    value = (value ^ (value >> np.uint64(32))) * _MIX
    value = (value ^ (value >> np.uint64(32))) * _MIX
    return value ^ (value >> np.uint64(32))


@kernel
def tokenise(
    data: Bytes,
    start: int,
    end: int,
    kind: Bytes,
    folded: npt.NDArray[np.uint32],
    expansions: npt.NDArray[np.uint32],
    seed: np.uint64,
    tokens: npt.NDArray[np.uint32],
    n: int,
) -> tuple[int, int]:
    """Writes the hashes of a text's tokens to `tokens[n:]`.

    Returns:
        The index behind the last one, and how many of them are single characters.
    """
    n_alone = 0
    before = n
    in_word = False
    word = seed  # Or what a sign before it makes of that.
    run = np.uint64(0)  # The letters and digits of ASCII that wait to be taken into it.
    size = 0
    at = start
    while at < end:
        if size == 0 and data[at] < 0x80 and at + SIZE <= end:
            run, size = leading_word(eight(data, at))
            at += size
            in_word |= size > 0
            if size == SIZE:
                word = _taken(word, run)
                run, size = np.uint64(0), 0
                continue
        lead = data[at]
        if lead < 0x80:
            code, width = np.int64(lead), 1
        else:
            code, width = decoded(data, at)
        at += width
        which = kind[code]
        if which >= WORD:
            form = folded[code]
            if form & _EXPANDS:
                where = np.int64(form ^ _EXPANDS)
                for i in range(where + 1, where + 1 + np.int64(expansions[where])):
                    word, run, size = _with_letter(word, run, size, expansions[i])
            else:
                word, run, size = _with_letter(word, run, size, form)
            in_word = True
        elif which != NOTHING:
            if in_word:
                tokens[n] = _top(_taken(word, run) if size else word)
                n += 1
                word = seed
                run, size = np.uint64(0), 0
                in_word = False
            if which == ALONE:
                tokens[n] = _top(_taken(word, np.uint64(folded[code]) | _BEYOND_ASCII))
                n += 1
                n_alone += 1
                word = seed
            elif which >= SIGN:
                sign = single(code)
                does = does_at_once(data, start, end, at - 1) if width == 1 else UNSURE
                if does == UNSURE:
                    does, sign, _ = sign_at(data, start, end, at - width, width, kind, folded)
                if does == PREFIX:
                    word = _taken(word, sign)
                elif does == SUFFIX and n > before:
                    tokens[n - 1] = _top(_taken(seed ^ np.uint64(tokens[n - 1]), sign))
    if in_word:
        tokens[n] = _top(_taken(word, run) if size else word)
        n += 1
    return n, n_alone


@numba.njit(inline="always")
def _taken(word: np.uint64, more: np.uint64) -> np.uint64:
    """Returns the hash of a word with more of it: a sign, a code point, up to eight of ASCII."""
    return np.uint64(mixed(word ^ more))


@numba.njit(inline="always")
def _with_letter(
    word: np.uint64, run: np.uint64, size: int, form: np.uint32
) -> tuple[np.uint64, np.uint64, int]:
    """Returns a word, and its run of ASCII and the length of that, with one more folded letter."""
    if form < 0x80:
        run |= np.uint64(form) << np.uint64(8 * size)
        if size < SIZE - 1:
            return word, run, size + 1
        return _taken(word, run), np.uint64(0), 0
    if size:
        word = _taken(word, run)
    return _taken(word, np.uint64(form) | _BEYOND_ASCII), np.uint64(0), 0


@numba.njit(inline="always")
def _top(word: np.uint64) -> np.uint32:
    return np.uint32(word >> np.uint64(32))


def tables() -> tuple[Bytes, npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
    """Returns the tables that `tokenise` takes: kind, folded, expansions."""
    chars: Characters = characters()
    return chars.kind, chars.folded, chars.expansions
