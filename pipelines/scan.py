"""The main job as a Beam pipeline: read it from top to bottom, it is DESIGN's picture.

      splits ── scan split ──┬── repeated ids ──┐
                             ├── duplicates ────┤
                             ├── annotations ───┼── decide and write each part
                             └── schema ────────┘

What crosses a shuffle says where tables of digests, places and counts lie; text never leaves its
split. `datagov scan` runs this and then accounts, gates, reports, attests and publishes; see
`datagov.scanning`.
"""

from collections.abc import Sequence

import apache_beam as beam

from datagov.beam.duplicates import FindDuplicates, earlier_parts
from datagov.beam.transforms import (
    AssessAnnotations,
    FindRepeatedIds,
    Materialise,
    ScanSplits,
    UnifySchemas,
    placed_schemas,
)
from datagov.corpus.splits import Part
from datagov.release.config import ScanConfig
from datagov.release.decisions import SourceVerdicts
from datagov.release.workspace import Workspace


def build(
    pipeline: beam.Pipeline,
    parts: Sequence[Part],
    config: ScanConfig,
    verdicts: SourceVerdicts,
    workspace: Workspace,
) -> beam.PCollection:
    """Adds the scan to `pipeline`; returns the collection of written parts."""
    splits = pipeline | "List splits" >> beam.Create(
        [((part.index, place), unit) for part in parts for place, unit in enumerate(part.units)]
    )
    scanned = splits | "Scan" >> ScanSplits(config, workspace)

    repeated = scanned | "Find repeated ids" >> FindRepeatedIds(config, workspace)
    earlier = pipeline | "Earlier releases" >> beam.Create(earlier_parts(config))
    everything = (scanned, earlier) | "With earlier releases" >> beam.Flatten()
    unique = {"evidence": everything, "repeated": repeated}
    duplicates = unique | "Find duplicates" >> FindDuplicates(config, verdicts, workspace)
    suspects = scanned | "Assess annotations" >> AssessAnnotations(config, workspace)

    schema = (
        scanned
        | "Schemas" >> beam.FlatMapTuple(placed_schemas)
        | "Unify schemas" >> beam.CombineGlobally(UnifySchemas())
    )
    known = {
        "evidence": scanned,
        "repeated": repeated,
        "duplicates": duplicates,
        "suspects": suspects,
    } | "Join all" >> beam.CoGroupByKey()
    return known | "Materialise" >> Materialise(
        beam.pvalue.AsSingleton(schema), config, verdicts, workspace
    )
