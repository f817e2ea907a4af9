"""A quick look at one text: what is found in it, why, and what the policy does about it."""

import dataclasses
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datagov.detect.pii import PiiDetector
from datagov.detect.pii.explain import Explanation, explain
from datagov.detect.pii.plan import ALL
from datagov.detect.registry import describe_detectors, detectors
from datagov.errors import ConfigError
from datagov.policy import load_policy

LONGEST_NAME = 255
"""No file's name is longer; what is longer is a text."""


@dataclass(frozen=True)
class Seen:
    """A finding in a text, with its place as people count and what becomes of it.

    Attributes:
        explanation: What was found and why.
        line, column: Where it begins, both from 1.
        action: What the policy does about it.
    """

    explanation: Explanation
    line: int
    column: int
    action: str

    def as_json(self) -> dict[str, Any]:
        """Returns all that is known as one object."""
        fields = dataclasses.asdict(self.explanation)
        return fields | {"line": self.line, "column": self.column, "action": self.action}

    def lines(self) -> Iterator[str]:
        """Yields the finding as text: a heading, then a line for each reason."""
        it = self.explanation
        yield f"{self.line}:{self.column}  {it.category}  {it.score:.2f}  {it.value!r}"
        score = "" if it.rule_score is None else f", worth {it.rule_score:g}"
        yield f"    rule     {it.rule}{score}"
        if it.check:
            yield f"    check    {it.check}"
        if it.context:
            yield f"    context  {it.context!r} stands before it"
        yield f"    class    {', '.join(it.classes)}"
        yield f"    action   {self.action}"


def look(
    text: str, policy: Path | None, *, everything: bool = False, min_score: float | None = None
) -> list[Seen]:
    """Returns what is found in a text, in order of place.

    Models for named entities look at it also where the policy gives them a sample of the corpus.

    Args:
        text: The text itself, the name of a file with it, or `-` for standard input.
        policy: A policy file; None for the default policy.
        everything: Whether to look for all entities of all languages, at any score, with no rule
            left out.
        min_score: Findings below are left out; None for the detector's own threshold.

    Raises:
        ConfigError: The policy has a mistake, or the file is no UTF-8 text.
    """
    rules = load_policy(policy, describe_detectors)
    detector = next(d for d in detectors(rules) if isinstance(d, PiiDetector))
    if everything:
        detector = dataclasses.replace(
            detector,
            entities=ALL,
            languages=ALL,
            context_only=(),
            without=(),
            plausible_only=False,
            min_score=0.01,
        )
    if detector.ner:
        detector = dataclasses.replace(detector, ner=dataclasses.replace(detector.ner, share=1.0))
    if min_score is not None:
        detector = dataclasses.replace(detector, min_score=min_score)
    content = _content(text)
    return [_seen(content, each, rules.action) for each in explain(content, detector)]


def _seen(content: str, it: Explanation, action: Callable[[str, str, float], str]) -> Seen:
    line = content.count("\n", 0, it.start) + 1
    column = it.start - (content.rfind("\n", 0, it.start) + 1) + 1
    return Seen(it, line, column, action("pii", it.category, it.score))


def _content(text: str) -> str:
    if text == "-":
        return _decoded(sys.stdin.buffer.read(), "standard input")
    if len(text) <= LONGEST_NAME and "\0" not in text and Path(text).is_dir():
        raise ConfigError(
            f"{text}: is a folder; expected a file of text; `datagov scan` takes folders"
        )
    if len(text) <= LONGEST_NAME and "\0" not in text and Path(text).is_file():
        return _decoded(Path(text).read_bytes(), text)
    return text


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{name}: byte {error.start}: no UTF-8 text; `datagov scan` takes other formats"
        ) from error
