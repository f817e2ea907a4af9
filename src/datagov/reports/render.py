"""Writes the reports of a staged release: the data card and the HTML report."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from datagov.gates.run import GateResult
from datagov.reports.card import card
from datagov.reports.facts import About, gather
from datagov.reports.page import page

__all__ = ["About", "render"]


def render(
    release: Path, conformance: Mapping[str, Any], gates: Sequence[GateResult], about: About
) -> None:
    """Writes `README.md` and `report/index.html` from what the release holds.

    No clock, host or path enters: the same release gives the same bytes.

    Args:
        release: A release in staging, with `evidence/` and `data/` finished.
        conformance: Its conformance report, as `datagov.conformance.evaluate.evaluate` returns it.
        gates: The outcome of each gate; their order does not matter.
        about: What the evidence does not say.
    """
    facts = gather(release, conformance, gates, about)
    (release / "README.md").write_text(card(facts), encoding="utf-8")
    (release / "report").mkdir(exist_ok=True)
    (release / "report/index.html").write_text(page(facts), encoding="utf-8")
