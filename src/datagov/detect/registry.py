"""The one list of detectors. A new detector is one module and one line here."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from datagov.declared import Mistake, nearest
from datagov.detect.detector import Detector
from datagov.detect.pii import PiiDetector
from datagov.detect.pii.ner.declared import ner_config
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
        of_kind = options.get(name, {})
        wrong = list(_wrong(kind, of_kind))
        mistakes += wrong
        names = {mistake.path[-1] for mistake in wrong}
        right = {option: each for option, each in of_kind.items() if option not in names}
        try:
            found = _built(kind, right, folder).categories()
        except ConfigError as error:
            mistakes += [Mistake(("detectors", name), line) for line in str(error).splitlines()]
            found = None
        categories[name] = None if wrong else found
    return Described(categories, tuple(mistakes))


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
    fields = {field.name: field.type for field in dataclasses.fields(kind)}
    for option, value in options.items():
        at = ("detectors", kind.name, option)
        if option not in fields:
            yield Mistake(at, f"no such option{nearest(option, list(fields))}")
            continue
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
    str(tuple[str, ...] | None): (
        "a list of names",
        lambda value: value is None or _are_names(value),
    ),
}
"""By the type of an option: what is expected, in words, and whether a value is that."""


def _built(kind: type[Detector], options: Mapping[str, Any], folder: Path) -> Detector:
    frozen = {name: tuple(v) if isinstance(v, list) else v for name, v in options.items()}
    if kind is PiiDetector and options.get("ner") is not None:
        frozen["ner"] = ner_config(options["ner"], folder)
    detector = kind(**frozen)
    if options:
        # What it cannot do it says now, and not from the midst of a run.
        detector.detect(())
    return detector
