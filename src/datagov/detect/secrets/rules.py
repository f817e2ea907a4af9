"""What a rule is: where to look for a kind of secret, and how to tell that it is one.

Patterns are over UTF-8 bytes, so that a character outside ASCII is never part of a word: what
touches a Chinese character or a full-width quote stands free.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from datagov.detect.secrets.randomness import is_placeholder, is_random

API_TOKEN = "API_TOKEN"
ASSIGNED_SECRET = "ASSIGNED_SECRET"
BASIC_AUTH = "BASIC_AUTH"
CLOUD_KEY = "CLOUD_KEY"
CONNECTION_STRING = "CONNECTION_STRING"
JWT = "JWT"
PRIVATE_KEY = "PRIVATE_KEY"
WEBHOOK = "WEBHOOK"

CATEGORIES = (
    API_TOKEN,
    ASSIGNED_SECRET,
    BASIC_AUTH,
    CLOUD_KEY,
    CONNECTION_STRING,
    JWT,
    PRIVATE_KEY,
    WEBHOOK,
)

CONFIRMED = 1.0
"""A checksum or a decoded structure that chance does not give."""
DISTINCTIVE = 0.9
"""A prefix and a length that nothing else has."""
REFUTED = 0.6
"""Prefix and length, but the checksum fails: a mangled token, or one made up."""
PLACEHOLDER = 0.1
"""The form of a secret, and the look of an example."""

BEFORE = rb"(?:(?<![0-9A-Za-z_])|(?<=%[0-9A-Fa-f]{2})|(?<=\\[nrt]))"
"""No letter or digit before, unless it ends an escape: `%3D`, `\\n`."""
AFTER = rb"(?![0-9A-Za-z_])"


class Candidate(NamedTuple):
    """A secret, perhaps: bytes of the buffer, half open, and how sure it is."""

    start: int
    end: int
    score: float


Locate = Callable[[bytes, int, int], Iterator[Candidate]]
"""Yields what stands where an anchor was seen, given the buffer, the first byte of the anchor and
the end of the text it stands in. Looks at a bounded stretch, so that all of them take linear time.
"""

Judge = Callable[[str], float]
"""Returns how sure it is that a value of the right form is a secret; 0 if it is none."""


@dataclass(frozen=True)
class Rule:
    """How one kind of secret is found.

    Attributes:
        name: As findings show it.
        category: One of CATEGORIES.
        anchor: Where to look: a hyperscan pattern of limited width, with which the secret or what
            announces it begins.
        locate: What stands there.
        caseless: Whether the anchor ignores case.
    """

    name: str
    category: str
    anchor: str
    locate: Locate
    caseless: bool = False


def matching(pattern: bytes, judge: Judge) -> Locate:
    """Returns the search for a pattern at the anchor; a group `value` is the secret, else all is.

    Args:
        pattern: Of limited width, or with a boundary before it that keeps two matches apart.
        judge: Of the value.
    """
    compiled = re.compile(pattern)
    group: str | int = "value" if "value" in compiled.groupindex else 0

    def locate(data: bytes, start: int, stop: int) -> Iterator[Candidate]:
        match = compiled.match(data, start, stop)
        if match:
            score = judge(match[group].decode("ascii"))
            if score > 0:
                yield Candidate(match.start(group), match.end(group), score)

    return locate


def judged(score: float, prefix: int = 0) -> Judge:
    """Returns the judge that gives `score` to values that look random after their prefix.

    Args:
        score: Of those.
        prefix: Characters at the beginning that say nothing.
    """

    def judge(value: str) -> float:
        body = value[prefix:]
        return PLACEHOLDER if is_placeholder(body) or not is_random(body) else score

    return judge


def checked(is_valid: Callable[[str], bool], otherwise: Judge) -> Judge:
    """Returns the judge that is sure of values whose checksum holds, and asks another of others."""

    def judge(value: str) -> float:
        return CONFIRMED if is_valid(value) else otherwise(value)

    return judge


def token(
    name: str,
    anchor: str,
    pattern: str,
    judge: Judge,
    category: str = API_TOKEN,
    after: bytes = AFTER,
) -> Rule:
    """Returns the rule for what stands free and begins with the anchor."""
    return Rule(name, category, anchor, matching(BEFORE + pattern.encode() + after, judge))
