"""What confirms a match of one's own pattern or term, in time linear in the text.

Each matcher finds in a stretch of a text what `finditer` of the `regex` package would. Patterns
whose backtracking `effort` bounds are matched by that package, others by the automata of polars'
engine (Rust's regex), which never backtracks; terms are looked up.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

import polars as pl
import regex

from datagov.detect.pii.neighbours import BLANKLESS
from datagov.detect.pii.own.casing import fold_case
from datagov.detect.pii.own.terms import Terms
from datagov.detect.pii.rules import Pattern
from datagov.detect.pii.supersets import Shape

MAX_MATCH = 512
"""Code points up to which a match of one's own pattern is found whole."""

LOOK_AHEAD = 64
"""Code points behind the last possible end that patterns may look at."""

REACH = 2 * MAX_MATCH + LOOK_AHEAD
"""Code points that are looked at in one piece."""


class Found(Protocol):
    """Where a match stands."""

    def start(self) -> int:
        """Returns where it begins."""

    def end(self) -> int:
        """Returns where it ends."""


class Matcher(Protocol):
    """Finds matches in a stretch of a text, as a compiled pattern of `regex` does."""

    def finditer(self, text: str, start: int, stop: int) -> Iterator[Found]:
        """Yields the matches, leftmost first, none overlapping."""


class Place(NamedTuple):
    """A match, with the part of a `regex` match's interface that is asked for."""

    first: int
    stop: int

    def start(self) -> int:
        """Returns where it begins."""
        return self.first

    def end(self) -> int:
        """Returns where it ends."""
        return self.stop


@dataclass(frozen=True)
class Bounded:
    """Matches piece by piece, so that no attempt looks farther than REACH.

    A match longer than MAX_MATCH may be found in several parts.

    Attributes:
        inner: Who finds the matches in a piece.
        looks_around: Whether a match depends on what stands beside it.
    """

    inner: Any
    looks_around: bool

    def finditer(self, text: str, start: int, stop: int) -> Iterator[Found]:
        """Yields the matches, leftmost first, none overlapping."""
        while start < stop:
            cut = min(stop, start + REACH)
            is_last = cut == stop
            following = stop if is_last else start + MAX_MATCH
            for match in self.inner.finditer(text, start, cut):
                if not is_last and match.start() >= start + MAX_MATCH:
                    break
                if is_last or match.end() < cut or not self.looks_around:
                    yield match
                following = max(following, match.end())
            start = following


@dataclass(frozen=True)
class LinearMatcher:
    """Matches by an engine without backtracking; it knows neither look-around nor references."""

    pattern: str

    @classmethod
    def of(cls, pattern: str, flags: int) -> "LinearMatcher":
        """Returns the matcher of a pattern.

        Raises:
            ValueError: The engine does not take the pattern.
        """
        names = ((regex.IGNORECASE, "i"), (regex.MULTILINE, "m"), (regex.DOTALL, "s"))
        letters = "".join(letter for flag, letter in names if flags & flag)
        matcher = cls(f"(?{letters}){pattern}" if letters else pattern)
        try:
            list(matcher.finditer("x", 0, 1))
        except pl.exceptions.ComputeError as error:
            raise ValueError(_reason(str(error))) from error
        return matcher

    def finditer(self, text: str, start: int, stop: int) -> Iterator[Found]:
        """Yields the matches, leftmost first, none overlapping."""
        # What stands before decides whether a word begins; no match may take it in.
        before = text[start - 1 : start]
        if before not in ("", "\n"):
            stand_in = _SOME_LETTER if _IS_WORD.match(before) else _SOME_SIGN
            found = self._marked(stand_in + text[start:stop], start - 1)
            if not found or found[0].first >= start:
                return iter(found)
        return iter(self._marked(text[start:stop], start))

    def _marked(self, piece: str, place: int) -> list[Place]:
        """Returns the matches in a piece, which the engine sets between two marks."""
        unused = (chr(code) for code in itertools.count(0xE000) if chr(code) not in piece)
        left, right = next(unused), next(unused)
        marked = pl.Series([piece]).str.replace_all(self.pattern, f"{left}${{0}}{right}")[0]
        before, *others = marked.split(left)
        place += len(before)
        found = []
        for other in others:
            value, _, between = other.partition(right)
            if value:
                found.append(Place(place, place + len(value)))
            place += len(value) + len(between)
        return found


def _reason(message: str) -> str:
    """Returns the line of an error of the engine that says what is wrong."""
    reasons = [line for line in message.splitlines() if line.startswith(("error:", "regex error:"))]
    return (reasons or [message])[-1].removeprefix("regex ").removeprefix("error:").strip()


_WORD = r"\w"
_IS_WORD = regex.compile(_WORD)
_SOME_LETTER, _SOME_SIGN = "\U00010480", "\U0001f000"
_JOINING = rf"(?:(?![{BLANKLESS}])\w)"
_FROM = {
    False: regex.compile(rf"(?<!{_WORD})\S"),
    True: regex.compile(rf"(?:(?<!{_JOINING})|(?=[{BLANKLESS}]))\S"),
}
_TO = {
    False: regex.compile(rf"(?!{_WORD})"),
    True: regex.compile(rf"(?!{_JOINING})|(?<=[{BLANKLESS}])"),
}
_PREFIX = 3


@dataclass(frozen=True)
class TermMatcher:
    """Finds the terms of a list: of those that begin at one place the first of the list.

    As Presidio's deny list, a term stands between what are no word characters.

    Attributes:
        ranks: Of each term, folded if case does not matter, its place in the list.
        lengths: By the first characters of terms how long terms may be that begin so.
        prefixes: How many characters the keys of `lengths` have.
        caseless: Whether case does not matter.
        beside_blankless: Whether a letter of a script without blanks joins to nothing.
    """

    ranks: dict[str, int]
    lengths: dict[str, tuple[int, ...]]
    prefixes: tuple[int, ...]
    caseless: bool
    beside_blankless: bool

    def finditer(self, text: str, start: int, stop: int) -> Iterator[Found]:
        """Yields the matches, leftmost first, none overlapping."""
        window = text[start:stop]
        if self.caseless:
            window = fold_case(window)
        done = start
        for begin in _FROM[self.beside_blankless].finditer(text, start, stop):
            first = begin.start()
            if first >= done:
                end = self._end(text, window, start, first)
                if end > first:
                    done = end
                    yield Place(first, end)

    def _end(self, text: str, window: str, start: int, begin: int) -> int:
        """Returns the end of the first term of the list that stands there; `begin` if none."""
        at = begin - start
        best, end = len(self.ranks), begin
        for n_prefix in self.prefixes:
            for length in self.lengths.get(window[at : at + n_prefix], ()):
                rank = self.ranks.get(window[at : at + length], best)
                if rank < best and _TO[self.beside_blankless].match(text, begin + length):
                    best, end = rank, begin + length
        return end


@lru_cache(maxsize=16)
def term_matcher(terms: Terms, caseless: bool, beside_blankless: bool) -> TermMatcher:
    """Returns the matcher of a list of terms."""
    ranks, lengths = _lookup(terms, caseless)
    prefixes = tuple(sorted(set(map(len, lengths))))
    return TermMatcher(ranks, lengths, prefixes, caseless, beside_blankless)


@lru_cache(maxsize=16)
def _lookup(terms: Terms, caseless: bool) -> tuple[dict[str, int], dict[str, tuple[int, ...]]]:
    ranks: dict[str, int] = {}
    lengths: dict[str, set[int]] = {}
    for term in terms.values():
        spelt = fold_case(term) if caseless else term
        ranks.setdefault(spelt, len(ranks))
        lengths.setdefault(spelt[:_PREFIX], set()).add(len(spelt))
    return ranks, {prefix: tuple(sorted(each)) for prefix, each in lengths.items()}


def matcher(pattern: Pattern, flags: int, shape: Shape) -> Matcher:
    """Returns what confirms the matches of a pattern.

    Args:
        pattern: Whose matches.
        flags: Of the `regex` package; ASCII asks for boundaries that hold beside Han characters.
        shape: The pattern's.
    """
    if pattern.terms is not None:
        caseless, loose = bool(flags & regex.IGNORECASE), bool(flags & regex.ASCII)
        return term_matcher(pattern.terms, caseless, loose)
    if pattern.linear:
        return Bounded(LinearMatcher.of(pattern.regex, flags), shape.looks_around)
    compiled: Matcher = regex.compile(pattern.regex, flags)
    return Bounded(compiled, shape.looks_around) if pattern.bounded else compiled
