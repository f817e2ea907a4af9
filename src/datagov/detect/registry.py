"""The one list of detectors. A new detector is one module and one line here."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from datagov.declared import Mistake, Refused, nearest
from datagov.detect.detector import Detector
from datagov.detect.pii import PiiDetector
from datagov.detect.pii.ner.config import NerConfig
from datagov.detect.pii.ner.declared import ner_config
from datagov.detect.pii.options import all_entities, wrong_names
from datagov.detect.quality import QualityDetector
from datagov.detect.restricted import RestrictedDetector
from datagov.detect.secrets import SecretsDetector
from datagov.errors import ConfigError
from datagov.policy import Described, Policy

DETECTORS: Mapping[str, type[Detector]] = {
    kind.name: kind for kind in (PiiDetector, QualityDetector, RestrictedDetector, SecretsDetector)
}


def describe_detectors(options: Mapping[str, Any], folder: Path) -> Described:
    """Returns the categories of all detectors with these options, and what is wrong with them.

    Args:
        options: Options by name of detector; names that are no detector's are passed over.
        folder: What names of files in them are relative to.
    """
    categories: dict[str, frozenset[str] | None] = {}
    mistakes: list[Mistake] = []
    for name, kind in DETECTORS.items():
        found, wrong = _described(kind, options.get(name, {}), folder)
        categories[name] = found
        mistakes += wrong
    return Described(categories, tuple(mistakes))


def _described(
    kind: type[Detector], given: Mapping[str, Any], folder: Path
) -> tuple[frozenset[str] | None, list[Mistake]]:
    """Returns a detector's categories, None if there is no telling, and what is wrong with it."""
    wrong = list(_wrong(kind, given))
    right = _without(given, wrong)
    if kind is PiiDetector:
        unknown = list(wrong_names(right))
        wrong += unknown
        right = _without(right, unknown)
        if right.get("ner") is not None:
            wrong += _wrong_ner(right, folder)
    named = {mistake.path[2] for mistake in wrong if len(mistake.path) > 2}
    # What depends on options that are wrong is no mistake for that reason.
    for option in ("ner",) * ("ner" in named) + ("entities", "without") * ("languages" in named):
        right.pop(option, None)
    try:
        found = _built(kind, right, folder).categories()
    except ConfigError as error:
        lines = [Mistake(("detectors", kind.name), line) for line in str(error).splitlines()]
        return None, wrong + lines
    if "ner" in named:
        return None, wrong
    if kind is PiiDetector and named - {"min_score", "entities", "without", "phone_regions"}:
        # Which languages were meant, nobody knows: what none of them has is wrong in any case.
        found |= all_entities()
    return found, wrong


def _without(given: Mapping[str, Any], wrong: Iterable[Mistake]) -> dict[str, Any]:
    """Returns options without what is wrong: single entries of lists, or else all of an option."""
    places = {mistake.path[2:4] for mistake in wrong}
    right = {}
    for option, value in given.items():
        if (option,) in places:
            continue
        kept = value
        if isinstance(value, list | tuple):
            kept = [each for i, each in enumerate(value) if (option, i) not in places]
        if kept or not value:
            right[option] = kept
    return right


def _wrong_ner(options: dict[str, Any], folder: Path) -> list[Mistake]:
    """Returns what is wrong with the models; if nothing is, the configuration takes their place."""
    at = ("detectors", "pii", "ner")
    try:
        options["ner"] = ner_config(options["ner"], folder)
    except ConfigError as error:
        if isinstance(error, Refused) and error.mistakes:
            return list(error.mistakes)
        return [Mistake(at, line) for line in str(error).splitlines()]
    return []


def detectors(policy: Policy) -> tuple[Detector, ...]:
    """Returns the detectors with the options that the policy gives them, in order of name.

    Raises:
        ConfigError: An option is not known, or a detector cannot do what one asks for.
    """
    for name, kind in DETECTORS.items():
        for mistake in _wrong(kind, policy.detectors.get(name, {})):
            raise ConfigError(f"policy: {'.'.join(map(str, mistake.path))}: {mistake.message}")
    return tuple(
        _asked_by_rules(_built(kind, policy.detectors.get(name, {}), policy.folder), policy)
        for name, kind in sorted(DETECTORS.items())
    )


def _asked_by_rules(detector: Detector, policy: Policy) -> Detector:
    """Returns the detector such that it looks for all that a rule takes out by name."""
    if not isinstance(detector, PiiDetector):
        return detector
    named = {name.removeprefix("pii.") for name in policy.removes if name.startswith("pii.")}
    return dataclasses.replace(detector, more_entities=tuple(sorted(named & detector.categories())))


def _wrong(kind: type[Detector], options: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yields options that there are not or that have another type; an empty one is left out."""
    fields = {field.name: field.type for field in dataclasses.fields(kind)}
    for option, value in options.items():
        at = ("detectors", kind.name, option)
        if option not in fields:
            yield Mistake(at, f"no such option{nearest(option, list(fields))}")
            continue
        if value is None:
            continue
        if option == "min_score" and _is_number(value) and not 0 < value <= 1:
            yield Mistake(at, f"{value!r} is no score; expected a number above 0, at most 1")
        expected = _EXPECTED.get(str(fields[option]))
        if expected and not expected[1](value):
            yield Mistake(at, f"{value!r} is not what is expected: {expected[0]}")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _are_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


_EXPECTED: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    str(bool): ("true or false", lambda value: isinstance(value, bool)),
    str(float): ("a number", _is_number),
    str(int): ("a whole number", lambda value: isinstance(value, int) and _is_number(value)),
    str(tuple[str, ...]): ("a list of names", _are_names),
    str(tuple[str, ...] | None): ("a list of names", _are_names),
}
"""By the type of an option: what is expected, in words, and whether a value is that."""


def _built(kind: type[Detector], options: Mapping[str, Any], folder: Path) -> Detector:
    frozen = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in options.items()
        if value is not None
    }
    if kind is PiiDetector and not isinstance(frozen.get("ner"), NerConfig | None):
        frozen["ner"] = ner_config(frozen["ner"], folder)
    detector = kind(**frozen)
    if options:
        # What it cannot do it says now, and not from the midst of a run.
        detector.detect(())
    return detector
