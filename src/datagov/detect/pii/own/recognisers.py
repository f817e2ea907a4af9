"""Recognisers of one's own, in the format in which Presidio keeps them in YAML."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from datagov.declared import Mistake, load_declared
from datagov.detect.pii.own.reading import problems
from datagov.detect.pii.own.soundness import FLAGS, UnsoundPattern, sound_pattern
from datagov.detect.pii.own.terms import Terms
from datagov.detect.pii.rules import Pattern, Recogniser
from datagov.detect.pii.sensitive.classes import KINDS, LEVELS

SCHEMA = "recognisers.schema.json"

DENY_LIST = "deny_list"
"""Presidio's name of the pattern that it makes of a deny list."""

DENY = "deny"
"""Names the rules of a policy's lists: no recogniser can be called so."""

ENTITY = re.compile(r"\w[\w-]*")

_LANGUAGE = re.compile(r"[a-z]{2}(-[A-Z]{2})?")


def load_recognisers(path: Path) -> tuple[Recogniser, ...]:
    """Returns the recognisers of a YAML file; see manifests/examples/recognisers.yaml.

    Raises:
        ConfigError: With a line for each mistake.
    """
    value = load_declared(path, SCHEMA, _check).value
    flags = value.get("global_regex_flags")
    return tuple(
        _recogniser(entry, FLAGS if flags is None else flags)
        for entry in value["recognizers"]
        if entry.get("enabled") is not False
    )


def _recogniser(entry: Mapping[str, Any], flags: int) -> Recogniser:
    flags = _flags(entry, flags)
    patterns = [
        sound_pattern(each["name"], each["regex"], each["score"], flags)
        for each in entry.get("patterns") or ()
    ]
    if entry.get("deny_list"):
        score = float(entry.get("deny_list_score", 1.0))
        patterns.append(Pattern(DENY_LIST, "", score, terms=Terms.of(entry["deny_list"])))
    return Recogniser(
        name=entry["name"],
        entity=_entity(entry),
        patterns=tuple(patterns),
        flags=flags,
        context=tuple(dict.fromkeys(word.lower() for word in _context(entry))),
    )


def _entity(entry: Mapping[str, Any]) -> str:
    (entity,) = entry.get("supported_entities") or (entry["supported_entity"],)
    return str(entity)


def _flags(entry: Mapping[str, Any], default: int) -> int:
    flags = entry.get("global_regex_flags")
    return default if flags is None else int(flags)


def _context(entry: Mapping[str, Any]) -> Iterator[str]:
    yield from entry.get("context") or ()
    for language in entry.get("supported_languages") or ():
        if isinstance(language, Mapping):
            yield from language.get("context") or ()


def _check(value: Mapping[str, Any]) -> Iterator[Mistake]:
    entries = value.get("recognizers") or []
    yield from _check_flags(("global_regex_flags",), value.get("global_regex_flags"))
    names = Counter(entry.get("name") for entry in entries if entry)
    for i, entry in enumerate(entries):
        if entry is None:
            continue
        at = ("recognizers", i)
        name = entry.get("name")
        if names[name] > 1 and isinstance(name, str):
            yield Mistake((*at, "name"), f"{name!r} stands {names[name]} times; a name is unique")
        if name == DENY:
            yield Mistake((*at, "name"), f"{DENY!r} names the lists of a policy; choose another")
        yield from _check_kind(at, entry)
        yield from _check_flags((*at, "global_regex_flags"), entry.get("global_regex_flags"))
        flags = _flags(entry, value.get("global_regex_flags") or FLAGS)
        yield from _check_patterns((*at, "patterns"), entry, flags & FLAGS)
        for j, problem in problems(entry.get("deny_list") or ()):
            yield Mistake((*at, "deny_list", j), problem)


def _check_kind(at: tuple[str | int, ...], entry: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yields what is wrong with a recogniser but for its patterns and terms."""
    if not entry.get("patterns") and not entry.get("deny_list"):
        yield Mistake(at, "has neither patterns nor a deny_list; expected one of them, or both")
    one, several = entry.get("supported_entity"), entry.get("supported_entities")
    if (one is None) == (several is None):
        yield Mistake(at, "expected one of supported_entity and supported_entities")
    for entity in (one, *(several or ())):
        yield from check_entity((*at, "supported_entity"), entity)
    languages = entry.get("supported_languages")
    if languages and entry.get("supported_language"):
        yield Mistake(at, "expected one of supported_language and supported_languages")
    if entry.get("context") and len(languages or ()) > 1:
        yield Mistake(
            (*at, "context"),
            "stands beside several languages; write it as "
            "supported_languages: [{language: en, context: [...]}, ...]",
        )
    for language in (entry.get("supported_language"), *(languages or ())):
        code = language.get("language") if isinstance(language, Mapping) else language
        if code is not None and not _LANGUAGE.fullmatch(code):
            yield Mistake(at, f"{code!r} is no language; expected a code such as en or zh-CN")


def check_entity(at: tuple[str | int, ...], entity: str | None) -> Iterator[Mistake]:
    """Yields what keeps a name from being that of a category."""
    if entity is None:
        return
    if not ENTITY.fullmatch(entity):
        yield Mistake(at, f"{entity!r} is no name; expected letters, digits, _ and -: BADGE_NUMBER")
    if entity in (*LEVELS, *KINDS):
        yield Mistake(at, f"{entity!r} names a class of personal information; choose another")


def _check_flags(at: tuple[str | int, ...], flags: int | None) -> Iterator[Mistake]:
    if flags is not None and flags & ~FLAGS:
        yield Mistake(
            at, f"{flags} has flags beside 2 (ignore case), 8 (multi-line) and 16 (dot takes all)"
        )


def _check_patterns(
    at: tuple[str | int, ...], entry: Mapping[str, Any], flags: int
) -> Iterator[Mistake]:
    patterns = [each or {} for each in entry.get("patterns") or ()]
    names = Counter(each.get("name") for each in patterns)
    names.update([DENY_LIST] if entry.get("deny_list") else [])
    for j, each in enumerate(patterns):
        name, pattern = each.get("name"), each.get("regex")
        if isinstance(name, str) and names[name] > 1:
            yield Mistake((*at, j, "name"), f"{name!r} stands {names[name]} times; expected one")
        if isinstance(pattern, str):
            try:
                sound_pattern(str(name), pattern, 0, flags)
            except UnsoundPattern as error:
                yield Mistake((*at, j, "regex"), str(error))
