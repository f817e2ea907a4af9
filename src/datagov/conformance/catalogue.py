"""The control catalogue: what is asked of training data, one testable requirement at a time."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from datagov.errors import ConfigError

MODES = ("computed", "declared", "mixed")


@dataclass(frozen=True)
class Parameter:
    """A value in a rule, and who set it.

    Attributes:
        value: A number, text, list or truth value.
        origin: The companion rule and clause, or `operator setting`.
        status: How far the value was confirmed: quoted, repeated, memory, single_page or setting.
        enabled: False for values that no rule may use before somebody confirms them.
    """

    value: Any
    origin: str
    status: str
    enabled: bool = True


@dataclass(frozen=True)
class Attestation:
    """The signed statement that a control needs of a person."""

    role: str
    statement: str
    valid_days: int


@dataclass(frozen=True)
class Control:
    """One requirement; `verdicts` says in words what each verdict takes."""

    id: str
    clause: str
    title: str
    mode: str
    risks: tuple[str, ...]
    evidence: tuple[str, ...]
    verdicts: Mapping[str, str]
    parameters: Mapping[str, Parameter]
    attestation: Attestation | None
    answered_by: str
    refs: tuple[str, ...]
    does_not_prove: str
    audience: tuple[str, ...]
    profile: str

    def value(self, name: str) -> Any:
        """Returns the value of the parameter `name`."""
        return self.parameters[name].value

    def limits(self, *names: str) -> dict[str, dict[str, Any]]:
        """Returns the parameters `names` as a report prints them: never without their origin."""
        return {
            name: {"value": p.value, "origin": p.origin, "status": p.status}
            for name, p in ((name, self.parameters[name]) for name in names)
        }


@dataclass(frozen=True)
class Catalogue:
    """All controls, in the order of the file; `digest` is the SHA-256 of that file, in hex."""

    framework: str
    disclaimer: str
    verdict_values: Mapping[str, str]
    overall_rule: str
    controls: tuple[Control, ...]
    digest: str

    def control(self, control_id: str) -> Control:
        """Returns the control with that id.

        Raises:
            KeyError: There is none.
        """
        return {control.id: control for control in self.controls}[control_id]


@lru_cache(maxsize=1)
def our_catalogue() -> Catalogue:
    """Returns the catalogue that datagov comes with."""
    return load_catalogue()


def load_catalogue(path: Path | None = None) -> Catalogue:
    """Returns the catalogue at `path`, by default our own.

    Raises:
        ConfigError: It does not fit manifests/controls.schema.json, or an id stands twice: one
            line per mistake, all at once.
    """
    source = path or files("datagov") / "conformance" / "catalogue.yaml"
    content = source.read_bytes()
    try:
        document = yaml.safe_load(content)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        at = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise ConfigError(f"{source}: {at}broken YAML") from error
    mistakes = _mistakes(document)
    if mistakes:
        raise ConfigError("\n".join(f"{source}: {mistake}" for mistake in mistakes))
    return Catalogue(
        framework=document["framework"],
        disclaimer=document["disclaimer"],
        verdict_values=document["verdict_values"],
        overall_rule=document["overall_rule"],
        controls=tuple(_control(entry) for entry in document["controls"]),
        digest=hashlib.sha256(content).hexdigest(),
    )


def _mistakes(document: object) -> list[str]:
    schema = json.loads((files("datagov") / "manifests/controls.schema.json").read_text("utf-8"))
    errors = Draft202012Validator(schema).iter_errors(document)
    found = sorted(f"{error.json_path}: {error.message}" for error in errors)
    if found or not isinstance(document, dict):
        return found
    ids = [entry["id"] for entry in document["controls"]]
    return [f"$.controls: {i} stands twice" for i in sorted({i for i in ids if ids.count(i) > 1})]


def _control(entry: Mapping[str, Any]) -> Control:
    attestation = entry.get("attestation")
    return Control(
        id=entry["id"],
        clause=entry["clause"],
        title=entry["title"],
        mode=entry["mode"],
        risks=tuple(entry["risks"]),
        evidence=tuple(entry["evidence"]),
        verdicts=entry["verdicts"],
        parameters={name: Parameter(**p) for name, p in entry.get("parameters", {}).items()},
        attestation=Attestation(**attestation) if attestation else None,
        answered_by=entry.get("answered_by", ""),
        refs=tuple(entry["refs"]),
        does_not_prove=entry.get("does_not_prove", ""),
        audience=tuple(entry["audience"]),
        profile=entry["profile"],
    )
