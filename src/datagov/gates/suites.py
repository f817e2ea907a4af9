"""Gate suites: what a Great Expectations suite file must say to be a gate.

A suite is the JSON that Great Expectations itself writes. Its `meta` makes it a gate:

    table    what it reads, one of `datagov.gates.frames.TABLES`
    title    the gate in plain words (default: the suite's name)
    why      why it matters
    mend     what to do when it fails
    skip     optional: when it does not apply, see `Skip`
    aspects  optional: aspects of data quality that it looks at (control 4.1.2e-09)
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from datagov.errors import ConfigError
from datagov.gates.frames import TABLES, nearest

NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
SKIP_CONDITIONS = ("when_null", "when_zero", "unless_removed")
TEXTS = ("table", "title", "why", "mend")


@dataclass(frozen=True)
class Skip:
    """When a gate does not apply.

    Attributes:
        condition: `when_null` or `when_zero` (of a column of the metrics table), or
            `unless_removed` (of a reason such as `duplicates.exact` that the policy may remove).
        subject: That column or reason.
        because: What to tell the reader.
    """

    condition: str
    subject: str
    because: str


@dataclass(frozen=True)
class Suite:
    """One gate, read and checked as far as that goes without a release.

    Attributes:
        path: Where it was read, for messages.
        name: Its name, which is also that of its result file.
        table: What it reads.
        title: The gate in plain words.
        why: Why it matters.
        mend: What to do when it fails.
        skip: When it does not apply; None if it always does.
        aspects: Aspects of data quality that it looks at.
        expectations: Configurations as in the file, each with `type` and `kwargs`.
    """

    path: str
    name: str
    table: str
    title: str
    why: str
    mend: str
    skip: Skip | None
    aspects: tuple[str, ...]
    expectations: tuple[Mapping[str, Any], ...]


def load_suites(extra_dir: Path | None = None) -> tuple[Suite, ...]:
    """Returns our own suites and those in `extra_dir`, sorted by name.

    Suites of `extra_dir` are also held against Great Expectations' own list of expectations, which
    takes some seconds to import: call this before a long run, so that mistakes show at once.

    Raises:
        ConfigError: `extra_dir` holds no suite, or a file in it is broken, lacks a field, names an
            unknown table, expectation or argument, or takes a name that is in use. One line per
            mistake, all at once.
    """
    suites = [_read(path, path.name) for path in _json_files(files("datagov") / "expectations")]
    if extra_dir is not None:
        suites += _load_extra(extra_dir, {suite.name: suite.path for suite in suites})
    return tuple(sorted(suites, key=lambda suite: suite.name))


def _load_extra(folder: Path, taken: Mapping[str, str]) -> list[Suite]:
    from datagov.gates.engine import check_expectations

    if not folder.is_dir():
        raise ConfigError(f"{folder}: no such folder of expectation suites")
    paths = _json_files(folder)
    if not paths:
        raise ConfigError(f"{folder}: holds no expectation suite (*.json)")
    suites: list[Suite] = []
    mistakes: list[str] = []
    names = dict(taken)
    for path in paths:
        try:
            suite = _read(path, str(path))
        except ConfigError as error:
            mistakes.append(str(error))
            continue
        if suite.name in names:
            mistakes.append(
                f"{path}: name: {suite.name!r} is already the name of {names[suite.name]}; "
                "choose another, gates are added and never replaced"
            )
        names[suite.name] = str(path)
        mistakes += check_expectations(suite)
        suites.append(suite)
    if mistakes:
        raise ConfigError("\n".join(mistakes))
    return suites


def _json_files(folder: Traversable | Path) -> list[Traversable]:
    found = [path for path in folder.iterdir() if path.name.endswith(".json")]
    return sorted(found, key=lambda path: path.name)


def _read(path: Traversable, shown: str) -> Suite:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise ConfigError(f"{shown}: byte {error.start}: not UTF-8; save it as UTF-8") from error
    except json.JSONDecodeError as error:
        at = f"line {error.lineno}, column {error.colno}"
        raise ConfigError(f"{shown}: {at}: broken JSON: {error.msg}") from error
    mistakes = list(_mistakes(document))
    if mistakes:
        raise ConfigError("\n".join(f"{shown}: {mistake}" for mistake in mistakes))
    meta = document["meta"]
    return Suite(
        path=shown,
        name=document["name"],
        table=meta["table"],
        title=meta.get("title", document["name"]),
        why=meta.get("why", ""),
        mend=meta.get("mend", ""),
        skip=_skip(meta["skip"]) if "skip" in meta else None,
        aspects=tuple(meta.get("aspects", ())),
        expectations=tuple(document["expectations"]),
    )


def _skip(declared: Mapping[str, str]) -> Skip:
    condition = next(name for name in SKIP_CONDITIONS if name in declared)
    return Skip(condition, declared[condition], declared["because"])


def _mistakes(document: object) -> Iterator[str]:
    """Yields what is wrong with the form of a suite, as `field: what; mend`."""
    if not isinstance(document, dict):
        yield "expected an object: the JSON of a Great Expectations suite"
        return
    name = document.get("name")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        yield "name: expected lower-case letters, digits, '_' and '-'; it names the result file"
    meta = document.get("meta")
    if not isinstance(meta, dict):
        yield f"meta: missing; expected an object with `table`, one of {', '.join(TABLES)}"
    else:
        yield from _meta_mistakes(meta)
    expectations = document.get("expectations")
    if not isinstance(expectations, list) or not expectations:
        yield "expectations: expected a list with at least one: an empty gate would always pass"
        return
    for i, expectation in enumerate(expectations):
        if not isinstance(expectation, dict) or not isinstance(expectation.get("type"), str):
            yield f"expectations[{i}].type: missing; expected the name of an expectation"
        elif not isinstance(expectation.get("kwargs", {}), dict):
            yield f"expectations[{i}].kwargs: expected an object"


def _meta_mistakes(meta: Mapping[str, Any]) -> Iterator[str]:
    for field in TEXTS:
        if field in meta and not isinstance(meta[field], str):
            yield f"meta.{field}: expected a text"
    if meta.get("table") not in TABLES:
        hint = nearest(str(meta.get("table", "")), TABLES)
        yield f"meta.table: expected one of {', '.join(TABLES)}{hint}"
    aspects = meta.get("aspects", [])
    if not isinstance(aspects, list) or not all(isinstance(aspect, str) for aspect in aspects):
        yield "meta.aspects: expected a list of texts"
    if "skip" not in meta:
        return
    skip = meta["skip"]
    given = [name for name in SKIP_CONDITIONS if isinstance(skip, dict) and name in skip]
    if len(given) != 1 or set(skip) != {given[0], "because"}:
        yield f"meta.skip: expected one of {', '.join(SKIP_CONDITIONS)}, and `because`"
    elif not all(isinstance(value, str) for value in skip.values()):
        yield "meta.skip: expected texts"
