"""Words before a match that raise its score.

As Presidio's LemmaContextAwareEnhancer: of the token in which the match begins and the tokens
before it, the last six that are no stop words and no punctuation, and of that token and those
behind it the first such; a context word that stands inside one of them, in any case, raises the
score by 0.35, to 0.4 at least. Tokens are spaCy's English ones. Differences, since no language
model is run: a keyword is the token, not its lemma (`cards` still holds `card`; `drove` does not
hold `drive`), and no word farther than `STRETCH` is looked at.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import regex

FACTOR = 0.35
MIN_WITH_CONTEXT = 0.4
N_KEYWORDS = 6
STRETCH = 600
"""Code points before a match beyond which no word is its context."""

BEHIND = 200
"""Code points behind a match's start, and again behind its token, that are looked at."""

_MAX_KNOWN = 1 << 16
_MAX_KNOWN_LENGTH = 512

_RUNS = regex.compile(r"\s+|\S+")
_SPACE = regex.compile(r"\s")
_NEW_RUN = regex.compile(r"\s\S")

Tokens = tuple[tuple[int, int], ...]
"""Offset of each token of a run of characters, and its mask; NO_KEYWORD for stop words."""

NO_KEYWORD = -1


def raised(score: float) -> float:
    """Returns the score of a match beside one of its context words."""
    return min(max(score + FACTOR, MIN_WITH_CONTEXT), 1.0)


class Vocabulary:
    """Which of several lists of context words support a place in a text, as a bit mask.

    Remembers the words it has met, up to a limit; what it answers does not depend on that.

    Attributes:
        lists: Of each list the words, lower-case, that hold no other of them: where none of these
            stands, none of the list does.
    """

    def __init__(self, lists: Sequence[Sequence[str]]) -> None:
        # A keyword holds no white space: words of several parts never support anything.
        self._words = [
            (1 << bit, word.lower())
            for bit, words in enumerate(lists)
            for word in words
            if not _SPACE.search(word)
        ]
        self.lists = [
            tuple(_shortest(word for bit, word in self._words if bit == 1 << which))
            for which in range(len(lists))
        ]
        self._any = _shortest(word for _, word in self._words)
        self._tokens: dict[str, Tokens] = {}
        self._tokenizer: Any = None
        self._n_new = 0

    def support(self, text: str, start: int) -> int:
        """Returns the mask of the lists of which a word stands before, or at, a match's start."""
        space = _SPACE.search(text, start + 1, start + BEHIND)
        end = space.start() if space else min(len(text), start + BEHIND)
        low = max(0, start - STRETCH)
        begin = _NEW_RUN.search(text, low, start) if low else None
        return self._around(text, begin.start() + 1 if begin else low, end, start)

    def _around(self, text: str, low: int, end: int, start: int) -> int:
        """Returns the mask of the keywords around `start`."""
        mask = n = 0
        position = end
        is_first = True
        behind: list[int] = []
        for run in reversed(_RUNS.findall(text, low, end)):
            position -= len(run)
            for offset, bits in reversed(self._tokens_of(run, position == 0)):
                if position + offset > start:
                    behind.append(bits)
                    continue
                if is_first and bits == NO_KEYWORD:
                    mask |= self._first_keyword(behind, text, end)
                is_first = False
                if bits != NO_KEYWORD:
                    mask |= bits
                    n += 1
                    if n == N_KEYWORDS:
                        return mask
        return mask

    def _first_keyword(self, behind: list[int], text: str, end: int) -> int:
        """Returns the mask of the first keyword of `behind`, or else of the text from `end` on."""
        for bits in reversed(behind):
            if bits != NO_KEYWORD:
                return bits
        for run in _RUNS.findall(text, end, end + BEHIND):
            for _, bits in self._tokens_of(run, False):
                if bits != NO_KEYWORD:
                    return bits
        return 0

    def _mask(self, keyword: str) -> int:
        mask = 0
        if not any(map(keyword.__contains__, self._any)):
            return mask
        for bit, word in self._words:
            if not mask & bit and word in keyword:
                mask |= bit
        return mask

    def _tokens_of(self, run: str, at_start: bool) -> Tokens:
        if run[0].isspace():
            # spaCy drops one blank after a token, and makes a token of more white space.
            return ((0, 0),) if run != " " or at_start else ()
        tokens = self._tokens.get(run)
        if tokens is None and run.isascii() and run.isdigit():
            return ((0, self._mask(run)),)
        if tokens is None:
            if self._tokenizer is None or self._n_new >= _MAX_KNOWN:
                # A tokenizer remembers every string it has met; a new one forgets.
                import spacy

                self._tokenizer = spacy.blank("en").tokenizer
                # What else it notes of each new word takes longer than finding the words.
                self._tokenizer.vocab.lex_attr_getters = {}
                self._tokens.clear()
                self._n_new = 0
            self._n_new += 1
            tokens = tuple((t.idx, self._keyword(t.text)) for t in self._tokenizer(run))
            if len(run) < _MAX_KNOWN_LENGTH:
                self._tokens[run] = tokens
        return tokens

    def _keyword(self, token: str) -> int:
        lower = token.lower()
        if lower in stop_words() or ":" in token or all(map(_is_punctuation, token)):
            return NO_KEYWORD
        return self._mask(lower)


@lru_cache(maxsize=1)
def stop_words() -> frozenset[str]:
    """Returns spaCy's English stop words, lower-case: tokens that are no keywords."""
    from spacy.lang.en import English

    return frozenset(English.Defaults.stop_words)


def special_words() -> frozenset[str]:
    """Returns what spaCy takes apart by a list of exceptions: `cannot`, `Mr.`, `:-)`."""
    from spacy.lang.en import English

    return frozenset(English.Defaults.tokenizer_exceptions)


def _shortest(words: Iterable[str]) -> list[str]:
    """Returns the words that hold no other: where none of these stands, none of all stands."""
    different = sorted(set(words))
    return [w for w in different if not any(o in w for o in different if o != w)]


def _is_punctuation(char: str) -> bool:
    return unicodedata.category(char).startswith("P")
