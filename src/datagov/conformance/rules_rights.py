"""Clauses 4.1.2 (b) and (f): intellectual property, places, transfers; and how sources were got."""

from datagov.conformance.catalogue import Control
from datagov.conformance.evidence import Evidence
from datagov.conformance.outcome import METRICS, SOURCES, Outcome, needs_attestation, not_evaluated
from datagov.conformance.rules_personal import contributing, listed, unknown_sources

BY_SOURCE = f"{METRICS}#/by_source"
NO_LICENCE = ("NOASSERTION", "NONE", "")
CONDITIONS = ("attribution", "share_alike")

THIRD_PARTY = ("open_source", "commercial", "public_sector")


def _undeclared_released(evidence: Evidence) -> list[str]:
    return [source for source in evidence.released_by_source if source not in evidence.sources]


def b01_licence(control: Control, evidence: Evidence) -> Outcome:
    """Every contributing source states a licence that the registry's check has parsed."""
    used = contributing(evidence)
    without = [s.id for s in used if not s.licences or set(s.licences) & set(NO_LICENCE)]
    without += _undeclared_released(evidence)
    measured = {"licences": {s.id: list(s.licences) for s in used}}
    pointers = (SOURCES, BY_SOURCE)
    if without:
        reason = f"no stated licence: {listed(without)}"
        return Outcome("fail", reason, pointers, measured)
    own = [
        s.id
        for s in used
        if any("LicenseRef-" in licence for licence in s.licences)
        and not any(item.get("sha256") for item in s.acquisition_evidence)
    ]
    if own:
        reason = f"LicenseRef without a text and its digest: {listed(own)}"
        return Outcome("fail", reason, pointers, measured)
    if not used:
        return not_evaluated(control, "no record of a declared source is released", pointers)
    return Outcome("pass", f"all {len(used)} sources state a licence", pointers, measured)


def b02_licence_policy(control: Control, evidence: Evidence) -> Outcome:
    """Licences permit the use; what needs reading waits for a person."""
    used = contributing(evidence)
    classes = {s.id: s.licence_class for s in used}
    measured = {"licence_classes": classes}
    pointers = (SOURCES, BY_SOURCE)
    denied = [s for s, found in classes.items() if found == "deny"]
    denied += _undeclared_released(evidence)
    if denied:
        return Outcome("fail", f"nothing permits the use of: {listed(denied)}", pointers, measured)
    review = [s for s, found in classes.items() if found in ("review", "unknown")]
    if review:
        found = f"licences to be read: {listed(review)}"
        return needs_attestation(control, found, pointers, measured)
    conditions = [s for s, found in classes.items() if found in CONDITIONS]
    if conditions or not used:
        reason = f"licences with conditions: {listed(conditions)}" if used else "nothing released"
        return not_evaluated(control, reason, pointers, measured)
    return Outcome("pass", "every licence permits the use without conditions", pointers, measured)


def b03_reservations(control: Control, evidence: Evidence) -> Outcome:
    """Web sources have reservation signals from the time of collection."""
    web = [s for s in contributing(evidence) if s.acquisition == "self_collected"]
    bare = [
        s.id
        for s in web
        if "robots_snapshot" not in {e.get("kind") for e in s.acquisition_evidence}
    ]
    if bare:
        reason = f"collected without any record of reservations: {listed(bare)}"
        return Outcome("fail", reason, (SOURCES,))
    if web:
        reason = f"snapshots are declared and not read: {listed(s.id for s in web)}"
        return not_evaluated(control, reason, (SOURCES,))
    others = [s.id for s in contributing(evidence) if s.acquisition in THIRD_PARTY]
    unclear = others + _undeclared_released(evidence)
    if unclear or not evidence.sources:
        reason = f"may hold text from the web: {listed(unclear) or 'all records'}"
        return not_evaluated(control, reason, (SOURCES,))
    return Outcome("not_applicable", "no source was collected from the web", (SOURCES,))


def b05_takedowns(control: Control, evidence: Evidence) -> Outcome:
    """Every contributing source names whom rights holders write to; takedowns are applied."""
    nobody = [s.id for s in contributing(evidence) if not s.ip_contact]
    nobody += _undeclared_released(evidence)
    takedowns = evidence.metrics.get("takedowns")
    if takedowns and takedowns["matches_left"]:
        reason = f"{takedowns['matches_left']} released records match the takedown list"
        return Outcome("fail", reason, (f"{METRICS}#/takedowns",), takedowns)
    if nobody:
        reason = f"nobody is named for intellectual property (ip_contact_x): {listed(nobody)}"
        return Outcome("fail", reason, (SOURCES, BY_SOURCE))
    if takedowns is None:
        return needs_attestation(control, "no takedown list was given", (SOURCES,))
    return needs_attestation(control, "no released record matches the takedown list", (SOURCES,))


def f01_places(control: Control, evidence: Evidence) -> Outcome:
    """Places of origin, storage and processing are declared for every contributing source."""
    missing = {
        s.id: [part for part, places in s.countries.items() if not places]
        for s in contributing(evidence)
    }
    faults = [f"{s} ({', '.join(parts)})" for s, parts in missing.items() if parts]
    faults += _undeclared_released(evidence)
    if faults:
        return Outcome("fail", f"places not declared: {listed(faults)}", (SOURCES, BY_SOURCE))
    return needs_attestation(control, "places are declared", (SOURCES,))


def f02_transfer(control: Control, evidence: Evidence) -> Outcome:
    """What is provided abroad has a route with a reference; important data has an assessment."""
    abroad = [s for s in contributing(evidence) if s.abroad]
    without = [s.id for s in abroad if s.route == "none" or not s.route_reference]
    important = [
        s.id for s in abroad if s.grade == "important" and s.route != "security_assessment"
    ]
    if without or important:
        reason = "; ".join(
            f"{what}: {listed(which)}"
            for what, which in (
                ("provided abroad without a route and its reference", without),
                ("important data without a security assessment", important),
            )
            if which
        )
        return Outcome("fail", reason, (SOURCES,))
    found = "routes are declared" if abroad else "nothing is declared to be provided abroad"
    return needs_attestation(control, found, (SOURCES,))


def f03_export_control(control: Control, evidence: Evidence) -> Outcome:
    """Export control fails when restricted content is left; otherwise a person must say."""
    left = evidence.metrics["left"].get("restricted")
    if left:
        reason = f"4.1.2c-02 fails: {left} findings of restricted content are left"
        return Outcome("fail", reason, (f"{METRICS}#/left/restricted",), {"left": left})
    return needs_attestation(control)


def acquisition(control: Control, evidence: Evidence) -> Outcome:
    """6.1b-02: every contributing source has the evidence that its class of acquisition needs."""
    limits = ("classes", "evidence_by_class")
    needed = control.value("evidence_by_class")
    faults = _undeclared_released(evidence)
    undigested = []
    for s in contributing(evidence):
        kinds = {item.get("kind") for item in s.acquisition_evidence}
        missing = [kind for kind in needed.get(s.acquisition, ()) if kind not in kinds]
        if s.acquisition not in control.value("classes") or not kinds:
            faults.append(f"{s.id} (class or evidence missing)")
        elif missing:
            faults.append(f"{s.id} (lacks {', '.join(missing)})")
        elif not all(item.get("sha256") for item in s.acquisition_evidence):
            undigested.append(s.id)
    if faults:
        reason = f"evidence of acquisition is incomplete: {listed(faults)}"
        return Outcome("fail", reason, (SOURCES, BY_SOURCE), {}, limits)
    found = "evidence is declared and was not verified"
    if undigested:
        found += f", some of it has no digest: {listed(undigested)}"
    return needs_attestation(control, found, (SOURCES,))


def user_data(control: Control, evidence: Evidence) -> Outcome:
    """6.1b-09: applies when a source holds user data, or may."""
    users = [s.id for s in evidence.sources.values() if s.acquisition == "user_input"]
    if users or unknown_sources(evidence) or not evidence.sources:
        which = f"user data: {listed(users)}" if users else "what undeclared records are is unknown"
        return needs_attestation(control, which, (SOURCES,))
    return Outcome("not_applicable", "no declared source holds user data", (SOURCES,))


def upstream(control: Control, evidence: Evidence) -> Outcome:
    """4.1.3d-01: applies when a source comes from a third party, or may."""
    others = [s.id for s in evidence.sources.values() if s.acquisition in THIRD_PARTY]
    if others or unknown_sources(evidence) or not evidence.sources:
        which = f"from third parties: {listed(others)}" if others else "sources are undeclared"
        return not_evaluated(control, which, (SOURCES,))
    return Outcome("not_applicable", "no declared source comes from a third party", (SOURCES,))
