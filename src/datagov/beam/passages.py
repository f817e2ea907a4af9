"""The transform that finds shared passages: wiring only; see `datagov.release.overlapping`."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import apache_beam as beam

from datagov.policy import DuplicateOptions
from datagov.release import overlapping
from datagov.release.comparing import Tables
from datagov.release.config import ScanConfig
from datagov.release.earlier import EarlierPart
from datagov.release.row_groups import KeyedGroups, RowGroup, read_groups, write_groups
from datagov.release.workspace import Workspace, writing_to

Joined = tuple[int, Mapping[str, Iterable[Any]]]


class FindPassages(beam.PTransform):
    """{joined: with repeated ids and equals; evidence} by part to (part, pairs that hold all)."""

    def __init__(self, config: ScanConfig, workspace: Workspace) -> None:
        super().__init__()
        self._config = config
        self._workspace = workspace

    def expand(self, inputs: Mapping[str, beam.PCollection]) -> beam.PCollection:
        """Passages go to a file in the workspace; what holds what goes on to be compared.

        Each grouping is also what the next step waits for: it reads files of all parts.
        """
        known = (self._config, self._workspace)
        places = (
            inputs["joined"]
            | "Fingerprints" >> beam.FlatMap(_fingerprints, *known)
            | "Equal fingerprints" >> beam.GroupByKey()
            | "Meetings" >> beam.FlatMap(_meetings, self._workspace)
        )
        return (
            {"evidence": inputs["evidence"], "places": places}
            | "Join places" >> beam.CoGroupByKey()
            | "Read again" >> beam.FlatMap(_overlaps, *known)
            | "All parts" >> beam.GroupByKey()
            | "Passages" >> beam.FlatMap(_passages, self._config.policy.duplicates, self._workspace)
        )


def _fingerprints(joined: Joined, config: ScanConfig, workspace: Workspace) -> KeyedGroups:
    part, known = joined
    (evidence,) = known["evidence"]
    if not isinstance(evidence, EarlierPart):
        with _writing(workspace):
            yield from overlapping.write_fingerprints(
                part, evidence, *_known(known), config, workspace
            )


def _known(joined: Mapping[str, Iterable[RowGroup]]) -> tuple[Tables, Tables]:
    return read_groups(joined["repeated"]), read_groups(joined["equal"])


def _meetings(bucket: tuple[int, Iterable[RowGroup]], workspace: Workspace) -> KeyedGroups:
    with _writing(workspace):
        yield from overlapping.write_meetings(*bucket, workspace)


def _overlaps(
    joined: Joined, config: ScanConfig, workspace: Workspace
) -> Iterator[tuple[int, int]]:
    part, known = joined
    (evidence,) = known["evidence"]
    if not isinstance(evidence, EarlierPart):
        with _writing(workspace):
            overlapping.write_overlaps(part, evidence, known["places"], config, workspace)
        yield 0, part


def _passages(
    _met: tuple[int, Iterable[int]], options: DuplicateOptions, workspace: Workspace
) -> KeyedGroups:
    with _writing(workspace):
        found = overlapping.passages(options, workspace)
        yield from write_groups(found, workspace.exchange("held", 0))


@contextlib.contextmanager
def _writing(workspace: Workspace) -> Iterator[None]:
    with workspace.reporting("finding shared passages"), writing_to(workspace.path):
        yield
