"""The restricted-domain detector: names of controlled things, weighed by what is said around them.

Scale of the score: below 0.3 a mention; from 0.5 technical, for a person to look at; from 0.8
actionable, to be left out. A name in an encyclopaedia, a treaty or a safety sheet stays a mention;
the same name in a request for making, getting or using the thing does not.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import yaml

from datagov.detect.detector import Texts, as_texts
from datagov.detect.multipattern import CASELESS, SOM, Expression, Hits, find
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
        buffer = TextBuffer.of(as_texts(texts))
        hits = find(_matcher().expressions, buffer.data)
        cells = buffer.cells(hits.ends - 1)
        order = np.lexsort((hits.ends, hits.starts, cells))
        order = order[(hits.starts >= buffer.starts[cells])[order]] if len(order) else order
        rows: list[tuple[int, str, str, int, int, float]] = []
        bounds = np.flatnonzero(np.diff(cells[order], prepend=-1, append=-1))
        for first, last in itertools.pairwise(bounds.tolist()):
            cell = int(cells[order[first]])
            text = buffer.text(int(buffer.starts[cell]), int(buffer.ends[cell]))
            found = _longest(list(_located(hits, order[first:last], buffer, cell, text)))
            rows += [
                (cell, hit.term.category, hit.term.id, hit.start, hit.end, score)
                for hit, score in _scored(text, found)
                if score >= self.min_score
            ]
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


def _located(
    hits: Hits, group: npt.NDArray[np.int64], buffer: TextBuffer, cell: int, text: str
) -> Iterator[Hit]:
    """Yields the hits `group` (ordered by start) as places in the text of `cell`."""
    starts = buffer.code_points(cell, hits.starts[group]).tolist()
    owners = _matcher().owners
    for i, start in zip(group.tolist(), starts, strict=True):
        end = start + len(buffer.text(int(hits.starts[i]), int(hits.ends[i])))
        if not _is_part_of_word(text, start, end):
            yield Hit(start, end, *owners[int(hits.ids[i])])


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
    # Words of Latin script begin at a word boundary; groups mind their own edges.
    bounded = [alt for alt in _alternatives(pattern) if alt[0].isascii() and alt[0].isalnum()]
    other = [alt for alt in _alternatives(pattern) if alt not in bounded]
    parts = [rf"\b(?:{'|'.join(bounded)})"] * bool(bounded) + other
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
