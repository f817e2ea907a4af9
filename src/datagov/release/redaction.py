"""Takes spans out of texts.

Rule for overlaps: spans that overlap become one, from the first start to the last end, and carry
the label of the best of them: highest score, then longest, then first category by name. Spans that
merely touch stay apart. So the result does not depend on the order of the findings.
"""

from collections.abc import Iterable
from typing import NamedTuple


class Removal(NamedTuple):
    """A span to take out of a text: half-open, in code points."""

    start: int
    end: int
    category: str
    score: float


def merged(removals: Iterable[Removal]) -> list[Removal]:
    """Returns non-overlapping removals in order, per the rule for overlaps."""
    result: list[Removal] = []
    best: list[Removal] = []
    for removal in sorted(removals):
        if result and removal.start < result[-1].end:
            top = min(best[-1], removal, key=_rank)
            end = max(result[-1].end, removal.end)
            result[-1] = Removal(result[-1].start, end, top.category, top.score)
            best[-1] = top
        else:
            result.append(removal)
            best.append(removal)
    return result


def _rank(removal: Removal) -> tuple[float, int, str]:
    return (-removal.score, removal.start - removal.end, removal.category)


def redact(text: str, removals: Iterable[Removal]) -> str:
    """Returns `text` with each removal replaced by its category in brackets."""
    pieces = []
    at = 0
    for removal in merged(removals):
        pieces.append(text[at : removal.start])
        pieces.append(f"[{removal.category}]")
        at = removal.end
    pieces.append(text[at:])
    return "".join(pieces)
