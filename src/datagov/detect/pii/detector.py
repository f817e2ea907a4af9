"""The detector of personal information: candidates from one scan, confirmed where they are."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np
import pyarrow as pa

from datagov.detect.pii.context import raised
from datagov.detect.pii.entities import CONTEXT_ONLY, DEFAULT_ENTITIES, PHONE_REGIONS, WITHOUT
from datagov.detect.pii.folding import folded, is_changed
from datagov.detect.pii.names.finding import find_names
from datagov.detect.pii.ner.config import NerConfig
from datagov.detect.pii.ner.finding import find_entities
from datagov.detect.pii.normalising import normalise
from datagov.detect.pii.own.allowed import ALLOW_NOTHING, Allowed
from datagov.detect.pii.page import NO_LIST, Page
from datagov.detect.pii.phone_spans import phone_spans
from datagov.detect.pii.places import Places, find_places
from datagov.detect.pii.plan import ALL, PHONE_ID, Plan, entities_of, plan
from datagov.detect.pii.plausible import plausible
from datagov.detect.pii.rules import Recogniser
from datagov.detect.pii.sensitive.mentions import find_mentions
from datagov.detect.pii.spans import Span, spans_table, without_contained
from datagov.detect.pii.support import Batch, Found
from datagov.detect.pii.urls import UrlSpans, is_read, url_spans
from datagov.detect.text_buffer import TextBuffer
from datagov.texts import Texts, as_texts


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
            `entities`) and all of the languages beside English.
        languages: Whose recognisers to take from Presidio beside the English ones, ISO 639-1; `all`
            alone for every one.
        more_entities: What to look for besides `entities`.
        context_only: Entities that count only beside one of their context words.
        without: Rules left out, named as in findings.
        phone_regions: Regions whose national formats are phone numbers without a country code.
        additions: Whether to find more than Presidio does.
        plausible_only: Whether to leave out what stands where no identifier does, such as a number
            within a web address, and what is nobody's, such as a private IP address; see
            `plausible`.
        ner: Models for named entities; None looks for names without one.
        recognisers: Recognisers of one's own, looked for whatever `entities` is; see
            `own.recognisers.load_recognisers`.
        deny: Lists of terms that are findings; see `own.options.load_options`.
        allow: Values that are never reported.

    With `context_only=()`, `without=()`, `additions=False`, `plausible_only=False` and Presidio's
    regions the findings are Presidio's.
    """

    name: ClassVar[str] = "pii"
    version: ClassVar[str] = "2"

    min_score: float = 0.4
    entities: tuple[str, ...] | None = None
    languages: tuple[str, ...] = ("en",)
    more_entities: tuple[str, ...] = ()
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
        batch, seen = _batch(original, self.plan())
        scan = batch.scan
        found, urls = _confirmed(batch, seen)
        if urls and (self.ner or self.allow.terms is not None):
            # Models find addresses too, and allowed ones are told by their text.
            found, urls = _together(found, urls.by_text()), None
        if scan.names:
            names = batch.as_they_are(partial(_names, scan.min_score), found)
            found = _together(found, names)
        if self.ner:
            entities = find_entities(original, self.ner, scan.min_score)
            found = [(cell, without_contained(s)) for cell, s in _together(found, entities)]
        if self.plausible_only:
            found = plausible(batch.strings, found, self._own_rules())
        found = self.allow.without(original, found)
        if scan.mentions:
            mentions = self._mentions(batch, found)
            found = _together(found, self.allow.without(original, mentions))
        return spans_table(found, urls.table() if urls else None)

    def plan(self) -> Plan:
        """Returns what is looked for, and how.

        Raises:
            ConfigError: An entity, language, rule or region is not known.
        """
        return plan(
            self._entities(),
            self._languages(),
            self.context_only,
            self.without,
            self.phone_regions,
            self.additions,
            self.min_score,
            (*self.recognisers, *self.deny),
        )

    def _languages(self) -> tuple[str, ...]:
        return ALL if self.languages == ALL else tuple(dict.fromkeys(("en", *self.languages)))

    def _entities(self) -> tuple[str, ...]:
        if self.entities == ALL:
            return ALL
        if self.entities is not None:
            return tuple(dict.fromkeys((*self.entities, *self.more_entities)))
        languages = self._languages()
        further = entities_of(languages, additions=False) - entities_of(("en",), additions=False)
        every = entities_of(languages, self.additions)
        default = (each for each in DEFAULT_ENTITIES if each in every)
        return tuple(dict.fromkeys((*default, *sorted(further), *self.more_entities)))

    def categories(self) -> frozenset[str]:
        """Returns every category that a finding may have, also those not among `entities`.

        Raises:
            ConfigError: An entity, language, rule or region is not known.
        """
        self.plan()
        of_models = frozenset(self.ner.entities if self.ner else ())
        own = frozenset(each.entity for each in (*self.recognisers, *self.deny))
        return entities_of(self._languages(), self.additions) | of_models | own

    def _mentions(self, batch: Batch, found: Found) -> Found:
        """Returns what is sensitive and stands in one sentence with a person."""
        scan = batch.scan
        return [
            (cell, [s for s in spans if s.entity in scan.mentions and s.score >= scan.min_score])
            for cell, spans in batch.as_they_are(find_mentions, found)
        ]

    def _own_rules(self) -> frozenset[str]:
        own = (*self.recognisers, *self.deny)
        return frozenset(each.label(pattern) for each in own for pattern in each.patterns)

    def normalise(self, category: str, value: str) -> str:
        """Returns the form of `value` under which two spellings of one thing are equal."""
        return normalise(category, value)


def _names(min_score: float, texts: Mapping[int, str], buffer: TextBuffer, _found: Found) -> Found:
    return find_names(texts, buffer, min_score)


def _together(one: Found, other: Found) -> Found:
    spans = {cell: list(of_cell) for cell, of_cell in one}
    for cell, more in other:
        spans.setdefault(cell, []).extend(more)
    return sorted(spans.items())


def _batch(texts: pa.Array, scan: Plan) -> tuple[Batch, Places]:
    like_ascii = folded(texts)
    buffer = TextBuffer.of(like_ascii)
    seen, nearby = find_places(like_ascii, buffer, scan)
    return Batch(texts, like_ascii, is_changed(texts, like_ascii), buffer, scan, nearby), seen


def _confirmed(batch: Batch, seen: Places) -> tuple[Found, UrlSpans | None]:
    """Returns what patterns and libphonenumber find, none within another of its entity.

    Web addresses, which are most, stay arrays, if they are looked for by the kernel.
    """
    owners = np.array([which for which, _ in batch.scan.owners], np.int64)[seen.ids]
    urls = None
    if batch.scan.urls is not None:
        of_urls = (owners == batch.scan.urls[1]) & is_read(batch)[seen.cells]
        urls = url_spans(batch, seen.cells[of_urls], seen.positions[of_urls])
        owners, seen = owners[~of_urls], seen.taken(~of_urls)
    of_phones = owners == PHONE_ID
    others = seen.taken(~of_phones)
    by_cell: dict[int, list[Span]] = {}
    for cell, span in (
        *_of_patterns(batch, others),
        *phone_spans(batch, seen.cells[of_phones], seen.places[of_phones]),
    ):
        by_cell.setdefault(cell, []).append(span)
    found = [(cell, without_contained(spans)) for cell, spans in sorted(by_cell.items())]
    return found, urls


def _of_patterns(batch: Batch, seen: Places) -> Iterator[tuple[int, Span]]:
    """Yields the matches of patterns that reach the lowest score, with the index of their text."""
    bounds = np.flatnonzero(np.diff(seen.cells, prepend=-1, append=-1)).tolist()
    ids, places = seen.ids.tolist(), seen.places.tolist()
    matches = [
        (cell, *match)
        for low, high in itertools.pairwise(bounds)
        for cell in (int(seen.cells[low]),)
        for match in Page(batch, cell).spans(ids[low:high], places[low:high])
    ]
    asked = [i for i, (_, _, which) in enumerate(matches) if which != NO_LIST]
    columns = [(which, cell, span.start) for cell, span, which in (matches[i] for i in asked)]
    near = batch.supported(*np.array(columns, np.int64).reshape(-1, 3).T)
    is_near = dict(zip(asked, near.tolist(), strict=True))
    scan = batch.scan
    for i, (cell, span, which) in enumerate(matches):
        if is_near.get(i):
            span = span._replace(score=raised(span.score))
        elif which != NO_LIST and span.entity in scan.context_only:
            continue
        if span.score >= scan.min_score:
            yield cell, span
