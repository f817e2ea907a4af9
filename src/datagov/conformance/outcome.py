"""What a rule comes to: one verdict with its reason, and where the evidence stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from datagov.conformance.catalogue import Control

VERDICTS = ("pass", "fail", "needs_attestation", "not_applicable", "not_evaluated")
CLOSED = ("pass", "not_applicable")

WORDING = {
    "pass": "conforming",
    "fail": "non-conforming",
    "not_applicable": "not applicable",
    "needs_attestation": "open",
    "not_evaluated": "open",
}
"""How TC260-003 9.1 names the result for one clause; it has no word for what is still open."""

METRICS = "evidence/metrics.json"
SOURCES = "evidence/sources.json"


@dataclass(frozen=True)
class Outcome:
    """The verdict on one control.

    Attributes:
        verdict: One of VERDICTS.
        reason: Why, in words, with the numbers that decided.
        evidence: Files it rests on, each with an optional JSON pointer, such as
            `evidence/metrics.json#/left/pii`. A folder ends in `/`. Never empty for a pass.
        measured: What was counted.
        limits: Names of the control's parameters that decided.
    """

    verdict: str
    reason: str
    evidence: tuple[str, ...] = ()
    measured: Mapping[str, Any] = field(default_factory=dict)
    limits: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.verdict == "pass" and not self.evidence:
            raise ValueError("a pass without evidence")


def unanswered(control: Control) -> Outcome:
    """Returns the outcome of a control that the evidence of this release says nothing about."""
    if control.mode == "declared":
        return needs_attestation(control)
    return not_evaluated(control, "this release holds no evidence for it")


def needs_attestation(
    control: Control,
    found: str = "",
    evidence: Sequence[str] = (),
    measured: Mapping[str, Any] | None = None,
) -> Outcome:
    """Returns that only a person can say, and who; `found` is what was seen so far."""
    wanted = control.attestation
    role = wanted.role if wanted else "a person"
    reason = f"no valid signed statement by {role} covers this version"
    return Outcome(
        "needs_attestation",
        f"{found}; {reason}" if found else reason,
        tuple(evidence),
        measured or {},
    )


def not_evaluated(
    control: Control,
    reason: str,
    evidence: Sequence[str] = (),
    measured: Mapping[str, Any] | None = None,
    limits: Sequence[str] = (),
) -> Outcome:
    """Returns that the evidence does not answer the control, why, and what would."""
    if control.answered_by:
        reason = f"{reason}; what would answer it: {control.answered_by}"
    return Outcome("not_evaluated", reason, tuple(evidence), measured or {}, tuple(limits))
