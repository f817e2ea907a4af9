"""The detector of secrets: one scan of all texts for where one may begin, each looked at there."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, NamedTuple
from urllib.parse import unquote

import numpy as np
import pyarrow as pa

from datagov.detect.multipattern import CASELESS, SOM, Expression, find
from datagov.detect.secrets import (
    assignments,
    cloud,
    connections,
    private_keys,
    tokens,
    webhooks,
)
from datagov.detect.secrets.rules import CATEGORIES, CLOUD_KEY, PRIVATE_KEY, WEBHOOK, Rule
from datagov.detect.text_buffer import TextBuffer
from datagov.tables import SPANS, conform
from datagov.texts import Texts, as_texts

RULES: tuple[Rule, ...] = (
    *private_keys.RULES,
    *cloud.RULES,
    *tokens.RULES,
    *webhooks.RULES,
    *connections.RULES,
    *assignments.RULES,
)

_LAYOUT = re.compile(r"\\[nrt]|\s")


class _Found(NamedTuple):
    """A secret: the index of its rule and of its text, bytes of the buffer, its score."""

    cell: int
    start: int
    end: int
    rule: int
    score: float


@dataclass(frozen=True)
class SecretsDetector:
    """Finds keys, tokens, private keys, passwords in addresses, and values called secret.

    Scale of the score: 1.0 a checksum or a decoded structure confirms it; 0.9 a prefix and length
    that nothing else has; 0.5 to 0.8 what it is called and how random it is; 0.6 a checksum that
    fails; 0.3 and less weak passwords, placeholders and documented examples. Spans of one text do
    not overlap: the highest score stays, then the longest.

    Attributes:
        min_score: Findings below are left out.
    """

    name: ClassVar[str] = "secrets"
    version: ClassVar[str] = "1"

    min_score: float = 0.5

    def detect(self, texts: Texts) -> pa.Table:
        """Returns the spans found in `texts`, as a table of schema SPANS, sorted.

        `rule` is the kind, such as `github-token`. Linear in the length of the texts: one scan,
        then a look at a bounded stretch per place.
        """
        buffer = TextBuffer.of(as_texts(texts))
        found = _apart(each for each in _found(buffer) if each.score >= self.min_score)
        if not found:
            return SPANS.empty_table()
        cells, starts, ends, rules, scores = zip(*found, strict=True)
        cell = np.array(cells, np.int64)
        return conform(
            pa.table(
                {
                    "cell": cell,
                    "category": [RULES[rule].category for rule in rules],
                    "rule": [RULES[rule].name for rule in rules],
                    "start": buffer.offsets(cell, np.array(starts, np.int64)),
                    "end": buffer.offsets(cell, np.array(ends, np.int64)),
                    "score": pa.array(scores, pa.float32()),
                }
            ),
            SPANS,
        )

    def categories(self) -> frozenset[str]:
        """Returns every category that a finding may have."""
        return frozenset(CATEGORIES)

    def normalise(self, category: str, value: str) -> str:
        """Returns the value without white space round it, written one way.

        Private keys lose all white space and line ends written as escapes, so that the same key
        is equal to itself in JSON and in a file; percent escapes of signatures are resolved.
        """
        if category == PRIVATE_KEY:
            return _LAYOUT.sub("", value)
        text = value.strip()
        if category == WEBHOOK:
            return text.removeprefix("https://").removeprefix("http://")
        return unquote(text) if category == CLOUD_KEY else text


def _found(buffer: TextBuffer) -> Iterator[_Found]:
    """Yields all candidates with their scores, overlapping ones included."""
    hits = find(_expressions(), buffer.data)
    places = np.unique(np.stack([hits.starts, hits.ids]), axis=1)
    cells = buffer.cells(places[0])
    stops = buffer.ends[cells]
    done = [0] * len(RULES)
    for start, rule, cell, stop in zip(
        *(each.tolist() for each in (*places, cells, stops)), strict=True
    ):
        if start < done[rule]:
            continue
        for i, candidate in enumerate(RULES[rule].locate(buffer.data, start, stop)):
            if i == 0:
                # As `finditer`: the next one begins where this one ends.
                done[rule] = candidate.end
            yield _Found(cell, candidate.start, candidate.end, rule, round(candidate.score, 2))


@lru_cache(maxsize=1)
def _expressions() -> tuple[Expression, ...]:
    return tuple(
        Expression(i, rule.anchor, SOM | (CASELESS if rule.caseless else 0))
        for i, rule in enumerate(RULES)
    )


def _apart(found: Iterator[_Found]) -> list[_Found]:
    """Returns the best of what overlaps, in order of place."""
    ranked = sorted(found, key=lambda each: (-each.score, each.start - each.end, each))
    starts: list[int] = []
    kept: list[_Found] = []
    for each in ranked:
        at = bisect_left(starts, each.end)
        if at == 0 or kept[at - 1].end <= each.start:
            starts.insert(at, each.start)
            kept.insert(at, each)
    return kept
