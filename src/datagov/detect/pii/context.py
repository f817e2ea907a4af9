"""Words before a match that raise its score.

As Presidio's LemmaContextAwareEnhancer: of the token in which the match begins and the tokens
before it, the last six that are no stop words and no punctuation, and of that token and those
behind it the first such; a context word that stands inside one of them, in any case, raises the
score by 0.35, to 0.4 at least. Tokens are spaCy's English ones. Differences, since no language
model is run: a keyword is the token, not its lemma (`cards` still holds `card`; `drove` does not
hold `drive`), no word farther than `STRETCH` is looked at, and the parts of a token with a colon
make no keywords of punctuation and stop words elsewhere in the text.
"""

import re
import string
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
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

MAX_SUFFIX = 8
"""Code points of what spaCy takes off the end of a run at once, if it is not dots."""

_BEFORE_SUFFIX = (*string.digits, "'", "/")
"""What in ASCII stands before the last letters of a run that spaCy takes off: `9km`, `it's`."""

_MAX_KNOWN = 1 << 16
_MAX_KNOWN_LENGTH = 512

_RUNS = regex.compile(r"\s+|\S+")
_RUNS_BACKWARDS = regex.compile(r"(?r)\s+|\S+")
_SPACE = regex.compile(r"\s")
_SPACE_BEFORE = regex.compile(r"(?r)\s")
_NEW_RUN = regex.compile(r"\s\S")

Tokens = tuple[tuple[int, str], ...]
"""Offset of each token of a run of characters, and the token in lower case if it is a keyword."""

NO_KEYWORD = ""


def raised(score: float) -> float:
    """Returns the score of a match beside one of its context words."""
    return min(max(score + FACTOR, MIN_WITH_CONTEXT), 1.0)


def shortest(words: Iterable[str], *, with_blanks: bool = False) -> tuple[str, ...]:
    """Returns the words, lower-case, of which one must stand in a text that holds any of them.

    A keyword holds no white space: in one, words of several parts never support anything, and are
    left out unless asked for.
    """
    different = sorted({word.lower() for word in words if with_blanks or not _SPACE.search(word)})
    return tuple(w for w in different if not any(o in w for o in different if o != w))


def keywords(text: str, start: int, first: int | None = None) -> Iterator[str]:
    """Yields the keywords, lower-case, in which context words count for a match, nearest first.

    Args:
        text: The whole text.
        start: Where the match starts, in code points.
        first: Where the first run begins whose keywords are asked for; None asks for all.
    """
    space = _SPACE.search(text, start + 1, start + BEHIND)
    end = space.start() if space else min(len(text), start + BEHIND)
    low = max(0, start - STRETCH)
    begin = _NEW_RUN.search(text, low, start) if low else None
    first = max(first or 0, begin.start() + 1 if begin else low)
    behind: list[str] = []
    n = 0
    is_first = True
    tokens_of = _known().tokens_of
    for match in _RUNS_BACKWARDS.finditer(text, first, end):
        position = match.start()
        for offset, keyword in reversed(tokens_of(match.group(), position == 0)):
            if position + offset > start:
                behind.append(keyword)
                continue
            if is_first and keyword == NO_KEYWORD:
                yield _first_keyword(behind, text, end)
            is_first = False
            if keyword != NO_KEYWORD:
                yield keyword
                n += 1
                if n == N_KEYWORDS:
                    return


def token_place(text: str, start: int) -> int:
    """Returns where the token stands in which a match begins.

    spaCy makes no token of one blank behind another token; Presidio takes the next one then.
    """
    is_between = text[start] == " " and start > 0 and not text[start - 1].isspace()
    return start + 1 if is_between and start + 1 < len(text) else start


def supporting(text: str, start: int, words: Iterable[str]) -> str:
    """Returns which of `words` supports a match at `start`, the nearest; "" if none does.

    It stands before the match, in it, or in the token right behind its start; see `keywords`.
    """
    return first_held(keywords(text, token_place(text, start)), shortest(words))


def first_held(standing: Iterable[str], words: Collection[str]) -> str:
    """Returns the word that stands in the first of the keywords that hold one; "" if none does."""
    return next((word for each in standing for word in words if word in each), "")


def keywords_with(text: str, start: int, words: Iterable[str]) -> Iterator[str]:
    """Yields those of `keywords` that do not stand before the farthest of some words.

    Taking runs apart takes long, and those before it hold none.
    """
    low = max(0, start - STRETCH)
    before = text[low:start]
    lower = before.lower()
    # Not as token by token: it may make two characters of one, and looks behind a sigma.
    if len(lower) != len(before) or "Σ" in before:
        return keywords(text, start)
    places = [at for word in words if (at := lower.find(word)) >= 0]
    return keywords(text, start, _run_start(text, low, low + min(places, default=len(before))))


def own_keywords(text: str, start: int) -> Iterator[str]:
    """Yields those of `keywords` that do not stand before the run in which the match starts."""
    low = max(0, start - STRETCH)
    return keywords(text, start, _run_start(text, low, start))


def _run_start(text: str, low: int, at: int) -> int:
    """Returns where the run of characters without blanks begins that goes on at a place."""
    space = _SPACE_BEFORE.search(text, low, at)
    return space.end() if space else low


def _first_keyword(behind: list[str], text: str, end: int) -> str:
    """Returns the first keyword of `behind`, last first, or else of the text from `end` on."""
    for keyword in reversed(behind):
        if keyword != NO_KEYWORD:
            return keyword
    for run in _RUNS.findall(text, end, end + BEHIND):
        for _, keyword in _known().tokens_of(run, False):
            if keyword != NO_KEYWORD:
                return keyword
    return NO_KEYWORD


class _Known:
    """Runs of characters that were taken apart, up to a limit."""

    def __init__(self) -> None:
        self._tokens: dict[str, Tokens] = {}
        self._tokenizer: Any = None
        self._n_new = 0

    def tokens_of(self, run: str, at_start: bool) -> Tokens:
        """Returns the tokens of a run of white space, or of characters without any."""
        if run[0].isspace():
            # spaCy drops one blank after a token, and makes a token of more white space.
            return ((0, run),) if run != " " or at_start else ()
        if run.isascii() and run.isdigit():
            return ((0, run),)
        if run.isascii() and run.isalpha() and run not in special_words():
            # None of spaCy's rules parts letters of ASCII from one another.
            return ((0, _keyword(run)),)
        tokens = self._tokens.get(run)
        if tokens is None:
            if self._tokenizer is None or self._n_new >= _MAX_KNOWN:
                # A tokenizer remembers every string it has met; a new one forgets.
                self._tokenizer = _tokenizer()
                self._tokens.clear()
                self._n_new = 0
            self._n_new += 1
            tokens = tuple((t.idx, _keyword(t.text)) for t in self._tokenizer(run))
            if len(run) < _MAX_KNOWN_LENGTH:
                self._tokens[run] = tokens
        return tokens


def _tokenizer() -> Any:
    """Returns spaCy's English tokenizer, without what of it takes long and changes no token."""
    from spacy.lang.en import English
    from spacy.tokenizer import Tokenizer
    from spacy.util import compile_infix_regex, compile_prefix_regex, compile_suffix_regex
    from spacy.vocab import Vocab

    rules = English.Defaults
    search: Callable[..., re.Match[str] | None] = compile_suffix_regex(rules.suffixes).search

    def search_end(run: str) -> re.Match[str] | None:
        before = run.rstrip(string.ascii_letters)[-1:]
        if before.isascii() and before not in _BEFORE_SUFFIX and run[-1:] != before:
            return None
        start = max(0, len(run) - MAX_SUFFIX)
        found = search(run, start)
        # What begins right there may have begun before: dots go on without end.
        return search(run) if found and found.start() == start else found

    # A vocabulary without rules: what it notes of each new word takes longer than finding them.
    return Tokenizer(
        Vocab(),
        rules=rules.tokenizer_exceptions,
        prefix_search=compile_prefix_regex(rules.prefixes).search,
        suffix_search=search_end,
        infix_finditer=compile_infix_regex(rules.infixes).finditer,
        token_match=rules.token_match,
        url_match=rules.url_match,
    )


@lru_cache(maxsize=1)
def _known() -> _Known:
    return _Known()


def _keyword(token: str) -> str:
    lower = token.lower()
    if lower in stop_words() or ":" in token or all(map(_is_punctuation, token)):
        return NO_KEYWORD
    return lower


@lru_cache(maxsize=1)
def stop_words() -> frozenset[str]:
    """Returns spaCy's English stop words, lower-case: tokens that are no keywords."""
    from spacy.lang.en import English

    return frozenset(English.Defaults.stop_words)


@lru_cache(maxsize=1)
def special_words() -> frozenset[str]:
    """Returns what spaCy takes apart by a list of exceptions: `cannot`, `Mr.`, `:-)`."""
    from spacy.lang.en import English

    return frozenset(English.Defaults.tokenizer_exceptions)


def _is_punctuation(char: str) -> bool:
    return unicodedata.category(char).startswith("P")
