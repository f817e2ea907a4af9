"""The detector of personal information: candidates from one scan, confirmed where they are."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from datagov.detect.multipattern import find
from datagov.detect.pii import phones
from datagov.detect.pii.context import Before, raised
from datagov.detect.pii.entities import CONTEXT_ONLY, DEFAULT_ENTITIES, PHONE_REGIONS, WITHOUT
from datagov.detect.pii.folding import folded, is_changed
from datagov.detect.pii.gating import CELL, Ints, Nearby, edges_of_blocks, merged, near_words
from datagov.detect.pii.names.finding import find_names
from datagov.detect.pii.neighbours import hides, holds_blankless, stands_free, touches_blankless
from datagov.detect.pii.ner.config import NerConfig
from datagov.detect.pii.ner.finding import find_entities
from datagov.detect.pii.normalising import normalise
from datagov.detect.pii.own.allowed import ALLOW_NOTHING, Allowed
from datagov.detect.pii.own.listed import find_listed
from datagov.detect.pii.plan import PHONE_ID, Plan, entities_of, plan
from datagov.detect.pii.plausible import plausible
from datagov.detect.pii.rules import Recogniser
from datagov.detect.pii.searching import Search, Window
from datagov.detect.pii.sensitive.mentions import find_mentions
from datagov.detect.pii.spans import Span, overlap_test, spans_table, without_contained
from datagov.detect.pii.urls import url_spans
from datagov.detect.text_buffer import TextBuffer
from datagov.texts import Texts, as_texts

Found = list[tuple[int, list[Span]]]
"""The spans in each text, by index; texts without any may be left out."""

_CLAUSE = 30
"""Code points before a match in which words of a script without blanks are its context."""

_CLAUSE_ENDS = "。！？；!?\n"


@dataclass(frozen=True)
class PiiDetector:
    """Finds personal information.

    What Presidio's pattern recognisers and its phone recogniser find in a text, this finds with the
    same spans and scores. `additions` are findings beside those: what touches Han, Kana or Hangul
    characters or is written in full-width ones, which hides it from Presidio; Chinese identifiers;
    phone numbers that are written as such or announced by more words than Presidio knows; cards
    of all issuers; names of persons; mentions of what is sensitive beside a person.

    Attributes:
        min_score: Findings below are left out.
        entities: What to look for, `all` alone for everything; None for the default set (see
            `entities`).
        languages: Whose recognisers to take from Presidio, ISO 639-1; `all` alone for every one.
        context_only: Entities that count only beside one of their context words.
        without: Rules left out, named as in findings.
        phone_regions: Regions whose national formats are phone numbers without a country code.
        additions: Whether to find more than Presidio does.
        plausible_only: Whether to leave out what stands where no identifier does, such as a number
            within a web address; see `plausible`.
        ner: Models for named entities; None looks for names without one.
        recognisers: Recognisers of one's own, looked for whatever `entities` is; see
            `own.recognisers.load_recognisers`.
        deny: Lists of terms that are findings; see `own.options.load_options`.
        allow: Values that are never reported.

    With `context_only=()`, `without=()`, `additions=False`, `plausible_only=False` and Presidio's
    regions the findings are Presidio's.
    """

    name: ClassVar[str] = "pii"
    version: ClassVar[str] = "1"

    min_score: float = 0.4
    entities: tuple[str, ...] | None = None
    languages: tuple[str, ...] = ("en",)
    context_only: tuple[str, ...] = CONTEXT_ONLY
    without: tuple[str, ...] = WITHOUT
    phone_regions: tuple[str, ...] = PHONE_REGIONS
    additions: bool = True
    plausible_only: bool = True
    recognisers: tuple[Recogniser, ...] = ()
    deny: tuple[Recogniser, ...] = ()
    allow: Allowed = ALLOW_NOTHING
    ner: NerConfig | None = None

    def detect(self, texts: Texts) -> pa.Table:
        """Returns the spans found in `texts`, as a table of schema SPANS, sorted.

        Linear in the length of the texts: one scan for candidates, then work per candidate.

        Raises:
            ConfigError: An entity, language, rule or region is not known.
        """
        original = as_texts(texts)
        scan = self.plan()
        like_ascii = folded(original)
        buffer = TextBuffer.of(like_ascii)
        seen, nearby = _places(like_ascii, buffer, scan)
        urls, seen = _urls(original, like_ascii, buffer, seen, scan, nearby)
        cells, places, ids = seen.cells, seen.places, seen.ids
        bounds = np.flatnonzero(np.diff(cells, prepend=-1, append=-1))
        found: Found = []
        for first, last in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
            cell = int(cells[first])
            text = original[cell].as_py()
            folded_text = text if text.isascii() else like_ascii[cell].as_py()
            page = _Page(text, folded_text, scan, nearby, cell)
            spans = page.spans(ids[first:last].tolist(), places[first:last].tolist())
            found.append((cell, without_contained(spans)))
        if urls:
            found = _together(found, urls)
        if scan.names:
            found = _together(found, find_names(original, scan.min_score))
        if self.ner:
            entities = find_entities(original, self.ner, scan.min_score)
            found = [(cell, without_contained(s)) for cell, s in _together(found, entities)]
        if self.plausible_only:
            found = plausible(original, found)
        found = self.allow.without(original, found)
        if scan.mentions:
            mentions = self._mentions(original, found, scan)
            found = _together(found, self.allow.without(original, mentions))
        return spans_table(found)

    def plan(self) -> Plan:
        """Returns what is looked for, and how.

        Raises:
            ConfigError: An entity, language, rule or region is not known.
        """
        return plan(
            DEFAULT_ENTITIES if self.entities is None else self.entities,
            self.languages,
            self.context_only,
            self.without,
            self.phone_regions,
            self.additions,
            self.min_score,
            (*self.recognisers, *self.deny),
        )

    def categories(self) -> frozenset[str]:
        """Returns every category that a finding may have, also those not among `entities`.

        Raises:
            ConfigError: An entity, language, rule or region is not known.
        """
        self.plan()
        of_models = frozenset(self.ner.entities if self.ner else ())
        own = frozenset(each.entity for each in (*self.recognisers, *self.deny))
        return entities_of(self.languages, self.additions) | of_models | own

    def _mentions(self, texts: pa.Array, found: Found, scan: Plan) -> Found:
        """Returns what is sensitive and stands in one sentence with a person."""
        return [
            (cell, [s for s in spans if s.entity in scan.mentions and s.score >= scan.min_score])
            for cell, spans in find_mentions(texts, found)
        ]

    def normalise(self, category: str, value: str) -> str:
        """Returns the form of `value` under which two spellings of one thing are equal."""
        return normalise(category, value)


def _together(one: Found, other: Found) -> Found:
    spans = {cell: list(of_cell) for cell, of_cell in one}
    for cell, more in other:
        spans.setdefault(cell, []).extend(more)
    return sorted(spans.items())


class _Places(NamedTuple):
    """Possible matches, in the order of these columns."""

    cells: Ints
    places: Ints
    """Ends, in code points."""

    ids: Ints
    positions: Ints
    """Ends, in bytes; -1 of terms."""

    def taken(self, kept: npt.NDArray[Any]) -> "_Places":
        return _Places(*(each[kept] for each in self))


def _places(texts: pa.Array, buffer: TextBuffer, scan: Plan) -> tuple[_Places, Nearby]:
    """Returns the possible matches, and where context words stand."""
    hits = find(scan.expressions, buffer.data)
    cells = buffer.cells(hits.ends - 1)
    # A match of the superset can run on into the separator, never into the next text's words.
    positions = np.minimum(hits.ends, buffer.ends[cells])
    places = buffer.offsets(cells, positions)
    ids = hits.ids
    if scan.listed:
        listed = find_listed(texts, buffer, scan.listed)
        pairs = zip((ids, cells, places), listed, strict=True)
        ids, cells, places = (np.concatenate(pair) for pair in pairs)
        positions = np.concatenate([positions, np.full(len(ids) - len(positions), -1)])
    absolute = cells * CELL + places
    # Nearly in order already, and numbers below 2**16 are sorted by radix.
    order = np.argsort(absolute, kind="stable")
    small_ids = ids[order].astype(np.min_scalar_type(scan.n_sought))
    order = order[np.argsort(small_ids, kind="stable")]
    unsorted = (cells, places, ids, positions)
    ids, absolute = ids[order], absolute[order]
    bounds = np.searchsorted(ids, np.arange(scan.n_sought + 1))
    kept = np.zeros(len(ids), bool)
    near = [merged([absolute[bounds[w] : bounds[w + 1]] for w in words]) for words in scan.words]
    for owner, (which, _) in enumerate(scan.owners):
        own = slice(bounds[owner], bounds[owner + 1])
        width = scan.searches[which].width
        if own.start == own.stop:
            continue
        keep = np.ones(own.stop - own.start, bool)
        if scan.weak[owner] and width is not None:
            keep = near_words(absolute[own], width, near[which])
        if width and scan.searches[which].thins:
            keep[keep] = edges_of_blocks(absolute[own][keep], width)
        kept[own] = keep
    where = order[kept]
    where = where[np.argsort(absolute[kept], kind="stable")]
    nearby = Nearby(tuple(each.tolist() for each in near))
    return _Places(*unsorted).taken(where), nearby


def _urls(
    original: pa.Array,
    like_ascii: pa.Array,
    buffer: TextBuffer,
    seen: _Places,
    scan: Plan,
    nearby: Nearby,
) -> tuple[Found, _Places]:
    """Returns the web addresses that the kernel finds, and the places it leaves to the patterns."""
    if scan.urls is None:
        return [], seen
    owned = np.array([which == scan.urls[1] for which, _ in scan.owners])[seen.ids]
    owned &= ~is_changed(original, like_ascii)[seen.cells]
    of_urls = seen.taken(owned)
    found = url_spans(original, buffer, of_urls.cells, of_urls.positions, scan, nearby)
    return found, seen.taken(~owned)


class _Page:
    """One text, while it is looked at."""

    def __init__(self, text: str, like_ascii: str, scan: Plan, nearby: Nearby, cell: int) -> None:
        self.text = text
        self.scan = scan
        self.is_ascii = text.isascii()
        self.like_ascii = like_ascii
        self.nearby = nearby
        self.cell = cell
        self.met: dict[int, Before] = {}

    def spans(self, ids: list[int], places: list[int]) -> list[Span]:
        """Returns all confirmed spans, overlapping ones included."""
        by_search: dict[int, list[tuple[int, tuple[int, ...]]]] = {}
        for identifier, place in zip(ids, places, strict=True):
            which, patterns = self.scan.owners[identifier]
            by_search.setdefault(which, []).append((place, patterns))
        spans: list[Span] = []
        for which, near in sorted(by_search.items()):
            if which == PHONE_ID:
                spans += self._phones([place for place, _ in near])
                continue
            search = self.scan.searches[which]
            for window in search.windows(self.text, near):
                spans += self._confirmed(which, search, window)
        return [s for s in spans if s.score >= self.scan.min_score]

    def _confirmed(self, which: int, search: Search, window: Window) -> list[Span]:
        if search.recogniser.minds_neighbours:
            spans = self._matches(search, window.patterns, self.like_ascii, window, False)
            return self._in_clause(which, search, spans)
        patterns = window.patterns
        if search.any_weak and not self.nearby.any(which, self.cell, window.start, window.last):
            patterns = [p for p in patterns if not search.weak[p]]
            if not patterns:
                return []
        spans = self._matches(search, patterns, self.text, window, False)
        if self.scan.additions and not self.is_ascii:
            spans = self._with_hidden(search, patterns, window, spans)
        if not search.recogniser.ends_by_group:
            spans = without_contained(spans)
        return self._in_context(which, search, spans)

    def _matches(
        self, search: Search, patterns: list[int], text: str, window: Window, loose: bool
    ) -> list[Span]:
        entity, labels = search.recogniser.entity, search.labels
        return [
            Span(start, end, entity, labels[pattern], score)
            for start, end, pattern, score in search.matches(text, window, patterns, loose)
        ]

    def _with_hidden(
        self, search: Search, patterns: list[int], window: Window, spans: list[Span]
    ) -> list[Span]:
        """Adds what touches letters of scripts without blanks, or is written in full width."""
        text = self.like_ascii
        low, high = max(0, window.start - 1), window.stop + 1
        if self.text[low:high].isascii():
            return spans
        lists = search.lists
        if not lists and not hides(text, low, high) and self.text[low:high] == text[low:high]:
            return spans
        hidden = [
            span
            for span in self._matches(search, patterns, text, window, True)
            if (span.rule in lists or stands_free(text, span.start, span.end))
            and (
                touches_blankless(text, span.start, span.end)
                or (span.rule in lists and holds_blankless(text, span.start, span.end))
                or self.text[span.start : span.end] != text[span.start : span.end]
            )
        ]
        if search.is_own:
            return spans + hidden
        # An address that Presidio takes together with the words around it is the address alone.
        meets_hidden = overlap_test(hidden)
        spans = [
            span
            for span in spans
            if not (holds_blankless(text, span.start, span.end) and meets_hidden(span))
        ]
        meets_known = overlap_test(spans)
        return spans + [span for span in hidden if not meets_known(span)]

    def _in_context(self, which: int, search: Search, spans: Iterable[Span]) -> list[Span]:
        context_only = search.recogniser.entity in self.scan.context_only
        result = []
        for span in spans:
            if span.score < 1 or context_only:
                if self._has_context(which, span.start):
                    span = span._replace(score=raised(span.score))
                elif context_only:
                    continue
            result.append(span)
        return result

    def _has_context(self, which: int, start: int) -> bool:
        vocabulary = self.scan.vocabulary
        return self.nearby.any(which, self.cell, start, start) and vocabulary.supports(
            self.text, start, which, self.met
        )

    def _in_clause(self, which: int, search: Search, spans: Iterable[Span]) -> list[Span]:
        result = []
        for span in spans:
            if span.score < 1:
                clause = self._clause(span.start)
                if any(word in clause for word in search.recogniser.context):
                    span = span._replace(score=raised(span.score))
            result.append(span)
        return result

    def _clause(self, start: int) -> str:
        clause = self.text[max(0, start - _CLAUSE) : start].lower()
        return clause[max(clause.rfind(end) for end in _CLAUSE_ENDS) + 1 :]

    def _phones(self, places: list[int]) -> Iterator[Span]:
        near_words = partial(self.nearby.any, PHONE_ID, self.cell)
        min_digits = phones.MIN_DIGITS if self.scan.additions else 1
        at, n = 0, len(places)
        while at < n:
            first = last = places[at]
            while at < n and places[at] - last <= phones.WIDTH_BEFORE:
                last = places[at]
                at += 1
            start = max(0, first - phones.WIDTH_BEFORE)
            has_words = near_words(start, last)
            stop = last + phones.WIDTH_BEHIND
            counts_alone = self._takes_bare_phones() or (
                self.scan.additions and phones.may_count_alone(self.text, start, stop)
            )
            if not (has_words or counts_alone):
                continue
            for where, candidate in phones.candidates(self.text, start, stop, last, min_digits):
                yield from self._phone(where, candidate, has_words)

    def _takes_bare_phones(self) -> bool:
        scan = self.scan
        return "PHONE_NUMBER" not in scan.context_only and scan.min_score <= phones.SCORE

    def _phone(self, where: int, candidate: str, has_words: bool) -> Iterator[Span]:
        text, scan = self.text, self.scan
        is_bare_enough = self._takes_bare_phones()
        is_announced = scan.additions and phones.is_announced(text, where)
        may_be_formatted = scan.additions and phones.may_be_formatted(candidate)
        # Within a candidate stand no words: no part of it has context if its start has none.
        if not (
            is_bare_enough
            or is_announced
            or may_be_formatted
            or (has_words and self._has_context(PHONE_ID, where))
        ):
            return
        for start, end in sorted(phones.numbers(text, where, candidate, scan.regions)):
            if has_words and self._has_context(PHONE_ID, start):
                rule, score = "libphonenumber", raised(phones.SCORE)
            elif is_announced:
                rule, score = "announced", raised(phones.SCORE)
                start = phones.after_bracket(text, start, end)
            elif may_be_formatted and phones.is_formatted(text, start, end):
                rule, score = "formatted", phones.FORMATTED_SCORE
                start = phones.after_bracket(text, start, end)
            elif is_bare_enough:
                rule, score = "libphonenumber", phones.SCORE
            else:
                continue
            yield Span(start, end, "PHONE_NUMBER", f"{phones.RECOGNISER}: {rule}", score)
