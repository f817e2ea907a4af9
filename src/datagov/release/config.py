"""Everything that decides what a release contains, in one frozen value.

Workers get it pickled with their transforms. What only decides how fast the run is (runner,
workers, split size) is not here: it must not change a byte.
"""

import dataclasses
import datetime as dt
import hashlib
import hmac
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

import rfc8785

from datagov import __version__
from datagov.corpus.options import ReadOptions
from datagov.corpus.splits import Split, split_digest
from datagov.detect.detector import Detector, config_digest
from datagov.policy import SPAN_DETECTORS, Policy
from datagov.release.benchmarks import Benchmark, stated
from datagov.release.earlier import EarlierRelease
from datagov.sources.registry import SourceRegistry

EVIDENCE_VERSION = "6"
"""Goes up when the same split and detectors would give other evidence than before."""


@dataclass(frozen=True)
class ScanConfig:
    """What a run reads, looks for, decides by and writes.

    Attributes:
        name: Name of the release.
        version: Version of the release, chosen by its maker.
        read: How records are read.
        policy: What to do about each category.
        registry: The declared sources; empty when none were given.
        detectors: The detectors to run, in order of their names.
        key: 32 secret bytes that key fingerprints and digests of what may be guessed.
        as_of: The day on which dates (retention, licences) are judged.
        max_reject_rate: Share of unreadable records above which the run counts as failed.
        data_format: `parquet`, `jsonl`, or `same` for that of each shard.
        shard_order: Names of all shards in corpus order.
        earlier: Earlier releases that records are compared with.
        benchmarks: Evaluation sets whose items are looked for in records.
    """

    name: str
    version: str
    read: ReadOptions
    policy: Policy
    registry: SourceRegistry
    detectors: tuple[Detector, ...]
    key: bytes = field(repr=False)
    as_of: dt.date
    max_reject_rate: float
    data_format: str
    shard_order: tuple[str, ...] = ()
    earlier: tuple[EarlierRelease, ...] = ()
    benchmarks: tuple[Benchmark, ...] = ()

    def keyed(self, message: bytes) -> str:
        """Returns the HMAC-SHA256 of `message` under the run's key, in hex."""
        return hmac.digest(self.key, message, "sha256").hex()

    def fingerprint(self, value: str) -> str:
        """Returns the fingerprint of a normalised value: equal values meet, none can be told."""
        return self.keyed(b"value\0" + value.encode())

    def evidence_key(self, unit: Sequence[Split]) -> str:
        """Returns the name under which the evidence of a unit of work is cached.

        Two runs with equal keys find the same things in the same bytes, so that evidence made by
        one can be used by the other.
        """
        annotations = self.policy.annotations
        body = {
            "version": [__version__, EVIDENCE_VERSION, unicodedata.unidata_version],
            "splits": [[split.shard.name, split_digest(split, self.read)] for split in unit],
            "detectors": [config_digest(detector) for detector in self.detectors],
            "registry": self.registry.digest,
            "annotations": dataclasses.astuple(annotations) if annotations else None,
            "redactions": self._redactions(),
            "duplicates": [
                self.policy.duplicates.near,
                self.policy.duplicates.date_column,
                self.policy.duplicates.passages and self.policy.duplicates.passage_tokens,
            ],
            "benchmarks": stated(self.benchmarks),
            "key": self.keyed(b"evidence"),
        }
        return hashlib.sha256(rfc8785.dumps(body)).hexdigest()

    def _redactions(self) -> list[list[str | float]]:
        """Returns the rules that say what texts look like after redaction."""
        return [
            [name, step.from_score, step.action, step.treatment]
            for name, steps in sorted(self.policy.rules.items())
            if name.partition(".")[0] in SPAN_DETECTORS
            for step in steps
        ]
