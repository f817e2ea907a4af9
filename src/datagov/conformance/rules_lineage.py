"""Clauses 6.1 (b) and (f): tracing, accounting, secrets, versions."""

from collections.abc import Iterator, Mapping

from datagov.conformance.catalogue import Control
from datagov.conformance.evidence import Evidence
from datagov.conformance.outcome import METRICS, SOURCES, Outcome, not_evaluated
from datagov.conformance.rules_personal import listed

OUTCOMES = ("kept", "redacted", "dropped", "quarantined", "rejected")


def b01_traceable(control: Control, evidence: Evidence) -> Outcome:
    """Every released record resolves to an input record and a declared source."""
    released = sum(part.released for part in evidence.parts)
    untraced = sum(part.untraced for part in evidence.parts)
    loose = [p.part for p in evidence.parts if p.in_data != p.released]
    undeclared = sum(
        n for source, n in evidence.released_by_source.items() if source not in evidence.sources
    )
    pointers = ("evidence/decisions/", "data/", SOURCES)
    measured = {
        "released": released,
        "without_input_digest": untraced,
        "without_declared_source": undeclared,
        "parts_that_differ": loose,
    }
    if untraced or undeclared or loose:
        reason = (
            f"of {released} released records {untraced} have no input digest and {undeclared} no "
            f"declared source; files that differ from their decisions: {listed(loose) or 'none'}"
        )
        return Outcome("fail", reason, pointers, measured)
    if not released:
        return not_evaluated(control, "no record is released", pointers, measured)
    reason = f"all {released} released records resolve to an input record and a declared source"
    return Outcome("pass", reason, pointers, measured)


def b03_accounting(control: Control, evidence: Evidence) -> Outcome:
    """What was read is what became of it: in total, by source, by part, and in data/."""
    differences = {where: n for where, n in _differences(evidence) if n}
    total = evidence.metrics["records"]
    pointers = tuple(f"{METRICS}#/{name}" for name in ("records", "by_source", "parts"))
    pointers = (*pointers, "evidence/decisions/", "data/")
    measured = {**{name: total[name] for name in ("read", *OUTCOMES)}, "differences": differences}
    if differences:
        reason = f"sums differ: {listed(f'{where} by {n}' for where, n in differences.items())}"
        return Outcome("fail", reason, pointers, measured, ("tolerance",))
    reason = f"all {total['read']} records read are accounted for, everywhere without a difference"
    return Outcome("pass", reason, pointers, measured, ("tolerance",))


def _differences(evidence: Evidence) -> Iterator[tuple[str, int]]:
    metrics = evidence.metrics
    total = metrics["records"]
    scopes: dict[str, Mapping[str, int]] = {"total": total}
    scopes |= {f"source {s}": counts for s, counts in sorted(metrics["by_source"].items())}
    scopes |= {f"part {counts['part']}": counts for counts in metrics["parts"]}
    for where, counts in scopes.items():
        yield where, counts["read"] - sum(counts[name] for name in OUTCOMES)
    for kind, parts in (
        ("sum of sources", metrics["by_source"].values()),
        ("sum of parts", metrics["parts"]),
    ):
        for name in ("read", *OUTCOMES):
            yield f"{kind}, {name}", sum(counts[name] for counts in parts) - total[name]
    released = total["kept"] + total["redacted"]
    yield "decisions against counts", sum(part.released for part in evidence.parts) - released
    yield "data/ against counts", sum(part.in_data for part in evidence.parts) - released


def b07_secrets(control: Control, evidence: Evidence) -> Outcome:
    """No secret of a verified shape is left in the release."""
    left = evidence.metrics["left"].get("secrets")
    if left is None or evidence.detector("secrets") is None:
        return not_evaluated(control, "no detector looked for secrets", (METRICS,))
    kept = sum(evidence.left_in.get("secrets", {}).values())
    pointers = (f"{METRICS}#/left/secrets", "evidence/findings/", "evidence/decisions/")
    reason = f"{left + kept} secrets are left in the release"
    verdict = "fail" if left + kept else "pass"
    return Outcome(verdict, reason, pointers, {"left": left, "kept_by_policy": kept})


def f01_version(control: Control, evidence: Evidence) -> Outcome:
    """The difference to the parent release adds up."""
    version = evidence.metrics.get("version")
    if version is None:
        return not_evaluated(control, "the metrics say nothing of a previous release", (METRICS,))
    pointers = (f"{METRICS}#/version", f"{METRICS}#/records")
    released = sum(evidence.released_by_source.values())
    parent = version.get("parent")
    if parent is None:
        reason = "first version; whether its name was used before cannot be seen from inside it"
        return not_evaluated(control, reason, pointers)
    expected = parent["released"] + version["added"] - version["removed"]
    measured = {"released": released, "expected": expected, **version}
    if expected != released:
        reason = f"the difference to the parent comes to {expected}, not {released} records"
        return Outcome("fail", reason, pointers, measured)
    if not version.get("unused_before"):
        return not_evaluated(
            control, "the difference adds up; nobody checked the name", pointers, measured
        )
    return Outcome("pass", "the version is new and its difference adds up", pointers, measured)


def f02_rollback(control: Control, evidence: Evidence) -> Outcome:
    """There is nothing to go back to from a first version."""
    version = evidence.metrics.get("version")
    pointers = (f"{METRICS}#/version",)
    if version is not None and version.get("parent") is None:
        return Outcome("not_applicable", "this is the first version", pointers)
    return not_evaluated(control, "no roll-back drill is on record", (METRICS,))
