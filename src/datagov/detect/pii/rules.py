"""What personal information looks like: recognisers and their patterns, whoever wrote them."""

from collections.abc import Callable
from dataclasses import dataclass

from datagov.detect.pii.own.terms import Terms

Check = Callable[[str], bool | None]
"""Says of a matched text: True surely one, False surely none, None no telling."""

MAX_SCORE = 1.0
MIN_SCORE = 0.0


@dataclass(frozen=True)
class Pattern:
    """One pattern of a recogniser.

    Attributes:
        name: Name of the pattern; with the recogniser's it names the rule in findings.
        regex: In the syntax of the `regex` package.
        score: Score of a match that nothing confirms or refutes.
        superset: A hyperscan pattern over bytes that ends, or for unlimited patterns begins to
            match, wherever `regex` does; "" derives it.
        late: Code points by which `superset` may end behind the match.
        needs: Each match holds one of these; nothing said if empty.
        bounded: Matched piece by piece, so that time stays linear whatever the pattern is.
        linear: Matched by an engine that does not backtrack.
        terms: A list of terms to look for instead of `regex`.
    """

    name: str
    regex: str
    score: float
    superset: str = ""
    late: int = 0
    needs: tuple[str, ...] = ()
    bounded: bool = False
    linear: bool = False
    terms: Terms | None = None

    @property
    def is_own(self) -> bool:
        """True if a user wrote it; such patterns are matched by `own.matching`."""
        return self.bounded or self.terms is not None


@dataclass(frozen=True)
class Recogniser:
    """Patterns for one entity, and what confirms, refutes or supports their matches.

    Attributes:
        name: Who recognises; unique.
        entity: What is recognised.
        patterns: Looked for one by one, each as `finditer` does.
        flags: Flags of all patterns, of the `regex` package.
        context: Words, lower-case, that raise the score when one stands before the match.
        validate: Confirms (score 1) or refutes (score 0) a match.
        invalidate: True refutes.
        only_refutes: `validate` never says that a match is surely one.
        ends_by_group: Of each match the last group counts where one that ends there is valid, as
            Presidio reads IBANs; its matches are not weighed against each other.
        minds_neighbours: The patterns themselves say what may stand beside a match, so that they
            hold beside Han characters; context is looked for in characters, not in words.
    """

    name: str
    entity: str
    patterns: tuple[Pattern, ...]
    flags: int
    context: tuple[str, ...] = ()
    validate: Check | None = None
    invalidate: Check | None = None
    only_refutes: bool = False
    ends_by_group: bool = False
    minds_neighbours: bool = False

    def label(self, pattern: Pattern) -> str:
        """Returns the name of a rule as findings give it."""
        return f"{self.name}: {pattern.name}"

    def score(self, pattern: Pattern, value: str) -> float:
        """Returns the score of a match before its context is looked at; 0 if refuted."""
        score = pattern.score
        verdict = self.verdict(value)
        if verdict is not None:
            score = MAX_SCORE if verdict else MIN_SCORE
        if self.invalidate is not None and _asked(self.invalidate, value):
            score = MIN_SCORE
        return score

    def verdict(self, value: str) -> bool | None:
        """Returns what `validate` says of a match; None as well where nothing checks it."""
        return None if self.validate is None else _asked(self.validate, value)

    def best_score(self, pattern: Pattern) -> float:
        """Returns the highest score a match can have without context."""
        return MAX_SCORE if self.validate and not self.only_refutes else pattern.score


def _asked(check: Check, value: str) -> bool | None:
    """Returns the verdict of a check; one that stumbles over a value refutes it.

    Presidio's checks turn parts of a match into numbers and look them up; where that fails,
    Presidio gives up on the whole text.
    """
    try:
        verdict = check(value)
    except (ValueError, IndexError, KeyError, TypeError, AttributeError):
        return False
    return None if verdict is None else bool(verdict)
