"""Counting records so that none is lost: the sums behind every number that a release states.

Counts form a monoid: `Counts()` is empty, `+` merges. So it does not matter in which order, or in
how many pieces, a corpus was counted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl
import pyarrow as pa

from datagov.errors import AccountingError
from datagov.release.decisions import KEEP, RECORD
from datagov.sources.registry import SourceRegistry, source_ids
from datagov.tables import ACTIONS

DISPOSITIONS = {
    "keep": "kept",
    "redact": "redacted",
    "quarantine": "quarantined",
    "drop": "dropped",
}
OUTCOMES = ("kept", "redacted", "dropped", "quarantined", "rejected")

Key = tuple[str, ...]


@dataclass(frozen=True)
class Counts:
    """Counts by path, such as ("records", "kept") or ("by_source", "web", "kept")."""

    values: Mapping[Key, int] = field(default_factory=dict)

    def __add__(self, other: "Counts") -> "Counts":
        """Returns the sums of both, path by path."""
        total = dict(self.values)
        for key, n in other.values.items():
            total[key] = total.get(key, 0) + n
        return Counts(total)

    def as_json(self) -> dict[str, Any]:
        """Returns the counts as nested objects with sorted keys."""
        tree: dict[str, Any] = {}
        for key in sorted(self.values):
            node = tree
            for name in key[:-1]:
                node = node.setdefault(name, {})
            node[key[-1]] = self.values[key]
        return tree

    @classmethod
    def from_json(cls, tree: Mapping[str, Any]) -> "Counts":
        """Returns the counts of which `as_json` gave `tree`."""
        return cls(dict(_leaves(tree, ())))


def _leaves(tree: Mapping[str, Any], at: Key) -> Iterable[tuple[Key, int]]:
    for name, node in tree.items():
        if isinstance(node, dict):
            yield from _leaves(node, (*at, name))
        else:
            yield (*at, name), node


def _reject_sources(rejects: pa.Table, registry: SourceRegistry) -> pl.DataFrame:
    """Returns `rejects` with the source of each: of an unreadable record only the shard speaks."""
    shards = rejects["shard"].combine_chunks()
    nothing = pa.table({"": pa.nulls(len(shards), pa.string())})
    return pl.DataFrame(rejects).with_columns(
        source_id=pl.Series(source_ids(registry, nothing, shards))
    )


def count_unit(
    summary: Mapping[str, int],
    decisions: pl.DataFrame,
    findings: pl.DataFrame,
    signals: pl.DataFrame,
    rejects: pa.Table,
    registry: SourceRegistry,
) -> Counts:
    """Returns the counts of one unit of work, after checking that they add up.

    Args:
        summary: What the scan counted when it read the unit.
        decisions: Its decisions as they were carried out, with `severity` and `reasons`.
        findings: Its findings with `severity`.
        signals: Its signals.
        rejects: All its rejects: unreadable ones and those with a repeated id.
        registry: Tells the source that the unreadable records of a shard count for.

    Raises:
        AccountingError: read is not kept + redacted + dropped + quarantined + rejected.
    """
    n_read = summary["records"] + summary["rejects"]
    repeated = summary["records"] - signals.height
    if n_read != decisions.height + rejects.num_rows or rejects.num_rows != (
        summary["rejects"] + repeated
    ):
        raise AccountingError(
            f"{n_read} records were read, {decisions.height} decided about and "
            f"{rejects.num_rows} rejected; nothing is published"
        )
    rows = pl.concat(
        [
            decisions.select(
                "source_id",
                outcome=pl.col("severity").replace_strict(
                    {i: DISPOSITIONS[a] for i, a in enumerate(ACTIONS)}, return_dtype=pl.String
                ),
            ),
            _reject_sources(rejects, registry).select("source_id", outcome=pl.lit("rejected")),
        ]
    )
    values: dict[Key, int] = {("records", name): 0 for name in ("read", *OUTCOMES)}
    for source, outcome, n in rows.group_by("source_id", "outcome").len().iter_rows():
        for key in (("records",), ("by_source", source)):
            for name in (outcome, "read"):
                values[(*key, name)] = values.get((*key, name), 0) + n
    values[("text_bytes", "read")] = summary["text_bytes"]
    released = decisions.filter(pl.col("output_digest") != "")
    values[("text_bytes", "released")] = int(released["n_bytes"].sum())
    for (language,), n in _sizes(signals, "language"):
        values[("languages", language)] = n
    for (reason,), n in _sizes(pl.DataFrame(rejects).select("reason"), "reason"):
        values[("rejects", reason)] = n
    for (reason,), n in _sizes(
        decisions.select(pl.col("reasons").explode()).drop_nulls(), "reasons"
    ):
        values[("actions_by_reason", reason)] = n
    return Counts(values) + _count_findings(findings, decisions)


def _count_findings(findings: pl.DataFrame, decisions: pl.DataFrame) -> Counts:
    values: dict[Key, int] = {}
    per_category = findings.group_by("detector", "category").agg(
        findings=pl.len(),
        records=pl.struct(*RECORD).n_unique(),
        counted=(pl.col("severity") > KEEP).sum(),
    )
    for detector, category, *numbers in per_category.iter_rows():
        for name, n in zip(("findings", "records", "counted"), numbers, strict=True):
            values[("findings", detector, category, name)] = n
    by_source = findings.join(decisions.select(*RECORD, "source_id"), on=RECORD)
    for (source, detector), n in _sizes(by_source, "source_id", "detector"):
        values[("findings_by_source", source, detector)] = n
    counted = by_source.filter(pl.col("severity") > KEEP)
    for (source, detector), n in _sizes(counted, "source_id", "detector"):
        values[("counted_by_source", source, detector)] = n
    kept = decisions.filter(pl.col("severity") == KEEP).select(*RECORD)
    left = findings.filter(pl.col("severity") > KEEP).join(kept, on=RECORD)
    for (detector,), n in _sizes(left, "detector"):
        values[("left", detector)] = n
    return Counts(values)


def _sizes(frame: pl.DataFrame, *columns: str) -> Iterable[tuple[tuple[str, ...], int]]:
    for *key, n in frame.group_by(*columns).len().iter_rows():
        yield tuple(key), n


def check(records: Mapping[str, int], where: str) -> None:
    """Raises AccountingError unless `records` has as many read as all outcomes together."""
    outcomes = sum(records.get(name, 0) for name in OUTCOMES)
    if records.get("read", 0) != outcomes:
        raise AccountingError(
            f"{where}: {records.get('read', 0)} records were read but {outcomes} are accounted "
            "for; nothing is published"
        )
