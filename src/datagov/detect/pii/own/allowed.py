"""Values that are never reported."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import pyarrow as pa
import regex

from datagov.detect.pii.normalising import alike, normalise
from datagov.detect.pii.own.casing import fold_case
from datagov.detect.pii.own.matching import matcher
from datagov.detect.pii.own.soundness import FLAGS, sound_pattern
from datagov.detect.pii.own.terms import Terms
from datagov.detect.pii.spans import Span
from datagov.detect.pii.supersets import superset

EXACT, CASE, VALUE, REGEX = "exact", "case", "value", "regex"

MATCHES = (EXACT, CASE, VALUE, REGEX)
"""How a value can equal a term: as it stands, in any case, as the same value (separators do not
count in a number), or by holding a match of a pattern."""

MAX_PATTERNS = 1000


@dataclass(frozen=True)
class Allowed:
    """Which values are never reported; `exact` and `regex` are Presidio's `allow_list_match`.

    Attributes:
        terms: The values, or patterns; None allows nothing.
        match: One of MATCHES.
    """

    terms: Terms | None = None
    match: str = EXACT

    def without(
        self, texts: pa.Array, found: list[tuple[int, list[Span]]]
    ) -> list[tuple[int, list[Span]]]:
        """Returns the spans whose values are not allowed.

        Args:
            texts: What was searched.
            found: Spans by index of their text.
        """
        if self.terms is None:
            return found
        is_allowed = _test(self.terms, self.match)
        kept = []
        for cell, spans in found:
            text = texts[cell].as_py() if spans else ""
            kept.append(
                (cell, [s for s in spans if not is_allowed(s.entity, text[s.start : s.end])])
            )
        return kept


ALLOW_NOTHING = Allowed()


def _test(terms: Terms, match: str) -> Callable[[str, str], bool]:
    """Returns the test whether a value of a category is allowed."""
    if match == REGEX:
        return lambda _, value: _is_matched(terms, value)
    if match == VALUE:
        return lambda category, value: normalise(category, value) in _values(terms, alike(category))
    if match == CASE:
        return lambda _, value: fold_case(value) in _folded(terms)
    return lambda _, value: value in _exact(terms)


def _is_matched(terms: Terms, value: str) -> bool:
    return any(
        next(iter(each.finditer(value, 0, len(value))), None) is not None
        for each in _matchers(terms)
    )


@lru_cache(maxsize=2)
def _matchers(terms: Terms) -> tuple["regex.Pattern[str]", ...]:
    patterns = [sound_pattern("allow", term, 0, FLAGS) for term in terms.values()]
    return tuple(matcher(p, FLAGS, superset(p.regex, p.name)) for p in patterns)


@lru_cache(maxsize=2)
def _exact(terms: Terms) -> frozenset[str]:
    return frozenset(terms.values())


@lru_cache(maxsize=2)
def _folded(terms: Terms) -> frozenset[str]:
    return frozenset(map(fold_case, terms.values()))


@lru_cache(maxsize=8)
def _values(terms: Terms, category: str) -> frozenset[str]:
    # What normalises to nothing, such as mere punctuation, would allow all that does.
    return frozenset(normalise(category, term) for term in terms.values()) - {""}
