"""What personal information looks like: one rule per pattern, wherever it comes from."""

from collections.abc import Callable
from dataclasses import dataclass

import regex

Check = Callable[[str], bool | None]
"""Says of a matched text: True surely one, False surely none, None no telling."""

MAX_SCORE = 1.0
MIN_SCORE = 0.0


@dataclass(frozen=True)
class Rule:
    """A pattern and what a match of it means.

    Attributes:
        entity: What it finds, as Presidio names it.
        recogniser: Whose pattern it is; its context words hold for all its patterns.
        name: Name of the pattern.
        pattern: Pattern in the syntax of the `regex` package.
        flags: Its flags.
        score: Score of a match that nothing confirms or refutes.
        context: Words that raise the score when one stands before the match.
        validate: Confirms (score 1) or refutes (score 0) a match.
        invalidate: True refutes.
        superset: A hyperscan pattern that matches wherever `pattern` does; "" takes `pattern`.
        by_group: The match ends where a later group does, as Presidio reads IBANs.
        beside_letters: `pattern` minds its neighbours itself: no second look beside Han needed.
    """

    entity: str
    recogniser: str
    name: str
    pattern: str
    flags: int
    score: float
    context: tuple[str, ...] = ()
    validate: Check | None = None
    invalidate: Check | None = None
    superset: str = ""
    by_group: bool = False
    beside_letters: bool = False

    @property
    def label(self) -> str:
        """The rule as findings name it."""
        return f"{self.recogniser}: {self.name}"

    def compiled(self) -> regex.Pattern[str]:
        """Returns the pattern as its author meant it."""
        return regex.compile(self.pattern, self.flags)

    def compiled_ascii(self) -> regex.Pattern[str]:
        """Returns the pattern with ASCII word boundaries, which hold beside Han characters."""
        return regex.compile(self.pattern, self.flags | regex.ASCII)

    def score_of(self, value: str) -> float:
        """Returns the score of a match, before context."""
        score = self.score
        if self.validate is not None:
            verdict = _asked(self.validate, value)
            if verdict is not None:
                score = MAX_SCORE if verdict else MIN_SCORE
        if self.invalidate is not None and _asked(self.invalidate, value):
            score = MIN_SCORE
        return score


def _asked(check: Check, value: str) -> bool | None:
    """Returns the verdict of a check; one that stumbles over a value does not know it.

    Presidio's checks convert parts of the match to numbers and look them up in tables.
    """
    try:
        verdict = check(value)
    except (ValueError, IndexError, KeyError, TypeError, AttributeError):
        return False
    return None if verdict is None else bool(verdict)
