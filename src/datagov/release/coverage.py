"""At which texts a model for named entities looked: all that a release says of it adds up here.

A text is counted once, by what becomes of it (`detect.pii.ner.routing`), with the record that holds
it. So the counts depend neither on splits nor on who counted.
"""

from collections.abc import Mapping
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from datagov.corpus.batch import Cells
from datagov.detect.pii import PiiDetector
from datagov.detect.pii.ner.config import NerConfig
from datagov.detect.pii.ner.routing import COVERED, NO_MODEL, NOTHING_WRITTEN, STATES, routes
from datagov.release.accounting import Counts, Key
from datagov.release.config import ScanConfig
from datagov.release.decisions import RECORD
from datagov.release.records import Records
from datagov.tables import conform

COVERAGE = pa.schema(
    [
        pa.field("shard", pa.string(), nullable=False),
        pa.field("position", pa.int64(), nullable=False),
        pa.field("state", pa.string(), nullable=False),
        pa.field("language", pa.string(), nullable=False),
        pa.field("n_bytes", pa.int64(), nullable=False),
    ]
)
"""One row per text: its record, what became of it, its language if it is in the sample."""


def ner_of(config: ScanConfig) -> NerConfig | None:
    """Returns the models for named entities of a run; None when there are none."""
    found = (each.ner for each in config.detectors if isinstance(each, PiiDetector))
    return next(found, None)


def coverage_table(records: Records, texts: Cells, ner: NerConfig) -> pa.Table:
    """Returns the table of schema COVERAGE of some records and their texts."""
    found = routes(texts.text, ner)
    return conform(
        pa.table(
            {
                "shard": records.shards.take(texts.row),
                "position": records.positions.take(texts.row),
                "state": pa.array([route.state for route in found], pa.string()),
                "language": pa.array([route.language for route in found], pa.string()),
                "n_bytes": pc.binary_length(texts.text),
            }
        ),
        COVERAGE,
    )


def count_coverage(coverage: pl.DataFrame, signals: pl.DataFrame) -> Counts:
    """Returns the counts of the texts in `coverage` whose records are in `signals`."""
    rows = coverage.join(signals.select(*RECORD), on=RECORD, how="semi")
    values: dict[Key, int] = {}
    for state, texts, n_bytes in (
        rows.group_by("state").agg(texts=pl.len(), n_bytes=pl.col("n_bytes").sum()).iter_rows()
    ):
        values["ner", "texts", state] = texts
        values["ner", "bytes", state] = n_bytes
    for state, name in ((COVERED, "by_language"), (NO_MODEL, "without_model")):
        by_language = (
            rows.filter(pl.col("state") == state)
            .group_by("language")
            .agg(
                texts=pl.len(),
                records=pl.struct(*RECORD).n_unique(),
                bytes=pl.col("n_bytes").sum(),
            )
        )
        for row in by_language.iter_rows(named=True):
            language = row.pop("language")
            values |= {("ner", name, language, what): n for what, n in row.items()}
    per_record = (
        rows.filter(pl.col("state") != NOTHING_WRITTEN)
        .group_by(*RECORD)
        .agg(covered=(pl.col("state") == COVERED).mean())
    )
    covered = per_record["covered"]
    values["ner", "records", "covered"] = covered.filter(covered == 1).len()
    values["ner", "records", "partly"] = covered.filter((covered > 0) & (covered < 1)).len()
    return Counts(values)


def ner_coverage(
    counts: Mapping[str, Any], n_scanned: int, config: ScanConfig
) -> dict[str, Any] | None:
    """Returns which models looked at how much of the corpus; None when there were none.

    Args:
        counts: The sums of `count_coverage`, below `ner`.
        n_scanned: How many records there are.
        config: Names the models.
    """
    ner = ner_of(config)
    if ner is None:
        return None
    records = {"covered": 0, "partly": 0} | counts.get("records", {})
    return {
        "engine": ner.loading.engine,
        "packages": list(ner.loading.packages),
        "models": [
            {
                "language": model.language,
                "name": model.files.name,
                "version": model.files.version,
                "sha256": model.files.sha256,
            }
            for model in ner.loading.models
        ],
        "entities": list(ner.entities),
        "share": ner.share,
        "records": records | {"not_covered": n_scanned - sum(records.values())},
        "texts": dict.fromkeys(STATES, 0) | counts.get("texts", {}),
        "bytes": dict.fromkeys(STATES, 0) | counts.get("bytes", {}),
        "by_language": counts.get("by_language", {}),
        "without_model": counts.get("without_model", {}),
    }
