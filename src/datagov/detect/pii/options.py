"""What is wrong with the names that a policy gives the detector: every mistake, with its place."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from datagov.declared import Mistake, nearest
from datagov.detect.pii.chinese import CHINESE_RECOGNISERS
from datagov.detect.pii.plan import ALL, entities_of
from datagov.detect.pii.presidio import presidio_languages, presidio_recognisers
from datagov.detect.pii.rules import Recogniser
from datagov.detect.pii.worldwide import WORLDWIDE_RECOGNISERS

_NAMES: Mapping[str, tuple[str, ...]] = {
    "de": ("german", "deutsch"),
    "en": ("english",),
    "es": ("spanish", "español", "espanol", "castellano"),
    "fi": ("finnish", "suomi"),
    "it": ("italian", "italiano"),
    "ko": ("korean", "한국어"),
    "pl": ("polish", "polski"),
    "sv": ("swedish", "svenska"),
    "th": ("thai", "ไทย"),
    "tr": ("turkish", "türkçe", "turkce"),
}
"""What people call the languages that Presidio has recognisers for."""

_CHINESE = ("zh", "chinese", "中文", "汉语", "漢語", "mandarin")


def wrong_names(options: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yields a mistake for each name in a detector's options that stands for nothing.

    Args:
        options: `detectors.pii` of a policy as read, each of the type that its option has.
    """
    languages = tuple(options.get("languages") or ("en",))
    unknown = list(_wrong("languages", languages, lambda each: _about_language(each, languages)))
    yield from unknown
    # Nobody knows which languages were meant: what is known in any is no mistake then.
    meant = ALL if unknown or languages == ALL else ("en", *languages)
    own = (*(options.get("recognisers") or ()), *(options.get("deny") or ()))
    own_entities = {each.entity for each in own}
    additions = options.get("additions") is not False
    here = entities_of(meant, additions) | own_entities
    for name in ("entities", "more_entities"):
        given = tuple(options.get(name) or ())
        if given != ALL:
            yield from _wrong(name, given, lambda each: _about_entity(each, here))
    if options.get("context_only"):
        anywhere = all_entities() | own_entities
        yield from _wrong(
            "context_only", options["context_only"], lambda each: _about(each, anywhere)
        )
    if options.get("without"):
        rules = _rules(meant, own, additions)
        yield from _wrong("without", options["without"], lambda each: _about(each, rules))
    yield from _wrong("phone_regions", options.get("phone_regions") or (), _about_region)


def all_entities() -> frozenset[str]:
    """Returns everything that can be looked for in any language."""
    return entities_of(ALL, True)


def _wrong(option: str, given: Iterable[str], about: Callable[[str], str]) -> Iterator[Mistake]:
    for i, each in enumerate(given):
        message = about(each)
        if message:
            yield Mistake(("detectors", "pii", option, i), message)


def _about_language(given: str, all_given: Sequence[str]) -> str:
    """Returns what is wrong with the name of a language; "" if nothing is."""
    known = presidio_languages()
    if given in known or tuple(all_given) == ALL:
        return ""
    if (given,) == ALL:
        return "'all' stands alone; leave the others out"
    name = given.casefold()
    code = re.split("[-_]", name)[0]
    if name in _CHINESE or code == _CHINESE[0]:
        return "Chinese is always looked for and needs no entry; leave it out"
    meant = next((each for each, names in _NAMES.items() if each == code or name in names), None)
    hint = f"; did you mean {meant!r}?" if meant else f"; it has them for {', '.join(known)}"
    return f"Presidio has no recogniser for {given!r}{hint}"


def _about_entity(given: str, here: Collection[str]) -> str:
    """Returns what is wrong with the name of an entity; "" if nothing is."""
    if given in here:
        return ""
    if (given,) == ALL:
        return "'all' stands alone; leave the others out"
    languages = [
        language
        for language in presidio_languages()
        if any(given == each.entity for each in presidio_recognisers(language))
    ]
    if languages:
        listed = " or ".join(map(repr, languages))
        return f"{given!r} is of another language; add {listed} to languages"
    return _about(given, here)


def _about(given: str, known: Collection[str]) -> str:
    return "" if given in known else f"{given!r} is not known{nearest(given, sorted(known))}"


def _rules(
    languages: tuple[str, ...], own: tuple[Recogniser, ...], additions: bool
) -> frozenset[str]:
    """Returns the names of all rules of these languages, and of one's own."""
    of_presidio = (
        recogniser
        for language in (presidio_languages() if languages == ALL else languages)
        for recogniser in presidio_recognisers(language)
    )
    added = (*CHINESE_RECOGNISERS, *WORLDWIDE_RECOGNISERS) if additions else ()
    return frozenset(
        each.label(pattern) for each in (*of_presidio, *added, *own) for pattern in each.patterns
    )


def _about_region(given: str) -> str:
    """Returns what is wrong with the name of a region; "" if nothing is."""
    import phonenumbers

    known = phonenumbers.SUPPORTED_REGIONS
    if given in known:
        return ""
    upper = "GB" if given.upper() == "UK" else given.upper()
    hint = f"did you mean {upper!r}?" if upper in known else "expected ISO 3166-1, such as US, CN"
    return f"{given!r} is not known; {hint}"
