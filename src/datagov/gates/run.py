"""Runs gates over a finished release."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datagov.gates.frames import Frames
from datagov.gates.suites import Skip, Suite, load_suites


@dataclass(frozen=True)
class Checked:
    """One expectation of a gate and how it came out.

    Attributes:
        text: What is expected, in plain words.
        success: Whether it holds.
        observed: What was seen.
    """

    text: str
    success: bool
    observed: str


@dataclass(frozen=True)
class GateResult:
    """How one gate came out.

    Attributes:
        name: The suite's name.
        title: The gate in plain words.
        why: Why it matters.
        table: What it read.
        success: True when every expectation holds, and when the gate does not apply.
        skipped_reason: Why it does not apply; None when it ran.
        expectations: Each expectation with its outcome; empty when the gate was skipped.
        mend: What to do when it fails.
        aspects: Aspects of data quality that the suite looks at.
        validation: Great Expectations' own results, in order.
        gx_version: The version that judged; empty when the gate was skipped.
    """

    name: str
    title: str
    why: str
    table: str
    success: bool
    skipped_reason: str | None
    expectations: tuple[Checked, ...]
    mend: str
    aspects: tuple[str, ...] = ()
    validation: tuple[Mapping[str, Any], ...] = ()
    gx_version: str = ""

    @property
    def document(self) -> dict[str, Any]:
        """The result as JSON for `evidence/expectations/`: no times, no ids, no host."""
        n_failed = sum(not checked.success for checked in self.expectations)
        return {
            "gate": self.name,
            "title": self.title,
            "why": self.why,
            "table": self.table,
            "success": self.success,
            "skipped": self.skipped_reason,
            "mend": self.mend,
            "aspects": list(self.aspects),
            "expectations": [
                {"text": c.text, "success": c.success, "observed": c.observed}
                for c in self.expectations
            ],
            "statistics": {
                "evaluated_expectations": len(self.expectations),
                "successful_expectations": len(self.expectations) - n_failed,
                "unsuccessful_expectations": n_failed,
            },
            "validation": {
                "great_expectations_version": self.gx_version,
                "results": [dict(result) for result in self.validation],
            },
        }

    def to_json(self) -> str:
        """Returns `document` with sorted keys, ready to be written."""
        return json.dumps(self.document, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def run_gates(
    release_dir: Path, suites: Sequence[Suite] | None = None, *, extra_dir: Path | None = None
) -> list[GateResult]:
    """Returns the outcome of every gate over the release in `release_dir`, sorted by name.

    Args:
        release_dir: A finished release, published or in staging; reads only its evidence/.
        suites: What to run; by default what `load_suites(extra_dir)` returns.
        extra_dir: A folder of further suites; only without `suites`.

    Raises:
        ConfigError: A suite is wrong: which file and field, and the nearest right name.
    """
    frames = Frames(release_dir)
    chosen = load_suites(extra_dir) if suites is None else suites
    return [_run(suite, frames) for suite in sorted(chosen, key=lambda suite: suite.name)]


def _run(suite: Suite, frames: Frames) -> GateResult:
    if suite.skip and _applies(suite.skip, frames, suite.path):
        return GateResult(
            name=suite.name,
            title=suite.title,
            why=suite.why,
            table=suite.table,
            success=True,
            skipped_reason=suite.skip.because,
            expectations=(),
            mend=suite.mend,
            aspects=suite.aspects,
        )
    from datagov.gates.engine import GX_VERSION, validate

    results = validate(suite, frames)
    checked = tuple(
        _checked(suite, config, result, frames)
        for config, result in zip(suite.expectations, results, strict=True)
    )
    return GateResult(
        name=suite.name,
        title=suite.title,
        why=suite.why,
        table=suite.table,
        success=all(outcome.success for outcome in checked),
        skipped_reason=None,
        expectations=checked,
        mend=suite.mend,
        aspects=suite.aspects,
        validation=tuple(results),
        gx_version=GX_VERSION,
    )


def _applies(skip: Skip, frames: Frames, path: str) -> bool:
    if skip.condition == "unless_removed":
        return frames.removes(skip.subject) is False
    number = frames.number(skip.subject, f"{path}: meta.skip.{skip.condition}")
    return number is None if skip.condition == "when_null" else number == 0


def _checked(
    suite: Suite, config: Mapping[str, Any], result: Mapping[str, Any], frames: Frames
) -> Checked:
    text = config.get("description") or _described(config)
    if suite.table != "metrics":
        return Checked(text, result["success"], _seen(result["result"]))
    kwargs = config.get("kwargs", {})
    names = [kwargs[key] for key in ("column", "column_A", "column_B") if key in kwargs]
    values = {name: frames.number(name, suite.path) for name in names}
    observed = ", ".join(
        f"{name} = {'unknown' if value is None else value}" for name, value in values.items()
    )
    unknown = None in values.values() and "null" not in config["type"]
    return Checked(text, result["success"] and not unknown, observed or _seen(result["result"]))


def _described(config: Mapping[str, Any]) -> str:
    kwargs = ", ".join(f"{k}={v!r}" for k, v in sorted(config.get("kwargs", {}).items()))
    return f"{config['type'].removeprefix('expect_').replace('_', ' ')} ({kwargs})"


def _seen(result: Mapping[str, Any]) -> str:
    if "observed_value" in result:
        return str(result["observed_value"])
    if "unexpected_count" in result:
        return f"{result['unexpected_count']} of {result['element_count']} rows do not hold"
    return ""
