"""Finding the matches of a recogniser's patterns near the places where a scan saw something.

For each pattern the matches are those that `finditer` over the whole text would give: leftmost, in
order, none overlapping. That holds since a window begins where no match can be under way: the scan
reports the end of every possible match, so that no match ends, and none of limited width lies, in
a gap that is wider than the widest match. Matches without a limit hold no white space; their
windows reach from one white space to the next.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import regex

from datagov.detect.pii.rules import Pattern, Recogniser
from datagov.detect.pii.supersets import superset

LOOK_AHEAD = 64
"""Code points behind the last possible end that patterns may look at."""

MAX_WIDTH = 256
"""Patterns of unlimited width that take white space are searched this far around a place."""

_SPACE_AFTER = regex.compile(r"\s")
_SPACE_BEFORE = regex.compile(r"(?r)\s")


class Window(NamedTuple):
    """A stretch of a text, in code points, in which some of a search's patterns may match."""

    start: int
    stop: int
    last: int
    places: list[int]
    patterns: list[int]


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
    """

    recogniser: Recogniser
    patterns: tuple[Pattern, ...]
    exact: tuple[regex.Pattern[str], ...]
    loose: tuple[regex.Pattern[str], ...]
    weak: tuple[bool, ...]
    width: int | None

    @classmethod
    def of(
        cls, recogniser: Recogniser, patterns: tuple[Pattern, ...], weak: tuple[bool, ...]
    ) -> "Search":
        """Returns the search for some patterns of a recogniser."""
        shapes = [superset(p.regex, recogniser.label(p)) for p in patterns]
        widths = [
            shape.max_width + pattern.late
            if shape.max_width
            else (MAX_WIDTH if shape.takes_space else None)
            for shape, pattern in zip(shapes, patterns, strict=True)
        ]
        flags = recogniser.flags
        return cls(
            recogniser,
            patterns,
            tuple(regex.compile(p.regex, flags) for p in patterns),
            tuple(regex.compile(p.regex, flags | regex.ASCII) for p in patterns),
            weak,
            None if None in widths else max((w for w in widths if w is not None), default=0),
        )

    @property
    def any_weak(self) -> bool:
        """True if some of the patterns count only beside a context word."""
        return any(self.weak)

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
                stop = last + self.width + LOOK_AHEAD
            chosen = places[begin:at]
            patterns = {index for _, indices in chosen for index in indices}
            yield Window(start, stop, last, [place for place, _ in chosen], sorted(patterns))

    def matches(
        self, index: int, text: str, window: Window, loose: bool
    ) -> Iterator[tuple[int, int, "regex.Match[str]"]]:
        """Yields start, end and match of each match of a pattern in a window."""
        needs = self.patterns[index].needs
        if needs and all(text.find(each, window.start, window.stop) < 0 for each in needs):
            return
        compiled = (self.loose if loose else self.exact)[index]
        if self.recogniser.name == _EMAIL:
            found = emails(compiled, text, window, loose)
        elif self.patterns[index].name == "PAN (Low)":
            found = _before_digits(compiled, text, window)
        else:
            found = compiled.finditer(text, window.start, window.stop)
        for match in found:
            if match.end() > window.last:
                return
            yield *match.span(), match


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
