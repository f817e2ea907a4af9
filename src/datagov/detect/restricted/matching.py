"""Where terms stand in a buffer of texts: whole words, longest first, so many per text and term."""

import itertools
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from datagov.detect.multipattern import CASELESS, SOM, Expression, find
from datagov.detect.restricted.patterns import is_case_sensitive, name_pattern, number_pattern
from datagov.detect.restricted.terms import Term, load_decoys, load_terms
from datagov.detect.text_buffer import TextBuffer

MAX_HITS = 50
"""Hits per text and term: one that names a thing a thousand times is found fifty times."""

_DECOY = -1

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class TermHits:
    """Hits ordered by place: int64 arrays of equal length, `is_cas` bool.

    Attributes:
        cells: Index of the text.
        terms: Index into `load_terms()`.
        starts: First byte in the buffer.
        ends: One past the last byte.
        is_cas: The hit is a CAS number.
    """

    cells: Ints
    terms: Ints
    starts: Ints
    ends: Ints
    is_cas: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class _Patterns:
    expressions: tuple[Expression, ...]
    owner: Ints
    is_cas: npt.NDArray[np.bool_]


def find_terms(buffer: TextBuffer) -> TermHits:
    """Returns the hits of all terms in all texts."""
    patterns = _patterns()
    raw = find(patterns.expressions, buffer.data)
    cells = buffer.cells(raw.ends - 1)
    inside = (raw.starts >= buffer.starts[cells]) & _is_whole(buffer.data, raw.starts, raw.ends)
    order = np.lexsort((raw.ids, -raw.ends, raw.starts))
    order = order[inside[order]]
    starts, ends, ids = raw.starts[order], raw.ends[order], raw.ids[order]
    kept = _longest(starts, ends)
    kept = kept[patterns.owner[ids[kept]] != _DECOY]
    cells, terms = cells[order][kept], patterns.owner[ids[kept]]
    few = _capped(cells, terms)
    kept = kept[few]
    return TermHits(cells[few], terms[few], starts[kept], ends[kept], patterns.is_cas[ids[kept]])


@lru_cache(maxsize=1)
def _patterns() -> _Patterns:
    expressions: list[Expression] = []
    owners: list[tuple[int, bool]] = []

    def add(pattern: str, flags: int, owner: int, is_cas: bool = False) -> None:
        expressions.append(Expression(len(owners), pattern, SOM | flags))
        owners.append((owner, is_cas))

    named = [(i, *form) for i, term in enumerate(load_terms()) for form in term.forms]
    for i, language, form in named + [(_DECOY, *decoy) for decoy in load_decoys()]:
        flags = 0 if is_case_sensitive(form) else CASELESS
        add(name_pattern(form, plural=language == "en"), flags, i)
    for i, term in enumerate(load_terms()):
        for cas in term.cas:
            add(number_pattern(cas), 0, i, True)
    owner, is_cas = zip(*owners, strict=True)
    return _Patterns(tuple(expressions), np.array(owner, np.int64), np.array(is_cas, bool))


def _is_whole(data: bytes, starts: Ints, ends: Ints) -> npt.NDArray[np.bool_]:
    """True where no letter outside ASCII carries the word on; the patterns see to ASCII ones."""
    array = np.frombuffer(data, np.uint8)
    whole = np.ones(len(starts), bool)
    near = (array[starts - 1] >= 0x80) | (array[np.minimum(ends, len(array) - 1)] >= 0x80)
    # A pattern that starts or ends outside ASCII has no boundary of its own.
    near |= (array[starts] >= 0x80) | (array[ends - 1] >= 0x80)
    for i in np.flatnonzero(near).tolist():
        start, end = int(starts[i]), int(ends[i])
        before = data[max(0, start - 4) : start].decode("utf-8", "ignore")[-1:]
        after = data[end : end + 4].decode("utf-8", "ignore")[:1]
        inside = data[start:end].decode("utf-8", "ignore")
        whole[i] = not (_joined(before, inside[0]) or _joined(inside[-1], after))
    return whole


def _joined(left: str, right: str) -> bool:
    """True if two neighbours belong to one word: letters of a script with cases, or katakana."""
    if not left or not right:
        return False
    return (_is_cased(left) and _is_cased(right)) or (_is_katakana(left) and _is_katakana(right))


def _is_cased(char: str) -> bool:
    return char.lower() != char.upper() or "\u0300" <= char <= "\u036f"


def _is_katakana(char: str) -> bool:
    return "\u30a1" <= char <= "\u30fa" or char == "\u30fc"


def _longest(starts: Ints, ends: Ints) -> Ints:
    """Returns the hits that start where no kept hit is; of those with one start, the longest.

    Args:
        starts: Ascending.
        ends: Descending where starts are equal.
    """
    kept, reached = [], -1
    for i, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        if start >= reached:
            kept.append(i)
            reached = end
    return np.array(kept, np.int64)


def _capped(cells: Ints, terms: Ints) -> Ints:
    """Returns the first MAX_HITS hits of each pair of cell and term."""
    counts: Counter[tuple[int, int]] = Counter()
    kept = []
    for i, pair in enumerate(zip(cells.tolist(), terms.tolist(), strict=True)):
        counts[pair] += 1
        if counts[pair] <= MAX_HITS:
            kept.append(i)
    return np.array(kept, np.int64)


def companions(hits: TermHits, reach: int) -> Ints:
    """Returns, for each hit, how many other unambiguous terms of its category stand nearby.

    Args:
        hits: Ordered by place.
        reach: Bytes, from start to start.
    """
    terms = load_terms()
    places = list(zip(hits.cells.tolist(), hits.starts.tolist(), hits.terms.tolist(), strict=True))
    counts = []
    first = 0
    for i, (cell, start, term) in enumerate(places):
        while places[first][0] != cell or places[first][1] < start - reach:
            first += 1
        ahead = itertools.takewhile(
            lambda p, cell=cell, start=start: p[0] == cell and p[1] <= start + reach,  # type: ignore[misc]
            itertools.islice(places, i + 1, None),
        )
        near = {p[2] for p in places[first:i]} | {p[2] for p in ahead}
        counts.append(sum(_is_company(terms[term], terms[other]) for other in near - {term}))
    return np.array(counts, np.int64)


def _is_company(term: Term, other: Term) -> bool:
    return other.category == term.category and not other.ambiguous
