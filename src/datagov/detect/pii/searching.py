"""Finding the matches of a recogniser's patterns near the places where a scan saw something.

For each pattern the matches are those that `finditer` over the whole text would give: leftmost, in
order, none overlapping. That holds since a window begins where no match can be under way: the scan
reports the end of every possible match, so that no match ends, and none of limited width lies, in
a gap that is wider than the widest match. Matches without a limit hold no white space; their
windows reach from one white space to the next.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import regex

from datagov.detect.pii.look_ahead import look_ahead
from datagov.detect.pii.member_ids import PATTERN as MEMBER_ID
from datagov.detect.pii.member_ids import member_ids
from datagov.detect.pii.own.matching import LOOK_AHEAD, MAX_MATCH, Matcher, matcher
from datagov.detect.pii.rules import Pattern, Recogniser
from datagov.detect.pii.supersets import Shape, superset

MAX_WIDTH = 256
"""Patterns of unlimited width that take white space are searched this far around a place.

What of a match lies farther off is not seen: no match, or a part of it. A rule whose matches may be
wider has to bound each of its repeats: then the window is as wide as the widest match.
"""

MAX_KNOWN = 1 << 16
MAX_KNOWN_WIDTH = 64

_SPACE_AFTER = regex.compile(r"\s")
_SPACE_BEFORE = regex.compile(r"(?r)\s")


class Window(NamedTuple):
    """A stretch of a text, in code points, in which some of a search's patterns may match."""

    start: int
    stop: int
    last: int
    places: list[int]
    patterns: list[int]


class Match(NamedTuple):
    """A match of a pattern, by its index, in code points, with its score before context."""

    start: int
    end: int
    pattern: int
    score: float


@dataclass(frozen=True)
class Search:
    """A recogniser with its patterns compiled.

    Attributes:
        recogniser: Whose patterns these are.
        patterns: Those of its patterns that are looked for.
        exact: Compiled as their author meant them.
        loose: Compiled with ASCII word characters, so that Han beside a match is a boundary.
        weak: For each pattern whether its matches count only beside a context word.
        width: Most code points from the start of a match to where the scan sees it; None where
            white space delimits it.
        look_ahead: Code points behind the widest match that its patterns may look at.
        labels: Of each pattern the name of its rule.
        known: The matches in windows met before, where they depend on the window alone; None
            where they do not. It is bounded, and what is found does not depend on it.
        lists: The labels of those patterns that are lists of terms.
    """

    recogniser: Recogniser
    patterns: tuple[Pattern, ...]
    exact: tuple[Matcher, ...]
    loose: tuple[Matcher, ...]
    weak: tuple[bool, ...]
    width: int | None
    look_ahead: int
    labels: tuple[str, ...]
    known: dict[tuple[str, bool], tuple[Match, ...]] | None
    lists: frozenset[str]

    @classmethod
    def of(
        cls, recogniser: Recogniser, patterns: tuple[Pattern, ...], weak: tuple[bool, ...]
    ) -> "Search":
        """Returns the search for some patterns of a recogniser."""
        shapes = [shape_of(recogniser, pattern) for pattern in patterns]
        widths = [_width(shape, pattern) for shape, pattern in zip(shapes, patterns, strict=True)]
        flags = recogniser.flags
        return cls(
            recogniser,
            patterns,
            tuple(matcher(p, flags, shape) for p, shape in zip(patterns, shapes, strict=True)),
            tuple(
                matcher(p, flags | regex.ASCII, shape)
                for p, shape in zip(patterns, shapes, strict=True)
            ),
            weak,
            None if None in widths else max((w for w in widths if w is not None), default=0),
            max(map(_look_ahead, patterns), default=0),
            tuple(recogniser.label(p) for p in patterns),
            {} if all(w is None for w in widths) and not _look_around(shapes) else None,
            frozenset(recogniser.label(p) for p in patterns if p.terms is not None),
        )

    @property
    def any_weak(self) -> bool:
        """True if some of the patterns count only beside a context word."""
        return any(self.weak)

    @property
    def is_own(self) -> bool:
        """True if a user wrote the recogniser."""
        return any(pattern.is_own for pattern in self.patterns)

    @property
    def thins(self) -> bool:
        """True if of places close together only the outer ones matter."""
        return bool(self.patterns) and self.recogniser.name != _EMAIL

    def windows(self, text: str, places: list[tuple[int, tuple[int, ...]]]) -> Iterator[Window]:
        """Yields the windows around `places`: ends of possible matches, and pattern indices."""
        at, n = 0, len(places)
        done = 0
        while at < n:
            begin = at
            end = places[at][0]
            if self.width is None:
                before = _SPACE_BEFORE.search(text, done, end)
                after = _SPACE_AFTER.search(text, end)
                start = before.end() if before else done
                stop = done = after.start() if after else len(text)
                while at < n and places[at][0] <= stop:
                    at += 1
                last = stop
            else:
                while at < n and places[at][0] - end <= self.width:
                    end = places[at][0]
                    at += 1
                start = max(0, places[begin][0] - self.width)
                last = end
                stop = last + self.width + self.look_ahead
            chosen = places[begin:at]
            patterns = {index for _, indices in chosen for index in indices}
            yield Window(start, stop, last, [place for place, _ in chosen], sorted(patterns))

    def matches(self, text: str, window: Window, patterns: list[int], loose: bool) -> list[Match]:
        """Returns the matches of `patterns` in a window that their check does not refute."""
        if self.known is None or window.stop - window.start > MAX_KNOWN_WIDTH:
            return list(self._found(text, window, patterns, loose))
        # Every place of such a search stands for all its patterns.
        seen = text[window.start : window.stop], loose
        known = self.known.get(seen)
        if known is None:
            if len(self.known) >= MAX_KNOWN:
                self.known.clear()
            at = window.start
            found = self._found(text, window, patterns, loose)
            known = tuple(Match(m.start - at, m.end - at, m.pattern, m.score) for m in found)
            self.known[seen] = known
        at = window.start
        return [Match(start + at, end + at, which, score) for start, end, which, score in known]

    def _found(
        self, text: str, window: Window, patterns: list[int], loose: bool
    ) -> Iterator[Match]:
        recogniser = self.recogniser
        for index in patterns:
            pattern = self.patterns[index]
            for match in self._of_pattern(index, text, window, loose):
                if match.end() > window.last:
                    break
                for end in _ends(match) if recogniser.ends_by_group else (match.end(),):
                    score = recogniser.score(pattern, text[match.start() : end])
                    if score > 0:
                        yield Match(match.start(), end, index, score)
                        break

    def _of_pattern(self, index: int, text: str, window: Window, loose: bool) -> Iterator[Any]:
        pattern = self.patterns[index]
        if pattern.needs and not any(
            text.find(each, window.start, window.stop) >= 0 for each in pattern.needs
        ):
            return iter(())
        compiled: Any = (self.loose if loose else self.exact)[index]
        if pattern.is_own:
            # Terms are looked up: nothing that ends later can be one.
            stop = window.stop if pattern.terms is None else window.last
            return iter(compiled.finditer(text, window.start, stop))
        if self.recogniser.name == _EMAIL:
            return emails(compiled, text, window, loose)
        if pattern.name == "PAN (Low)":
            return _before_digits(compiled, text, window)
        if pattern.regex == MEMBER_ID:
            return member_ids(text, window.start, window.stop, loose)
        return iter(compiled.finditer(text, window.start, window.stop))


def shape_of(recogniser: Recogniser, pattern: Pattern) -> Shape:
    """Returns the shape of a recogniser's pattern.

    Raises:
        ConfigError: The pattern cannot be read, or matches nothing in particular.
    """
    if pattern.terms is not None:
        return Shape("", pattern.terms.max_length, True, True)
    name = recogniser.label(pattern)
    return superset(pattern.regex, name, in_folded=recogniser.minds_neighbours)


def _width(shape: Shape, pattern: Pattern) -> int | None:
    if pattern.bounded:
        return min(shape.max_width or MAX_MATCH, MAX_MATCH)
    if shape.max_width:
        return shape.max_width + max(shape.late, pattern.late)
    return MAX_WIDTH if shape.takes_space else None


def _look_ahead(pattern: Pattern) -> int:
    return LOOK_AHEAD if pattern.is_own else min(LOOK_AHEAD, look_ahead(pattern.regex))


def _ends(match: "regex.Match[str]") -> list[int]:
    """Returns the ends of all groups, the last group first; of one without a part the match's."""
    ends = [match.end(group) for group in range(len(match.groups()), 0, -1)]
    return [end if end > 0 else match.end() for end in ends]


def _look_around(shapes: list[Shape]) -> bool:
    return any(shape.looks_around for shape in shapes)


_EMAIL = "EmailRecognizer"
_LOCAL = r"[!#$%&'*+\-/=?^_`{|}~.\w]"
_EMAIL_PARTS = {
    loose: (
        regex.compile(rf"(?r){_LOCAL}+", regex.ASCII if loose else 0),
        regex.compile(rf"\b(?!\.){_LOCAL}", regex.ASCII if loose else 0),
        regex.compile(r"[\w.\-]*", regex.ASCII if loose else 0),
    )
    for loose in (False, True)
}


def emails(
    pattern: "regex.Pattern[str]", text: str, window: Window, loose: bool
) -> Iterator["regex.Match[str]"]:
    """Yields the matches of Presidio's e-mail pattern, in linear time.

    `finditer` tries each word boundary of a long text without blanks up to its end. Here only the
    one start that the pattern would take before each at sign is tried.
    """
    local, first, domain = _EMAIL_PARTS[loose]
    done = window.start
    for place in window.places:
        at = place - 2
        if at < done or text[at : at + 1] != "@":
            continue
        run = local.match(text, done, at)
        start = run and first.search(text, run.start(), at)
        if not start:
            continue
        stop = domain.match(text, at + 1).end()
        match = pattern.match(text, start.start(), min(stop + 1, len(text)))
        if match:
            done = match.end()
            yield match


_LAST_LETTER = regex.compile("(?r)[a-z]", regex.IGNORECASE)
_LAST_DIGITS = regex.compile("(?r)[0-9]{4}")
_PAN_LOW = regex.compile(r"\b[\w@#$%^?~-]{10}\b")


def _before_digits(
    pattern: "regex.Pattern[str]", text: str, window: Window
) -> Iterator["regex.Match[str]"]:
    """Yields the matches of `PAN (Low)`: ten characters that letters and four digits follow.

    Its look-ahead runs to the end of the text for each word; here it is turned round.
    """
    letter = _LAST_LETTER.search(text)
    digits = _LAST_DIGITS.search(text)
    if not letter or not digits:
        return
    limit = min(letter.start(), digits.start())
    for match in _PAN_LOW.finditer(text, window.start, window.stop):
        if match.start() > limit:
            return
        yield match
