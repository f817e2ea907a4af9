"""A quick look at one text: what is found in it, why, and what the policy does about it."""

import dataclasses
import logging
import math
import os
import re
import sys
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datagov.detect.pii import PiiDetector
from datagov.detect.pii.explain import Explanation, explain
from datagov.detect.pii.plan import ALL
from datagov.detect.registry import describe_detectors, detectors
from datagov.detect.secrets import SecretsDetector
from datagov.detect.secrets.explain import why
from datagov.errors import ConfigError
from datagov.policy import Policy, load_policy

log = logging.getLogger("datagov")

LEAST_SCORE = 0.01
"""Stands for findings of any score."""

_ENDINGS = (
    "txt|text|md|rst|log|json|jsonl|ndjson|csv|tsv|yaml|yml|xml|html|htm|eml|parquet|arrow|feather"
    "|warc|wet|gz|zst|zip|pdf|docx|toml|ini|conf|cfg|env|pem|key|py|js|ts|java|go|sh|sql"
)
_LIKE_A_FILE = re.compile(
    rf"[^\s@:]+\.(?:{_ENDINGS})|(?:~|\.\.?)?[/\\]?[\w.\-]+(?:[/\\][\w.\-]*)+", re.IGNORECASE
)
"""A known ending, or names with separators between them; no blank, no address."""
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class Seen:
    """A finding in a text, with its place as people count and what becomes of it.

    Attributes:
        detector: `pii` or `secrets`.
        explanation: What was found and why.
        line, column: Where it begins, both from 1.
        action: What the policy does about it.
    """

    detector: str
    explanation: Explanation
    line: int
    column: int
    action: str

    def as_json(self) -> dict[str, Any]:
        """Returns all that is known as one object."""
        fields = dataclasses.asdict(self.explanation)
        place = {"line": self.line, "column": self.column, "action": self.action}
        return {"detector": self.detector} | fields | place

    def lines(self) -> Iterator[str]:
        """Yields the finding as text: a heading, then a line for each reason."""
        it = self.explanation
        yield f"{self.line}:{self.column}  {it.category}  {it.score:.2f}  {it.value!r}"
        score = "" if it.rule_score is None else f", worth {it.rule_score:g}"
        yield f"    rule     {it.rule}{score}"
        if it.check:
            yield f"    check    {it.check}"
        if it.context:
            yield f"    context  {it.context!r} stands before it or in it"
        yield f"    class    {', '.join(it.classes) or 'secret'}"
        yield f"    action   {self.action}"


def look(
    text: str, policy: Path | None, *, everything: bool = False, min_score: float | None = None
) -> list[Seen]:
    """Returns the personal information and the secrets in a text, in order of place.

    Models for named entities look at it also where the policy gives them a sample of the corpus.
    Kinds of secrets that the policy only keeps are left out.

    Args:
        text: The text itself, the name of a file with it, or `-` for standard input.
        policy: A policy file; None for the default policy.
        everything: Whether to look for all entities of all languages and all kinds of secrets, at
            any score, with no rule left out.
        min_score: Findings below are left out; None for the detectors' own thresholds.

    Raises:
        ConfigError: The policy has a mistake, or the text is empty or no UTF-8.
    """
    rules = load_policy(policy, describe_detectors)
    content = _content(text)
    of_policy = detectors(rules)
    pii = next(each for each in of_policy if isinstance(each, PiiDetector))
    secrets = next(each for each in of_policy if isinstance(each, SecretsDetector))
    if everything:
        pii = dataclasses.replace(
            pii,
            entities=ALL,
            languages=ALL,
            context_only=(),
            without=(),
            plausible_only=False,
            min_score=LEAST_SCORE,
        )
        secrets = dataclasses.replace(secrets, min_score=LEAST_SCORE)
    if pii.ner:
        pii = dataclasses.replace(pii, ner=dataclasses.replace(pii.ner, share=1.0))
    if min_score is not None:
        pii = dataclasses.replace(pii, min_score=min_score)
        secrets = dataclasses.replace(secrets, min_score=min_score)
    found = [
        *((pii.name, each) for each in explain(content, pii)),
        *((secrets.name, each) for each in _secrets(content, secrets, rules, everything)),
    ]
    found.sort(key=lambda each: (each[1].start, each[1].end, each[0]))
    return list(_placed(content, found, rules))


def _secrets(
    content: str, detector: SecretsDetector, policy: Policy, everything: bool
) -> Iterator[Explanation]:
    for row in detector.detect([content]).to_pylist():
        category, score = row["category"], round(row["score"], 3)
        if everything or policy.acts_from(detector.name, category) < math.inf:
            yield Explanation(
                start=row["start"],
                end=row["end"],
                category=category,
                value=content[row["start"] : row["end"]],
                score=score,
                rule=row["rule"],
                rule_score=None,
                check=why(category, score),
                context="",
                classes=(),
            )


def _placed(content: str, found: list[tuple[str, Explanation]], policy: Policy) -> Iterator[Seen]:
    """Yields the findings with line and column; linear in the text, whatever is found."""
    breaks = [match.start() for match in re.finditer("\n", content)]
    for detector, it in found:
        line = bisect_left(breaks, it.start)
        begin = breaks[line - 1] + 1 if line else 0
        action = policy.action(detector, it.category, it.score)
        yield Seen(detector, it, line + 1, it.start - begin + 1, action)


def _content(text: str) -> str:
    if text == "-":
        return _decoded(sys.stdin.buffer.read(), "standard input")
    if not text:
        raise ConfigError(
            "the text is empty; give a text, the name of a file, or - for standard input"
        )
    # Not of pathlib: it raises on names that are too long or hold a NUL.
    if os.path.isdir(text):  # noqa: PTH112
        raise ConfigError(
            f"{text}: is a folder; expected a file of text; `datagov scan` takes folders"
        )
    if os.path.exists(text):  # noqa: PTH110
        return _decoded(_read(text), text)
    if _LIKE_A_FILE.fullmatch(text) and _LETTER.search(text):
        log.warning("no file has this name: it is looked at as a text")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ConfigError(
            f"the text: character {error.start + 1}: no UTF-8 text; give it as UTF-8"
        ) from error
    return text


def _read(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise ConfigError(f"{name}: {error.strerror}; expected a file that you may read") from error


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{name}: byte {error.start}: no UTF-8 text; `datagov scan` takes other formats"
        ) from error
