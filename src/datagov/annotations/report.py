"""The report for annotation leads: one HTML page that needs no network. Shows no texts of items."""

from collections.abc import Mapping, Sequence
from typing import Any

import jinja2

from datagov.annotations.assess import Assessment

RELIABLE = 0.8
TENTATIVE = 0.667
"""Krippendorff, "Content Analysis" (2004), section 11.4: rely on labels from the first value on,
draw tentative conclusions from the second on."""
TOP_ANNOTATORS = 50
TOP_SUSPECTS = 100
TOP_CONFUSION = 30
MAX_MATRIX_CLASSES = 12
MIN_OVERLAP_ITEMS = 100
_MAX_CHARS = 80

FLAG_TEXTS = {
    "below_chance": "right no more often than by chance",
    "constant_label": "nearly always the same label",
    "disagrees_with_consensus": "far less often right than the others",
    "near_copy": "nearly the same as another annotator, mistakes included",
    "too_fast": "less than a quarter of the usual time per label",
}
REASON_TEXTS = {
    "reliable_annotators_differ": "more reliable annotators gave the suggested label",
    "no_majority": "no majority",
    "typical_confusion": "its annotators often give this label where the suggested one is right",
    "flagged_annotators": "given by flagged annotators only",
    "single_annotator": "labelled once",
}


def page(assessment: Assessment) -> str:
    """Returns the report as HTML."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("datagov", "annotations"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {"n": _count, "number": _number, "pct": _percent, "short": _short}
    annotators = sorted(
        assessment.annotators.to_pylist(),
        key=lambda row: (-len(row["flags"]), row["accuracy"], row["annotator_id"]),
    )
    return environment.get_template("report.html.jinja").render(
        m=assessment.metrics,
        annotators=annotators[:TOP_ANNOTATORS],
        n_annotators=len(annotators),
        suspects=assessment.suspects.slice(0, TOP_SUSPECTS).to_pylist(),
        n_suspects=assessment.suspects.num_rows,
        copies=assessment.copies,
        matrix=_matrix(assessment.confusion),
        pairs=_confused(assessment.confusion)[:TOP_CONFUSION],
        steps=next_steps(assessment),
        flag_texts=FLAG_TEXTS,
        reason_texts=REASON_TEXTS,
        reliable=RELIABLE,
        tentative=TENTATIVE,
    )


def next_steps(assessment: Assessment) -> list[str]:
    """Returns what to do, most useful first, in sentences."""
    m = assessment.metrics
    steps = []
    if m["overlap_items"] < MIN_OVERLAP_ITEMS:
        steps.append(
            f"Have at least {MIN_OVERLAP_ITEMS} items labelled by a second annotator (now "
            f"{_count(m['overlap_items'])}): without overlap nobody can say how good labels are."
        )
    flagged = [row for row in assessment.annotators.to_pylist() if row["flags"]]
    if flagged:
        n_labels = sum(row["labels"] for row in flagged)
        names = ", ".join(_short(row["annotator_id"]) for row in flagged[:5])
        more = f" and {len(flagged) - 5} more" if len(flagged) > 5 else ""
        steps.append(
            f"Look at the work of {names}{more}: {_count(n_labels)} labels carry a flag. Check a "
            "sample by hand before you exclude or retrain anybody."
        )
    confused = _confused(assessment.confusion)
    if confused and (m["alpha"] is None or m["alpha_low"] < RELIABLE):
        given, probable, n_labels = confused[0]
        steps.append(
            f"Sharpen the guideline where “{_short(given)}” is given for “{_short(probable)}”: "
            f"{_count(n_labels)} labels, the most frequent confusion. Add examples of both."
        )
    if m["suspects"]:
        steps.append(
            f"Have the {_count(m['suspects'])} suspects labelled again, from the top, by somebody "
            "who sees neither the given nor the suggested label. All are in suspects.parquet."
        )
    if m.get("conflict_rate"):
        steps.append("Decide on one label for equal texts that now carry several.")
    if not steps:
        steps.append(
            "Nothing stands out. Keep a share of items labelled twice, to notice when it does."
        )
    return steps


def _confused(confusion: Sequence[tuple[str, str, int]]) -> list[tuple[str, str, int]]:
    return [row for row in confusion if row[0] != row[1]]


def _matrix(confusion: Sequence[tuple[str, str, int]]) -> Mapping[str, Any] | None:
    """Returns rows of cells with counts and shares of the row; None for too many classes."""
    classes = sorted({name for row in confusion for name in row[:2]})
    if not 2 <= len(classes) <= MAX_MATRIX_CLASSES:
        return None
    counts = {(probable, given): n for given, probable, n in confusion}
    rows = []
    for probable in classes:
        cells = [counts.get((probable, given), 0) for given in classes]
        total = max(sum(cells), 1)
        rows.append((probable, [(n, n / total) for n in cells]))
    return {"classes": classes, "rows": rows}


def _count(value: int) -> str:
    return f"{value:,}"


def _number(value: float | None) -> str:
    return "–" if value is None or value != value else f"{value:.3f}"


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"


def _short(text: str) -> str:
    """Returns `text` on one line, without control characters, cut to a readable length."""
    shown = "".join(each if each.isprintable() else "�" for each in text[: _MAX_CHARS + 1])
    return shown if len(text) <= _MAX_CHARS else f"{shown[:_MAX_CHARS]}…"
