"""Clauses 4.1.2 (c) and (e): restricted domains, registry, duplicates, quality, diversity."""

from collections.abc import Mapping

from datagov.conformance.catalogue import Control
from datagov.conformance.evidence import Evidence
from datagov.conformance.outcome import METRICS, SOURCES, Outcome, needs_attestation, not_evaluated
from datagov.conformance.rules_personal import (
    contributing,
    coverage,
    listed,
    options,
    scanned_all,
)

LEFT = f"{METRICS}#/left"
GATES = "evidence/expectations/"


def _domains_missing(control: Control, evidence: Evidence) -> list[str] | None:
    """Returns the fields that the detector does not state to cover; None when it states none."""
    stated = options(evidence.detector("restricted") or {}).get("domains")
    if stated is None:
        return None
    return [name for name in control.value("domains") if name not in stated]


def c01_coverage(control: Control, evidence: Evidence) -> Outcome:
    """All records were scanned for the four fields that the clause names."""
    limits = ("domains",)
    outcome = coverage(evidence, "restricted", limits)
    if outcome.verdict != "pass":
        return outcome
    missing = _domains_missing(control, evidence)
    if missing is None:
        reason = "all records were scanned, but the detector does not state for which fields"
        return not_evaluated(control, reason, outcome.evidence, outcome.measured, limits)
    if missing:
        reason = f"fields not scanned for: {listed(missing)}"
        return Outcome("fail", reason, outcome.evidence, outcome.measured, limits)
    return outcome


def c02_nothing_left(control: Control, evidence: Evidence) -> Outcome:
    """Nothing that must be excluded is left; what the policy lets through is said."""
    limits = ("exclude_at",)
    left = evidence.metrics["left"].get("restricted")
    kept = dict(evidence.left_in.get("restricted", {}))
    removes = evidence.metrics["policy"].get("removes")
    pointers = (LEFT, f"{METRICS}#/policy", "evidence/findings/", "evidence/decisions/")
    measured = {"excludable_left": left, "left_by_policy": kept}
    if left:
        reason = f"{left} findings that the policy excludes are left in released records"
        return Outcome("fail", reason, pointers, measured, limits)
    if left is None or not scanned_all(evidence, "restricted"):
        reason = "not all released text was scanned for restricted domains"
        return not_evaluated(control, reason, (METRICS,), measured, limits)
    if removes is None:
        reason = "the metrics do not say which categories the policy removes"
        return not_evaluated(control, reason, pointers, measured, limits)
    allowed = [name for name in kept if not {"restricted", f"restricted.{name}"} & set(removes)]
    if allowed:
        reason = f"the policy does not exclude {listed(allowed)}, and findings of it are released"
        return Outcome("fail", reason, pointers, measured, limits)
    if not any(reason.startswith("restricted") for reason in removes):
        reason = "the policy excludes nothing restricted"
        return not_evaluated(control, reason, pointers, measured, limits)
    reason = "no released record reaches the score from which the policy excludes"
    return Outcome("pass", reason, pointers, measured, limits)


def c03_review_queue(control: Control, evidence: Evidence) -> Outcome:
    """Records that restricted content holds back are all decided by a person."""
    queued = evidence.queued
    decided = evidence.metrics.get("review", {}).get("decided", 0)
    pointers = ("evidence/decisions/",)
    measured = {"queue": queued, "decided": decided}
    if not queued:
        return Outcome("not_applicable", "the review queue is empty", pointers, measured)
    if decided < queued:
        reason = f"{queued - decided} of {queued} records wait for a reviewer"
        return Outcome("fail", reason, pointers, measured, ("two_person_release",))
    return needs_attestation(control, f"all {queued} records are decided", pointers, measured)


def e01_registry(control: Control, evidence: Evidence) -> Outcome:
    """There is a registry, and no source in it lacks a mandatory field."""
    if not evidence.sources:
        return Outcome("fail", "no source registry was given", (SOURCES,))
    gaps = [f"{s.id} ({', '.join(s.missing)})" for s in evidence.sources.values() if s.missing]
    measured = {"sources": len(evidence.sources), "with_gaps": len(gaps)}
    if gaps:
        return Outcome("fail", f"mandatory fields are empty: {listed(gaps)}", (SOURCES,), measured)
    reason = f"all mandatory fields of {len(evidence.sources)} sources are filled"
    return Outcome("pass", reason, (SOURCES,), measured)


def e03_admission(control: Control, evidence: Evidence) -> Outcome:
    """Samples of each source were judged: shares of illegal or harmful content."""
    return _judged(control, evidence, "admission_sample", 1)


def e04_manual_check(control: Control, evidence: Evidence) -> Outcome:
    """People judged a random sample of the whole release."""
    released = sum(evidence.released_by_source.values())
    return _judged(control, evidence, "manual_sample", min(control.value("min_items"), released))


def _judged(control: Control, evidence: Evidence, key: str, needed: int) -> Outcome:
    judged = evidence.metrics.get(key, {}).get("judged", 0)
    if judged < needed:
        reason = f"{judged} of {needed} needed judgements are on record"
        if key not in evidence.metrics:
            reason = "no sample was drawn; " + reason
            return not_evaluated(control, reason, (METRICS,), {"judged": judged, "needed": needed})
        return needs_attestation(control, reason, (f"{METRICS}#/{key}",), {"judged": judged})
    return needs_attestation(control, f"{judged} judgements are on record", (f"{METRICS}#/{key}",))


def e07_duplicates(control: Control, evidence: Evidence) -> Outcome:
    """No two released records have the same normalised text."""
    left = evidence.metrics["left"]
    exact, normalised = left.get("duplicates_exact"), left.get("duplicates_normalised")
    measured = {"exact_groups": exact, "normalised_groups": normalised}
    if exact or normalised:
        reason = f"groups released more than once: {exact or 0} equal, {normalised or 0} normalised"
        return Outcome("fail", reason, (LEFT,), measured)
    if exact is None or normalised is None:
        reason = "groups of equal normalised texts were not counted in the release"
        return not_evaluated(control, reason, (METRICS,), measured)
    return Outcome("pass", "no text is released twice", (LEFT,), measured)


def e08_near_duplicates(control: Control, evidence: Evidence) -> Outcome:
    """The rate of near-duplicates left, on a verified sample, is within the limit."""
    limits = ("max_residual_rate",)
    rate = evidence.metrics.get("duplicates", {}).get("near", {}).get("residual_rate")
    if rate is None:
        return not_evaluated(control, "near-duplicates were not looked for", (METRICS,), {}, limits)
    verdict = "pass" if rate <= control.value("max_residual_rate") else "fail"
    reason = f"rate of near-duplicates left: {rate:.4f}"
    pointers = (f"{METRICS}#/duplicates/near",)
    return Outcome(verdict, reason, pointers, {"residual_rate": rate}, limits)


def g02_benchmarks(control: Control, evidence: Evidence) -> Outcome:
    """What stands of listed evaluation sets in released records is within the limit."""
    limits = ("max_near_overlap",)
    pointers = (f"{METRICS}#/benchmarks", "evidence/contamination.parquet")
    sets = evidence.metrics.get("benchmarks") or ()
    if not sets:
        return not_evaluated(control, "no evaluation set was given: --benchmark FILE", (METRICS,))
    items, left, unseen = (
        sum(each[name] for each in sets) for name in ("items", "items_left", "unseen")
    )
    measured = {"items": items, "items_left": left, "unseen": unseen}
    reason = f"of {items:,} items of evaluation sets {left:,} stand in released records"
    if left > control.value("max_near_overlap") * items:
        return Outcome("fail", reason, pointers, measured, limits)
    if left or unseen:
        reason += f"; {unseen:,} are too short to be looked for"
        return not_evaluated(control, reason, pointers, measured, limits)
    return Outcome("pass", reason, pointers, measured, limits)


def e09_quality(control: Control, evidence: Evidence) -> Outcome:
    """All expectations hold, and the suites together look at every listed aspect."""
    limits = ("aspects",)
    if not evidence.gates:
        return not_evaluated(control, "no gate ran", (), {}, limits)
    failed = sorted(name for name, gate in evidence.gates.items() if not gate["success"])
    ran = [gate for gate in evidence.gates.values() if not gate["skipped"]]
    covered = {aspect for gate in ran for aspect in gate.get("aspects", ())}
    missing = [aspect for aspect in control.value("aspects") if aspect not in covered]
    measured = {"gates": len(evidence.gates), "failed": failed, "not_looked_at": missing}
    if failed:
        return Outcome("fail", f"gates failed: {listed(failed)}", (GATES,), measured, limits)
    if missing:
        reason = f"all {len(ran)} gates passed, but none looks at: {listed(missing)}"
        return not_evaluated(control, reason, (GATES,), measured, limits)
    reason = f"all {len(ran)} gates passed, and they look at every aspect"
    return Outcome("pass", reason, (GATES,), measured, limits)


def e10_diversity(control: Control, evidence: Evidence) -> Outcome:
    """Shares of sources and their concentration are within the policy."""
    limits = ("max_single_source_share", "min_effective_sources", "dimensions")
    released = evidence.released_by_source
    total = sum(released.values())
    pointers = (f"{METRICS}#/by_source", "evidence/decisions/")
    if not total:
        return not_evaluated(control, "no record is released", pointers, {}, limits)
    shares = {source: n / total for source, n in sorted(released.items())}
    hhi = sum(share * share for share in shares.values())
    measured = {
        "shares": {source: round(share, 6) for source, share in shares.items()},
        "herfindahl_index": round(hhi, 6),
        "effective_sources": round(1 / hhi, 6),
        "languages": dict(evidence.metrics.get("languages", {})),
    }
    largest = max(shares, key=lambda source: shares[source])
    text = f"largest share {shares[largest]:.1%} ({largest}), effective sources {1 / hhi:.2f}"
    within = (
        shares[largest] <= control.value("max_single_source_share")
        # 1/HHI of two equal halves is 2 only up to rounding.
        and 1 / hhi >= control.value("min_effective_sources") - 1e-9
    )
    if not within:
        return Outcome("fail", text, pointers, measured, limits)
    unpublished = [d for d in control.value("dimensions") if d not in _published(evidence)]
    if unpublished:
        reason = f"{text}; no shares by: {listed(unpublished)}"
        return not_evaluated(control, reason, pointers, measured, limits)
    return Outcome("pass", text, pointers, measured, limits)


def _published(evidence: Evidence) -> set[str]:
    """Returns the dimensions whose shares follow from what the evidence states."""
    known = {"source"} | set(evidence.metrics.get("shares", ()))
    if evidence.metrics.get("languages"):
        known.add("language")
    used = contributing(evidence)
    if used and set(evidence.released_by_source) == {s.id for s in used}:
        facts: Mapping[str, bool] = {
            "owner": all("owner" not in s.missing for s in used),
            "origin": all(s.countries["origin"] for s in used),
            "synthetic": all(s.acquisition for s in used),
        }
        known |= {name for name, stated in facts.items() if stated}
    return known
