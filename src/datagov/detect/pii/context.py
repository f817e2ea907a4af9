"""Words before a match that raise its score.

As Presidio's LemmaContextAwareEnhancer: the token in which the match begins and the five keywords
before it; a context word that stands inside one of them, in any case, raises the score by 0.35, to
0.4 at least. Two differences, since no language model is run: keywords are tokens, not lemmas
(`cards` still holds `card`; `drove` does not hold `drive`), and tokens are runs of word characters
instead of spaCy's. Where words are not separated, as in Chinese, a token is the run of
characters, so that a context word anywhere in the clause counts.
"""

from functools import lru_cache

import regex

FACTOR = 0.35
MIN_WITH_CONTEXT = 0.4
KEYWORDS_BEFORE = 5
WINDOW = 160
"""Code points looked at before a match."""

_TOKEN = regex.compile(r"\w+|[^\w\s]")


@lru_cache(maxsize=1)
def _stop_words() -> frozenset[str]:
    from spacy.lang.en.stop_words import STOP_WORDS

    return frozenset(STOP_WORDS)


def _keywords(text: str, start: int) -> list[str]:
    """Returns the token that holds `start` and the keywords before it, lower-case."""
    tokens = _TOKEN.findall(text, max(0, start - WINDOW), start)
    holding = _TOKEN.match(text, start)
    if holding:
        begun = tokens and text[start - 1 : start].isalnum() and holding.group()[0].isalnum()
        tokens[-1:] = [tokens[-1] + holding.group()] if begun else [*tokens[-1:], holding.group()]
    stop = _stop_words()
    keywords = [t for t in map(str.lower, tokens) if t not in stop and t[0].isalnum()]
    return keywords[-(KEYWORDS_BEFORE + 1) :]


def raised(score: float, words: tuple[str, ...], text: str, start: int) -> float:
    """Returns `score`, raised if one of `words` (lower-case) stands in a keyword before `start`."""
    near = text[max(0, start - WINDOW) : start + WINDOW].lower()
    # Most matches have no such word anywhere near: only the others are worth their tokens.
    there = [word for word in words if word in near]
    if not there or not any(word in key for key in _keywords(text, start) for word in there):
        return score
    return with_context(score)


def with_context(score: float) -> float:
    """Returns the score of a match beside a context word."""
    return min(max(score + FACTOR, MIN_WITH_CONTEXT), 1.0)
