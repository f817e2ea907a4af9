"""A policy's own recognisers, lists and allowed values, read with the files that it names."""

import copy
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from datagov.declared import Mistake
from datagov.detect.pii.own.allowed import EXACT, MAX_PATTERNS, REGEX, Allowed
from datagov.detect.pii.own.reading import longest_first, problems, read_terms
from datagov.detect.pii.own.recognisers import DENY, check_entity, load_recognisers
from datagov.detect.pii.own.soundness import FLAGS, UnsoundPattern, sound_pattern
from datagov.detect.pii.own.terms import Terms
from datagov.detect.pii.rules import Pattern, Recogniser
from datagov.errors import ConfigError

Place = tuple[str | int, ...]

_AT: Place = ("detectors", "pii")

OWN = ("recognisers", "deny", "allow")
"""The options that are read here."""


def load_options(options: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Returns a detector's options with what its files say in their place.

    Args:
        options: `detectors.pii` of a policy without mistakes.
        folder: What the names of files are relative to.
    """
    reader = _Reader(folder)
    return {**options, **reader.read(options)}


def check_options(options: Mapping[str, Any], folder: Path) -> tuple[list[Mistake], dict[str, Any]]:
    """Returns the mistakes in a policy's own recognisers and lists, and the options as read.

    What is or holds None broke the policy's schema, which was told already: it is passed over.
    """
    reader = _Reader(folder)
    own = {name: options[name] for name in OWN if name in options}
    if isinstance(own.get("deny"), dict):
        own["deny"] = {name: each for name, each in own["deny"].items() if _is_whole(each)}
    found = reader.read({name: each for name, each in own.items() if _is_whole(each)})
    rest = {name: _whole_part(each) for name, each in options.items() if name not in OWN}
    return reader.mistakes, {**rest, **found}


def _whole_part(value: Any) -> Any:
    return [each for each in value if each is not None] if isinstance(value, list) else value


def _is_whole(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(_is_whole, value.values()))
    if isinstance(value, list):
        return all(map(_is_whole, value))
    return value is not None


def without_terms(document: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a policy's document with terms that stand in it counted instead of written out.

    The document is published with a release, and terms may be personal information.
    """
    shown: dict[str, Any] = copy.deepcopy(dict(document))
    options = (shown.get("detectors") or {}).get("pii") or {}
    lists = options.get("deny") or {}
    for name in lists:
        lists[name] = _counted(lists[name])
    if "allow" in options:
        options["allow"] = _counted(options["allow"])
    return shown


def _counted(given: Any) -> Any:
    if isinstance(given, list):
        return {"n_terms": len(given)}
    if isinstance(given, dict) and "terms" in given:
        rest = {key: value for key, value in given.items() if key != "terms"}
        return {**rest, "n_terms": len(given["terms"])}
    return given


class _Reader:
    """Reads what options name, and notes what is wrong with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mistakes: list[Mistake] = []

    def read(self, options: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if options.get("recognisers"):
            found["recognisers"] = tuple(self._recognisers(options["recognisers"]))
        if options.get("deny"):
            found["deny"] = tuple(self._denied(options["deny"]))
        if options.get("allow"):
            found["allow"] = self._allowed(options["allow"])
        return found

    def _recognisers(self, names: list[str]) -> Iterator[Recogniser]:
        seen: set[str] = set()
        for i, name in enumerate(names):
            at = (*_AT, "recognisers", i)
            for each in self._tried(at, partial(load_recognisers, self.folder / name)) or ():
                if each.name in seen:
                    self._note(at, f"{name}: {each.name!r} stands in another file as well")
                seen.add(each.name)
                yield each

    def _denied(self, lists: Mapping[str, Any]) -> Iterator[Recogniser]:
        for entity, given in lists.items():
            at = (*_AT, "deny", entity)
            self.mistakes += check_entity(at, entity)
            options = given if isinstance(given, dict) else {}
            terms = self._terms(at, given)
            if terms:
                score = float(options.get("score", 1.0))
                yield Recogniser(
                    name=DENY,
                    entity=entity,
                    patterns=(Pattern(entity, "", score, terms=longest_first(terms)),),
                    flags=FLAGS if options.get("ignore_case", True) else 0,
                    context=tuple(word.lower() for word in options.get("context", ())),
                )

    def _allowed(self, given: Any) -> Allowed:
        at = (*_AT, "allow")
        terms = self._terms(at, given)
        match = given.get("match", EXACT) if isinstance(given, dict) else EXACT
        if match == REGEX:
            self._check_patterns(at, terms)
        return Allowed(Terms.of(terms), match) if terms else Allowed()

    def _check_patterns(self, at: Place, patterns: list[str]) -> None:
        if len(patterns) > MAX_PATTERNS:
            self._note(at, f"has {len(patterns)} patterns, at most {MAX_PATTERNS}; list values")
            return
        for i, pattern in enumerate(patterns):
            try:
                sound_pattern("allow", pattern, 0, FLAGS)
            except UnsoundPattern as error:
                self._note((*at, "terms", i), f"pattern {i + 1}: {error}")

    def _terms(self, at: Place, given: Any) -> list[str]:
        """Returns the terms that an option names or holds; none if there is a mistake."""
        if isinstance(given, str):
            return self._file(at, given)
        inline = given if isinstance(given, list) else given.get("terms") or []
        where = at if isinstance(given, list) else (*at, "terms")
        wrong = list(problems(inline))
        for i, problem in wrong:
            self._note((*where, i), problem)
        if isinstance(given, dict) and not inline and "file" not in given:
            self._note(at, "names no terms; expected file or terms")
        from_file = self._file((*at, "file"), given["file"]) if "file" in given else []
        return [] if wrong else [*inline, *from_file]

    def _file(self, at: Place, name: str) -> list[str]:
        return self._tried(at, partial(read_terms, self.folder / name)) or []

    def _tried(self, at: Place, read: Callable[[], Any]) -> Any:
        try:
            return read()
        except ConfigError as error:
            for line in str(error).splitlines():
                self._note(at, line)
            return None

    def _note(self, at: Place, message: str) -> None:
        self.mistakes.append(Mistake(at, message))
