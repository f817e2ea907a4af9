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
_SPACE_BEFORE = regex.compile(r"(?r)\s")
_RUN_BEFORE = regex.compile(r"(?r)\S+")

Tokens = tuple[tuple[int, int], ...]
"""Offset of each token of a run of characters, and its mask; NO_KEYWORD for stop words."""

NO_KEYWORD = -1

Before = tuple[int, list[int]]
"""Where the run of characters begins that a match starts in, and the masks of keywords before."""

_NEAR = 160
"""Code points in which six keywords mostly stand."""


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
        self._stop_words: frozenset[str] = frozenset()

    def supports(self, text: str, start: int, which: int, met: dict[int, Before]) -> bool:
        """Returns whether a word of list `which` stands before, or at, a match's start.

        What `support` says, without the tokens of the match itself where these cannot matter: a
        long run of characters without a blank takes long to take apart.

        Args:
            text: The whole text.
            start: Where the match starts, in code points.
            which: Index of the list.
            met: What was found out about this text before, by start.
        """
        if self._is_bare(text, start, self.lists[which]):
            return False
        if start not in met:
            met[start] = self._before(text, start)
        begin, masks = met[start]
        first = next((n for n, mask in enumerate(masks) if mask >> which & 1), None)
        # The run that the match stands in has a keyword for each of its characters at most.
        if first is not None and first + (start - begin + 1) < N_KEYWORDS:
            return True
        if first is None and not _SPACE.match(text, start):
            around = text[begin : start + 2 * BEHIND].lower()
            if not any(map(around.__contains__, self.lists[which])):
                return False
        return bool(self.support(text, start) >> which & 1)

    def _is_bare(self, text: str, start: int, words: Sequence[str]) -> bool:
        """Returns True only if none of `words` stands where a keyword of a match can stand.

        It looks as far back as six keywords in runs that were met before reach; other runs are
        taken to hold none.
        """
        low, begin = self._run_around(text, start)
        n = 0
        for found in _RUN_BEFORE.finditer(text, low, begin):
            n += sum(bits != NO_KEYWORD for _, bits in self._tokens.get(found.group(), ()))
            if n >= N_KEYWORDS:
                low = found.start()
                break
        stretch = text[low : start + 2 * BEHIND].lower()
        return not any(map(stretch.__contains__, words))

    def _run_around(self, text: str, start: int) -> tuple[int, int]:
        """Returns how far back to look, and where the run begins that a match starts in."""
        low = max(0, start - STRETCH)
        space = _SPACE_BEFORE.search(text, low, start)
        return low, space.end() if space else low

    def _before(self, text: str, start: int) -> Before:
        """Returns where the run begins that a match starts in, and the keywords before it."""
        low, begin = self._run_around(text, start)
        for reach in (_NEAR, STRETCH):
            first = max(low, begin - reach)
            new_run = _NEW_RUN.search(text, first, begin) if first else None
            masks = self._keywords(text, new_run.start() + 1 if new_run else first, begin)
            if len(masks) == N_KEYWORDS or first == low:
                break
        return begin, masks

    def _keywords(self, text: str, low: int, end: int) -> list[int]:
        """Returns the masks of the last six keywords of a stretch, the last first."""
        masks: list[int] = []
        position = end
        for run in reversed(_RUNS.findall(text, low, end)):
            position -= len(run)
            tokens = self._tokens_of(run, position == 0)
            masks += [bits for _, bits in reversed(tokens) if bits != NO_KEYWORD]
            if len(masks) >= N_KEYWORDS:
                break
        return masks[:N_KEYWORDS]

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

    def _stops(self) -> frozenset[str]:
        if not self._stop_words:
            from spacy.lang.en import English

            self._stop_words = frozenset(English.Defaults.stop_words)
        return self._stop_words

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
        if lower in self._stops() or ":" in token or all(map(_is_punctuation, token)):
            return NO_KEYWORD
        return self._mask(lower)


def _shortest(words: Iterable[str]) -> list[str]:
    """Returns the words that hold no other: where none of these stands, none of all stands."""
    different = sorted(set(words))
    return [w for w in different if not any(o in w for o in different if o != w)]


def _is_punctuation(char: str) -> bool:
    return unicodedata.category(char).startswith("P")
