"""Decides about the records of one part and writes them: the second and last reading of text."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import rfc8785

from datagov import __version__
from datagov.corpus.casting import to_schema
from datagov.corpus.cells import cells, with_texts
from datagov.corpus.schema import json_paths
from datagov.corpus.write import DataWriter, RecordWriter
from datagov.duplicates.digests import output_digests
from datagov.errors import AccountingError
from datagov.release import accounting
from datagov.release.config import ScanConfig
from datagov.release.coverage import count_coverage, ner_of
from datagov.release.decisions import (
    QUARANTINE,
    RECORD,
    REDACT,
    SourceVerdicts,
)
from datagov.release.evidence import UnitEvidence
from datagov.release.examples import EXAMPLE_RECORDS, example_records
from datagov.release.known import Known, PartInput
from datagov.release.part_records import first_number
from datagov.release.records import Records, readable_records
from datagov.release.redaction.batches import redacted_batch
from datagov.release.workspace import Workspace
from datagov.tables import (
    ACTIONS,
    CONTAMINATION,
    DECISIONS,
    DUPLICATES,
    FINDINGS,
    REDACTIONS,
    REJECTS,
    SIGNALS,
    conform,
)

RECORD_ID = "record_id"
"""Column that data/ gets where the input has no column of ids."""

PART_VERSION = 6
"""To be raised with every change of what a part holds: finished parts of killed runs are used."""

_TABLES = {
    "decisions": DECISIONS,
    "duplicates": DUPLICATES,
    "findings": FINDINGS,
    "redactions": REDACTIONS,
    "rejects": REJECTS,
    "signals": SIGNALS,
}


def output_schema(record_schema: pa.Schema, config: ScanConfig) -> pa.Schema:
    """Returns the schema of data/: the corpus's columns, led by an id where it has none."""
    if config.read.id_field:
        return record_schema
    return pa.schema([pa.field(_free_name(record_schema), pa.string()), *record_schema])


def _free_name(record_schema: pa.Schema) -> str:
    """Returns RECORD_ID, or where the corpus has a column of that name, one that it has not."""
    name = RECORD_ID
    while name in record_schema.names:
        name = f"datagov_{name}"
    return name


def materialise(
    part: PartInput,
    schema: pa.Schema,
    verdicts: SourceVerdicts,
    config: ScanConfig,
    workspace: Workspace,
) -> Path:
    """Writes the part's data, quarantine and evidence; returns the folder they are in.

    Raises:
        AccountingError: Records of a unit were lost or invented, or it changed between readings.
        OutputError: The disk is full or not writable.
    """
    target = workspace.part(_part_key(part, schema, verdicts, config))
    if not target.exists():
        with workspace.building(target) as building:
            _write_part(part, schema, verdicts, config, building)
    return target


def _part_key(
    part: PartInput, schema: pa.Schema, verdicts: SourceVerdicts, config: ScanConfig
) -> str:
    body = {
        "version": [__version__, PART_VERSION],
        "index": part.index,
        "units": [unit.path.name for unit in part.units],
        "tables": [_digest(t) for t in (part.repeated, part.duplicates, part.suspects)],
        "schema": hashlib.sha256(schema.serialize()).hexdigest(),
        "policy": config.policy.digest,
        "earlier": [release.digest for release in config.earlier],
        "verdicts": {source: list(categories) for source, categories in verdicts.items()},
        "format": config.data_format,
    }
    return hashlib.sha256(rfc8785.dumps(body)).hexdigest()


def _digest(table: pa.Table) -> str:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    return hashlib.sha256(sink.getvalue()).hexdigest()


def _write_part(
    part: PartInput,
    schema: pa.Schema,
    verdicts: SourceVerdicts,
    config: ScanConfig,
    folder: Path,
) -> None:
    schemas = _TABLES | ({"contamination": CONTAMINATION} if config.benchmarks else {})
    if config.policy.duplicates.near:
        schemas = schemas | {"examples": EXAMPLE_RECORDS}
    tables: dict[str, list[pa.Table]] = {name: [] for name in schemas}
    counts = accounting.Counts()
    first = first_number(part.index)
    with (
        DataWriter(folder, schema, config.data_format) as data,
        RecordWriter(folder / "quarantine.parquet", schema, "parquet") as quarantine,
    ):
        for unit in part.units:
            known = Known.of(unit, first, part, verdicts, config)
            first += known.decisions.height
            formats = {split.shard.name: split.shard.format for split in unit.unit}
            written = [
                _write_records(records, block, known, formats, schema, config, data, quarantine)
                for records, block in _aligned(unit, known, schema, config)
            ]
            table = pl.concat([known.decisions.clear(), *(each.decisions for each in written)])
            part_rejects = pa.concat_tables([unit.table("rejects"), known.repeated_rejects()])
            counts = counts + accounting.count_unit(
                unit.summary(),
                table,
                known.findings,
                known.signals,
                part_rejects,
                config.registry,
            )
            if ner_of(config):
                coverage = pl.DataFrame(unit.table("coverage"))
                counts = counts + count_coverage(coverage, known.signals)
            if config.benchmarks:
                tables["contamination"].append(known.contamination)
            tables["decisions"].append(_decisions_table(table))
            tables["duplicates"].append(known.duplicates)
            tables["findings"].append(_without_treatment(known.findings))
            tables["redactions"] += [each.redactions for each in written]
            if config.policy.duplicates.near:
                tables["examples"] += [each.examples for each in written]
            tables["rejects"].append(part_rejects.sort_by([(n, "ascending") for n in RECORD]))
            tables["signals"].append(conform(known.signals.to_arrow(), SIGNALS))
    for name, pieces in tables.items():
        write_table(pa.concat_tables([schemas[name].empty_table(), *pieces]), folder, name)
    # The schema alone: a part may have no file of data to read it from.
    pq.write_table(schema.empty_table(), folder / "schema.parquet")
    (folder / "counts.json").write_text(json.dumps(counts.as_json(), sort_keys=True), "utf-8")


def _without_treatment(findings: pl.DataFrame) -> pa.Table:
    return conform(findings.drop("severity", "treatment").to_arrow(), FINDINGS)


def write_table(table: pa.Table, folder: Path, name: str) -> None:
    """Writes an evidence table such that equal tables are equal files, however they were made."""
    pq.write_table(
        table.combine_chunks(),
        folder / f"{name}.parquet",
        compression="zstd",
        row_group_size=128 * 1024,
    )


@dataclass(frozen=True)
class _Written:
    """What came of a batch: decisions about what was not rejected, redactions, and examples."""

    decisions: pl.DataFrame
    redactions: pa.Table
    examples: pa.Table


def _aligned(
    evidence: UnitEvidence, known: Known, schema: pa.Schema, config: ScanConfig
) -> Iterator[tuple[Records, pl.DataFrame]]:
    """Yields the records of the second reading with the decisions about them."""
    at = 0
    for records in readable_records(evidence.unit, config, json_paths(schema)):
        n_rows = records.table.num_rows
        block = known.decisions.slice(at, n_rows)
        at += n_rows
        if block["position"].to_list() != records.positions.to_pylist():
            at = -1
            break
        if n_rows:
            yield records, block
    if at != known.decisions.height:
        raise AccountingError(
            f"{evidence.unit[0].shard.name}: holds other records than when it was scanned; "
            "do not change a corpus while it is read; run the same command again"
        )


def _write_records(
    records: Records,
    block: pl.DataFrame,
    known: Known,
    formats: Mapping[str, str],
    schema: pa.Schema,
    config: ScanConfig,
    data: DataWriter,
    quarantine: RecordWriter,
) -> _Written:
    """Writes the records that stay or are held back."""
    table = records.table
    if not config.read.id_field:
        table = table.add_column(0, schema.field(0), records.ids)
    texts = cells(table, config.read.text_fields)
    block, new_texts, redactions = redacted_batch(block, texts, known.findings, config)
    held = block["severity"] == QUARANTINE
    stays = (block["severity"] <= REDACT) & ~block["rejected"]
    quarantine.write(to_schema(table.filter((held & ~block["rejected"]).to_arrow()), schema))
    released = with_texts(table, config.read.text_fields, texts, new_texts)
    released = released.filter(stays.to_arrow())
    for shard, rows in _by_shard(released, records.shards.filter(stays.to_arrow())):
        data.write(rows, formats[shard])
    digests = output_digests(cells(released, config.read.text_fields), released.num_rows)
    numbered = block.with_row_index("_row")
    with_digest = numbered.filter(stays).select("_row", output_digest=pl.Series(digests))
    decided_block = (
        numbered.drop("output_digest")
        .join(with_digest, on="_row", how="left", maintain_order="left")
        .with_columns(pl.col("output_digest").fill_null(""))
        .filter(~pl.col("rejected"))
        .select(block.columns)
    )
    examples = example_records(known.examples, records, texts, config.key)
    return _Written(decided_block, redactions, examples)


def _by_shard(table: pa.Table, shards: pa.Array) -> Iterator[tuple[str, pa.Table]]:
    """Yields each shard's rows, which stand together."""
    runs = pc.run_end_encode(shards, run_end_type=pa.int64())
    start = 0
    for end, shard in zip(runs.run_ends.to_pylist(), runs.values.to_pylist(), strict=True):
        yield shard, table.slice(start, end - start)
        start = end


def _decisions_table(block: pl.DataFrame) -> pa.Table:
    return conform(
        block.with_columns(
            action=pl.col("severity").replace_strict(
                dict(enumerate(ACTIONS)), return_dtype=pl.String
            )
        )
        .select(DECISIONS.names)
        .to_arrow(),
        DECISIONS,
    )
