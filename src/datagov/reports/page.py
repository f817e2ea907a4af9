"""The report for people: one HTML file that opens from disk, without network or scripts."""

from collections.abc import Mapping, Sequence
from typing import Any

import jinja2

from datagov.conformance.evaluate import summary_rows
from datagov.reports.facts import OUTCOMES, Facts

_COLOURS = {
    "kept": "var(--keep)",
    "redacted": "var(--redact)",
    "dropped": "var(--drop)",
    "quarantined": "var(--hold)",
    "rejected": "var(--reject)",
}
HEAT_ROWS = 40


def page(facts: Facts) -> str:
    """Returns the text of index.html."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("datagov", "reports/templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["n"] = lambda number: f"{number:,}"
    environment.filters["pct"] = lambda share: f"{100 * share:.2f} %"
    environment.filters["mb"] = lambda n_bytes: f"{n_bytes / 1e6:,.1f} MB"
    return environment.get_template("report.html.jinja").render(
        facts=facts,
        m=facts.metrics,
        flow=segments(facts.records),
        outcomes=OUTCOMES,
        heat=heat(facts.metrics["findings_by_source"]),
        controls=summary_rows(facts.conformance),
    )


def segments(records: Mapping[str, int]) -> list[dict[str, Any]]:
    """Returns the stretches of a stacked bar of 1000 units, one per outcome that has records."""
    total = max(records["read"], 1)
    at = 0.0
    result = []
    for outcome in OUTCOMES:
        if records[outcome]:
            width = 1000 * records[outcome] / total
            result.append(
                {
                    "name": outcome,
                    "n": records[outcome],
                    "x": round(at, 2),
                    "width": round(width, 2),
                    "colour": _COLOURS[outcome],
                    "share": records[outcome] / total,
                }
            )
            at += width
    return result


def heat(by_source: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    """Returns the table of findings by source and detector, with a shade from 0 to 1 per cell."""
    detectors: Sequence[str] = sorted({d for found in by_source.values() for d in found})
    largest = max((n for found in by_source.values() for n in found.values()), default=1)
    ordered = sorted(by_source.items(), key=lambda pair: (-sum(pair[1].values()), pair[0]))
    rows = [
        {
            "source": source,
            "cells": [
                {"n": found.get(d, 0), "shade": round((found.get(d, 0) / largest) ** 0.5, 3)}
                for d in detectors
            ],
        }
        for source, found in ordered[:HEAT_ROWS]
    ]
    return {"detectors": detectors, "rows": rows, "more": max(len(ordered) - HEAT_ROWS, 0)}
