"""What the reports say, gathered once from a finished release directory.

Every number about the release comes from `evidence/metrics.json`, so that it stands in one place;
tables give only what that file has no room for: samples, lists, counts by category and source.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from datagov.conformance.evaluate import summary_rows
from datagov.gates.run import GateResult
from datagov.reports import aggregates
from datagov.reports.entities import looked_for_by_models

SHOWN_ROWS = 100
SHOWN_PEOPLE = 50
SHOWN_ITEMS = 50
OUTCOMES = ("kept", "redacted", "quarantined", "dropped", "rejected")
NO_LANGUAGE = ("und", "zxx", "mul")
"""Tags of ISO 639 that name no one language."""


@dataclass(frozen=True)
class About:
    """What the release's own evidence does not say of it.

    Attributes:
        name: Name of the release.
        version: Version of the release.
        key_id: Id of the public key that verifies its attestations.
        policy: The policy as it was written; empty when it is not at hand.
    """

    name: str
    version: str
    key_id: str
    policy: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Facts:
    """Everything that card and report show.

    Attributes:
        about: What the evidence does not say.
        metrics: `evidence/metrics.json`.
        sources: `evidence/sources.json`.
        conformance: `conformance.json`.
        controls: One row per control for people (`conformance.evaluate.summary_rows`), each with
            what was `measured`.
        gates: The outcome of each gate.
        heat: Findings by `detector.category` by source.
        samples: Masked excerpts by `detector.category`.
        actions: Records by reason and action.
        clusters: Clusters of duplicates by size.
        copies: By source how many of its records duplicate one of which source.
        examples: Pairs of duplicates with what differs, as `evidence/duplicate_examples.json`.
        shared: Pairs of sources whose records share passages, those that share most first.
        touched_items: Items of evaluation sets that stand in most records.
        rejects: The first rejects.
        annotators: Those with the lowest accuracy.
        suspects: The items that are most probably mislabelled.
        data_suffixes: Endings of the files in data/; none when nothing was released.
    """

    about: About
    metrics: Mapping[str, Any]
    sources: Mapping[str, Any]
    conformance: Mapping[str, Any]
    controls: Sequence[Mapping[str, Any]]
    gates: Sequence[GateResult]
    heat: Mapping[str, Mapping[str, int]]
    samples: Mapping[str, Sequence[Mapping[str, Any]]]
    actions: Sequence[Mapping[str, Any]]
    clusters: Sequence[Mapping[str, Any]]
    copies: Mapping[str, Mapping[str, int]]
    examples: Sequence[Mapping[str, Any]]
    shared: Sequence[Mapping[str, Any]]
    touched_items: Sequence[Mapping[str, Any]]
    rejects: Sequence[Mapping[str, Any]]
    annotators: Sequence[Mapping[str, Any]]
    suspects: Sequence[Mapping[str, Any]]
    data_suffixes: Sequence[str]

    @property
    def records(self) -> Mapping[str, int]:
        """The records by outcome."""
        return self.metrics["records"]  # type: ignore[no-any-return]

    @property
    def released(self) -> int:
        """Records in data/."""
        return self.records["kept"] + self.records["redacted"]

    @property
    def source_rows(self) -> list[dict[str, Any]]:
        """One row per source that has records, largest first; declared ones with declaration."""
        declared = {source["id"]: source for source in self.sources["sources"]}
        rows = [
            {
                "id": name,
                "counts": counts,
                "released": counts["kept"] + counts["redacted"],
                "declared": declared.get(name),
            }
            for name, counts in self.metrics["by_source"].items()
        ]
        return sorted(rows, key=lambda row: (-row["counts"]["read"], row["id"]))

    @property
    def idle_sources(self) -> list[str]:
        """Declared sources that no record of this corpus belongs to."""
        return sorted(
            source["id"]
            for source in self.sources["sources"]
            if source["id"] not in self.metrics["by_source"]
        )

    @property
    def contradicted(self) -> list[Mapping[str, Any]]:
        """Declared sources that the scan contradicts."""
        return [source for source in self.sources["sources"] if source["contradictions"]]

    @property
    def objections_to_undeclared(self) -> Sequence[Mapping[str, str]]:
        """What the policy does with records of no declared source."""
        return self.sources.get("undeclared", ())  # type: ignore[no-any-return]

    def finding_rows(self, detector: str) -> list[dict[str, Any]]:
        """Returns one row per category of `detector`, most findings first."""
        found = self.metrics["findings"].get(detector, {})
        rows = [
            {
                "category": category,
                **numbers,
                "below": numbers["findings"] - numbers["counted"],
            }
            for category, numbers in found.items()
        ]
        return sorted(rows, key=lambda row: (-row["findings"], row["category"]))

    @property
    def finding_detectors(self) -> list[str]:
        """The detectors that have findings to show or that ran."""
        return sorted(self.metrics["findings"])

    @property
    def names_told(self) -> str:
        """Who looked for names, and at how much, in a few sentences."""
        return looked_for_by_models(self.metrics)

    @property
    def names_missed(self) -> str:
        """Which names nobody looks for, as the beginning of a sentence."""
        model = ", a list or a model" if self.metrics.get("ner") else " or list"
        return f"Names of people, unless a rule{model} knows them"

    @property
    def copied(self) -> list[dict[str, Any]]:
        """Pairs of different sources, `source` with duplicates `of` the other, most first."""
        pairs = [
            {"source": source, "of": of, "records": n}
            for source, found in self.copies.items()
            for of, n in found.items()
            if of != source
        ]
        return sorted(pairs, key=lambda pair: (-pair["records"], pair["source"], pair["of"]))

    @property
    def languages(self) -> list[tuple[str, int]]:
        """Languages with their records, most first."""
        return sorted(self.metrics["languages"].items(), key=lambda pair: (-pair[1], pair[0]))

    @property
    def named_languages(self) -> list[str]:
        """Languages that a tag names, most records first."""
        return [tag for tag, _ in self.languages if tag not in NO_LANGUAGE]

    @property
    def collected(self) -> tuple[str, str] | None:
        """First and last day on which declared sources were collected."""
        spans = [source["acquisition"]["collected"] for source in self.sources["sources"]]
        if not spans:
            return None
        return min(str(s["start"]) for s in spans), max(str(s["end"]) for s in spans)

    @property
    def unscanned_columns(self) -> list[str]:
        """Columns of data/ that no detector looks at."""
        scanned = {name.split("[")[0].split(".")[0] for name in self.metrics["text_fields"]}
        return [name for name in self.metrics["columns_out"] if name not in scanned]

    @property
    def failed_gates(self) -> list[GateResult]:
        """The gates that failed."""
        return [gate for gate in self.gates if not gate.success]

    @property
    def skipped_gates(self) -> list[GateResult]:
        """The gates that do not apply."""
        return [gate for gate in self.gates if gate.skipped_reason is not None]

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The way of the records: what enters each step, what it takes out, what goes on.

        `enters` is `takes` and `goes_on` together, and `goes_on` is what enters the next step.
        """
        taken = (
            ("read and decode the corpus", "rejected", "rejected"),
            ("scan and decide: leave out", "dropped", "dropped"),
            ("scan and decide: hold back", "quarantined", "to quarantine/"),
        )
        steps = []
        left = self.records["read"]
        for step, outcome, where in taken:
            n = self.records[outcome]
            steps.append(
                {"step": step, "enters": left, "takes": n, "where": where, "goes_on": left - n}
            )
            left -= n
        return steps


def gather(
    release: Path, conformance: Mapping[str, Any], gates: Sequence[GateResult], about: About
) -> Facts:
    """Returns the facts of the release in `release`; reads data/ only to see what files it has."""
    evidence = release / "evidence"
    return Facts(
        about=about,
        metrics=json.loads((evidence / "metrics.json").read_text("utf-8")),
        sources=json.loads((evidence / "sources.json").read_text("utf-8")),
        conformance=conformance,
        controls=_controls(conformance),
        gates=sorted(gates, key=lambda gate: gate.name),
        heat=aggregates.findings_by_source(evidence),
        samples=aggregates.samples(evidence),
        actions=aggregates.actions_by_reason(evidence),
        clusters=aggregates.cluster_sizes(evidence),
        copies=aggregates.copies(evidence),
        examples=aggregates.examples(evidence),
        shared=aggregates.shared_by_sources(evidence, SHOWN_ITEMS),
        touched_items=aggregates.touched_items(evidence, SHOWN_ITEMS),
        rejects=aggregates.first_rejects(evidence, SHOWN_ROWS),
        annotators=aggregates.worst_annotators(evidence, SHOWN_PEOPLE),
        suspects=aggregates.top_suspects(evidence, SHOWN_PEOPLE),
        data_suffixes=sorted({file.suffix for file in (release / "data").iterdir()}),
    )


def _controls(conformance: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = {result["control"]: result.get("measured", {}) for result in conformance["results"]}
    return [row | {"measured": found[row["control"]]} for row in summary_rows(conformance)]
