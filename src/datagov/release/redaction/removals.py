"""Spans to take out of a text, and the one rule for those that overlap.

Spans that overlap become one, from the first start to the last end, and carry the label of the
best of them: highest score, then longest, then first category by name. Spans that merely touch
stay apart. So the result does not depend on the order of the findings. Where the union is wider
than its best span, no single finding is the value that is taken out, and the union is replaced by
the category whatever the policy says: half a pseudonym would show the other half.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from datagov.policy import CATEGORY


class Removal(NamedTuple):
    """A span to take out of a text.

    Attributes:
        start, end: Half-open, in code points.
        category: Of the finding.
        score: Of the finding.
        detector: Who found it.
        treatment: One of `policy.TREATMENTS`.
        fingerprint: Of the finding; what hash and pseudonym are made of.
    """

    start: int
    end: int
    category: str
    score: float
    detector: str = ""
    treatment: str = CATEGORY
    fingerprint: str = ""


class Replacement(NamedTuple):
    """Where a removal was, and where what replaced it stands."""

    removal: Removal
    start: int
    end: int


Replace = Callable[[Removal, str], str]
"""Returns what stands in the place of a value."""


def by_category(removal: Removal, value: str) -> str:
    """Returns the category in brackets."""
    return f"[{removal.category}]"


def merged(removals: Iterable[Removal]) -> list[Removal]:
    """Returns non-overlapping removals in order, per the rule for overlaps."""
    result: list[Removal] = []
    best: list[Removal] = []
    for removal in sorted(removals):
        if result and removal.start < result[-1].end:
            best[-1] = min(best[-1], removal, key=_rank)
            result[-1] = _union(result[-1].start, max(result[-1].end, removal.end), best[-1])
        else:
            result.append(removal)
            best.append(removal)
    return result


def _union(start: int, end: int, best: Removal) -> Removal:
    if (start, end) == (best.start, best.end):
        return best
    return best._replace(start=start, end=end, treatment=CATEGORY, fingerprint="")


def _rank(removal: Removal) -> tuple[float, int, str, str, str]:
    length = removal.end - removal.start
    return (-removal.score, -length, removal.category, removal.detector, removal.treatment)


def replaced(
    text: str, removals: Iterable[Removal], replace: Replace = by_category
) -> tuple[str, list[Replacement]]:
    """Returns `text` with each removal replaced, and where the replacements stand, in order."""
    pieces: list[str] = []
    places: list[Replacement] = []
    at = length = 0
    for removal in merged(removals):
        kept, new = text[at : removal.start], replace(removal, text[removal.start : removal.end])
        pieces += (kept, new)
        places.append(Replacement(removal, length + len(kept), length + len(kept) + len(new)))
        length = places[-1].end
        at = removal.end
    pieces.append(text[at:])
    return "".join(pieces), places
