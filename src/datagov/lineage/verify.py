"""Verifies a release offline: nothing is believed that the trusted key did not sign.

In the order of trust, each with a result of its own: signatures, the digests that the signed
statements name, then what the files with those digests say. A file is read only after its digest
was found to be the signed one.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from securesystemslib.signer import SSlibKey  # type: ignore[attr-defined]

from datagov.corpus.locations import list_inputs
from datagov.corpus.shards import Shard
from datagov.errors import InputError
from datagov.lineage import merkle, statements
from datagov.lineage.attested import Attested, check_envelopes, check_statements
from datagov.lineage.checks import (
    Check,
    ContentError,
    VerificationReport,
    differences,
    json_object,
    summed_up,
)
from datagov.lineage.files import (
    ATTESTATIONS,
    DECISIONS,
    EXPECTATIONS,
    MAY_BE_EMPTY,
    METRICS,
    RELEASE_JSON,
    Listing,
    list_files,
    sha256_files,
    shown,
)
from datagov.lineage.keys import load_public_key
from datagov.lineage.leaves import decision_leaves
from datagov.lineage.recount import RowDigests, Tables, check_counts, check_outputs
from datagov.lineage.sign import ENVELOPES, gate_results
from datagov.tables import KEYED, RELEASE_FORMAT


def verify(
    release: Path,
    key_path: Path,
    corpus: Sequence[str] = (),
    row_digests: RowDigests | None = None,
) -> VerificationReport:
    """Returns what holds of a release and what does not.

    Args:
        release: Directory of the release.
        key_path: PEM file of the public key, obtained from somebody the caller trusts.
        corpus: The inputs that the release was made from; checked against the signed digests.
        row_digests: Computes output digests anew; without it data/ is checked by digest and count.

    Raises:
        InputError: There is no such directory, or an input of the corpus is not readable.
        ConfigError: The key is not usable.
    """
    if not release.is_dir():
        raise InputError(f"{release}: is no directory; name the directory of a release")
    key = load_public_key(key_path)
    shards = list_inputs(corpus) if corpus else ()
    checks = tuple(_verify(release, key, shards, row_digests))
    return VerificationReport(str(release), key.keyid, checks)


def _verify(
    release: Path, key: SSlibKey, shards: Sequence[Shard], row_digests: RowDigests | None
) -> Iterator[Check]:
    listing = list_files(release)
    trusted: dict[str, Mapping[str, Any]] = {}
    yield from check_envelopes(listing, key, trusted)
    if not trusted:
        detail = f"no statement is signed by the trusted key {key.keyid}: nothing was checked"
        yield Check("statement", False, detail, ATTESTATIONS)
        return
    attested = Attested(trusted)
    yield from check_statements(listing, attested)
    signed = attested.subjects
    root = signed.pop(statements.MERKLE_SUBJECT, "")
    digests = sha256_files(
        {n: path for n, path in listing.files.items() if not n.startswith(ATTESTATIONS)}
    )
    yield from summed_up(
        "files",
        f"all {len(signed)} files have the signed digest; none is missing, none is too many",
        lambda: _check_files(listing, digests, {**attested.log(), **signed}),
    )
    tables = Tables(
        signed,
        {
            n: path
            for n, path in listing.files.items()
            if n in signed and digests.get(n) == signed[n]
        },
    )
    yield from _check_contents(tables, attested, root)
    yield from summed_up(
        "byproducts",
        "the reports and logs are those of this run",
        lambda: _check_byproducts(attested, digests),
    )
    if row_digests:
        yield from summed_up(
            "outputs",
            "every record in data/ is the one that its decision speaks of",
            lambda: check_outputs(tables, attested.parameters(), row_digests),
            DECISIONS,
        )
    if shards:
        yield from summed_up(
            "corpus",
            "the corpus is the one that the release was made from",
            lambda: _check_corpus(shards, attested.dependencies(statements.ROLE_INPUT)),
        )


def _check_files(
    listing: Listing, digests: Mapping[str, str | None], expected: Mapping[str, str]
) -> Iterator[Check]:
    for name in listing.others:
        yield Check("files", False, "is no regular file, or cannot be read", shown(name))
    for name in listing.empty:
        if name not in MAY_BE_EMPTY:
            detail = "is too many: a folder with nothing in it, and no release has it"
            yield Check("files", False, detail, shown(name))
    for name, digest in digests.items():
        if name not in expected:
            yield Check("files", False, "is too many: nothing signed speaks of it", shown(name))
        elif digest is None:
            yield Check("files", False, "cannot be read", shown(name))
        elif digest != expected[name]:
            detail = f"was changed: sha256 is {digest}, signed is {expected[name]}"
            yield Check("files", False, detail, name)
    for name in expected:
        if name not in digests:
            yield Check("files", False, "is missing", shown(name))


def _check_contents(tables: Tables, attested: Attested, root: str) -> Iterator[Check]:
    yield from summed_up(
        "manifest",
        f"{RELEASE_JSON} agrees with the statements",
        lambda: check_manifest(tables, attested),
        RELEASE_JSON,
    )
    yield from summed_up(
        "counts",
        "every count is what the tables hold",
        lambda: check_counts(tables, _metrics(tables)),
        METRICS,
    )
    yield from summed_up(
        "merkle",
        "the Merkle root is that of the decisions",
        lambda: _check_decisions(tables, attested, root),
        DECISIONS,
    )
    if tables.names(EXPECTATIONS):
        yield from summed_up(
            "gates",
            "the gates came to what is attested",
            lambda: _check_gates(tables, attested),
            EXPECTATIONS,
        )


def _metrics(tables: Tables) -> dict[str, Any]:
    return json_object(tables.open(METRICS).read_bytes(), METRICS)


def check_manifest(tables: Tables, attested: Attested) -> Iterator[Check]:
    """Yields a failure for each way in which `release.json` contradicts statements and metrics."""
    body = json_object(tables.open(RELEASE_JSON).read_bytes(), RELEASE_JSON)
    stated = _metrics(tables).get("records")
    expected = {
        **body,
        "format": RELEASE_FORMAT,
        "counts": statements.tally(stated if isinstance(stated, dict) else {}),
        "files": {name: d for name, d in tables.signed.items() if name != RELEASE_JSON},
    }
    for path, what in differences(expected, body):
        yield Check("manifest", False, what, RELEASE_JSON, path)
    parent = body.get("parent")
    parent_digest = parent.get("digest") if isinstance(parent, dict) else parent
    previous = attested.dependencies(statements.ROLE_PREVIOUS).values()
    if parent_digest != next(({"sha256": digest} for digest in previous), None):
        detail = "is not the previous release that the provenance names"
        yield Check("manifest", False, detail, RELEASE_JSON, "parent")


def _check_decisions(tables: Tables, attested: Attested, root: str) -> Iterator[Check]:
    """Recomputes the Merkle root, and from it and the metrics the accounting predicate."""
    leaves = decision_leaves({name: tables.open(name) for name in tables.names(DECISIONS)})
    found = merkle.root(leaves)
    if found.hex() != root:
        detail = f"the decisions have the root {found.hex()}, signed is {root or 'none'}"
        yield Check("merkle", False, detail, DECISIONS, statements.MERKLE_SUBJECT)
    words = leaves.view(np.uint64)
    n_repeated = int((words[1:] == words[:-1]).all(axis=1).sum())
    if n_repeated:
        yield Check("merkle", False, f"{n_repeated} decisions are there twice", DECISIONS)
    try:
        expected = statements.accounting(_metrics(tables), found, len(leaves))
    except (KeyError, TypeError, AttributeError) as error:
        raise ContentError(METRICS, "lacks records, by_source or parts") from error
    actual = attested.predicate(statements.ACCOUNTING_TYPE)
    for path, what in differences(expected, actual):
        name = ENVELOPES[statements.ACCOUNTING_TYPE]
        yield Check("accounting", False, what, name, f"payload.predicate.{path}")


def _check_gates(tables: Tables, attested: Attested) -> Iterator[Check]:
    actual = attested.predicate(statements.TEST_RESULT_TYPE)
    results = gate_results({name: tables.open(name) for name in tables.names(EXPECTATIONS)})
    expected = {
        **statements.test_result(results, []),
        "configuration": actual.get("configuration"),
    }
    for path, what in differences(expected, actual):
        name = ENVELOPES[statements.TEST_RESULT_TYPE]
        yield Check("gates", False, what, name, f"payload.predicate.{path}")


def _check_byproducts(attested: Attested, digests: Mapping[str, str | None]) -> Iterator[Check]:
    for name, digest in attested.byproducts().items():
        if digests.get(name) != digest:
            detail = f"is not the file that {ENVELOPES[statements.PROVENANCE_TYPE]} speaks of"
            yield Check("byproducts", False, detail, shown(name))


def _check_corpus(shards: Sequence[Shard], signed: Mapping[str, str]) -> Iterator[Check]:
    found = dict(_named_as_signed(shards, signed))
    for name in sorted(signed.keys() | found.keys()):
        if name not in found:
            yield Check("corpus", False, "is missing from the corpus", shown(name))
        elif name not in signed:
            yield Check("corpus", False, "was not there when the release was made", shown(name))
        elif found[name] != signed[name]:
            yield Check("corpus", False, "was changed since the release was made", shown(name))


def _named_as_signed(
    shards: Sequence[Shard], signed: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Yields name and digest of each shard; a name that was keyed is known again by the digest."""
    keyed = [(digest, name) for name, digest in sorted(signed.items()) if KEYED in name]
    for shard in shards:
        name = shard.name
        if name not in signed:
            same = next((each for each in keyed if each[0] == shard.sha256), None)
            if same:
                keyed.remove(same)
                name = same[1]
        yield name, shard.sha256
