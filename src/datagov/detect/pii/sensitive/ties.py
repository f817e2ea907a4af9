"""How closely a sensitive word is tied to a person, as a score.

A sensitive word by itself is no personal information: an encyclopaedia is full of illnesses and
faiths. The score says how closely it is tied to somebody:

====  ==========================================================================================
0.7   the speaker is the subject of a verb such as "diagnosed with"; or the field of a record
      ("Diagnosis:") in which a person was found
0.6   the speaker has it or is it ("my", "I have", "I am"); or a person that was found is the
      subject of the verb, or is it ("Ann Lee is a Muslim", "Ann Lee, 9 years old")
0.55  it is a found person's ("Ann's diabetes")
0.45  "he" or "she" has it or is it; or it is "his" or "hers" beside a found person; or stands
      beside the number of an identity card
0.3   it merely stands in one sentence with a person, or is somebody's of whom no more is known, or
      "he" or "she" or who is quoted is a role in a film, a book or a play (see `fiction`)
====  ==========================================================================================

So "X was a Catholic bishop" stays below the default threshold of 0.4.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import regex

from datagov.detect.pii.sensitive.classes import OTHER, class_of
from datagov.detect.pii.sensitive.fiction import Fiction
from datagov.detect.pii.sensitive.lexicon import LABEL, STATE, VERB, Trigger, links
from datagov.detect.pii.sensitive.sentences import record, sentence
from datagov.detect.pii.spans import Span

SPEAKER_VERB = FIELD = 0.7
SPEAKER_HAS = PERSON_VERB = 0.6
GENITIVE = 0.55
THEIRS = BESIDE_IDENTITY = 0.45
BESIDE = 0.3

RULE = "sensitive"

_OF_SPEAKER = frozenset(["speaker", "own"])
_OF_PRONOUN = frozenset(["he or she", "he or she has", "he or she is", "theirs beside person"])
"""Ties that give nobody by name: in a text about films they are those of a role."""

_NO_PERSON = frozenset(["IP_ADDRESS", "MAC_ADDRESS"])

_BEFORE = 60
"""Code points before a term in which what ties it may stand."""

_SUBJECT = 40
"""Code points before a verb in which its subject may stand."""

_AMOUNT = 30
"""Code points between a term and its amount, at most."""

_STOP_WORDS = (
    "after|and|as|at|because|but|by|during|for|from|in|is|last|on|since|that|was|when|which|who"
)
_LETTERS = r"\p{Han}\p{Hiragana}\p{Katakana}"
_MARKS = r"\s,，;；:：、。．.!！?？|()（）\[\]\"“”<>"
_OBJECT = regex.compile(
    rf"(?:\s*(?!(?:{_STOP_WORDS})\b)(?:[{_LETTERS}]{{1,12}}|[^{_MARKS}{_LETTERS}]+)){{1,4}}",
    regex.IGNORECASE,
)
_OBJECT_BEFORE = regex.compile(rf"[^{_MARKS}はが]{{1,12}} ?$")
_PARTICLES = "とをにの을를의에진혐유"
"""What verbs begin with that follow their object, in Japanese and Korean."""

_DEGREES = r"(?:[东西東][经經]|[北南][纬緯])? ?[-+]?\d{1,3}\.\d{2,12}°?"
_REST = r"[^,，;；。\n|]"
_FIELD = regex.compile(
    rf"[ \t]*([(\[（]?{_DEGREES} ?[NS]?[,，;；]{_DEGREES}{_REST}{{0,20}}|{_REST}{{1,60}})"
)
"""The value of a field; a comma ends it, but not within a pair of coordinates."""

_FIELD_START = regex.compile(r"(?:^|[\n,，;；。|/、\t•*【\[({\"“])[ \t*_-]{0,4}$")
_UNBOUNDED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}]")


class _Found(NamedTuple):
    start: int
    end: int
    score: float
    tie: str


class Page:
    """One text and the persons found in it, while it is looked at."""

    def __init__(self, text: str, persons: Sequence[Span]) -> None:
        self.text = text
        self.fiction = Fiction(text)
        self.persons = sorted(
            span
            for span in persons
            if span.entity not in _NO_PERSON and class_of(span.entity).level != OTHER
        )
        self.starts = [span.start for span in self.persons]

    def spans(self, trigger: Trigger, end: int) -> Iterator[Span]:
        """Yields what a hit of the scan that ends at code point `end` amounts to, if anything."""
        for start, stop in self._places(trigger, end):
            if not self._is_whole(start, stop):
                continue
            if trigger.role == LABEL:
                found = self._field(trigger, start, stop)
            elif trigger.role == VERB:
                found = self._verb(trigger, start, stop)
            else:
                found = self._term(trigger, start, stop)
            if found:
                category = trigger.lexicon.category
                rule = f"{RULE}: {trigger.role}, {found.tie}"
                yield Span(found.start, found.end, category, rule, found.score)

    def _places(self, trigger: Trigger, end: int) -> Iterator[tuple[int, int]]:
        if trigger.exact:
            for match in trigger.exact.finditer(self.text, max(0, end - _BEFORE), end + _BEFORE):
                if match.start() < end <= match.end():
                    yield match.span()
            return
        length = len(trigger.form)
        if trigger.role == LABEL:
            length += 1 + (self.text[end - 2 : end - 1] == " ")
        start = end - length
        # The scan may have begun in the text before.
        if start >= 0 and not (trigger.form.isupper() and self.text[start:end] != trigger.form):
            yield start, end

    def _is_whole(self, start: int, end: int) -> bool:
        """True if no letter of a script with blanks carries the word on."""
        text = self.text
        return not (
            _joined(text[start - 1 : start], text[start : start + 1])
            or _joined(text[end - 1 : end], text[end : end + 1])
        )

    def _term(self, trigger: Trigger, start: int, end: int) -> "_Found | None":
        lexicon = trigger.lexicon
        if lexicon.unless_after and lexicon.unless_after.match(self.text, end):
            return None
        low, high = sentence(self.text, start, end)
        last = end
        if lexicon.needs:
            amount = lexicon.needs.search(self.text, end, min(high, end + _AMOUNT))
            if not amount:
                return None
            last = amount.end()
        near = self._persons(low, high)
        if any(span.start < end and start < span.end for span in near):
            return None
        tie = self._tie(trigger, self.text[max(low, start - _BEFORE) : start], start, end, near)
        return tie and self._asserted(_Found(start, last, *tie), high)

    def _tie(
        self, trigger: Trigger, before: str, start: int, end: int, near: list[Span]
    ) -> tuple[float, str] | None:
        said, lexicon = links(), trigger.lexicon
        if lexicon.links and lexicon.links.search(before):
            return SPEAKER_HAS, "speaker"
        named = [span for span in near if start - _BEFORE < span.end <= start]
        if trigger.role == STATE or trigger.exact:
            tie = self._being(before, start, end, named)
            if tie or trigger.role == STATE:
                return tie or _beside(near)
        if said.own.search(before):
            return SPEAKER_HAS, "own"
        if any(said.genitive.fullmatch(self.text, span.end, start) for span in named):
            return GENITIVE, "genitive"
        if any(said.patient.fullmatch(self.text, span.end, start) for span in named):
            return PERSON_VERB, "patient"
        has = said.has.search(before)
        if has and named:
            return PERSON_VERB, "person has"
        if has and said.pronoun.search(before, 0, has.start()):
            return THEIRS, "he or she has"
        if said.their.search(before):
            return (THEIRS, "theirs beside person") if near else (BESIDE, "theirs")
        return _beside(near)

    def _being(
        self, before: str, start: int, end: int, named: list[Span]
    ) -> tuple[float, str] | None:
        """Returns how what somebody is, or how old, is said of a person or of "he"."""
        said = links()
        if not said.complete.match(self.text, end):
            return None
        if any(said.copula.fullmatch(self.text, span.end, start) for span in named):
            return PERSON_VERB, "person is"
        copula = said.copula.search(before)
        if copula and said.pronoun.search(before, 0, copula.start()):
            return THEIRS, "he or she is"
        return None

    def _verb(self, trigger: Trigger, start: int, end: int) -> "_Found | None":
        low, high = sentence(self.text, start, end)
        if trigger.form[0] in _PARTICLES:
            what = _OBJECT_BEFORE.search(self.text, low, start)
            first, last = what.start() if what else start, end
        else:
            what = _OBJECT.match(self.text, end, high)
            first, last = start, what.end() if what else end
        needed = trigger.lexicon.object
        if needed and not needed.search(self.text, min(first, end), last):
            return None
        near = self._persons(low, high)
        tie = self._subject(self.text[max(low, start - _SUBJECT) : start], start, near)
        return tie and self._asserted(_Found(first, last, *tie), high)

    def _subject(self, before: str, start: int, near: list[Span]) -> tuple[float, str] | None:
        said = links()
        if said.self.search(before):
            return SPEAKER_VERB, "speaker"
        if said.many.search(before):
            return (BESIDE, "many beside person") if near else None
        if any(start - _SUBJECT < span.end <= start for span in near):
            return PERSON_VERB, "person"
        if said.pronoun.search(before):
            return THEIRS, "he or she"
        if said.they.search(before):
            return (THEIRS, "theirs beside person") if near else (BESIDE, "theirs")
        return _beside(near)

    def _asserted(self, found: "_Found", high: int) -> "_Found":
        """Returns the finding; one in a question, or of a role, says it of nobody."""
        if self._is_of_a_role(found):
            return found._replace(score=min(found.score, BESIDE), tie=f"{found.tie}, of a role")
        if self.text[high : high + 1] in ("?", "？", "؟"):
            return found._replace(score=min(found.score, BESIDE), tie=f"{found.tie}, asked")
        return found

    def _is_of_a_role(self, found: "_Found") -> bool:
        if found.tie in _OF_SPEAKER:
            return self.fiction.is_spoken(found.start)
        return found.tie in _OF_PRONOUN and self.fiction.is_retold(found.start)

    def _field(self, trigger: Trigger, start: int, end: int) -> "_Found | None":
        if not _FIELD_START.search(self.text, max(0, start - 6), start):
            return None
        value = _FIELD.match(self.text, end)
        if not value:
            return None
        first, last = value.span(1)
        lexicon = trigger.lexicon
        if lexicon.needs:
            amount = lexicon.needs.search(self.text, first, last + _AMOUNT)
            if amount and amount.start() > last:
                amount = None
            if not amount:
                return None
            last = amount.end()
        if lexicon.label_value and not lexicon.label_value.match(self.text, first, last):
            return None
        last = first + len(self.text[first:last].rstrip())
        near = self._persons(*record(self.text, start, last))
        return _Found(start, last, FIELD, "field of a person's record") if near else None

    def _persons(self, low: int, high: int) -> list[Span]:
        """Returns the persons found in a stretch of the text, and those named by a number there."""
        first = bisect_left(self.starts, low)
        found = self.persons[first : bisect_left(self.starts, high)]
        if not found:
            match = links().numbered.search(self.text, low, high)
            if match:
                return [Span(match.start(), match.end(), "ID", RULE, 1.0)]
        return found


def _beside(near: list[Span]) -> tuple[float, str] | None:
    if not near:
        return None
    if any(class_of(span.entity).kind == "specific_identity" for span in near):
        return BESIDE_IDENTITY, "beside identity number"
    return BESIDE, "beside person"


def _joined(left: str, right: str) -> bool:
    return (
        left.isalnum()
        and right.isalnum()
        and not (_UNBOUNDED.match(left) or _UNBOUNDED.match(right))
    )
