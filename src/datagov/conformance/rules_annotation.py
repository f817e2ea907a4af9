"""Risk 3.1.2 (c), which the framework sends to clause 4.1.2 (e): annotation."""

from datagov.conformance.catalogue import Control
from datagov.conformance.evidence import Evidence
from datagov.conformance.outcome import METRICS, Outcome, not_evaluated, unanswered

ANNOTATIONS = f"{METRICS}#/annotations"


def no_annotations() -> Outcome:
    """Returns why annotation controls do not apply to a release without annotations."""
    reason = "the policy names no columns of annotations, so the dataset has none that it knows of"
    return Outcome("not_applicable", reason, (ANNOTATIONS,))


def where_annotated(control: Control, evidence: Evidence) -> Outcome:
    """A control on annotations that this evidence cannot answer, if there are any."""
    return unanswered(control) if evidence.metrics.get("annotations") else no_annotations()


def c05_agreement(control: Control, evidence: Evidence) -> Outcome:
    """The lower bound of Krippendorff's alpha reaches the floor, overall and in each slice."""
    found = evidence.metrics.get("annotations")
    if not found:
        return no_annotations()
    limits = ("alpha_floor", "min_overlap_items")
    names = ("alpha", "alpha_low", "alpha_high", "overlap_items")
    measured = {name: found.get(name) for name in names}
    overlap, low = measured["overlap_items"], measured["alpha_low"]
    if overlap is None or overlap < control.value("min_overlap_items"):
        n = "an unknown number of" if overlap is None else overlap
        reason = f"{n} items have labels of two people"
        return not_evaluated(control, reason, (ANNOTATIONS,), measured, limits)
    if low is None:
        reason = "alpha has no interval"
        return not_evaluated(control, reason, (ANNOTATIONS,), measured, limits)
    floor = control.value("alpha_floor")
    lows = {"overall": low} | {
        name: part["alpha_low"] for name, part in sorted(found.get("slices", {}).items())
    }
    below = {name: bound for name, bound in lows.items() if bound is None or bound < floor}
    measured["below_floor"] = below
    if below:
        reason = f"lower bound of alpha below {floor}: " + ", ".join(
            f"{name} {'unknown' if bound is None else format(bound, '.3f')}"
            for name, bound in below.items()
        )
        return Outcome("fail", reason, (ANNOTATIONS,), measured, limits)
    reason = f"lower bound of alpha {low:.3f} on {overlap} items reaches {floor}"
    return Outcome("pass", reason, (ANNOTATIONS,), measured, limits)


def c06_equal_labels(control: Control, evidence: Evidence) -> Outcome:
    """Conflicting labels among equal content are within the limit."""
    found = evidence.metrics.get("annotations")
    if not found:
        return no_annotations()
    limits = ("max_conflict_rate",)
    rate = found.get("conflict_rate")
    if rate is None:
        reason = "labels of equal content were not compared"
        return not_evaluated(control, reason, (ANNOTATIONS,), {}, limits)
    verdict = "pass" if rate <= control.value("max_conflict_rate") else "fail"
    reason = f"rate of conflicting labels among equal content: {rate:.4f}"
    return Outcome(verdict, reason, (ANNOTATIONS,), {"conflict_rate": rate}, limits)
