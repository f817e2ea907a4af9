"""Transforms that find duplicates: wiring only; what they do stands in `datagov.release.comparing`.

Their collections say where tables lie: by part, by bucket, or by 0 where all must meet.
"""

from collections.abc import Iterable, Iterator, Mapping
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
from datagov.release.earlier import FIRST_PART, EarlierPart, parts_of
from datagov.release.part_records import PartRecords
from datagov.release.row_groups import KeyedGroups, RowGroup, read_groups, write_groups
from datagov.release.workspace import Workspace

Joined = tuple[int, Mapping[str, Iterable[Any]]]
Met = tuple[int, Iterable[RowGroup]]


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
            | "Digests" >> beam.FlatMap(_digests, *known)
            | "Equal digests" >> beam.GroupByKey()
            | "Judge equals" >> beam.FlatMap(_equal, self._workspace)
        )
        meeting = {"equal": equal | "All equals" >> beam.MapTuple(_at_one_place)}
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
                | "Candidates" >> beam.FlatMap(_candidates, options, self._workspace)
            )
            pairs = (candidates, *held) | "All pairs" >> beam.Flatten()
            edges = pairs | "Compare" >> Compare("once", options, self._workspace)
            more = (
                edges
                | "Meet" >> beam.GroupByKey()
                | "Not yet compared"
                >> beam.FlatMap(_uncompared, self._config.policy, self._workspace)
                | "Compare with who stays" >> Compare("again", options, self._workspace)
            )
            meeting["edges"] = (edges, more) | "All edges" >> beam.Flatten()
        return (
            meeting
            | "Meet again" >> beam.CoGroupByKey()
            | "Clusters" >> beam.FlatMap(_members, self._config, self._workspace)
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
    parts = [part for _, part in parts_of(config.earlier)]
    return list(enumerate(parts, FIRST_PART))


def _records(part: int, workspace: Workspace) -> PartRecords:
    return PartRecords(part, workspace.records(part))


def _digests(
    joined: Joined, verdicts: SourceVerdicts, config: ScanConfig, workspace: Workspace
) -> KeyedGroups:
    part, known = joined
    (evidence,) = known["evidence"]
    records = _records(part, workspace)
    records.write(evidence, verdicts, config)
    repeated = records.numbers(read_groups(known["repeated"]), config)
    digests = keys.duplicate_keys(records, repeated)
    yield from write_groups(digests, workspace.exchange("digests", part))


def _equal(met: Met, workspace: Workspace) -> KeyedGroups:
    bucket, groups = met
    found = judge(pl.DataFrame(pa.concat_tables(read_groups(groups))))
    of_parts = comparing.by_part(found, "record")
    yield from write_groups(of_parts, workspace.exchange("equal", bucket))


def _at_one_place(_part: int, group: RowGroup) -> tuple[int, RowGroup]:
    return 0, group


def _bands(joined: Joined, config: ScanConfig, workspace: Workspace) -> Iterator[tuple[int, str]]:
    part, known = joined
    records = _records(part, workspace)
    repeated = records.numbers(read_groups(known["repeated"]), config)
    out = pl.concat([repeated, comparing.removed(read_groups(known["equal"]))])
    file = workspace.bands(part)
    yield from comparing.write_bands(records, out, config.policy.duplicates, file)


def _candidates(
    met: tuple[int, Iterable[str]], options: DuplicateOptions, workspace: Workspace
) -> KeyedGroups:
    bucket, files = met
    found = comparing.candidates(bucket, files, options)
    yield from write_groups(found, workspace.exchange("candidates", bucket))


def _with_first(met: Met, name: str, workspace: Workspace) -> KeyedGroups:
    part, groups = met
    found = comparing.with_first(_records(part, workspace), read_groups(groups))
    yield from write_groups(found, workspace.pairs(part, name))


def _compared(
    met: Met, options: DuplicateOptions, name: str, workspace: Workspace
) -> Iterator[tuple[int, str]]:
    part, groups = met
    file = workspace.edges(part, name)
    yield from comparing.compared(_records(part, workspace), read_groups(groups), options, file)


def _uncompared(
    met: tuple[int, Iterable[str]], policy: Policy, workspace: Workspace
) -> KeyedGroups:
    found = comparing.uncompared(met[1], policy)
    yield from write_groups(found, workspace.exchange("uncompared", 0))


def _members(met: Joined, config: ScanConfig, workspace: Workspace) -> KeyedGroups:
    known = met[1]
    equal, edges = read_groups(known["equal"]), known.get("edges", ())
    found = comparing.members(equal, edges, config.policy, config.earlier)
    yield from write_groups(found, workspace.exchange("members", 0))
