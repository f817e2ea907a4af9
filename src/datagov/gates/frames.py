"""The tables that gates read.

`metrics` and `accounting` are made of `evidence/metrics.json` and small whatever the size of the
corpus; what needs a look at every record (are ids unique?) polars has counted before pandas sees
it. The record tables (`decisions`, `findings`, ...) are there for suites of users: only the columns
a suite names are loaded, some 250 bytes per row and text column.
"""

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from datagov.errors import ConfigError
from datagov.tables import DECISIONS, DUPLICATES, FINDINGS, REJECTS, SIGNALS

RECORD_TABLES = {
    "decisions": ("evidence/decisions/*.parquet", DECISIONS),
    "findings": ("evidence/findings/*.parquet", FINDINGS),
    "signals": ("evidence/signals/*.parquet", SIGNALS),
    "duplicates": ("evidence/duplicates.parquet", DUPLICATES),
    "rejects": ("evidence/rejects.parquet", REJECTS),
}
TABLES = ("metrics", "accounting", "detectors", *RECORD_TABLES)

OUTCOMES = ("kept", "redacted", "dropped", "quarantined", "rejected")
PER_ROW = ("by_source", "findings_by_source", "parts", "detectors", "columns_out")
"""What of the metrics grows with sources, parts or columns and so is no column of `metrics`."""

COUNTS_BY_NAME = ("actions_by_reason.", "languages.", "rejects.")
COUNTS_OF_FINDINGS = ("findings", "records", "counted")


ACCOUNTING = (
    "scope",
    "read",
    *OUTCOMES,
    "accounted",
    "unrejected",
    "kept_or_redacted",
    "decided",
    "released",
)


def check_known_columns(table: str, columns: Iterable[str], where: str) -> None:
    """Raises ConfigError for a column that `table` has in no release.

    What `metrics` and `detectors` hold depends on the release: see `Frames.check`.
    """
    if table in RECORD_TABLES or table == "accounting":
        known = ACCOUNTING if table == "accounting" else RECORD_TABLES[table][1].names
        for column in columns:
            _check_column(column, known, table, where)


def nearest(name: str, known: Iterable[str]) -> str:
    """Returns a hint at the known name most like `name`, or nothing when none is like it."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


class Frames:
    """The tables of one release; each is made when it is first asked for."""

    def __init__(self, release_dir: Path):
        self._release_dir = release_dir
        path = release_dir / "evidence/metrics.json"
        self._document: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        self.metrics: Mapping[str, Any] = dict(
            _flat({k: v for k, v in self._document.items() if k not in PER_ROW}, ())
        ) | _decided(release_dir)

    def removes(self, reason: str) -> bool | None:
        """Returns whether the policy removes `reason`; None when the metrics do not say."""
        removed = self._document.get("policy", {}).get("removes")
        return None if removed is None else bool({reason, reason.split(".")[0]} & set(removed))

    def check(self, table: str, column: str, where: str) -> None:
        """Raises ConfigError unless `table` has `column`; `where` names what asks for it."""
        if table == "metrics":
            self.number(column, where)
        elif table in RECORD_TABLES:
            _check_column(column, RECORD_TABLES[table][1].names, table, where)
        else:
            _check_column(column, list(self.frame(table, None).columns), table, where)

    def frame(self, table: str, columns: Sequence[str] | None) -> pl.DataFrame:
        """Returns `columns` (which `check` knows) of `table`, one of TABLES; all when None."""
        if table == "metrics":
            names = list(self.metrics) if columns is None else list(columns)
            return pl.DataFrame({name: [self.number(name, table)] for name in names})
        if table in RECORD_TABLES:
            return self._records(table, columns)
        rows = self._document["detectors"] if table == "detectors" else self._accounting()
        frame = pl.DataFrame(rows, infer_schema_length=None)
        return frame if columns is None else frame.select(columns)

    def number(self, name: str, where: str) -> Any:
        """Returns the metric `name`: null below a null, zero where nothing of a kind was counted.

        Raises:
            ConfigError: There is no such metric.
        """
        if name in self.metrics:
            return self.metrics[name]
        parts = name.split(".")
        if any(self.metrics.get(".".join(parts[:i]), ...) is None for i in range(1, len(parts))):
            return None
        if self._is_open_count(name):
            return 0
        _check_column(name, list(self.metrics), "metrics", where)
        return None

    def _is_open_count(self, name: str) -> bool:
        if name.startswith(COUNTS_BY_NAME):
            return True
        parts = name.split(".")
        known = self._document.get("findings", {})
        return (
            len(parts) > 3
            and parts[0] == "findings"
            and parts[1] in known
            and parts[-1] in COUNTS_OF_FINDINGS
        )

    def _records(self, table: str, columns: Sequence[str] | None) -> pl.DataFrame:
        pattern, schema = RECORD_TABLES[table]
        names = (schema.names if columns is None else list(columns)) or schema.names[:1]
        paths = sorted(self._release_dir.glob(pattern))
        if not paths:
            return pl.DataFrame(schema.empty_table().select(names))
        return pl.scan_parquet(paths).select(names).collect()

    def _accounting(self) -> list[dict[str, Any]]:
        """Returns one row for the whole, for each source and for each part.

        `accounted` is the sum of the five outcomes; `decided` and `released` count rows of the
        decision table itself, so that the metrics cannot agree with nobody but themselves.
        """
        decisions = _decisions(self._release_dir)
        empty = {"decided": 0, "released": 0}
        scopes = [
            (
                "total",
                self._document["records"],
                _sums(decisions, pl.lit("").alias("all")).get("", empty),
            )
        ]
        by_source = _sums(decisions, pl.col("source_id"))
        for source, counts in sorted(self._document["by_source"].items()):
            scopes.append((f"source {source}", counts, by_source.get(source, empty)))
        by_part = _sums(decisions, pl.col("part"))
        for counts in self._document["parts"]:
            part = counts["part"]
            scopes.append((f"part {part}", counts, by_part.get(part, empty)))
        return [
            {"scope": scope}
            | {name: counts[name] for name in ("read", *OUTCOMES)}
            | {
                "accounted": sum(counts[name] for name in OUTCOMES),
                "unrejected": sum(counts[name] for name in OUTCOMES[:-1]),
                "kept_or_redacted": counts["kept"] + counts["redacted"],
            }
            | found
            for scope, counts, found in scopes
        ]


def _check_column(column: str, known: Sequence[str], table: str, where: str) -> None:
    if column not in known:
        raise ConfigError(
            f"{where}: {column!r} is no column of table {table}{nearest(column, known)}"
        )


def _flat(node: object, path: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    """Yields dotted names and scalars; an empty object is no column, a list is its length."""
    if isinstance(node, dict):
        for name in sorted(node):
            yield from _flat(node[name], (*path, name))
    else:
        yield ".".join(path), len(node) if isinstance(node, list) else node


def _decisions(release_dir: Path) -> pl.DataFrame:
    """Returns how many records the decision table decides and releases, by part and source."""
    counts = [
        pl.scan_parquet(path)
        .group_by("source_id")
        .agg(
            part=pl.lit(path.stem),
            decided=pl.len().cast(pl.Int64),
            released=pl.col("action").is_in(["keep", "redact"]).sum().cast(pl.Int64),
        )
        .collect()
        for path in _decision_files(release_dir)
    ]
    schema = {
        "source_id": pl.String,
        "part": pl.String,
        "decided": pl.Int64,
        "released": pl.Int64,
    }
    return pl.concat([pl.DataFrame(schema=schema), *counts])


def _decision_files(release_dir: Path) -> list[Path]:
    return sorted(release_dir.glob("evidence/decisions/*.parquet"))


def _sums(decisions: pl.DataFrame, by: pl.Expr) -> dict[str, dict[str, int]]:
    rows = decisions.group_by(by).agg(pl.col("decided", "released").sum())
    return {key: {"decided": n, "released": m} for key, n, m in rows.iter_rows()}


def _decided(release_dir: Path) -> dict[str, int]:
    """Returns the rows of the decision table and how many ids are in it.

    Counts 64-bit hashes, an eighth of the memory of the ids; only when two are equal (a chance of
    one in 370,000 at ten million different ids) are the ids themselves compared.
    """
    paths = _decision_files(release_dir)
    if not paths:
        return {"decisions.rows": 0, "decisions.distinct_ids": 0}
    hashes = np.concatenate(
        [pl.read_parquet(path, columns=["record_id"])["record_id"].hash() for path in paths]
    )
    hashes.sort()
    rows, n_equal = len(hashes), int(np.count_nonzero(hashes[1:] == hashes[:-1]))
    distinct = rows - n_equal
    if n_equal:
        ids = pl.scan_parquet(paths).select(pl.col("record_id").n_unique())
        distinct = ids.collect().item()
    return {"decisions.rows": rows, "decisions.distinct_ids": distinct}
