"""Patterns that are a row of sets of characters, in the form in which a kernel reads them.

Where letters may stand for digits, as in Italian tax codes, hyperscan begins a match at nearly each
letter. The kernel looks at the last two bytes of where a match would be, and passes over as many
places as these rule out.
"""

import re._constants as sre  # type: ignore[import-not-found]
import re._parser as sre_parser  # type: ignore[import-not-found]
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from datagov.detect.pii.supersets import members

Ints = npt.NDArray[np.int64]

MIN_WIDTH = 12
"""Of shorter ones fewer places are passed over at once."""


@dataclass(frozen=True)
class FixedPattern:
    """A pattern over bytes of ASCII of which all matches are equally wide.

    Attributes:
        allowed: bool, for each place of a match and each byte whether it may stand there.
        steps: uint8, by two bytes how many bytes farther on a match that holds them there can end
            at the earliest; 0 where they may be its last.
    """

    allowed: npt.NDArray[np.bool_] = field(repr=False)
    steps: npt.NDArray[np.uint8] = field(repr=False)

    @classmethod
    def of(cls, superset: str, *, caseless: bool) -> "FixedPattern | None":
        """Returns the pattern; None if it is another kind of pattern, or a short one.

        Args:
            superset: In hyperscan's syntax.
            caseless: Whether letters are taken in either case.
        """
        try:
            places = _places(sre_parser.parse(superset))
        except (sre_parser.error, OverflowError):
            return None
        if places is None or len(places) < MIN_WIDTH:
            return None
        allowed = np.zeros((len(places), 256), bool)
        for place, characters in enumerate(places):
            for char in map(chr, characters):
                allowed[
                    place, list(map(ord, char.lower() + char.upper() if caseless else char))
                ] = 1
        return cls(allowed, _steps(allowed))


def ends_of_fixed(pattern: FixedPattern, data: bytes) -> Ints:
    """Returns where matches of a pattern end: bytes, ascending."""
    # numba takes a second to import.
    from datagov.detect.pii.fixed_kernel import find_ends

    return find_ends(data, pattern.allowed, pattern.steps)


def _places(nodes: Any) -> list[frozenset[int]] | None:
    """Returns the characters that may stand at each place; None if that does not say it all."""
    found: list[frozenset[int]] = []
    for kind, value in nodes:
        if kind in (sre.LITERAL, sre.IN):
            in_ascii, others, _ = members((kind, value))
            more = None if others else [in_ascii]
        elif kind is sre.MAX_REPEAT and value[0] == value[1]:
            body = _places(value[2])
            more = None if body is None else body * value[0]
        else:
            more = None
        if more is None:
            return None
        found += more
    return found


def _steps(allowed: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint8]:
    width = len(allowed)
    steps = np.full((256, 256), width, np.uint8)
    for last in range(width):
        before = allowed[last - 1] if last else np.ones(256, bool)
        steps[np.ix_(before, allowed[last])] = width - 1 - last
    return steps
