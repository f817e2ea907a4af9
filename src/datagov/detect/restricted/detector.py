"""The restricted-domain detector: names of controlled things, weighed by what is said around them.

Scale of the score: below 0.3 a mention; from 0.5 technical, for a person to look at; from 0.8
actionable, to be left out. A name in an encyclopaedia, a treaty or a safety sheet stays a mention;
the same name in a request for making, getting or using the thing does not.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import ClassVar, NamedTuple

import numpy as np
import pyarrow as pa
import yaml

from datagov.detect.detector import Texts, as_texts
from datagov.detect.multipattern import CASELESS, SOM, Expression, find
from datagov.detect.restricted.terms import Term, data_digest, data_text, terms
from datagov.detect.text_buffer import TextBuffer
from datagov.tables import SPANS, conform

WINDOW = 240
"""Code points of context on each side of a hit."""

MAX_HITS = 50
"""Findings per text and term; a text that names a thing a thousand times is found fifty times."""

# Score added by the number of raising features, when something is asked for and when not.
_ASKED = (0.0, 0.3, 0.45, 0.55, 0.6)
_STATED = (0.0, 0.02, 0.06, 0.12, 0.18)
_PER_LOWERING = 0.12
_PER_COMPANION = 0.04
_CAS_BESIDE = 0.05


class Hit(NamedTuple):
    """A term in a text, in code points."""

    start: int
    end: int
    term: Term
    is_cas: bool


@dataclass(frozen=True)
class RestrictedDetector:
    """Finds nuclear, biological, chemical and missile terms.

    Attributes:
        min_score: Findings below are left out.
        data: Digest of the term and context files, so that other files are another detector.
    """

    name: ClassVar[str] = "restricted"
    version: ClassVar[str] = "1"

    min_score: float = 0.05
    data: str = field(default_factory=data_digest)

    def detect(self, texts: Texts) -> pa.Table:
        """Returns the spans found in `texts`, as a table of schema SPANS, sorted."""
        array = as_texts(texts)
        buffer = TextBuffer.of(array)
        matcher = _matcher()
        hits = find(matcher.expressions, buffer.data)
        cells = buffer.cells(hits.ends - 1)
        inside = hits.starts >= buffer.starts[cells] if len(cells) else np.zeros(0, bool)
        order = np.lexsort((hits.ends, hits.starts, cells))
        rows: list[tuple[int, str, str, int, int, float]] = []
        ordered = order[inside[order]]
        bounds = np.flatnonzero(np.diff(cells[ordered], prepend=-1, append=-1))
        for first, last in zip(bounds, bounds[1:], strict=False):
            group = ordered[first:last]
            cell = int(cells[group[0]])
            text = buffer.text(int(buffer.starts[cell]), int(buffer.ends[cell]))
            starts = buffer.code_points(cell, np.sort(hits.starts[group]))
            lookup = dict(zip(np.sort(hits.starts[group]).tolist(), starts.tolist(), strict=True))
            found = _longest(
                [
                    Hit(lookup[start], lookup[start] + length, term, is_cas)
                    for start, length, term, is_cas in _located(
                        hits, group, buffer, matcher, text, lookup
                    )
                ]
            )
            for hit, score in _scored(text, found):
                if score >= self.min_score:
                    category, rule = hit.term.category, hit.term.id
                    rows.append((cell, category, rule, hit.start, hit.end, score))
        return _table(rows)

    def normalise(self, category: str, value: str) -> str:
        """Returns the term after NFKC, case folding and folding of blanks and hyphens."""
        folded = unicodedata.normalize("NFKC", value).casefold()
        return re.sub(r"[\s\-‐-―]+", " ", folded).strip()


class _Matcher(NamedTuple):
    expressions: tuple[Expression, ...]
    owners: tuple[tuple[Term, bool], ...]


@lru_cache(maxsize=1)
def _matcher() -> _Matcher:
    expressions: list[Expression] = []
    owners: list[tuple[Term, bool]] = []
    for term in terms():
        forms = [(form, False) for form in term.forms] + [(cas, True) for cas in term.cas]
        for form, is_cas in forms:
            shouted = form.isupper() and form.isascii() and len(form) <= 5
            flags = SOM if shouted else SOM | CASELESS
            expressions.append(Expression(len(owners), _pattern(form), flags))
            owners.append((term, is_cas))
    return _Matcher(tuple(expressions), tuple(owners))


def _pattern(form: str) -> str:
    """Returns a byte pattern: blanks and hyphens alike; word boundaries for ASCII at the ends."""
    escaped = re.escape(form)
    flexible = re.sub(r"(?:\\ |\\-|-)+", r"[ \\-]{1,2}", escaped)
    before = r"\b" if form[0].isascii() and form[0].isalnum() else ""
    after = r"\b" if form[-1].isascii() and form[-1].isalnum() else ""
    pattern = f"{before}{flexible}{after}"
    if pattern.isascii():
        return pattern
    # Case folding in byte mode knows ASCII only: other letters are spelt in both cases.
    return "".join(_bytes_of(char) for char in pattern)


def _bytes_of(char: str) -> str:
    if char.isascii():
        return char
    spellings = dict.fromkeys((char, char.lower(), char.upper()))
    encoded = ["".join(rf"\x{b:02x}" for b in s.encode()) for s in spellings if len(s) == 1]
    return encoded[0] if len(encoded) == 1 else f"(?:{'|'.join(encoded)})"


def _located(hits, group, buffer, matcher, text, lookup):  # type: ignore[no-untyped-def]
    for i in group.tolist():
        start, end = int(hits.starts[i]), int(hits.ends[i])
        length = len(buffer.data[start:end].decode("utf-8"))
        at = lookup[start]
        if _is_part_of_word(text, at, at + length):
            continue
        term, is_cas = matcher.owners[int(hits.ids[i])]
        yield start, length, term, is_cas


def _is_part_of_word(text: str, start: int, end: int) -> bool:
    """True when a letter of a script with separate words goes on beside the hit (é is no edge)."""
    first, last = text[start], text[end - 1]
    before, after = text[start - 1 : start], text[end : end + 1]
    return (_joins(first) and _joins(before)) or (_joins(last) and _joins(after))


def _joins(char: str) -> bool:
    return bool(char) and char.lower() != char.upper()


def _longest(hits: list[Hit]) -> list[Hit]:
    """Returns hits that no longer hit covers, at most MAX_HITS per term."""
    kept: list[Hit] = []
    counts: dict[str, int] = {}
    for hit in sorted(hits, key=lambda h: (h.start, -h.end, h.term.id)):
        if kept and hit.end <= kept[-1].end:
            continue
        counts[hit.term.id] = counts.get(hit.term.id, 0) + 1
        if counts[hit.term.id] <= MAX_HITS:
            kept.append(hit)
    return kept


@lru_cache(maxsize=1)
def _features() -> dict[str, dict[str, re.Pattern[str]]]:
    declared = yaml.safe_load(data_text("context.yaml"))
    return {
        kind: {name: _feature(pattern) for name, pattern in features.items()}
        for kind, features in declared.items()
    }


def _feature(pattern: str) -> re.Pattern[str]:
    latin = [alt for alt in _alternatives(pattern) if alt[0].isascii()]
    other = [alt for alt in _alternatives(pattern) if not alt[0].isascii()]
    parts = [rf"\b(?:{'|'.join(latin)})"] * bool(latin) + other
    return re.compile("|".join(parts), re.IGNORECASE)


def _alternatives(pattern: str) -> list[str]:
    """Splits at the bars that stand outside parentheses."""
    parts, depth = [""], 0
    for char in pattern:
        depth += (char == "(") - (char == ")")
        if char == "|" and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return [part for part in parts if part]


def _scored(text: str, hits: list[Hit]) -> Iterator[tuple[Hit, float]]:
    domains: dict[str, set[str]] = {}
    for hit in hits:
        domains.setdefault(hit.term.category, set()).add(hit.term.id)
    for hit in hits:
        near = text[max(0, hit.start - WINDOW) : hit.end + WINDOW]
        raising = {n for n, feature in _features()["raise"].items() if feature.search(near)}
        lowering = [n for n, feature in _features()["lower"].items() if feature.search(near)]
        table = _ASKED if "ask" in raising else _STATED
        score = hit.term.weight + table[len(raising - {"ask"})]
        score -= _PER_LOWERING * min(len(lowering), 3)
        score += _PER_COMPANION * min(len(domains[hit.term.category]) - 1, 3)
        score += _CAS_BESIDE * hit.is_cas
        yield hit, min(max(score, 0.01), 1.0)


def _table(rows: list[tuple[int, str, str, int, int, float]]) -> pa.Table:
    cells, categories, rules, starts, ends, scores = list(zip(*rows, strict=True)) or [()] * 6
    table = pa.table(
        {
            "cell": pa.array(cells, pa.int64()),
            "category": pa.array(categories, pa.string()),
            "rule": pa.array(rules, pa.string()),
            "start": pa.array(starts, pa.int64()),
            "end": pa.array(ends, pa.int64()),
            "score": pa.array(scores, pa.float32()),
        }
    )
    keys = ["cell", "start", "end", "category", "rule"]
    return conform(table.sort_by([(key, "ascending") for key in keys]), SPANS)
