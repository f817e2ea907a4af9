"""Why something was found: the rule, its check and the word beside it, for a person to read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from datagov.detect.pii import phones
from datagov.detect.pii.context import raised, supporting
from datagov.detect.pii.detector import PiiDetector
from datagov.detect.pii.folding import folded
from datagov.detect.pii.page import clause
from datagov.detect.pii.rules import Pattern, Recogniser
from datagov.detect.pii.sensitive.classes import class_of
from datagov.detect.pii.spans import Span
from datagov.texts import as_texts

PASSED, UNDECIDED = "passed", "says neither yes nor no"

CLOSE = 1e-6
"""Findings keep their scores as float32."""


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
        context: The word that raised the score or without which nothing counts here, as its list
            has it: before the match, in it or beside it. Empty if there is none.
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


Rules = Mapping[str, Sequence[tuple[Recogniser, Pattern]]]
"""By its name in findings what a rule is; a few of Presidio's have the same name."""


class _Grounds(NamedTuple):
    """What a score rests on; see `Explanation`."""

    rule_score: float | None = None
    check: str = ""
    context: str = ""


def explain(text: str, detector: PiiDetector) -> list[Explanation]:
    """Returns what `detector` finds in `text`, and why, in order of place.

    Raises:
        ConfigError: The detector names an entity, language, rule or region that is not known.
    """
    rules = _rules(detector)
    like_ascii = folded(as_texts([text]))[0].as_py()
    spans = detector.detect([text]).drop("cell").to_pylist()
    explained = []
    for row in spans:
        span = Span(**_named(row))
        grounds = _grounds(text, like_ascii, span, rules, detector.context_only)
        explained.append(
            Explanation(
                span.start,
                span.end,
                span.entity,
                text[span.start : span.end],
                round(span.score, 3),
                span.rule,
                *grounds,
                class_of(span.entity).names,
            )
        )
    return explained


def _named(row: dict[str, Any]) -> dict[str, Any]:
    return {("entity" if name == "category" else name): value for name, value in row.items()}


def _rules(detector: PiiDetector) -> Rules:
    found: dict[str, list[tuple[Recogniser, Pattern]]] = {}
    for search in detector.plan().searches:
        for pattern in search.patterns:
            label = search.recogniser.label(pattern)
            found.setdefault(label, []).append((search.recogniser, pattern))
    return found


def _grounds(
    text: str, like_ascii: str, span: Span, rules: Rules, context_only: tuple[str, ...]
) -> _Grounds:
    if span.rule == phones.FORMATTED:
        return _Grounds(phones.FORMATTED_SCORE, PASSED)
    if span.rule == phones.ANNOUNCED:
        return _Grounds(phones.SCORE, PASSED, phones.announcement(text, span.start))
    if span.rule == phones.LIBRARY:
        is_raised = span.score > phones.SCORE + CLOSE
        word = supporting(text, span.start, phones.CONTEXT) if is_raised else ""
        return _Grounds(phones.SCORE, PASSED, word)
    if span.rule not in rules:
        return _Grounds()
    # What was written with look-alikes of ASCII was confirmed folded.
    values = [each[span.start : span.end] for each in (text, like_ascii)]
    read = [(*rule, value) for value in values for rule in rules[span.rule]]
    return next(
        (
            _of_pattern(text, span, *each, context_only)
            for is_right in (_is_alone, _is_raised)
            for each in read
            if is_right(span, *each)
        ),
        _Grounds(),
    )


def _is_alone(span: Span, recogniser: Recogniser, pattern: Pattern, value: str) -> bool:
    return abs(span.score - recogniser.score(pattern, value)) < CLOSE


def _is_raised(span: Span, recogniser: Recogniser, pattern: Pattern, value: str) -> bool:
    return abs(span.score - raised(recogniser.score(pattern, value))) < CLOSE


def _of_pattern(
    text: str,
    span: Span,
    recogniser: Recogniser,
    pattern: Pattern,
    value: str,
    context_only: tuple[str, ...],
) -> _Grounds:
    """Returns the grounds of a match of a pattern, given its value as it was confirmed."""
    check = ""
    if recogniser.validate is not None:
        check = PASSED if recogniser.verdict(value) else UNDECIDED
    is_raised = not _is_alone(span, recogniser, pattern, value)
    word = ""
    if recogniser.minds_neighbours:
        word = _last(clause(text, span.start), recogniser.context) if is_raised else ""
    elif is_raised or span.entity in context_only:
        word = supporting(text, span.start, recogniser.context)
    return _Grounds(pattern.score, check, word)


def _last(before: str, words: tuple[str, ...]) -> str:
    """Returns the one of `words` that stands last in `before`, of those the longest."""
    found = [(before.rfind(word) + len(word), len(word), word) for word in words if word in before]
    return max(found, default=(0, 0, ""))[-1]
