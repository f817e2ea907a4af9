"""Declared inputs in YAML, checked against a JSON Schema, with every mistake and its line at once.

YAML is read by the 1.2 core schema's idea of a scalar, as people mean it: `NO` is Norway and not
False, `2026-10-01` is that text and `1_000` is no number.
"""

import copy
import difflib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from datagov.errors import ConfigError

Path_ = tuple[str | int, ...]
"""Where a value stands: keys and indices from the top."""

HINTS = "x-hints"
"""In a schema beside `enum`: what to write instead of a word that people try."""

_NUMBERS = re.compile("([0-9]+)")

MAX_NODES = 1_000_000


@dataclass(frozen=True)
class Mistake:
    """Something wrong at a place of a declared input."""

    path: Path_
    message: str


class Refused(ConfigError):
    """A declared input has mistakes; `mistakes` holds those whose places are those of a value.

    It is empty where the mistakes have lines of a file, which the message names.
    """

    def __init__(self, message: str, mistakes: tuple[Mistake, ...] = ()) -> None:
        super().__init__(message)
        self.mistakes = mistakes


@dataclass(frozen=True)
class Declared:
    """A declared input as plain values, and the line of each; no lines where none are known."""

    name: str
    value: Any
    lines: Mapping[Path_, int]

    def refuse(self, mistakes: Iterable[Mistake]) -> None:
        """Raises ConfigError naming all mistakes, a line each; returns if there are none."""
        listed = tuple(dict.fromkeys(mistakes))
        found = sorted(
            {(self._line(m.path), _dotted(m.path), m.message) for m in listed}, key=_in_order
        )
        if found:
            raise Refused(
                "\n".join(f"{self._place(line)}: {field}: {text}" for line, field, text in found),
                () if self.lines else listed,
            )

    def _place(self, line: int) -> str:
        return f"{self.name}:{line}" if self.lines else self.name

    def _line(self, path: Path_) -> int:
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def _in_order(told: tuple[int, str, str]) -> tuple[Any, ...]:
    """Returns by what mistakes are sorted: line and place, numbers in them by their size."""
    line, *texts = told
    return line, *([int(p) if p.isdecimal() else p for p in _NUMBERS.split(t)] for t in texts)


def _dotted(path: Path_) -> str:
    text = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in path)
    return text.removeprefix(".") or "(the file)"


def load_declared(
    path: Path,
    schema_name: str,
    checks: Callable[[Any], Iterator[Mistake]],
) -> Declared:
    """Returns the declared input at `path`.

    Args:
        path: A YAML file (JSON is YAML).
        schema_name: Its JSON Schema in `manifests/`.
        checks: Yields what a schema cannot say. In what it is given each value that breaks the
            schema is None and everything around it stands, so it must expect None anywhere and
            any key to be missing.

    Raises:
        ConfigError: With a line for each mistake: file, line, field, expected, how to mend it.
    """
    declared = parse(str(path), _text(path))
    declared.refuse(mistakes(declared.value, schema_name, checks))
    return declared


class Refusals:
    """Gathers what several declared inputs are refused for, so that all is told at once.

    >>> refusals = Refusals()
    >>> with refusals:
    ...     policy = load_policy(path)
    >>> with refusals:
    ...     registry = load_registry(path)
    >>> refusals.tell()
    """

    def __init__(self) -> None:
        self._told: list[str] = []

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, ConfigError):
            return False
        self._told.append(str(error))
        return True

    def __bool__(self) -> bool:
        return bool(self._told)

    def tell(self) -> None:
        """Raises ConfigError with all that was refused; returns if nothing was."""
        if self._told:
            raise ConfigError("\n".join(self._told))


def mistakes(
    value: Any, schema_name: str, checks: Callable[[Any], Iterator[Mistake]]
) -> list[Mistake]:
    """Returns where `value` breaks a JSON Schema of `manifests/`, and what `checks` yields.

    Args:
        value: What is declared.
        schema_name: Its JSON Schema.
        checks: See `load_declared`.
    """
    errors = _errors(value, schema_name)
    found = [mistake for error in errors for mistake in _mistakes(error)]
    if isinstance(value, dict):
        found += checks(_without(value, errors))
    return found


def _errors(value: Any, schema_name: str) -> list[ValidationError]:
    schema = json.loads(manifest(schema_name))
    found = Draft202012Validator(schema).iter_errors(value)
    return [each for error in found for each in _meant(error)]


def _meant(error: ValidationError) -> Iterator[ValidationError]:
    """Yields the errors of the alternative that was meant; without alternatives the error itself.

    Meant is the alternative that got furthest, or else one for a value of this type.
    """
    if error.validator not in ("oneOf", "anyOf") or not error.context:
        yield error
        return
    branches: dict[Any, list[ValidationError]] = {}
    for inner in error.context:
        branches.setdefault(inner.schema_path[0], []).append(inner)
    best = max(branches.values(), key=_furthest)
    for inner in best:
        yield from _meant(inner)


def _furthest(branch: Iterable[ValidationError]) -> tuple[int, bool]:
    return max((len(each.absolute_path), each.validator != "type") for each in branch)


def _without(value: dict[str, Any], errors: Iterable[ValidationError]) -> Any:
    """Returns `value` with each value that breaks the schema set to None.

    So that what a schema cannot say is told together with what it can.
    """
    clean: Any = {"": copy.deepcopy(value)}
    for error in errors:
        if error.validator in ("additionalProperties", "required"):
            continue
        *above, last = ("", *error.absolute_path)
        entry = clean
        for key in above:
            entry = None if entry is None else entry[key]
        if entry is not None:
            entry[last] = None
    return clean[""] or {}


def manifest(name: str) -> str:
    """Returns the text of a file that is shipped in `manifests/`."""
    return resources.files("datagov").joinpath("manifests", name).read_text("utf-8")


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: no such file; name a YAML file") from error
    except IsADirectoryError as error:
        raise ConfigError(f"{path}: is a folder; name a YAML file") from error
    except PermissionError as error:
        raise ConfigError(f"{path}: permission denied; make it readable for you") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: byte {error.start} is not UTF-8; save it as UTF-8") from error


class _Loader(yaml.SafeLoader):
    """A safe loader with the scalars of the YAML 1.2 core schema (section 10.3.2)."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012


for _tag, _pattern, _first in (
    ("null", r"null|Null|NULL|~|", ["n", "N", "~", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", list("-+.0123456789")),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"^({_pattern})$"), _first
    )


def parse(name: str, text: str) -> Declared:
    """Returns the values of a YAML text; `name` stands in messages."""
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            raise ConfigError(f"{name}:1: (the file): is empty; see manifests/examples")
        lines: dict[Path_, int] = {}
        mistakes: list[Mistake] = []
        _walk(node, (), (), lines, mistakes)
        declared = Declared(name, None, lines)
        declared.refuse(mistakes)
        return Declared(name, loader.construct_document(node), lines)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        problem = error.problem or error.context
        raise ConfigError(f"{name}:{line}: (the file): not YAML: {problem}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigError(f"{name}:1: (the file): not YAML: {error}") from error
    finally:
        loader.dispose()


def _walk(
    node: yaml.Node,
    path: Path_,
    above: tuple[int, ...],
    lines: dict[Path_, int],
    mistakes: list[Mistake],
) -> None:
    """Notes the line of every value, and keys that stand twice."""
    if id(node) in above or len(lines) > MAX_NODES:
        raise yaml.MarkedYAMLError(
            problem="aliases that hold themselves or grow without bound",
            problem_mark=node.start_mark,
        )
    above = (*above, id(node))
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        for i, value in enumerate(node.value):
            _walk(value, (*path, i), above, lines, mistakes)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            name = str(key.value)
            at = (*path, name)
            if at in lines:
                mistakes.append(Mistake(at, "stands twice; keep one"))
            _walk(value, at, above, lines, mistakes)
            lines[at] = key.start_mark.line + 1


def _mistakes(error: Any) -> Iterator[Mistake]:
    path: Path_ = tuple(error.absolute_path)
    if error.validator == "additionalProperties":
        known = list(error.schema.get("properties", {}))
        for name in sorted(set(error.instance) - set(known)):
            yield Mistake((*path, name), f"no such key{nearest(name, known)}")
    elif error.validator == "required":
        missing = [name for name in error.validator_value if name not in error.instance]
        for name in missing:
            about = error.schema.get("properties", {}).get(name, {}).get("description", "")
            hint = f"; expected: {about}" if about else ""
            yield Mistake((*path, name), f"is missing{hint}")
    elif error.validator == "enum":
        values = [_word(value) for value in error.validator_value]
        given = _word(error.instance)
        meant = error.schema.get(HINTS, {}).get(given)
        hint = f"; {meant}" if meant else nearest(given, values)
        yield Mistake(path, f"{given!r} is not allowed{hint}")
    elif error.validator == "pattern":
        shape = error.schema.get("description", error.validator_value)
        yield Mistake(path, f"{error.instance!r} has not the shape that is expected: {shape}")
    else:
        yield Mistake(path, _plain(error))


def _word(value: Any) -> str:
    """Returns a value as YAML has it."""
    return value if isinstance(value, str) else json.dumps(value)


def _plain(error: Any) -> str:
    about = error.schema.get("description", "") if isinstance(error.schema, dict) else ""
    hint = f"; expected: {about}" if about else ""
    if error.validator == "type" and _is_no_number(error):
        return f"is {error.instance}, which nothing can be compared with; expected a number{hint}"
    if error.validator == "type":
        kinds = error.validator_value
        listed = [kinds] if isinstance(kinds, str) else kinds
        names = " or ".join(_KINDS.get(kind, kind) for kind in listed if kind != "null")
        return f"is {_kind(error.instance)}, expected {names}{hint}"
    return f"{error.message}{hint}"


def _is_no_number(error: Any) -> bool:
    """True where a number is expected and infinity or what is no number stands there."""
    value = error.instance
    return (
        error.validator_value in ("number", "integer")
        and isinstance(value, str)
        and re.fullmatch(r"\.nan|[-+]?\.inf", value, re.IGNORECASE) is not None
    )


_KINDS = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "object": "a mapping",
    "string": "text",
}
"""What JSON Schema calls types, as people do."""


def _kind(value: Any) -> str:
    names = {dict: "a mapping", list: "a list", str: "text", bool: "true or false"}
    return names.get(type(value), "empty" if value is None else "a number")


def nearest(name: str, known: Sequence[str]) -> str:
    """Returns a hint: the nearest of the known names, else all of them."""
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; expected one of {', '.join(known)}" if known else ""
