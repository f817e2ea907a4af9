"""The report for people: one HTML file that opens from disk, without network or scripts."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import jinja2
from markupsafe import Markup, escape

from datagov.conformance.outcome import VERDICTS
from datagov.reports.differing import differing
from datagov.reports.facts import OUTCOMES, SHOWN_ROWS, Facts
from datagov.reports.plots import flow, heat, stacked
from datagov.reports.wording import FILTERS, clip, share, visible

HEAT_ROWS = 40
HEAT_COLUMNS = 7
MATRIX_ROWS = 20
SHOWN_LANGUAGES = 20
SHOWN_PAIRS = 20
SHOWN_MEASURES = 6

_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*/?")


def page(facts: Facts) -> str:
    """Returns the text of index.html.

    Whatever a template prints is escaped, and hidden characters in it are written out.
    """
    return (
        _environment()
        .get_template("report.html.jinja")
        .render(
            facts=facts,
            m=facts.metrics,
            flow=flow(facts.records, OUTCOMES),
            outcomes=OUTCOMES,
            heat=heat(facts.heat, HEAT_ROWS, HEAT_COLUMNS),
            matrix=heat(facts.copies, MATRIX_ROWS, HEAT_COLUMNS),
            clauses=clauses(facts.controls),
            verdicts=VERDICTS,
            shown_rows=SHOWN_ROWS,
            shown_languages=SHOWN_LANGUAGES,
            shown_pairs=SHOWN_PAIRS,
        )
    )


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("datagov", "reports/templates"),
        autoescape=True,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {name: each for name, each in FILTERS.items() if name != "code"}
    environment.filters |= {"breakable": breakable, "href": href, "measured": measured}
    environment.filters["differing"] = differing
    environment.globals |= {"share": share, "stacked": stacked}
    return environment


def _shown(value: Any) -> Any:
    return visible(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def clauses(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Returns the controls by clause, in the order of the catalogue, with counts by verdict."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["clause"], []).append(row)
    return [
        {
            "clause": clause,
            "anchor": "clause-" + re.sub(r"[^a-z0-9]+", "-", clause.lower()).strip("-"),
            "rows": members,
            "counts": {v: sum(row["verdict"] == v for row in members) for v in VERDICTS},
        }
        for clause, members in found.items()
    ]


def breakable(name: str) -> Markup:
    """Returns an identifier as HTML that may break after each of its words."""
    safe = str(escape(clip(name)))
    return Markup(safe.replace(".", ".<wbr>").replace("_", "_<wbr>"))  # noqa: S704 - escaped


def href(name: str) -> str | None:
    """Returns the link from the report to a file of the release; None for any other name."""
    return f"../{name}" if _FILE_NAME.fullmatch(name) else None


def measured(value: Any) -> str:
    """Returns what a control measured as one short line."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Mapping):
        items = [f"{name} {measured(each)}" for name, each in sorted(value.items())]
    elif isinstance(value, list | tuple):
        items = [measured(each) for each in value]
    else:
        return visible(str(value), 200)
    if not items:
        return "none"
    more = len(items) - SHOWN_MEASURES
    shown = ", ".join(items[:SHOWN_MEASURES])
    return f"{shown}, {more} more" if more > 0 else shown
