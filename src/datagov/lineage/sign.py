"""Closes a release: writes its manifest and the signed statements about it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from securesystemslib.signer import CryptoSigner  # type: ignore[attr-defined]

from datagov.errors import DatagovError, OutputError
from datagov.lineage import dsse, merkle, statements
from datagov.lineage.checks import ContentError, json_object
from datagov.lineage.files import (
    ATTESTATIONS,
    DECISIONS,
    EVENT_LOG,
    EXPECTATIONS,
    METRICS,
    RELEASE_JSON,
    Listing,
    covered_digests,
    digests_or_raise,
    list_files,
    sha256_file,
)
from datagov.lineage.leaves import decision_leaves
from datagov.lineage.statements import Facts
from datagov.tables import RELEASE_FORMAT

ENVELOPES = {
    statements.PROVENANCE_TYPE: f"{ATTESTATIONS}provenance.dsse.json",
    statements.ACCOUNTING_TYPE: f"{ATTESTATIONS}accounting.dsse.json",
    statements.TEST_RESULT_TYPE: f"{ATTESTATIONS}test-result.dsse.json",
}
"""The file that holds the statement of each predicate type."""

REPORTS = ("README.md", "conformance.json", "croissant.json", "report/", EVENT_LOG)
"""Files and folders that tell of a run and are listed as its byproducts."""


def attest(release: Path, facts: Facts, signer: CryptoSigner) -> None:
    """Writes `release.json` and `attestations/` into a directory that is otherwise finished.

    Equal files, facts and key give equal bytes; subjects do not even depend on the facts' times.

    Args:
        release: The staging directory, laid out as a release.
        facts: What its files do not say.
        signer: The key to sign with, from `keys.load_signer`.

    Raises:
        OutputError: A file cannot be in a release, or `release` cannot be written.
        DatagovError: The metrics or decisions are not what they must be.
    """
    listing = list_files(release)
    files = covered_digests(listing)
    if statements.MERKLE_SUBJECT in files:
        raise OutputError(f"{statements.MERKLE_SUBJECT}: this name is kept for the Merkle root")
    metrics = _metrics(release)
    leaves = decision_leaves(listing.below(DECISIONS))
    root = merkle.root(leaves)
    try:
        (release / RELEASE_JSON).write_bytes(_release_json(facts, metrics["records"], files))
        files[RELEASE_JSON] = str(sha256_file(release / RELEASE_JSON))
        about = statements.subjects(files, root)
        (release / ATTESTATIONS).mkdir(exist_ok=True)
        for kind, predicate in _predicates(listing, facts, metrics, files, root, len(leaves)):
            sealed = dsse.seal(statements.statement(about, kind, predicate), signer)
            (release / ENVELOPES[kind]).write_bytes(sealed)
    except OSError as error:
        raise OutputError(f"{release}: cannot write the attestations: {error.strerror}") from error


def _predicates(
    listing: Listing,
    facts: Facts,
    metrics: Mapping[str, Any],
    files: Mapping[str, str],
    root: bytes,
    n_leaves: int,
) -> list[tuple[str, dict[str, Any]]]:
    log = {name: path for name, path in listing.files.items() if name.startswith(EVENT_LOG)}
    known = {**files, **digests_or_raise(log)}
    reports = {name: digest for name, digest in known.items() if name.startswith(REPORTS)}
    found = [
        (statements.PROVENANCE_TYPE, statements.provenance(facts, reports)),
        (statements.ACCOUNTING_TYPE, statements.accounting(metrics, root, n_leaves)),
    ]
    results = listing.below(EXPECTATIONS)
    if results:
        suites = [d.descriptor() for d in facts.dependencies if d.role == statements.ROLE_GATE]
        outcome = statements.test_result(gate_results(results), suites)
        found.append((statements.TEST_RESULT_TYPE, outcome))
    return found


def gate_results(results: Mapping[str, Path]) -> dict[str, bool]:
    """Returns whether each gate passed, by the name of its result file without folder and ending.

    A gate that was skipped neither passed nor failed, and is left out.

    Raises:
        ContentError: A result does not say whether it succeeded.
    """
    succeeded = {}
    for name, path in results.items():
        result = json_object(path.read_bytes(), name)
        passed = result.get("success")
        if not isinstance(passed, bool):
            raise ContentError(name, "field 'success' must be true or false")
        if result.get("skipped") is not None:
            continue
        succeeded[name.removeprefix(EXPECTATIONS).removesuffix(".json")] = passed
    return succeeded


def _metrics(release: Path) -> dict[str, Any]:
    try:
        metrics = json.loads((release / METRICS).read_bytes())
        return {name: metrics[name] for name in ("records", "by_source", "parts")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DatagovError(f"{METRICS}: must be JSON with records, by_source and parts") from error


def _release_json(facts: Facts, counts: Mapping[str, int], files: Mapping[str, str]) -> bytes:
    parent = facts.parent
    body = {
        "format": RELEASE_FORMAT,
        "name": facts.name,
        "version": facts.version,
        "parent": parent
        and {
            "name": parent.name,
            "version": parent.version,
            "digest": {"sha256": parent.sha256},
        },
        "counts": statements.tally(counts),
        "files": dict(sorted(files.items())),
    }
    return (json.dumps(body, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()
