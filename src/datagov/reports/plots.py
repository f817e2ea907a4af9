"""Geometry of the report's drawings: numbers in, coordinates out, no markup."""

from collections.abc import Mapping, Sequence
from typing import Any

FLOW_WIDTH = 640.0
FLOW_HEIGHT = 190.0
BAR = 14.0
SMALLEST = 2.5
"""A ribbon is at least this thick: one record among millions is still seen."""
ROW = 30.0
"""Least height for a label."""
GAP = 6.0


def flow(records: Mapping[str, int], outcomes: Sequence[str]) -> dict[str, Any]:
    """Returns a Sankey diagram from `records["read"]` to each outcome that has records.

    Returns:
        `width`, `height`, the `left` bar's `y` and `height`, and `ribbons`, each with `name`, `n`,
        `path` (SVG path data), `y`, `height` and `label_y` of its bar on the right.
    """
    present = [name for name in outcomes if records[name]]
    total = max(records["read"], 1)
    heights = [max(FLOW_HEIGHT * records[name] / total, SMALLEST) for name in present]
    slots = [max(height, ROW) for height in heights]
    right = max(sum(slots) + GAP * (len(slots) - 1), ROW)
    left = (right - sum(heights)) / 2
    at, down = left, 0.0
    ribbons = []
    for name, height, slot in zip(present, heights, slots, strict=True):
        top = down + (slot - height) / 2
        ribbons.append(
            {
                "name": name,
                "n": records[name],
                "path": _ribbon(at, top, height),
                "y": _short(top),
                "height": _short(height),
                "label_y": _short(top + height / 2),
            }
        )
        at += height
        down += slot + GAP
    return {
        "width": FLOW_WIDTH,
        "height": _short(right),
        "bar": BAR,
        "left": {"y": _short(left), "height": _short(sum(heights))},
        "ribbons": ribbons,
    }


def _ribbon(left: float, right: float, height: float) -> str:
    """Returns the outline of a band from the left bar to the right one."""
    x0, x1 = BAR, FLOW_WIDTH * 0.55
    middle = (x0 + x1) / 2
    points = [x0, left, middle, left, middle, right, x1, right, x1, right + height]
    points += [middle, right + height, middle, left + height, x0, left + height]
    p = [_short(value) for value in points]
    return (
        f"M{p[0]} {p[1]}C{p[2]} {p[3]} {p[4]} {p[5]} {p[6]} {p[7]}"
        f"L{p[8]} {p[9]}C{p[10]} {p[11]} {p[12]} {p[13]} {p[14]} {p[15]}Z"
    )


def stacked(counts: Mapping[str, int], names: Sequence[str], whole: int) -> list[dict[str, Any]]:
    """Returns the stretches of a bar of 100 units, one per name that has a count."""
    at, result = 0.0, []
    for name in names:
        n = counts.get(name, 0)
        if n and whole:
            width = 100 * n / whole
            result.append({"name": name, "n": n, "x": _short(at), "width": _short(width)})
            at += width
    return result


def heat(by_source: Mapping[str, Mapping[str, int]], n_rows: int, n_columns: int) -> dict[str, Any]:
    """Returns counts by source and something else as a table with a shade from 0 to 1 per cell.

    The `n_columns` commonest of what is counted have a column each, the others share the last one.
    """
    totals: dict[str, int] = {}
    for found in by_source.values():
        for category, n in found.items():
            totals[category] = totals.get(category, 0) + n
    columns = sorted(totals, key=lambda name: (-totals[name], name))[:n_columns]
    others = set(totals) - set(columns)
    numbers: dict[str, list[int]] = {}
    for source, found in by_source.items():
        numbers[source] = [found.get(name, 0) for name in columns]
        if others:
            numbers[source].append(sum(found.get(name, 0) for name in others))
    largest = max((n for cells in numbers.values() for n in cells), default=1)
    ordered = sorted(numbers.items(), key=lambda pair: (-sum(pair[1]), pair[0]))
    # The square root of a share keeps small counts apart from none.
    return {
        "columns": columns,
        "n_others": len(others),
        "rows": [
            {
                "source": source,
                "total": sum(cells),
                "cells": [{"n": n, "shade": round((n / largest) ** 0.5, 3)} for n in cells],
            }
            for source, cells in ordered[:n_rows]
        ],
        "more": max(len(ordered) - n_rows, 0),
    }


def _short(value: float) -> float:
    return round(value, 2)
