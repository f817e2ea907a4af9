"""What happens to each record, and every reason for it.

All reasons are weighed at once: what detectors found, what the source's declaration allows, what
other records say (duplicates, annotations). The strictest action wins and every reason that asked
for more than `keep` is named, as `detector.category`.
"""

from collections.abc import Mapping

import polars as pl
import pyarrow as pa

from datagov.policy import CATEGORY, Policy
from datagov.tables import ACTIONS

KEEP = ACTIONS.index("keep")
REDACT = ACTIONS.index("redact")
QUARANTINE = ACTIONS.index("quarantine")
RELEASED = ACTIONS[: REDACT + 1]
"""What is done to records that stand in data/."""

RECORD = ["shard", "position"]
"""The columns that name a record."""

REASONS = pl.Schema(
    {"shard": pl.String, "position": pl.Int64, "severity": pl.Int8, "reason": pl.String}
)
"""One row per reason; `severity` indexes ACTIONS."""

SourceVerdicts = Mapping[str, tuple[str, ...]]
"""The categories that the checks of a source's declaration came to, by source id."""


def with_severity(findings: pa.Table, policy: Policy) -> pl.DataFrame:
    """Returns the findings with the `severity` and `treatment` that the policy gives each."""
    frame = pl.DataFrame(findings)
    if frame.is_empty():
        return frame.with_columns(severity=pl.lit(KEEP, pl.Int8), treatment=pl.lit(CATEGORY))
    parts = [
        pl.concat(
            [part, policy.actions(str(detector), part["category"], part["score"])],
            how="horizontal",
        )
        for (detector,), part in frame.with_row_index("_row").group_by(
            "detector", maintain_order=True
        )
    ]
    return pl.concat(parts).sort("_row").drop("_row")


def finding_reasons(findings: pl.DataFrame) -> pl.DataFrame:
    """Returns the reasons that findings give, one per record and category."""
    return (
        findings.filter(pl.col("severity") > KEEP)
        .select(
            *RECORD,
            "severity",
            reason=pl.concat_str("detector", pl.lit("."), "category"),
        )
        .group_by(*RECORD, "reason")
        .agg(pl.col("severity").max())
        .select(*REASONS)
    )


def source_reasons(signals: pl.DataFrame, verdicts: SourceVerdicts, policy: Policy) -> pl.DataFrame:
    """Returns the reasons that the records' sources give."""
    rows = [
        (source, ACTIONS.index(policy.action("sources", category, 1.0)), f"sources.{category}")
        for source, categories in sorted(verdicts.items())
        for category in categories
    ]
    schema = {"source_id": pl.String, "severity": pl.Int8, "reason": pl.String}
    table = pl.DataFrame(rows, schema=schema, orient="row").filter(pl.col("severity") > KEEP)
    return signals.select(*RECORD, "source_id").join(table, on="source_id").select(*REASONS)


def duplicate_reasons(duplicates: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Returns the reasons of records that duplicate one that stays."""
    removed = duplicates.filter(~pl.col("keep"))
    actions = policy.actions("duplicates", removed["kind"], removed["similarity"])
    return (
        removed.with_columns(actions["severity"])
        .filter(pl.col("severity") > KEEP)
        .select(*RECORD, "severity", reason=pl.concat_str(pl.lit("duplicates."), "kind"))
    )


def suspect_reasons(suspects: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Returns the reasons of records whose label is probably wrong (`position`, `score`)."""
    categories = pl.Series(["suspect"] * suspects.height, dtype=pl.String)
    actions = policy.actions("annotations", categories, suspects["score"])
    return (
        suspects.with_columns(actions["severity"])
        .filter(pl.col("severity") > KEEP)
        .select(*RECORD, "severity", reason=pl.lit("annotations.suspect"))
    )


def overlap_reasons(contamination: pa.Table, policy: Policy) -> pl.DataFrame:
    """Returns the reasons of records that hold items of evaluation sets; the best score counts."""
    best = pl.DataFrame(contamination).group_by(*RECORD).agg(pl.col("score").max())
    categories = pl.Series(["overlap"] * best.height, dtype=pl.String)
    actions = policy.actions("benchmarks", categories, best["score"])
    return (
        best.with_columns(actions["severity"])
        .filter(pl.col("severity") > KEEP)
        .select(*RECORD, "severity", reason=pl.lit("benchmarks.overlap"))
    )


def preliminary_severity(
    signals: pl.DataFrame,
    findings: pl.DataFrame,
    contamination: pa.Table,
    verdicts: SourceVerdicts,
    policy: Policy,
) -> pl.Series:
    """Returns how badly each record stands before other records are looked at.

    Of two equal records the one that stands better is kept, else a cluster whose first record
    comes from a forbidden source would vanish whole.
    """
    reasons = pl.concat(
        [
            finding_reasons(findings),
            source_reasons(signals, verdicts, policy),
            overlap_reasons(contamination, policy),
        ]
    )
    return decided(signals, reasons)["severity"]


def decided(signals: pl.DataFrame, reasons: pl.DataFrame) -> pl.DataFrame:
    """Returns `signals` with `severity` and sorted `reasons`, one row per record, in order."""
    per_record = reasons.group_by(*RECORD).agg(
        pl.col("severity").max(), reasons=pl.col("reason").unique().sort()
    )
    return signals.join(per_record, on=RECORD, how="left", maintain_order="left").with_columns(
        pl.col("severity").fill_null(KEEP),
        pl.col("reasons").fill_null(pl.lit([], pl.List(pl.String))),
    )
