"""Transforms that find duplicates: wiring only; what they do stands in `datagov.release.comparing`.

Their collections are keyed tables: by part, by bucket, or by 0 where all must meet.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import apache_beam as beam
import polars as pl
import pyarrow as pa

from datagov.beam.passages import FindPassages
from datagov.duplicates.groups import judge
from datagov.policy import DuplicateOptions, Policy
from datagov.release import comparing, keys
from datagov.release.config import ScanConfig
from datagov.release.decisions import SourceVerdicts
from datagov.release.earlier import FIRST_PART, EarlierPart
from datagov.release.keys import KeyedTable
from datagov.release.part_records import PartRecords
from datagov.release.workspace import Workspace

Joined = tuple[int, Mapping[str, Iterable[Any]]]
KeyedTables = tuple[int, Iterable[pa.Table]]


class FindDuplicates(beam.PTransform):
    """{evidence, repeated} by part to (part, its members of clusters)."""

    def __init__(self, config: ScanConfig, verdicts: SourceVerdicts, workspace: Workspace) -> None:
        super().__init__()
        self._config = config
        self._verdicts = verdicts
        self._workspace = workspace

    def expand(self, inputs: Any) -> beam.PCollection:
        """Equal records first; those that are left of them are then compared with each other."""
        options = self._config.policy.duplicates
        known = (self._verdicts, self._config, self._workspace)
        equal = (
            inputs
            | "Join ids" >> beam.CoGroupByKey()
            | "Digests" >> _flat_map(_digests, *known)
            | "Equal digests" >> beam.GroupByKey()
            | "Judge equals" >> _flat_map(_equal)
        )
        meeting = {"equal": equal | "All equals" >> _flat_map(_all)}
        joined = {**inputs, "equal": equal} | "Join equals" >> beam.CoGroupByKey()
        held = []
        if options.passages:
            known_of_parts = {"joined": joined, "evidence": inputs["evidence"]}
            held = [known_of_parts | "Passages" >> FindPassages(self._config, self._workspace)]
        if options.near:
            candidates = (
                joined
                | "Bands" >> beam.FlatMap(_bands, self._config, self._workspace)
                | "Equal bands" >> beam.GroupByKey()
                | "Candidates" >> _flat_map(_candidates, options)
            )
            pairs = (candidates, *held) | "All pairs" >> beam.Flatten()
            edges = pairs | "Compare" >> Compare("once", options, self._workspace)
            more = (
                edges
                | "Meet" >> beam.GroupByKey()
                | "Not yet compared" >> _flat_map(_uncompared)
                | "Compare with who stays" >> Compare("again", options, self._workspace)
            )
            meeting["edges"] = (edges, more) | "All edges" >> beam.Flatten()
        return (
            meeting
            | "Meet again" >> beam.CoGroupByKey()
            | "Clusters" >> _flat_map(_members, self._config.policy)
        )


class Compare(beam.PTransform):
    """(part of the first, pairs of records) to (0, file of edges between those that are alike)."""

    def __init__(self, name: str, options: DuplicateOptions, workspace: Workspace) -> None:
        super().__init__()
        self._name = name
        self._options = options
        self._workspace = workspace

    def expand(self, pairs: beam.PCollection) -> beam.PCollection:
        """Pairs visit the part of the first record, then that of the second."""
        return (
            pairs
            | "By first" >> beam.GroupByKey()
            | "With first" >> beam.FlatMap(_with_first, self._name, self._workspace)
            | "By second" >> beam.GroupByKey()
            | "Likeness" >> beam.FlatMap(_compared, self._options, self._name, self._workspace)
        )


def earlier_parts(config: ScanConfig) -> list[tuple[int, EarlierPart]]:
    """Returns the parts of earlier releases, numbered behind those of any corpus."""
    parts = [part for release in config.earlier for part in release.parts]
    return list(enumerate(parts, FIRST_PART))


def _flat_map(function: Callable[..., Iterator[KeyedTable]], *known: object) -> beam.PTransform:
    return beam.FlatMap(function, *known).with_output_types(KeyedTable)


def _records(part: int, workspace: Workspace) -> PartRecords:
    return PartRecords(part, workspace.records(part))


def _digests(
    joined: Joined, verdicts: SourceVerdicts, config: ScanConfig, workspace: Workspace
) -> Iterator[KeyedTable]:
    part, known = joined
    (evidence,) = known["evidence"]
    records = _records(part, workspace)
    records.write(evidence, verdicts, config)
    yield from keys.duplicate_keys(records, records.numbers(known["repeated"], config))


def _equal(bucket: KeyedTables) -> Iterator[KeyedTable]:
    found = judge(pl.DataFrame(pa.concat_tables(bucket[1])))
    yield from comparing.by_part(found, "record")


def _all(keyed: KeyedTable) -> Iterator[KeyedTable]:
    yield 0, keyed[1]


def _bands(joined: Joined, config: ScanConfig, workspace: Workspace) -> Iterator[tuple[int, str]]:
    part, known = joined
    records = _records(part, workspace)
    repeated = records.numbers(known["repeated"], config)
    out = pl.concat([repeated, comparing.removed(known["equal"])])
    file = workspace.bands(part)
    yield from comparing.write_bands(records, out, config.policy.duplicates, file)


def _candidates(
    bucket: tuple[int, Iterable[str]], options: DuplicateOptions
) -> Iterator[KeyedTable]:
    yield from comparing.candidates(*bucket, options)


def _with_first(
    pairs: KeyedTables, name: str, workspace: Workspace
) -> Iterator[tuple[int, tuple[str, int]]]:
    part, tables = pairs
    file = workspace.pairs(part, name)
    yield from comparing.with_first(_records(part, workspace), tables, file)


def _compared(
    pairs: tuple[int, Iterable[tuple[str, int]]],
    options: DuplicateOptions,
    name: str,
    workspace: Workspace,
) -> Iterator[tuple[int, str]]:
    part, stretches = pairs
    file = workspace.edges(part, name)
    yield from comparing.compared(_records(part, workspace), stretches, options, file)


def _uncompared(met: tuple[int, Iterable[str]]) -> Iterator[KeyedTable]:
    yield from comparing.uncompared(met[1])


def _members(met: Joined, policy: Policy) -> Iterator[KeyedTable]:
    known = met[1]
    yield from comparing.members(known["equal"], known.get("edges", ()), policy)
