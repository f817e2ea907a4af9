"""The steps of the scan as Beam transforms: they wire, and hold as little logic as possible.

Elements are tables or whole parts, never records (DESIGN section 3). What a step does is a plain
function of `datagov.release`, `datagov.duplicates` or `datagov.annotations`, tested without Beam.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import apache_beam as beam
import polars as pl
import pyarrow as pa

from datagov.corpus.schema import unify
from datagov.corpus.splits import Split
from datagov.duplicates.groups import repeated_ids
from datagov.release import keys
from datagov.release.annotate import assess_records
from datagov.release.config import ScanConfig
from datagov.release.decisions import SourceVerdicts
from datagov.release.evidence import UnitEvidence, scan_unit
from datagov.release.known import (
    DUPLICATE_RECORDS,
    RECORDS,
    SUSPECT_RECORDS,
    PartInput,
)
from datagov.release.materialise import materialise, output_schema
from datagov.release.row_groups import KeyedGroups, RowGroup, read_groups, write_groups
from datagov.release.workspace import Workspace

Evidence = tuple[UnitEvidence, ...]
Place = tuple[int, int, int]
PlacedSchema = tuple[Place, bytes]
PlacedSchemas = dict[bytes, Place]
Joined = tuple[int, Mapping[str, Iterable[Any]]]


class ScanSplits(beam.PTransform):
    """((part, place), unit of splits) to (part, evidence of its units in order)."""

    def __init__(self, config: ScanConfig, workspace: Workspace) -> None:
        super().__init__()
        self._config = config
        self._workspace = workspace

    def expand(self, splits: beam.PCollection) -> beam.PCollection:
        """Spreads splits over the workers, scans them, gathers each part's."""
        return (
            splits
            # Without it all splits stay fused with the step that lists them, on one worker.
            | "Spread" >> beam.Reshuffle()
            | "Scan split" >> beam.Map(_scan, self._config, self._workspace)
            | "By part" >> beam.GroupByKey()
            | "In order" >> beam.MapTuple(_in_order)
        )


def _scan(
    element: tuple[tuple[int, int], tuple[Split, ...]], config: ScanConfig, workspace: Workspace
) -> tuple[int, tuple[int, UnitEvidence]]:
    (part, place), unit = element
    with workspace.reporting("scanning a split"):
        return part, (place, scan_unit(unit, config, workspace))


def _in_order(part: int, placed: Iterable[tuple[int, UnitEvidence]]) -> tuple[int, Evidence]:
    return part, tuple(evidence for _, evidence in sorted(placed, key=lambda pair: pair[0]))


class FindRepeatedIds(beam.PTransform):
    """(part, evidence) to (part, records whose id an earlier record has)."""

    def __init__(self, config: ScanConfig, workspace: Workspace) -> None:
        super().__init__()
        self._config = config
        self._workspace = workspace

    def expand(self, parts: beam.PCollection) -> beam.PCollection:
        """Ids that datagov makes cannot repeat, so only a user's own are compared."""
        if self._config.read.id_field is None:
            return parts | "None" >> beam.FlatMap(_nothing)
        return (
            parts
            | "Keys" >> beam.FlatMap(_id_keys, self._config, self._workspace)
            | "Bucket" >> beam.GroupByKey()
            | "Judge" >> beam.FlatMap(_repeated, self._workspace)
        )


def _id_keys(
    element: tuple[int, Evidence], config: ScanConfig, workspace: Workspace
) -> KeyedGroups:
    part, evidence = element
    ids = keys.id_keys(part, evidence, config)
    yield from write_groups(ids, workspace.exchange("ids", part))


def _nothing(_part: object) -> KeyedGroups:
    yield from ()


def _repeated(met: tuple[int, Iterable[RowGroup]], workspace: Workspace) -> KeyedGroups:
    bucket, groups = met
    rows = pl.DataFrame(pa.concat_tables(read_groups(groups)))
    found = keys.by_part(repeated_ids(rows).drop("record_id"))
    yield from write_groups(found, workspace.exchange("repeated", bucket))


class AssessAnnotations(beam.PTransform):
    """(part, evidence) to (part, records whose label is probably wrong)."""

    def __init__(self, config: ScanConfig, workspace: Workspace) -> None:
        super().__init__()
        self._config = config
        self._workspace = workspace

    def expand(self, parts: beam.PCollection) -> beam.PCollection:
        """Agreement is a property of all annotations, so they meet in one place."""
        if self._config.policy.annotations is None:
            return parts | "None" >> beam.FlatMap(_nothing)
        return (
            parts
            | "Annotations" >> beam.FlatMap(_annotation_rows, self._config, self._workspace)
            | "Meet" >> beam.GroupByKey()
            | "Assess" >> beam.FlatMap(_suspects, self._workspace)
        )


def _annotation_rows(
    element: tuple[int, Evidence], config: ScanConfig, workspace: Workspace
) -> KeyedGroups:
    part, evidence = element
    rows = keys.annotation_rows(part, evidence, config)
    yield from write_groups(rows, workspace.exchange("annotations", part))


def _suspects(met: tuple[int, Iterable[RowGroup]], workspace: Workspace) -> KeyedGroups:
    with workspace.reporting("assessing annotations"):
        rows = pl.DataFrame(pa.concat_tables(read_groups(met[1])))
        suspects = keys.by_part(assess_records(rows, workspace))
        yield from write_groups(suspects, workspace.exchange("suspects", 0))


class Materialise(beam.PTransform):
    """{evidence, repeated, duplicates, suspects} by part to the folder of the written part."""

    def __init__(
        self,
        schema: beam.pvalue.AsSingleton,
        config: ScanConfig,
        verdicts: SourceVerdicts,
        workspace: Workspace,
    ) -> None:
        super().__init__()
        self._schema = schema
        self._config = config
        self._verdicts = verdicts
        self._workspace = workspace

    def expand(self, joined: beam.PCollection) -> beam.PCollection:
        """Decides and writes part by part."""
        return joined | "Write part" >> beam.Map(
            _materialise, self._schema, self._verdicts, self._config, self._workspace
        )


def _materialise(
    joined: Joined,
    schema: pa.Schema,
    verdicts: SourceVerdicts,
    config: ScanConfig,
    workspace: Workspace,
) -> str:
    part, known = joined
    (evidence,) = known["evidence"]
    with workspace.reporting("writing a part"):
        folder = materialise(
            PartInput(
                index=part,
                units=evidence,
                repeated=_table(known["repeated"], RECORDS),
                duplicates=_table(known["duplicates"], DUPLICATE_RECORDS),
                suspects=_table(known["suspects"], SUSPECT_RECORDS),
            ),
            output_schema(schema, config),
            verdicts,
            config,
            workspace,
        )
        return workspace.note_part(part, folder)


def _table(groups: Iterable[RowGroup], schema: pa.Schema) -> pa.Table:
    """Returns all tables as one, in an order that does not depend on that of their arrival."""
    tables = [schema.empty_table(), *read_groups(groups)]
    frames = [pl.DataFrame(table).select(schema.names) for table in tables]
    return pl.concat(frames).sort(schema.names[:2]).to_arrow().cast(schema)


class UnifySchemas(beam.CombineFn):
    """Combines the schemas of all splits into the one that data/ has; see corpus.schema.

    Collects the different ones, each with the first place where it stands, so that the order in
    which splits are finished does not matter.
    """

    def create_accumulator(self) -> PlacedSchemas:
        """Returns no schemas."""
        return {}

    def add_input(self, accumulator: PlacedSchemas, placed: PlacedSchema) -> PlacedSchemas:
        """Returns the schemas with one more."""
        place, schema = placed
        accumulator[schema] = min(accumulator.get(schema, place), place)
        return accumulator

    def merge_accumulators(self, accumulators: Iterable[PlacedSchemas]) -> PlacedSchemas:
        """Returns all schemas."""
        merged: PlacedSchemas = {}
        for accumulator in accumulators:
            for schema, place in accumulator.items():
                merged[schema] = min(merged.get(schema, place), place)
        return merged

    def extract_output(self, accumulator: PlacedSchemas) -> pa.Schema:
        """Returns the schema that fits the records of all."""
        ordered = sorted(accumulator, key=lambda schema: accumulator[schema])
        return unify([pa.ipc.read_schema(pa.py_buffer(schema)) for schema in ordered])


def placed_schemas(part: int, evidence: Evidence) -> Iterator[PlacedSchema]:
    """Yields the schemas of a part's records, serialised, each with its place in the corpus."""
    for place, unit in enumerate(evidence):
        for at, schema in enumerate(unit.schemas()):
            yield (part, place, at), schema.serialize().to_pybytes()
