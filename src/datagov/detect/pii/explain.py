"""Why something was found: the rule, its check and the word beside it, for a person to read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from datagov.detect.pii import phones
from datagov.detect.pii.context import STRETCH
from datagov.detect.pii.detector import PiiDetector
from datagov.detect.pii.rules import MAX_SCORE, Pattern, Recogniser
from datagov.detect.pii.sensitive.classes import class_of
from datagov.detect.pii.spans import Span


@dataclass(frozen=True)
class Explanation:
    """One finding, and what led to it.

    Attributes:
        start, end: In code points, half-open.
        category: What was found.
        value: The text of the finding, raw.
        score: As decided by.
        rule: Recogniser and pattern.
        rule_score: What the pattern alone is worth; None where the rule is no pattern.
        check: `passed`, `says neither yes nor no`, or empty where nothing checks the value.
        context: The word that raised the score, as its list has it; empty if none did.
        classes: Of personal information, the most specific first.
    """

    start: int
    end: int
    category: str
    value: str
    score: float
    rule: str
    rule_score: float | None
    check: str
    context: str
    classes: tuple[str, ...]


def explain(text: str, detector: PiiDetector) -> list[Explanation]:
    """Returns what `detector` finds in `text`, and why, in order of place.

    Raises:
        ConfigError: The detector names an entity, language, rule or region that is not known.
    """
    rules = dict(_rules(detector))
    spans = detector.detect([text]).drop("cell").to_pylist()
    return [_explained(text, Span(**_named(row)), rules, detector.context_only) for row in spans]


def _named(row: dict[str, Any]) -> dict[str, Any]:
    return {("entity" if name == "category" else name): value for name, value in row.items()}


def _rules(detector: PiiDetector) -> Iterator[tuple[str, tuple[Recogniser, Pattern]]]:
    for search in detector.plan().searches:
        for pattern in search.patterns:
            yield search.recogniser.label(pattern), (search.recogniser, pattern)


def _explained(
    text: str,
    span: Span,
    rules: Mapping[str, tuple[Recogniser, Pattern]],
    context_only: tuple[str, ...],
) -> Explanation:
    value = text[span.start : span.end]
    rule_score, check, context = None, "", ""
    if span.rule in rules:
        recogniser, pattern = rules[span.rule]
        rule_score = pattern.score
        alone = recogniser.score(pattern, value)
        if recogniser.validate is not None:
            check = "passed" if alone == MAX_SCORE else "says neither yes nor no"
        if span.score > alone + 1e-6 or span.entity in context_only:
            context = _nearest(text, span.start, recogniser.context)
    elif span.entity == "PHONE_NUMBER":
        rule_score, check = phones.SCORE, "passed"
        if span.score > phones.SCORE:
            context = _nearest(text, span.start, phones.CONTEXT)
    return Explanation(
        span.start,
        span.end,
        span.entity,
        value,
        round(span.score, 3),
        span.rule,
        rule_score,
        check,
        context,
        class_of(span.entity).names,
    )


def _nearest(text: str, start: int, words: tuple[str, ...]) -> str:
    """Returns the one of `words` that stands last before `start`."""
    before = text[max(0, start - STRETCH) : start].lower()
    found = [(before.rfind(word), word) for word in words]
    place, word = max(found, default=(-1, ""))
    return word if place >= 0 else ""
