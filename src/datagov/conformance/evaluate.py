"""The conformance report: every control with a verdict, its reason and its evidence.

A verdict never says more than the evidence: a pass without the digest of a file that is there is
turned into `not_evaluated`, what only a person can know is `needs_attestation`.
"""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from datagov.conformance.catalogue import Catalogue, Control, our_catalogue
from datagov.conformance.evidence import Evidence, digest, load_evidence
from datagov.conformance.outcome import (
    CLOSED,
    VERDICTS,
    WORDING,
    Outcome,
    not_evaluated,
    unanswered,
)
from datagov.conformance.rules import RULES

SUBJECT = "data/"


def evaluate(
    release_dir: Path,
    *,
    catalogue: Catalogue | None = None,
    digests: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Returns the conformance report on a release, as manifests/conformance-report.schema.json.

    Reads the release's data/ (sizes and schemas only) and evidence/, so run the gates first.

    Args:
        release_dir: A release, published or in staging.
        catalogue: The controls; by default our own.
        digests: SHA-256 in hex of files of the release by path, where known; others are computed.

    Raises:
        DatagovError: The release has no `evidence/metrics.json`.
    """
    catalogue = catalogue or our_catalogue()
    floor = catalogue.control("4.1.2a-05").value("confidence_floor")
    evidence = load_evidence(release_dir, floor)
    known = dict(digests or {})
    results = [
        _result(control, judge(control, evidence), release_dir, known)
        for control in catalogue.controls
    ]
    return {
        "framework": catalogue.framework,
        "disclaimer": catalogue.disclaimer,
        "generatedAt": f"{evidence.metrics['as_of']}T00:00:00Z",
        "controlListDigest": {"sha256": catalogue.digest},
        "subject": {
            "name": SUBJECT,
            "digest": {"sha256": _digest(release_dir, SUBJECT, known) or ""},
        },
        "results": results,
        "summary": _summary(results),
    }


def judge(control: Control, evidence: Evidence) -> Outcome:
    """Returns the outcome of the control's rule, or that nothing answers it.

    Where no record was read, nothing is closed: what holds of no record says nothing.
    """
    rule = RULES.get(control.id)
    outcome = rule(control, evidence) if rule else unanswered(control)
    records = evidence.metrics["records"]
    if outcome.verdict in CLOSED and records["read"] == records["rejected"]:
        reason = "no record was read, so there is nothing to judge by"
        return not_evaluated(control, reason, outcome.evidence, outcome.measured, outcome.limits)
    return outcome


def _digest(release_dir: Path, name: str, known: dict[str, str]) -> str | None:
    """Returns the digest of `name`, remembering it in `known`."""
    if name not in known:
        found = digest(release_dir, name, known)
        if found is None:
            return None
        known[name] = found
    return known[name]


def _result(
    control: Control, outcome: Outcome, release_dir: Path, known: dict[str, str]
) -> dict[str, Any]:
    verdict, reason = outcome.verdict, outcome.reason
    evidence, missing = [], []
    for entry in outcome.evidence:
        name, _, pointer = entry.partition("#")
        found = _digest(release_dir, name, known)
        if found is None:
            missing.append(name)
            continue
        resource: dict[str, Any] = {"name": name, "digest": {"sha256": found}}
        evidence.append(resource | ({"annotations": {"jsonPointer": pointer}} if pointer else {}))
    if verdict == "pass" and missing:
        verdict = "not_evaluated"
        reason = f"{reason}; but its evidence is missing: {', '.join(sorted(set(missing)))}"
    result: dict[str, Any] = {
        "control": control.id,
        "verdict": verdict,
        "basis": "computed" if verdict in ("pass", "fail", "not_applicable") else "none",
        "reason": f"{WORDING[verdict]}: {reason}",
        "evidence": evidence,
    }
    if outcome.measured:
        result["measured"] = dict(outcome.measured)
    if outcome.limits:
        result["limit"] = control.limits(*outcome.limits)
    return result


def _summary(results: list[dict[str, Any]]) -> dict[str, Any]:
    counts = Counter(result["verdict"] for result in results)
    still_open = [result["control"] for result in results if result["verdict"] not in CLOSED]
    conformant = not still_open
    statement = (
        f"All {len(results)} controls are conforming or not applicable, on the evidence listed."
        if conformant
        else f"Not conformant: {counts['fail']} of {len(results)} controls are non-conforming and "
        f"{len(still_open) - counts['fail']} are open."
    )
    return {
        **{verdict: counts[verdict] for verdict in VERDICTS},
        "conformant": conformant,
        "statement": statement,
        "open": still_open,
    }


def summary_rows(
    report: Mapping[str, Any], catalogue: Catalogue | None = None
) -> list[dict[str, Any]]:
    """Returns one row per control for people: what it asks, how it stands, what to do about it.

    Keys: control, clause, title, verdict, reason, limits (texts), evidence (names), does_not_prove,
    asks (what the verdict `pass` takes), role (of the person who must sign, or "").
    """
    catalogue = catalogue or our_catalogue()
    return [_row(result, catalogue.control(result["control"])) for result in report["results"]]


def _row(result: Mapping[str, Any], control: Control) -> dict[str, Any]:
    return {
        "control": control.id,
        "clause": control.clause,
        "title": control.title,
        "profile": control.profile,
        "verdict": result["verdict"],
        "reason": result["reason"],
        "limits": [
            f"{name}: {limit['value']} ({limit['origin']}, {limit['status']})"
            for name, limit in result.get("limit", {}).items()
        ],
        "evidence": [resource["name"] for resource in result["evidence"]],
        "asks": control.verdicts["pass"],
        "does_not_prove": control.does_not_prove,
        "role": control.attestation.role if control.attestation else "",
    }
