"""Clauses 4.1.2 (a) and (d): personal information, purpose, retention, grades, de-identification.

A rule is a pure function from a control and the evidence to an outcome, named by the control's id.
"""

import datetime as dt
from collections.abc import Mapping

from datagov.conformance.catalogue import Control
from datagov.conformance.evidence import Evidence
from datagov.conformance.outcome import (
    METRICS,
    SOURCES,
    Outcome,
    needs_attestation,
    not_evaluated,
)
from datagov.conformance.sources import Source

FOUND_BY_SOURCE = f"{METRICS}#/findings_by_source"
BY_SOURCE = f"{METRICS}#/by_source"


def listed(names: object, limit: int = 10) -> str:
    """Returns `names`, sorted, as text; past `limit` only how many more there are."""
    ordered = sorted(str(name) for name in names)  # type: ignore[attr-defined]
    more = f" and {len(ordered) - limit} more" if len(ordered) > limit else ""
    return ", ".join(ordered[:limit]) + more


def unknown_sources(evidence: Evidence) -> dict[str, int]:
    """Returns the records read by source, for those sources that the registry does not declare."""
    return {
        source: counts["read"]
        for source, counts in sorted(evidence.metrics["by_source"].items())
        if source not in evidence.sources and counts["read"]
    }


def contributing(evidence: Evidence) -> list[Source]:
    """Returns the declared sources of which at least one record is released."""
    return [
        source
        for source in evidence.sources.values()
        if evidence.released_by_source.get(source.id, 0)
    ]


def shards_not_whole(evidence: Evidence) -> int:
    """Returns of how many shards nobody knows what records they hold, since they are damaged."""
    return int(evidence.metrics["inputs"]["shards_not_whole"])


def scanned_all(evidence: Evidence, detector: str) -> bool:
    """Returns whether `detector` looked at every record that could be read."""
    found = evidence.detector(detector)
    records = evidence.metrics["records"]
    return (
        found is not None
        and found["records_not_scanned"] == 0
        and found["records_scanned"] + records["rejected"] == records["read"]
    )


def a01_declared_source(control: Control, evidence: Evidence) -> Outcome:
    """Every record has a source that the registry declares."""
    unknown = unknown_sources(evidence)
    total = evidence.metrics["records"]["read"]
    measured = {"records": total, "without_declared_source": sum(unknown.values())}
    if unknown:
        registry = "" if evidence.sources else "; no registry was given"
        reason = f"{sum(unknown.values())} of {total} records have no declared source{registry}"
        return Outcome("fail", reason, (BY_SOURCE, SOURCES), measured)
    if not evidence.sources:
        return not_evaluated(control, "no registry and no records", (BY_SOURCE,))
    reason = f"all {total} records have a declared source"
    return Outcome("pass", reason, (BY_SOURCE, SOURCES), measured)


def a02_legal_basis(control: Control, evidence: Evidence) -> Outcome:
    """Sources that declare or hold personal information name a basis; nothing contradicts them."""
    found = {
        source: counts.get("pii", 0)
        for source, counts in evidence.metrics["findings_by_source"].items()
    }
    known = evidence.sources
    contradicted = [s for s in known.values() if s.contradictions]
    contradicted += [
        s
        for s in known.values()
        if s.personal is False and found.get(s.id) and not s.contradictions
    ]
    without = [
        s.id
        for s in known.values()
        if (s.personal or found.get(s.id)) and s.basis not in control.value("bases")
    ]
    without += [source for source, n in found.items() if n and source not in known]
    pointers = (SOURCES, FOUND_BY_SOURCE)
    measured = {"findings_by_source": {s: n for s, n in sorted(found.items()) if n}}
    if contradicted:
        reason = "the scan contradicts the declaration: " + "; ".join(
            f"{s.id}: {' / '.join(s.contradictions) or f'{found[s.id]} findings'}"
            for s in contradicted
        )
        if without:
            reason += f"; no listed basis: {listed(without)}"
        return Outcome("fail", reason, pointers, measured, ("bases",))
    if without:
        reason = f"personal information without a listed basis: {listed(without)}"
        return Outcome("fail", reason, pointers, measured, ("bases",))
    none_declared = all(s.personal is False for s in known.values())
    known_whole = scanned_all(evidence, "pii") and not shards_not_whole(evidence)
    if none_declared and not unknown_sources(evidence) and known_whole:
        reason = "no source declares personal information and a scan of all records found none"
        return Outcome("not_applicable", reason, pointers, measured)
    return needs_attestation(control, "a basis is named where one is needed", pointers, measured)


def a03_consent(control: Control, evidence: Evidence) -> Outcome:
    """Sources that rest on consent have evidence with a digest and a scope."""
    consenting = [s for s in evidence.sources.values() if s.basis == "consent"]
    undeclared = unknown_sources(evidence)
    if not consenting and undeclared:
        return needs_attestation(control, "what undeclared records rest on is not known")
    if not consenting:
        return Outcome("not_applicable", "no declared source rests on consent", (SOURCES,))
    lacking = [
        s.id
        for s in consenting
        if not any(item.get("sha256") and item.get("scope") for item in s.basis_evidence)
    ]
    if lacking:
        reason = f"consent without evidence that has a digest and a scope: {listed(lacking)}"
        return Outcome("fail", reason, (SOURCES,))
    unfit = [
        s.id
        for s in consenting
        if not any("training" in item.get("scope", "").lower() for item in s.basis_evidence)
    ]
    if unfit:
        return Outcome("fail", f"scope of consent leaves training out: {listed(unfit)}", (SOURCES,))
    return needs_attestation(control, "evidence of consent is declared, not verified", (SOURCES,))


def a04_scan_coverage(_control: Control, evidence: Evidence) -> Outcome:
    """Every record was scanned for personal information, or held back as unreadable."""
    return coverage(evidence, "pii", ("min_coverage",))


def coverage(evidence: Evidence, detector: str, limits: tuple[str, ...]) -> Outcome:
    """Returns whether `detector` looked at every readable record."""
    found = evidence.detector(detector)
    records = evidence.metrics["records"]
    pointers: tuple[str, ...] = (evidence.pointer_to_detector(detector), f"{METRICS}#/records")
    if found is None:
        reason = f"no detector {detector} ran, so no record was scanned"
        return Outcome("fail", reason, (f"{METRICS}#/detectors",), {"scanned": 0}, limits)
    measured = {
        "read": records["read"],
        "scanned": found["records_scanned"],
        "not_scanned": found["records_not_scanned"],
        "held_back_unreadable": records["rejected"],
        "shards_not_read_whole": shards_not_whole(evidence),
    }
    text = (
        f"{found['records_scanned']} of {records['read']} records scanned, "
        f"{records['rejected']} unreadable and held back"
    )
    damaged = shards_not_whole(evidence)
    if damaged:
        text += f"; {damaged} shards could not be read whole: nobody knows what else they hold"
        pointers = (*pointers, f"{METRICS}#/inputs")
    verdict = "pass" if scanned_all(evidence, detector) and not damaged else "fail"
    return Outcome(verdict, text, pointers, measured, limits)


def a05_residual(control: Control, evidence: Evidence) -> Outcome:
    """Released text holds no personal information at or above the confidence floor."""
    limits = ("confidence_floor", "max_residual_per_million")
    left = evidence.metrics["left"].get("pii")
    pointers = (f"{METRICS}#/left", "evidence/findings/", "evidence/decisions/")
    if left is None or not scanned_all(evidence, "pii"):
        return not_evaluated(control, "not all released text was scanned", (METRICS,), {}, limits)
    kept = dict(evidence.left_in.get("pii", {}))
    second = evidence.metrics.get("second_scan", {}).get("pii")
    total = left + sum(kept.values()) + (second or 0)
    released = sum(evidence.released_by_source.values())
    measured = {"removable_left": left, "kept_by_policy": kept, "second_detector_set": second}
    if total * 1_000_000 > control.value("max_residual_per_million") * released:
        reason = (
            f"{total} findings are left in {released} released records: {left} that the policy "
            f"removes, {sum(kept.values())} that it keeps ({listed(kept) or 'none'}), "
            f"{second or 0} of a second detector set; keeping them needs 4.1.2d-02"
        )
        return Outcome("fail", reason, pointers, measured, limits)
    if second is None:
        reason = "the detectors that cleaned the text find nothing left, and no others looked"
        return not_evaluated(control, reason, pointers, measured, limits)
    reason = "two detector sets find nothing left in the released text"
    return Outcome("pass", reason, pointers, measured, limits)


def a07_purpose(control: Control, evidence: Evidence) -> Outcome:
    """Every contributing source permits the purpose of the run."""
    purpose = evidence.metrics["policy"].get("purpose")
    pointers = (SOURCES, f"{METRICS}#/policy")
    if not purpose:
        return not_evaluated(control, "the run states no purpose", pointers)
    against = [s.id for s in contributing(evidence) if purpose not in s.purposes]
    against += [s for s in evidence.released_by_source if s not in evidence.sources]
    measured = {"purpose": purpose, "sources_without_it": sorted(against)}
    if against:
        reason = f"purpose {purpose!r} is not permitted by: {listed(against)}"
        return Outcome("fail", reason, pointers, measured)
    if not contributing(evidence):
        return not_evaluated(control, "no record is released", pointers, measured)
    return Outcome("pass", f"every source permits {purpose!r}", pointers, measured)


def a08_columns(control: Control, evidence: Evidence) -> Outcome:
    """Only columns on the declared list are released."""
    allowed = evidence.metrics["policy"].get("allowed_columns")
    pointers = (f"{METRICS}#/columns_out", "data/")
    released = {*evidence.metrics["columns_out"], *evidence.columns}
    if allowed is None:
        return not_evaluated(control, "no list of columns that may be released", pointers)
    over = sorted(released - set(allowed))
    measured = {"columns": sorted(released), "not_allowed": over}
    if over:
        return Outcome("fail", f"columns not on the list: {listed(over)}", pointers, measured)
    return Outcome("pass", f"all {len(released)} columns are on the list", pointers, measured)


def a09_suppression(control: Control, evidence: Evidence) -> Outcome:
    """Opt-outs take effect; without a list only a person can say that none is needed."""
    suppression = evidence.metrics.get("suppression")
    if suppression is None:
        return needs_attestation(control, "no suppression list was given")
    limit = control.value("max_list_age_days")
    pointers = (f"{METRICS}#/suppression",)
    matches, age = suppression["matches_left"], suppression["list_age_days"]
    reason = f"{matches} released records match a list that is {age} days old"
    verdict = "pass" if matches == 0 and age <= limit else "fail"
    return Outcome(verdict, reason, pointers, suppression, ("max_list_age_days",))


def a11_retention(control: Control, evidence: Evidence) -> Outcome:
    """No contributing source is past its retention date on the day of the run."""
    as_of = dt.date.fromisoformat(evidence.metrics["as_of"])
    pointers = (SOURCES, f"{METRICS}#/as_of")
    used = contributing(evidence)
    past = [s.id for s in used if s.retention_until and s.retention_until < as_of]
    if past:
        reason = f"past the retention date on {as_of}: {listed(past)}"
        return Outcome("fail", reason, pointers, {"past": past, "as_of": str(as_of)})
    silent = [s.id for s in used if s.personal is not False and not s.retention_until]
    silent += [s for s in evidence.released_by_source if s not in evidence.sources]
    if silent:
        reason = f"no retention date, and personal information is not ruled out: {listed(silent)}"
        return not_evaluated(control, reason, pointers)
    if not any(s.retention_until for s in used):
        reason = "no source declares personal information or a retention date"
        return Outcome("not_applicable", reason, pointers)
    return Outcome("pass", f"no source is past its retention date on {as_of}", pointers)


def d01_sensitive(control: Control, evidence: Evidence) -> Outcome:
    """All seven classes of sensitive personal information were looked for."""
    limits = ("categories",)
    if evidence.detector("pii") is None:
        return not_evaluated(control, "no detector pii ran", (METRICS,), {}, limits)
    covered = {
        name
        for detector in evidence.metrics["detectors"]
        for name in options(detector).get("sensitive_classes", ())
    }
    missing = [name for name in control.value("categories") if name not in covered]
    pointers: tuple[str, ...] = (f"{METRICS}#/detectors", f"{METRICS}#/findings")
    measured: dict[str, object] = {"scanned_for": sorted(covered), "not_scanned_for": missing}
    if missing:
        reason = f"no detector states that it looks for: {listed(missing)}"
        return Outcome("fail", reason, pointers, measured, limits)
    if not scanned_all(evidence, "pii") or shards_not_whole(evidence):
        return Outcome("fail", "not all records were scanned", pointers, measured, limits)
    counts = evidence.metrics.get("sensitive") or {}
    if any(counts.get(name) is None for name in control.value("categories")):
        return not_evaluated(control, "no counts for all classes", pointers, measured, limits)
    measured["findings"] = counts
    pointers = (*pointers, f"{METRICS}#/sensitive")
    return Outcome("pass", "all seven classes scanned for and counted", pointers, measured, limits)


def options(detector: Mapping[str, object]) -> Mapping[str, list[str]]:
    """Returns what a detector says of itself in the metrics."""
    return detector.get("options") or {}  # type: ignore[return-value]


def d02_kept_sensitive(control: Control, evidence: Evidence) -> Outcome:
    """Sensitive information that stays has separate consent and an impact assessment."""
    lacking = [
        s.id
        for s in contributing(evidence)
        if s.sensitive
        and not {"separate_consent", "impact_assessment"}
        <= {item.get("kind") for item in s.basis_evidence if item.get("sha256")}
    ]
    if lacking:
        reason = (
            "sensitive personal information is declared without separate_consent and "
            f"impact_assessment (with digests) in legal_basis_x.evidence: {listed(lacking)}"
        )
        return Outcome("fail", reason, (SOURCES,))
    return needs_attestation(control, "whether anything sensitive stays is not known")


def d03_grade(control: Control, evidence: Evidence) -> Outcome:
    """Every contributing source is graded; core is refused, important needs an approval."""
    limits = ("refuse", "needs_approval")
    used = contributing(evidence)
    grades = {s.id: s.grade for s in used}
    ungraded = [s.id for s in used if s.grade not in control.value("grades")]
    ungraded += [s for s in evidence.released_by_source if s not in evidence.sources]
    refused = [s.id for s in used if s.grade in control.value("refuse")]
    unapproved = [
        s.id for s in used if s.grade in control.value("needs_approval") and not s.approval
    ]
    faults = [
        f"{what}: {listed(which)}"
        for what, which in (
            ("ungraded", ungraded),
            ("graded so high that it must be refused", refused),
            ("important without an approval", unapproved),
        )
        if which
    ]
    if faults:
        return Outcome("fail", "; ".join(faults), (SOURCES,), {"grades": grades}, limits)
    highest = max(grades.values(), key=control.value("grades").index, default="none")
    found = f"all sources are graded, the highest is {highest}"
    return needs_attestation(control, found, (SOURCES,), {"grades": grades})


def d05_treatment(control: Control, evidence: Evidence) -> Outcome:
    """Every treatment names its operator, version and reversibility."""
    redacted = evidence.metrics["records"]["redacted"]
    pointers = (f"{METRICS}#/records", METRICS)
    if not redacted:
        return Outcome("not_applicable", "no record was treated", (f"{METRICS}#/records/redacted",))
    treatments = evidence.metrics.get("treatments") or []
    complete = [
        t
        for t in treatments
        if all(t.get(key) not in (None, "") for key in ("category", "operator", "version"))
        and isinstance(t.get("reversible"), bool)
    ]
    measured = {"redacted_records": redacted, "treatments": treatments}
    if not treatments or len(complete) < len(treatments):
        reason = f"{redacted} records were treated, and not every treatment says how"
        return Outcome("fail", reason, pointers, measured)
    keys_found = evidence.metrics.get("self_scan", {}).get("keys_found")
    if keys_found is None:
        return not_evaluated(control, "nobody looked for key material", pointers, measured)
    verdict = "fail" if keys_found else "pass"
    reason = f"all treatments are named; key material found {keys_found} times"
    return Outcome(verdict, reason, (*pointers, f"{METRICS}#/self_scan"), measured)


def d06_self_scan(control: Control, evidence: Evidence) -> Outcome:
    """The release's own files give nothing away."""
    scan = evidence.metrics.get("self_scan")
    if scan is None:
        return not_evaluated(control, "the release's own files were not scanned", (METRICS,))
    reason = f"{scan['values_found']} raw values in {scan['files']} files of the release"
    verdict = "fail" if scan["values_found"] or not scan["files"] else "pass"
    return Outcome(verdict, reason, (f"{METRICS}#/self_scan",), scan)
