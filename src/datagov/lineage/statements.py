"""The in-toto Statements (v1) that a release carries, as plain dicts.

Three predicates about the same subjects, which are the release's files and its Merkle root: how it
was made (SLSA Provenance v1), what became of every record (our own), and what its gates came to
(in-toto test-result v0.1). Times are in the provenance's metadata and nowhere else.
"""

import datetime as dt
import importlib.metadata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from datagov.corpus.shards import Shard
from datagov.tables import KEYED

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PROVENANCE_TYPE = "https://slsa.dev/provenance/v1"
ACCOUNTING_TYPE = "https://datagov.dev/predicates/accounting/v1"
TEST_RESULT_TYPE = "https://in-toto.io/attestation/test-result/v0.1"
BUILD_TYPE = "https://datagov.dev/buildtypes/scan/v1"
BUILDER_ID = "https://datagov.dev/builders/cli/v1"

MERKLE_SUBJECT = "decisions.merkle"
"""The subject whose digest is the Merkle root of the decisions; no file has this name."""

ROLE_INPUT = "input"
ROLE_PREVIOUS = "previous"
ROLE_GATE = "gate"
ROLE_EARLIER = "earlier-release"

TALLY = ("read", "kept", "redacted", "dropped", "quarantined", "rejected")
"""What is counted of the whole corpus, of each source and of each part."""

PACKAGES = (
    "datagov",
    "apache-beam",
    "great-expectations",
    "hyperscan",
    "numpy",
    "phonenumbers",
    "polars",
    "presidio-analyzer",
    "pyarrow",
    "regex",
    "rfc8785",
    "securesystemslib",
    "warcio",
    "zstandard",
)
"""The packages whose version can change what a release says."""


@dataclass(frozen=True)
class Dependency:
    """Something a release was made from.

    Attributes:
        role: What it was used as: `input`, `source-registry`, `policy`, `detector`, `model`,
            `rule-pack`, `gate`, `package`, `previous`, `earlier-release`, `benchmark`.
        name: Its name; for inputs that of the shard.
        uri: Where it is, if that means something on other machines.
        sha256: Its digest in hex.
    """

    role: str
    name: str = ""
    uri: str = ""
    sha256: str = ""

    def descriptor(self) -> dict[str, Any]:
        """Returns the in-toto ResourceDescriptor."""
        known = {"name": self.name, "uri": self.uri}
        digest = {"digest": {"sha256": self.sha256}} if self.sha256 else {}
        return {k: v for k, v in known.items() if v} | digest | {"annotations": {"role": self.role}}


@dataclass(frozen=True)
class Parent:
    """The release that this one succeeds; `sha256` is that of its release.json."""

    name: str
    version: str
    sha256: str


@dataclass(frozen=True)
class Facts:
    """What the maker of a release knows and its files do not say.

    Attributes:
        name: Name of the release.
        version: Version of the release.
        flags: The parameters of the run that the user chose, JSON-ready.
        policy: The policy as a JSON-ready document.
        policy_sha256: Its digest.
        dependencies: Everything the release was made from; every shard with role `input`.
        invocation_id: A URI that names this run.
        started: When it began, with a time zone.
        finished: When the last file was written, with a time zone.
        internal: The parameters that the user did not choose, JSON-ready.
        builder_version: Versions of what ran, by name.
        parent: The release before.
    """

    name: str
    version: str
    flags: Mapping[str, Any]
    policy: Mapping[str, Any]
    policy_sha256: str
    dependencies: Sequence[Dependency]
    invocation_id: str
    started: dt.datetime
    finished: dt.datetime
    internal: Mapping[str, Any] = field(default_factory=dict)
    builder_version: Mapping[str, str] = field(default_factory=dict)
    parent: Parent | None = None


def inputs(shards: Iterable[Shard]) -> tuple[Dependency, ...]:
    """Returns shards as dependencies.

    Where one lies is left out if it is on this machine, or if its name is not for all to see.
    """
    return tuple(
        Dependency(
            ROLE_INPUT,
            shard.name,
            "" if shard.uri.startswith("file:") or KEYED in shard.name else shard.uri,
            shard.sha256,
        )
        for shard in shards
    )


def packages(names: Iterable[str] = PACKAGES) -> tuple[Dependency, ...]:
    """Returns installed packages as dependencies by package URL (purl), without digests."""
    return tuple(
        Dependency("package", uri=f"pkg:pypi/{name}@{importlib.metadata.version(name)}")
        for name in names
    )


def subjects(files: Mapping[str, str], merkle_root: bytes) -> list[dict[str, Any]]:
    """Returns the subjects of all statements about a release, sorted by name."""
    digests = {**files, MERKLE_SUBJECT: merkle_root.hex()}
    return [_descriptor(name, digests[name]) for name in sorted(digests)]


def statement(
    about: list[dict[str, Any]], predicate_type: str, predicate: dict[str, Any]
) -> dict[str, Any]:
    """Returns an in-toto Statement v1."""
    return {
        "_type": STATEMENT_TYPE,
        "subject": about,
        "predicateType": predicate_type,
        "predicate": predicate,
    }


def provenance(facts: Facts, byproducts: Mapping[str, str]) -> dict[str, Any]:
    """Returns the SLSA Provenance v1 predicate; `byproducts` are digests by file name."""
    dependencies = [dependency.descriptor() for dependency in facts.dependencies]
    if facts.parent:
        name = f"{facts.parent.name}@{facts.parent.version}"
        dependencies.append(Dependency(ROLE_PREVIOUS, name, "", facts.parent.sha256).descriptor())
    return {
        "buildDefinition": {
            "buildType": BUILD_TYPE,
            "externalParameters": {
                "flags": dict(facts.flags),
                "policy": {
                    "document": dict(facts.policy),
                    "digest": {"sha256": facts.policy_sha256},
                },
            },
            "internalParameters": dict(facts.internal),
            "resolvedDependencies": dependencies,
        },
        "runDetails": {
            "builder": {"id": BUILDER_ID, "version": dict(facts.builder_version)},
            "metadata": {
                "invocationId": facts.invocation_id,
                "startedOn": _timestamp(facts.started),
                "finishedOn": _timestamp(facts.finished),
            },
            "byproducts": [_descriptor(name, byproducts[name]) for name in sorted(byproducts)],
        },
    }


def accounting(metrics: Mapping[str, Any], merkle_root: bytes, n_leaves: int) -> dict[str, Any]:
    """Returns our accounting predicate, from `evidence/metrics.json` and the Merkle tree."""
    return {
        "unit": "record",
        "records": tally(metrics["records"]),
        "bySource": {name: tally(found) for name, found in metrics["by_source"].items()},
        "parts": [{"part": found["part"], **tally(found)} for found in metrics["parts"]],
        "merkle": {
            "tree": "RFC 9162",
            "hashAlgorithm": "sha256",
            "leafCanonicalization": "RFC 8785",
            "order": "input_digest, leaf digest",
            "leafCount": n_leaves,
            "rootHash": merkle_root.hex(),
        },
    }


def test_result(
    succeeded: Mapping[str, bool], configuration: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Returns the test-result predicate of gates that passed or failed, by name."""
    return {
        "result": "PASSED" if all(succeeded.values()) else "FAILED",
        "configuration": list(configuration),
        "passedTests": sorted(name for name, passed in succeeded.items() if passed),
        "warnedTests": [],
        "failedTests": sorted(name for name, passed in succeeded.items() if not passed),
    }


def tally(found: Mapping[str, Any]) -> dict[str, int]:
    """Returns the numbers of TALLY in `found`; what is not there is 0."""
    return {name: found.get(name, 0) for name in TALLY}


def _descriptor(name: str, sha256: str) -> dict[str, Any]:
    return {"name": name, "digest": {"sha256": sha256}}


def _timestamp(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
