"""Reads a unit of work once and writes down all that later stages need to know of it.

The only reading of text before the release is written. What it leaves behind, per unit and under
a name that depends on content and configuration alone: findings, signals, rejects, annotations,
the schemas of its records, and a summary.
"""

import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from datagov.corpus.batch import Cells
from datagov.corpus.casting import as_texts
from datagov.corpus.cells import cells
from datagov.corpus.splits import Split
from datagov.detect.detector import Detector
from datagov.detect.language import identify
from datagov.duplicates.digests import normalised_digests, record_digests
from datagov.duplicates.sketches import no_sketches, sketch
from datagov.policy import SPAN_DETECTORS, AnnotationColumns
from datagov.release import fingerprinting
from datagov.release.benchmarks import contamination
from datagov.release.config import ScanConfig
from datagov.release.coverage import COVERAGE, coverage_table, ner_of
from datagov.release.dates import dates
from datagov.release.decisions import REDACT
from datagov.release.excerpts import excerpt
from datagov.release.naming import shown
from datagov.release.records import Records, readable_records
from datagov.release.redaction.removals import Removal, replaced
from datagov.release.redaction.treatments import replacing
from datagov.release.workspace import Workspace
from datagov.sources.registry import source_ids
from datagov.tables import ANNOTATIONS, CONTAMINATION, FINDINGS, REJECTS, SIGNALS, conform

RECORD_ANNOTATIONS = pa.schema(
    [
        pa.field("shard", pa.string(), nullable=False),
        pa.field("position", pa.int64(), nullable=False),
        *ANNOTATIONS,
    ]
)
"""The annotations inside a corpus, each with the record that carries it."""


Unit = tuple[Split, ...]
"""One split, or several whole small shards: what one worker reads at a time."""


@dataclass(frozen=True)
class UnitEvidence:
    """Where the evidence of one unit of work lies."""

    unit: Unit
    path: Path

    def table(self, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        """Returns `findings`, `signals`, `rejects`, `annotations` or `coverage`."""
        return pq.read_table(self.path / f"{name}.parquet", columns=columns)

    def contamination(self) -> pa.Table:
        """Returns which records hold items of evaluation sets; empty when none were given."""
        there = (self.path / "contamination.parquet").exists()
        return self.table("contamination") if there else CONTAMINATION.empty_table()

    def schemas(self) -> list[pa.Schema]:
        """Returns the different schemas that the unit's records state, first seen first."""
        texts = json.loads((self.path / "schemas.json").read_text("utf-8"))
        return [pa.ipc.read_schema(pa.py_buffer(bytes.fromhex(text))) for text in texts]

    def summary(self) -> Mapping[str, Any]:
        """Returns the counts of the unit: records, rejects, text bytes."""
        return json.loads((self.path / "summary.json").read_text("utf-8"))  # type: ignore[no-any-return]


def scan_unit(unit: Unit, config: ScanConfig, workspace: Workspace) -> UnitEvidence:
    """Returns the evidence of `unit`, from the cache or by reading and detecting."""
    target = workspace.evidence(config.evidence_key(unit))
    if not target.exists():
        with workspace.building(target) as building:
            _write_evidence(unit, config, workspace, building)
    return UnitEvidence(unit, target)


def _write_evidence(unit: Unit, config: ScanConfig, workspace: Workspace, folder: Path) -> None:
    schemas = {"findings": FINDINGS, "signals": SIGNALS, "rejects": REJECTS}
    if config.policy.annotations:
        schemas["annotations"] = RECORD_ANNOTATIONS
    ner = ner_of(config)
    if ner:
        schemas["coverage"] = COVERAGE
    if config.benchmarks:
        schemas["contamination"] = CONTAMINATION
    options = config.policy.duplicates
    if options.passages:
        schemas |= fingerprinting.SCHEMAS
    writers = {
        name: pq.ParquetWriter(folder / f"{name}.parquet", schema, compression="zstd")
        for name, schema in schemas.items()
    }
    schemas_seen: dict[str, None] = {}
    counts = {"records": 0, "rejects": 0, "text_bytes": 0}
    try:
        for records in readable_records(unit, config):
            if records.rejects.num_rows:
                writers["rejects"].write_table(conform(records.rejects, REJECTS))
                counts["rejects"] += records.rejects.num_rows
            schema = records.table.schema.serialize().to_pybytes().hex()
            schemas_seen[schema] = None
            if not records.table.num_rows:
                continue
            if config.read.id_field is not None:
                records = dataclasses.replace(records, ids=shown(records.ids, config))
            texts = cells(records.table, config.read.text_fields)
            spans = {d.name: d.detect(texts.text) for d in config.detectors}
            signals = _signals(records, texts, spans, config)
            writers["signals"].write_table(signals)
            writers["findings"].write_table(_findings(records, texts, spans, config))
            if config.policy.annotations:
                writers["annotations"].write_table(
                    _annotations(records, config.policy.annotations, config)
                )
            if ner:
                writers["coverage"].write_table(coverage_table(records, texts, ner))
            if config.benchmarks:
                where = (records.ids, records.shards, records.positions)
                found = contamination(config.benchmarks, texts, *where, config.key, workspace)
                writers["contamination"].write_table(found)
            if options.passages:
                n_rows, first = records.table.num_rows, counts["records"]
                tables = fingerprinting.fingerprint_tables(
                    texts, n_rows, first, config.key, options.passage_tokens
                )
                for name, table in tables.items():
                    writers[name].write_table(table)
            counts["records"] += signals.num_rows
            counts["text_bytes"] += pc.sum(signals["n_bytes"]).as_py() or 0
    finally:
        for writer in writers.values():
            writer.close()
    (folder / "schemas.json").write_text(json.dumps(list(schemas_seen)), encoding="utf-8")
    (folder / "summary.json").write_text(json.dumps(counts), encoding="utf-8")


def _signals(
    records: Records, texts: Cells, spans: Mapping[str, pa.Table], config: ScanConfig
) -> pa.Table:
    n_rows = records.table.num_rows
    digests = record_digests(texts, n_rows, config.key)
    looks_near = config.policy.duplicates.near
    sketches = sketch(texts, n_rows, config.key) if looks_near else no_sketches(n_rows)
    return conform(
        pa.table(
            {
                "record_id": records.ids,
                "shard": records.shards,
                "position": records.positions,
                "source_id": source_ids(config.registry, records.table, records.shards),
                "n_chars": _per_record(pc.utf8_length(texts.text), texts.row, n_rows),
                "n_bytes": _per_record(pc.binary_length(texts.text), texts.row, n_rows),
                "language": identify(_longest_texts(texts, n_rows)),
                "input_digest": digests.input_digest,
                "exact_digest": digests.exact_digest,
                "normalised_digest": digests.normalised_digest,
                "redacted_digest": _redacted_digests(
                    texts, digests.normalised_digest, spans, config
                ),
                "date": dates(records.table, config.policy.duplicates.date_column),
                "n_shingles": sketches.n_shingles,
                "sketch": sketches.hashes,
            }
        ),
        SIGNALS,
    )


def _redacted_digests(
    texts: Cells, normalised: pa.Array, spans: Mapping[str, pa.Table], config: ScanConfig
) -> pa.Array:
    """Returns the normalised digests, those of records to redact of what will be left of them."""
    removals: dict[int, list[Removal]] = {}
    for detector in config.detectors:
        if detector.name in SPAN_DETECTORS:
            for cell, removal in _removals(texts.text, spans[detector.name], detector, config):
                removals.setdefault(cell, []).append(removal)
    if not removals:
        return normalised
    rows = texts.row.to_numpy()
    affected = np.isin(rows, rows[list(removals)])
    cells_of = np.flatnonzero(affected).tolist()
    replace = replacing(config.keyed)
    redacted = [
        replaced(texts.text[cell].as_py(), removals.get(cell, ()), replace)[0] for cell in cells_of
    ]
    changed, row = np.unique(rows[affected], return_inverse=True)
    cells = Cells(
        pa.array(row), texts.field.take(pa.array(cells_of)), pa.array(redacted, pa.large_string())
    )
    mask = np.zeros(len(normalised), bool)
    mask[changed] = True
    return pc.replace_with_mask(
        normalised, pa.array(mask), normalised_digests(cells, len(changed), config.key)
    )


def _removals(
    texts: pa.Array, spans: pa.Table, detector: Detector, config: ScanConfig
) -> Iterator[tuple[int, Removal]]:
    """Yields what policy takes out of each text."""
    frame = pl.DataFrame(spans)
    actions = config.policy.actions(detector.name, frame["category"], frame["score"])
    frame = frame.with_columns(actions).filter(pl.col("severity") == REDACT)
    columns = ("cell", "start", "end", "category", "score", "treatment")
    text_at = _text_getter(texts)
    for cell, start, end, category, score, treatment in frame.select(columns).iter_rows():
        value = detector.normalise(category, text_at(cell)[start:end])
        fingerprint = config.fingerprint(value)
        removal = Removal(start, end, category, score, detector.name, treatment, fingerprint)
        yield cell, removal


def _text_getter(texts: pa.Array) -> Callable[[int], str]:
    """Returns a function from index to text that reads each once, as long as they are in order."""
    return lru_cache(maxsize=1)(lambda index: texts[index].as_py())


def _per_record(values: pa.Array, rows: pa.Array, n_rows: int) -> pa.Array:
    sums = np.bincount(rows.to_numpy(), weights=values.to_numpy(), minlength=n_rows)
    return pa.array(sums.astype(np.int64))


def _longest_texts(texts: Cells, n_rows: int) -> pa.Array:
    """Returns one text per record, its longest: a record's language is that of most of it."""
    if len(texts.row) == n_rows:
        return texts.text
    rows = texts.row.to_numpy()
    lengths = pc.binary_length(texts.text).to_numpy()
    order = np.lexsort((-lengths, rows))
    first = np.ones(len(order), dtype=bool)
    first[1:] = rows[order][1:] != rows[order][:-1]
    return texts.text.take(pa.array(order[first]))


def _findings(
    records: Records,
    texts: Cells,
    spans: Mapping[str, pa.Table],
    config: ScanConfig,
) -> pa.Table:
    tables = [
        _located(detector, spans[detector.name], records, texts, config)
        for detector in config.detectors
    ]
    found = pa.concat_tables([FINDINGS.empty_table(), *tables])
    order = ["shard", "position", "field", "start", "end", "detector", "category", "rule"]
    return found.sort_by([(name, "ascending") for name in order])


def _located(
    detector: Detector,
    spans: pa.Table,
    records: Records,
    texts: Cells,
    config: ScanConfig,
) -> pa.Table:
    """Turns spans of cells into findings of records; the raw values go no further than here."""
    rows = texts.row.take(spans["cell"].combine_chunks())
    fingerprints = []
    excerpts = []
    text_at = _text_getter(texts.text)
    for cell, category, start, end in zip(
        spans["cell"].to_pylist(),
        spans["category"].to_pylist(),
        spans["start"].to_pylist(),
        spans["end"].to_pylist(),
        strict=True,
    ):
        text = text_at(cell)
        value = detector.normalise(category, text[start:end])
        fingerprints.append(config.fingerprint(value))
        excerpts.append(excerpt(text, start, end, category))
    n = spans.num_rows
    return conform(
        pa.table(
            {
                "record_id": records.ids.take(rows),
                "shard": records.shards.take(rows),
                "position": records.positions.take(rows),
                "field": texts.field.take(spans["cell"].combine_chunks()),
                "detector": _repeated(detector.name, n),
                "category": spans["category"],
                "rule": spans["rule"],
                "start": spans["start"],
                "end": spans["end"],
                "score": spans["score"],
                "fingerprint": pa.array(fingerprints, pa.string()),
                "excerpt": pa.array(excerpts, pa.string()),
            }
        ),
        FINDINGS,
    )


def _annotations(records: Records, columns: AnnotationColumns, config: ScanConfig) -> pa.Table:
    """Returns the annotations that the records carry; a record without all three has none."""
    names = {"item_id": columns.item, "annotator_id": columns.annotator, "label": columns.label}
    if any(name not in records.table.column_names for name in names.values()):
        return RECORD_ANNOTATIONS.empty_table()
    as_text = {to: as_texts(records.table, name) for to, name in names.items()}
    table = pa.table(
        {
            "shard": records.shards,
            "position": records.positions,
            **{to: as_text[to] if to == "label" else shown(as_text[to], config) for to in names},
        }
    )
    return conform(table.drop_null(), RECORD_ANNOTATIONS)


def _repeated(value: str, n: int) -> pa.Array:
    return pa.repeat(pa.scalar(value, pa.string()), n)
