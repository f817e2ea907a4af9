"""The words of sensitive information, read from `lexicon/*.yaml`, as what one scan looks for.

A lexicon has four kinds of words. *Terms* name what somebody has ("my diabetes"), *states* what
somebody is ("I am a Muslim"); they count by how they are tied to a person. *Verbs* tie what
follows them to their subject ("diagnosed with"). *Labels* open a field of a record ("Diagnosis:").
Numbers (coordinates, ages) are terms given by a pattern.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import regex

from datagov.detect.multipattern import CASELESS, Expression
from datagov.detect.pii.sensitive.data import parse_data

FILES = ("belief", "biometric", "finance", "health", "identity", "location", "minor")

MENTIONS = tuple(f"SENSITIVE_{name.upper()}" for name in FILES)
"""The categories, one for each file."""

TERM, STATE, VERB, LABEL = "term", "state", "verb", "label"

_COLON = r"(?:\x3a|\xef\xbc\x9a|\xe3\x80\x91)"
_APOSTROPHE = r"(?:\x27|\xe2\x80\x99)"
_BLANK = r"(?:[ \n]|\xc2\xa0)"

Pattern: TypeAlias = regex.Pattern[str]


@dataclass(frozen=True)
class Lexicon:
    """What makes a category.

    Attributes:
        category: Such as `SENSITIVE_HEALTH`.
        links: Ends in what ties a term to the speaker: "I have"; None if nothing does.
        needs: Without a match of this beside it nothing counts: an amount of money.
        label_value: What the value of a label must begin with; None for anything.
        object: What the object of a verb must hold; None for anything.
        unless_after: A term does not count if this follows it; None for no such condition.
    """

    category: str
    links: Pattern | None
    needs: Pattern | None
    label_value: Pattern | None
    object: Pattern | None
    unless_after: Pattern | None


@dataclass(frozen=True)
class Trigger:
    """What a hit of the scan stands for.

    Attributes:
        lexicon: Whose word it is.
        role: TERM, STATE, VERB or LABEL.
        form: The word; its length in code points is that of the hit.
        exact: For a term given by a pattern, the pattern over text.
    """

    lexicon: Lexicon
    role: str
    form: str
    exact: Pattern | None = None


@dataclass(frozen=True)
class Links:
    """How a text says whose something is: patterns that end where the term begins.

    Attributes:
        own: "my".
        their: "his".
        self: The speaker as the subject of a verb.
        has: What ties a term to a person spoken of by name.
        they: Somebody spoken of, somewhere in a sentence.
        many: Many people, right before a verb.
        numbered: A person by a number.
        genitive: Between a name and what is its bearer's.
        copula: Between a person and what the person is.
        pronoun: Somebody spoken of without a name, right before what is said.
        patient: Between a patient's name and what the patient has.
        complete: Behind what somebody is.
    """

    own: Pattern
    their: Pattern
    self: Pattern
    has: Pattern
    they: Pattern
    many: Pattern
    numbered: Pattern
    genitive: Pattern
    copula: Pattern
    pronoun: Pattern
    patient: Pattern
    complete: Pattern


@lru_cache(maxsize=1)
def triggers() -> tuple[Trigger, ...]:
    """Returns the triggers; the number of each is the id of its expression."""
    return tuple(trigger for trigger, _ in _declared())


@lru_cache(maxsize=1)
def expressions() -> tuple[Expression, ...]:
    """Returns what the scan looks for: one expression for each trigger, over UTF-8."""
    return tuple(Expression(i, p, CASELESS) for i, (_, p) in enumerate(_declared()))


@lru_cache(maxsize=1)
def links() -> Links:
    """Returns the patterns of `persons.yaml`."""
    persons = parse_data("lexicon/persons.yaml")
    at_end = {
        name: _joined(_all(persons[name]), "$")
        for name in ("own", "their", "many", "self", "has", "copula", "pronoun")
    }
    inside = {name: _joined(_all(persons[name])) for name in ("they", "numbered", "patient")}
    alone = {name: _joined(persons[name]) for name in ("genitive", "complete")}
    return Links(**at_end, **inside, **alone)


@lru_cache(maxsize=1)
def _declared() -> tuple[tuple[Trigger, str], ...]:
    persons = parse_data("lexicon/persons.yaml")
    return tuple(
        each for name in FILES for each in _triggers(parse_data(f"lexicon/{name}.yaml"), persons)
    )


def _triggers(declared: Mapping[str, Any], persons: Any) -> Iterator[tuple[Trigger, str]]:
    lexicon = _lexicon(declared, persons)
    for form in _all(declared["terms"]):
        yield Trigger(lexicon, TERM, form), _literal(form)
    for form in _all(declared.get("states", {})):
        yield Trigger(lexicon, STATE, form), _literal(form)
    for form in _all(declared["verbs"]):
        yield Trigger(lexicon, VERB, form), _literal(form)
    for form in _all(declared["labels"]):
        yield Trigger(lexicon, LABEL, form), _literal(form) + " ?" + _COLON
    for pattern in declared.get("patterns", ()):
        exact = regex.compile(pattern["exact"], regex.IGNORECASE)
        yield Trigger(lexicon, TERM, "", exact), pattern["scan"]


def _lexicon(declared: Mapping[str, Any], persons: Any) -> Lexicon:
    own_links = declared.get("link_patterns", {})
    ties = [
        pattern
        for name in declared["links"]
        for pattern in own_links.get(name) or _all(persons[name])
    ]
    return Lexicon(
        declared["category"],
        _joined(ties, "$") if ties else None,
        _compiled(declared.get("needs"), regex.IGNORECASE),
        _compiled(declared.get("label_value"), regex.IGNORECASE),
        _compiled(declared.get("object")),
        _compiled(declared.get("unless_after"), regex.IGNORECASE),
    )


def _all(by_language: Mapping[str, Sequence[str]]) -> list[str]:
    """Returns the words of all languages, each once: `religion` is English, German and French."""
    return list(dict.fromkeys(word for words in by_language.values() for word in words))


def _compiled(pattern: str | None, flags: int = 0) -> Pattern | None:
    return regex.compile(pattern, flags) if pattern else None


def _joined(patterns: Sequence[str], end: str = "") -> Pattern:
    return regex.compile(f"(?:{'|'.join(patterns)}){end}", regex.IGNORECASE)


def _literal(form: str) -> str:
    """Returns the pattern of a word or phrase; each hit has as many code points as the form."""
    before = r"\b" if form[0].isascii() and form[0].isalnum() else ""
    after = r"\b" if form[-1].isascii() and form[-1].isalnum() else ""
    return before + "".join(map(_bytes_of, form)) + after


def _bytes_of(char: str) -> str:
    if char == " ":
        return _BLANK
    if char == "'":
        return _APOSTROPHE
    if char.isascii():
        return char if char.isalnum() else rf"\x{ord(char):02x}"
    spellings = dict.fromkeys((char, char.lower(), char.upper()))
    encoded = ["".join(rf"\x{b:02x}" for b in s.encode()) for s in spellings if len(s) == 1]
    return encoded[0] if len(encoded) == 1 else f"(?:{'|'.join(encoded)})"
