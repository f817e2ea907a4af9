"""What to look for, worked out once per configuration and process."""

import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import regex

from datagov.detect.multipattern import (
    CASELESS,
    DOTALL,
    MULTILINE,
    PREFILTER,
    Expression,
)
from datagov.detect.pii import phones
from datagov.detect.pii.chinese import CHINESE_RECOGNISERS
from datagov.detect.pii.context import raised, shortest
from datagov.detect.pii.fixed_patterns import FixedPattern, ends_of_fixed
from datagov.detect.pii.member_ids import PATTERN as MEMBER_ID
from datagov.detect.pii.member_ids import ends_of_member_ids
from datagov.detect.pii.names.latin import PERSON
from datagov.detect.pii.own.listed import Listed
from datagov.detect.pii.presidio import presidio_languages, presidio_recognisers
from datagov.detect.pii.rules import Pattern, Recogniser
from datagov.detect.pii.searching import Search, shape_of
from datagov.detect.pii.sensitive.lexicon import MENTIONS
from datagov.detect.pii.supersets import digits_of
from datagov.detect.pii.url_patterns import Urls, ends_of_hosts
from datagov.detect.pii.word_tree import WordTree
from datagov.detect.pii.worldwide import WORLDWIDE_RECOGNISERS
from datagov.errors import ConfigError

ALL = ("all",)
"""Stands for every entity, or for every language."""

_ADDITIONS = (*CHINESE_RECOGNISERS, *WORLDWIDE_RECOGNISERS)

NEAR_DIGITS = ((8, 32), (4, 26), (1, 26))
"""Where less than the whole is scanned: for what always holds so many digits within so many bytes.

More patterns fit into more bytes, and then more is to be scanned.
"""

Finder = Callable[[bytes], npt.NDArray[np.int64]]
"""Returns where in folded texts, as UTF-8, matches of a recogniser may end: bytes, ascending."""

DigitFinder = Callable[[bytes, npt.NDArray[np.int64]], npt.NDArray[np.int64]]
"""Returns the same, given also where digits stand: bytes, ascending."""

PHONE_ID = 0
"""Index of phone numbers among the searches; they have no patterns."""


class NearDigits(NamedTuple):
    """What to scan for where at least so many digits stand within so many bytes."""

    n_digits: int
    reach: int
    expressions: tuple[Expression, ...]


@dataclass(frozen=True)
class Plan:
    """A configuration in the form in which it is carried out.

    Attributes:
        searches: One per recogniser; the one at PHONE_ID stands for phone numbers and is empty.
        expressions: What to scan for: possible matches, and what announces phones.
        near_digits: What to scan for likewise around digits alone.
        owners: For each of the first expressions the index of its search, and of its patterns
            there; what kernels find and lists of terms have numbers among them and no expression.
        kernels: What kernels find, by these numbers.
        digit_kernels: What kernels find that are given the digits, by these numbers.
        listed: The lists of terms, by these numbers.
        weak: For each owner whether all its patterns count only beside a context word.
        word_tree: The context words of all searches.
        words: For each search the indices of its own among them.
        word_lengths: int64, bytes of each context word.
        members: For each search and context word whether the word is one of its own.
        context: For each search its context words; see `context.shortest`.
        phone_marks: The id of the expression for what announces phone numbers.
        context_only: Entities that count only beside a context word.
        regions: Of phone numbers without a country code.
        additions: Whether to find more than Presidio.
        min_score: Findings below are left out.
        mentions: Categories of what is sensitive beside a person.
        names: Whether to look for names of persons.
        urls: Web addresses for the kernel, and the index of their search; None if they are to be
            looked for as all else is.
    """

    searches: tuple[Search, ...]
    expressions: tuple[Expression, ...]
    near_digits: tuple[NearDigits, ...]
    owners: tuple[tuple[int, tuple[int, ...]], ...]
    kernels: tuple[tuple[int, Finder], ...]
    digit_kernels: tuple[tuple[int, DigitFinder], ...]
    listed: tuple[Listed, ...]
    weak: tuple[bool, ...]
    word_tree: WordTree
    words: tuple[tuple[int, ...], ...]
    word_lengths: npt.NDArray[np.int64]
    members: npt.NDArray[np.bool_]
    context: tuple[tuple[str, ...], ...]
    phone_marks: int
    context_only: frozenset[str]
    regions: tuple[str, ...]
    additions: bool
    min_score: float
    mentions: frozenset[str]
    names: bool
    urls: tuple[Urls, int] | None


@lru_cache(maxsize=8)
def plan(
    entities: tuple[str, ...],
    languages: tuple[str, ...],
    context_only: tuple[str, ...],
    without: tuple[str, ...],
    regions: tuple[str, ...],
    additions: bool,
    min_score: float,
    own: tuple[Recogniser, ...] = (),
) -> Plan:
    """Returns the plan of a configuration; `own` recognisers are looked for whatever `entities` is.

    Raises:
        ConfigError: An entity, language, rule or region is not known, or a name is taken.
    """
    known = _recognisers(languages, additions)
    _check_free([r.name for r in own], {r.name for r in known} | {phones.RECOGNISER})
    known = (*known, *own)
    known_entities = entities_of(languages, additions) | {r.entity for r in own}
    entities = tuple(sorted(known_entities)) if entities == ALL else entities
    _check_known("entities", entities, known_entities)
    _check_known("without", without, {r.label(p) for r in known for p in r.patterns})
    _check_known("phone_regions", regions, _phone_regions())
    searches = _searches(known, own, entities, context_only, without, min_score)
    finds_phones = "PHONE_NUMBER" in entities
    owners = _owners(searches, finds_phones, additions)
    urls = None if "URL" in context_only else _urls(searches)
    kernels, digit_kernels = _kernels(owners, searches, urls)
    by_kernel = {number for number, _ in (*kernels, *digit_kernels)}
    whole, near_digits = _around_digits(
        Expression(number, sought, flags)
        for number, (_, sought, flags) in enumerate(owners)
        if sought and number not in by_kernel
    )
    fixed = {
        each: pattern
        for each in whole
        if (pattern := FixedPattern.of(each.pattern, caseless=bool(each.flags & CASELESS)))
    }
    kernels += [(each.id, partial(ends_of_fixed, pattern)) for each, pattern in fixed.items()]
    expressions = [each for each in whole if each not in fixed]
    phone_marks = len(owners)
    if additions and finds_phones:
        expressions.append(Expression(phone_marks, phones.MARKS, DOTALL))
    context = _context(searches)
    all_words = sorted({word for words in context for word in words})
    word_ids = {word: i for i, word in enumerate(all_words)}
    members = np.array([[word in words for word in all_words] for words in context], bool)
    return Plan(
        searches=searches,
        near_digits=near_digits,
        expressions=tuple(expressions),
        owners=tuple((which, indices) for (which, _, _), indices in owners.items()),
        kernels=tuple(kernels),
        digit_kernels=tuple(digit_kernels),
        listed=_listed(owners, searches),
        weak=tuple(
            bool(indices) and all(searches[which].weak[i] for i in indices)
            for (which, _, _), indices in owners.items()
        ),
        word_tree=WordTree.of(all_words),
        words=tuple(tuple(word_ids[word] for word in words) for words in context),
        word_lengths=np.array([len(word.encode()) for word in all_words], np.int64),
        members=members.reshape(len(searches), len(all_words)),
        context=context,
        phone_marks=phone_marks,
        context_only=frozenset(context_only),
        regions=regions,
        additions=additions,
        min_score=min_score,
        mentions=frozenset(MENTIONS) & frozenset(entities),
        names=additions and PERSON in entities,
        urls=urls,
    )


def _searches(
    known: Iterable[Recogniser],
    own: Sequence[Recogniser],
    entities: Sequence[str],
    context_only: Sequence[str],
    without: Sequence[str],
    min_score: float,
) -> tuple[Search, ...]:
    """Returns one for phone numbers, then those of recognisers that can reach the lowest score."""
    found = [Search.of(Recogniser(phones.RECOGNISER, "PHONE_NUMBER", (), 0), (), ())]
    for recogniser in known:
        if recogniser.entity not in entities and recogniser not in own:
            continue
        patterns = tuple(
            pattern
            for pattern in recogniser.patterns
            if recogniser.label(pattern) not in without
            and _best_score(recogniser, pattern) >= min_score
        )
        if patterns:
            alone = recogniser.entity in context_only
            weak = tuple(alone or recogniser.best_score(p) < min_score for p in patterns)
            found.append(Search.of(recogniser, patterns, weak))
    return tuple(found)


Owners = dict[tuple[int, str, int], tuple[int, ...]]
"""By search, what to scan for and with which flags: the search's patterns that are seen by it."""


def _owners(searches: Sequence[Search], finds_phones: bool, additions: bool) -> Owners:
    owners: Owners = {}
    if finds_phones:
        # A kernel finds those of seven digits.
        seed, flags = ("", 0) if additions else (phones.ANY_SEED, DOTALL | PREFILTER)
        owners[PHONE_ID, seed, flags] = ()
    for which, search in enumerate(searches):
        for index, pattern in enumerate(search.patterns):
            # Patterns of one recogniser may differ in what a scan cannot see.
            key = (which, *_sought(search.recogniser, pattern))
            owners[key] = (*owners.get(key, ()), index)
    return owners


def _kernels(
    owners: Owners, searches: Sequence[Search], urls: tuple[Urls, int] | None
) -> tuple[list[tuple[int, Finder]], list[tuple[int, DigitFinder]]]:
    """Returns the kernels that know what they look for, by number of owner."""
    kernels: list[tuple[int, Finder]] = []
    digit_kernels: list[tuple[int, DigitFinder]] = []
    for number, (which, sought, _) in enumerate(owners):
        if urls and which == urls[1]:
            kernels.append((number, partial(ends_of_hosts, urls[0])))
        elif _is_member_id(searches[which]):
            digit_kernels.append((number, ends_of_member_ids))
        elif which == PHONE_ID and not sought:
            digit_kernels.append((number, phones.ends_of_numbers))
    return kernels, digit_kernels


def _listed(owners: Owners, searches: Sequence[Search]) -> tuple[Listed, ...]:
    firsts = (searches[w].patterns[i[0]] if i else None for (w, _, _), i in owners.items())
    return tuple(
        Listed(number, pattern.terms)
        for number, pattern in enumerate(firsts)
        if pattern is not None and pattern.terms is not None
    )


def _context(searches: Sequence[Search]) -> tuple[tuple[str, ...], ...]:
    return tuple(
        shortest(
            phones.CONTEXT if which == PHONE_ID else search.recogniser.context,
            # Context in characters has words of several parts, that in words has none.
            with_blanks=search.recogniser.minds_neighbours,
        )
        for which, search in enumerate(searches)
    )


def entities_of(languages: tuple[str, ...], additions: bool) -> frozenset[str]:
    """Returns all that can be looked for in these languages.

    Raises:
        ConfigError: A language is not known.
    """
    known = {recogniser.entity for recogniser in _recognisers(languages, additions)}
    return frozenset(known | {"PHONE_NUMBER", PERSON, *MENTIONS})


def _urls(searches: Sequence[Search]) -> tuple[Urls, int] | None:
    indices = [i for i, search in enumerate(searches) if search.recogniser.entity == "URL"]
    if len(indices) != 1:
        return None
    search = searches[indices[0]]
    urls = Urls.of(search.recogniser, tuple(each.regex for each in search.patterns))
    return (urls, indices[0]) if urls and not any(search.weak) else None


def _recognisers(languages: tuple[str, ...], additions: bool) -> tuple[Recogniser, ...]:
    found: list[Recogniser] = []
    for language in presidio_languages() if languages == ALL else languages:
        of_language = presidio_recognisers(language)
        if not of_language:
            known = ", ".join(presidio_languages())
            raise ConfigError(
                f"pii.languages: Presidio has no recogniser for {language!r}; "
                f"it has them for {known}"
            )
        found += of_language
    return (*found, *(_ADDITIONS if additions else ()))


def _best_score(recogniser: Recogniser, pattern: Pattern) -> float:
    best = recogniser.best_score(pattern)
    return raised(best) if recogniser.context else best


def _sought(recogniser: Recogniser, pattern: Pattern) -> tuple[str, int]:
    """Returns what to scan for, and with which flags; nothing for a list of terms."""
    if pattern.terms is not None:
        return "", 0
    flags = DOTALL | MULTILINE | PREFILTER
    if recogniser.flags & regex.IGNORECASE:
        flags |= CASELESS
    return pattern.superset or shape_of(recogniser, pattern).pattern, flags


def _is_member_id(search: Search) -> bool:
    return [pattern.regex for pattern in search.patterns] == [MEMBER_ID] and bool(
        search.recogniser.flags & regex.IGNORECASE
    )


def _around_digits(
    sought: Iterable[Expression],
) -> tuple[list[Expression], tuple[NearDigits, ...]]:
    """Returns what to scan for in the whole, and what around digits alone, as few as may be."""
    near: dict[tuple[int, int], list[Expression]] = {each: [] for each in NEAR_DIGITS}
    whole: list[Expression] = []
    for each in sought:
        digits = digits_of(each.pattern)
        fitting = (
            of_these
            for (n_digits, reach), of_these in near.items()
            if digits and digits.at_least >= n_digits and digits.width <= reach
        )
        next(fitting, whole).append(each)
    return whole, tuple(NearDigits(*where, tuple(each)) for where, each in near.items() if each)


def _phone_regions() -> frozenset[str]:
    import phonenumbers

    return frozenset(phonenumbers.SUPPORTED_REGIONS)


def _check_free(names: Iterable[str], taken: Iterable[str]) -> None:
    for name in sorted(set(names) & set(taken)):
        raise ConfigError(
            f"pii.recognisers: {name!r} is the name of a recogniser that is there already; "
            "give yours another"
        )


def _check_known(field: str, given: Iterable[str], known: Iterable[str]) -> None:
    names = sorted(known)
    for each in given:
        if each not in names:
            nearest = difflib.get_close_matches(each, names, n=1)
            hint = f"; did you mean {nearest[0]!r}?" if nearest else f"; known: {', '.join(names)}"
            raise ConfigError(f"pii.{field}: {each!r} is not known{hint}")
