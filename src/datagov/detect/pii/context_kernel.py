"""Which matches have a context word, as far as bytes tell; that is enough for most of them.

How many keywords (see `context`) stand between a word and a match depends on how spaCy takes runs
of characters apart. Bounds of it do not: a run with a digit, or with letters that are neither a
stop word nor taken apart, holds a keyword; and each keyword holds characters of its own. Where six
surely stand between, the word is too far; where fewer can, it counts. What is left is asked of the
tokenizer.
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from datagov.detect.pii.context import BEHIND, N_KEYWORDS, STRETCH
from datagov.detect.pii.spaces_kernel import Bytes, char_before, run_end, run_start, space_at
from datagov.kernel import kernel

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

NO, YES, ASK, ASK_OWN = 0, 1, 2, 3
"""`ASK_OWN`: no word before the run in which the match starts counts."""

_MAX_BYTES = 4
"""Of a character."""

_TABLE_BITS = 16
_IS_STOP = 1
_IS_SPECIAL = 2
_HAN_BYTES = 3
_HAN_FIRST = 0xE4
_MOST_PARTS = 3
"""Tokens that spaCy makes of letters at most."""


def known_words(stops: Iterable[str], specials: Iterable[str]) -> Bytes:
    """Returns the table of words of which a kernel cannot say that they are one keyword.

    Args:
        stops: No keywords, in any case.
        specials: What spaCy takes apart by a list of exceptions, in the case it stands there.

    Their letters are looked up, without what stands between: more words than these are taken for
    known, which costs time and changes nothing.
    """
    table = np.zeros(1 << _TABLE_BITS, np.uint8)
    for words, mark in ((stops, _IS_STOP), (specials, _IS_SPECIAL)):
        for word in words:
            for letters in "".join(c if c.isascii() and c.isalpha() else " " for c in word).split():
                data = np.frombuffer(letters.encode(), np.uint8)
                exact, lower = _hashes(data, 0, len(data))
                table[lower if mark == _IS_STOP else exact] |= mark
    return table


@kernel
def _is_letter(byte: int) -> bool:
    return 0x61 <= byte | 0x20 <= 0x7A


@kernel
def _is_digit(byte: int) -> bool:
    return 0x30 <= byte <= 0x39


@kernel
def _is_han(data: Bytes, at: int) -> bool:
    """True for U+4E00 to U+9FFF, all of them letters between which no token ends.

    Asked only where `_HAN_FIRST` or more stands: a call takes far longer than a comparison.
    """
    byte = data[at]
    return bool(0xE5 <= byte <= 0xE9 or (byte == _HAN_FIRST and data[at + 1] >= 0xB8))


@kernel
def _is_sign(byte: int) -> bool:
    """True for what is no letter, digit or punctuation: it can be a keyword by itself."""
    return (
        byte < 0x20
        or byte == 0x24
        or byte == 0x2B
        or 0x3C <= byte <= 0x3E
        or byte == 0x5E
        or byte == 0x60
        or byte == 0x7C
        or byte == 0x7E
        or byte == 0x7F
    )


@kernel
def _letters_end(data: Bytes, at: int, stop: int) -> int:
    while at < stop and _is_letter(data[at]):
        at += 1
    return at


@kernel
def _hashes(data: Bytes, start: int, end: int) -> tuple[int, int]:
    """Returns the places of letters in the table, as they are and in lower case."""
    exact = lower = np.uint32(2166136261)
    for at in range(start, end):
        exact = np.uint32((exact ^ data[at]) * np.uint32(16777619))
        lower = np.uint32((lower ^ (data[at] | 0x20)) * np.uint32(16777619))
    shift = np.uint32(32 - _TABLE_BITS)
    return int(exact >> shift), int(lower >> shift)


@kernel
def _known(data: Bytes, start: int, end: int, table: Bytes) -> int:
    """Returns what letters may be: marks of `table`."""
    exact, lower = _hashes(data, start, end)
    return int(table[lower] & _IS_STOP | table[exact] & _IS_SPECIAL)


@kernel
def _has_keyword(data: Bytes, start: int, end: int, table: Bytes) -> bool:
    """True only if a run of characters without blanks holds a keyword."""
    # Of "Phone:" the colon is a token; a token that holds one is no keyword.
    if end - start > 1 and data[end - 1] == 0x3A and data[end - 2] < 0x80:
        end -= 1
    found = False
    at = start
    while at < end:
        byte = data[at]
        if byte == 0x3A or byte < 0x20:
            return False
        if _is_letter(byte):
            stop = _letters_end(data, at, end)
            found = found or _known(data, at, stop, table) == 0
            at = stop
        else:
            found = found or _is_digit(byte) or (byte >= _HAN_FIRST and _is_han(data, at))
            at += 1
    return found


@kernel
def _most_keywords(data: Bytes, start: int, end: int, table: Bytes) -> int:
    """Returns how many keywords a stretch holds at most."""
    n = 0
    at = start
    while at < end:
        byte = data[at]
        if _is_letter(byte):
            stop = _letters_end(data, at, end)
            n += _MOST_PARTS if _known(data, at, stop, table) & _IS_SPECIAL else 1
            at = stop
        elif _is_digit(byte):
            while at < end and _is_digit(data[at]):
                at += 1
            n += 1
        elif byte >= _HAN_FIRST and _is_han(data, at):
            while at < end and _is_han(data, at):
                at += _HAN_BYTES
            n += 1
        elif space_at(data, at):
            first = at
            while at < end and space_at(data, at):
                at += space_at(data, at)
            n += at - first > 1 or byte != 0x20
        else:
            n += byte >= 0xC0 or _is_sign(byte)
            at += 1
    return n


@kernel
def _spaces_start(data: Bytes, at: int, low: int) -> tuple[int, int]:
    n = 0
    while at > low and n < STRETCH:
        before = char_before(data, at)
        if not space_at(data, before):
            break
        at = before
        n += 1
    return at, n


@kernel
def _reach_behind(data: Bytes, place: int, high: int, table: Bytes) -> int:
    """Returns how far behind a match's start a word can stand: the first run with a keyword."""
    limit = min(high, place + _MAX_BYTES * 2 * BEHIND)
    at = place
    while at < limit:
        start = at
        at = run_end(data, at, limit)
        if start > place and _has_keyword(data, start, at, table):
            break
        while at < limit and space_at(data, at):
            at += space_at(data, at)
    return at


@kernel
def _counts(
    data: Bytes, start: int, word_start: int, word_end: int, end: int, place: int, table: Bytes
) -> bool:
    """True only if a word in the run from `start` to `end` is in one of six keywords before."""
    if not _has_keyword(data, start, end, table):
        return False
    while word_start > start and _is_letter(data[word_start - 1]):
        word_start -= 1
    letters_end = _letters_end(data, word_start, end)
    # The word must stand in letters that are one keyword.
    if letters_end < word_end or _known(data, word_start, letters_end, table):
        return False
    return _most_keywords(data, letters_end, place + 1, table) < N_KEYWORDS


@kernel
def _nearest(word_ends: Ints, words: Ints, at: int, step: int, limit: int, members: Bools) -> int:
    """Returns the first word of a list from `at` on, in one direction, as far as `limit`; or -1."""
    while 0 <= at < len(words) and (word_ends[at] - limit) * step <= 0:
        if members[words[at]]:
            return at
        at += step
    return -1


@kernel
def _before(
    data: Bytes, place: int, begin: int, low: int, word_end: int, length: int, table: Bytes
) -> int:
    """Returns whether the word that ends at `word_end` is in one of six keywords before a match.

    The match starts at `place`, in the run that begins at `begin`.
    """
    n_keywords = 0
    n_seen = 0
    for at in range(begin, place):
        n_seen += data[at] & 0xC0 != 0x80
    start = end = begin
    while start >= word_end:
        if n_keywords >= N_KEYWORDS or n_seen >= STRETCH or start == low:
            return NO
        end, n = _spaces_start(data, start, low)
        n_keywords += start - end > 1 or data[end] != 0x20
        n_seen += n
        start, n = run_start(data, end, low, STRETCH - n_seen)
        n_seen += n
        n_keywords += _has_keyword(data, start, end, table)
    if n_seen >= STRETCH or space_at(data, place):
        return ASK
    return YES if _counts(data, start, word_end - length, word_end, end, place, table) else ASK


@kernel
def verdicts(
    data: Bytes,
    places: Ints,
    lows: Ints,
    highs: Ints,
    lists: Ints,
    word_ends: Ints,
    words: Ints,
    lengths: Ints,
    members: Bools,
    table: Bytes,
) -> Bytes:
    """Returns for each match NO or YES where that is sure, else what to ask: has it a context word?

    Linear in the number of matches: each is looked at as far as `context` looks.

    Args:
        data: Texts, UTF-8.
        places: First byte of each match.
        lows: First byte of its text.
        highs: One past the last byte of its text.
        lists: The list whose words count.
        word_ends: Ends of all words in `data`, ascending.
        words: Which word ends there.
        lengths: int64, bytes of each word.
        members: For each list and word whether the word is in the list.
        table: See `known_words`.
    """
    result = np.zeros(len(places), np.uint8)
    for i in range(len(places)):
        place, low, high, own = places[i], lows[i], highs[i], members[lists[i]]
        begin, _ = run_start(data, place, low, STRETCH)
        at = int(np.searchsorted(word_ends, begin, "right"))
        limit = max(low, begin - _MAX_BYTES * STRETCH)
        word = _nearest(word_ends, words, at - 1, -1, limit, own)
        if word >= 0:
            length = lengths[words[word]]
            result[i] = _before(data, place, begin, low, word_ends[word], length, table)
        if result[i] == NO:
            limit = min(high, place + _MAX_BYTES * 2 * BEHIND)
            word = _nearest(word_ends, words, at, 1, limit, own)
            if word >= 0 and word_ends[word] <= _reach_behind(data, place, high, table):
                result[i] = ASK if space_at(data, place) else ASK_OWN
    return result
