"""What can be told of a release without its maker's key: whether it agrees with itself.

Its statements are read and not believed: whoever changes a file and all that speaks of it is not
found out here, but by `verify`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from datagov.lineage import statements
from datagov.lineage.attested import Attested, check_statements, opened
from datagov.lineage.checks import ContentError
from datagov.lineage.dsse import EnvelopeError, read
from datagov.lineage.files import ATTESTATIONS, METRICS, RELEASE_JSON, list_files, sha256_files
from datagov.lineage.recount import Tables
from datagov.lineage.sign import ENVELOPES
from datagov.lineage.verify import check_manifest


def open_unverified(release: Path, folders: tuple[str, ...]) -> tuple[Tables, Attested]:
    """Returns the files of a release that are as its statements say, and its statements.

    Args:
        release: Its folder.
        folders: Which files are wanted beside `release.json` and the metrics; no other is read.

    Raises:
        ContentError: Statements, `release.json`, or a file that is wanted contradict each other.
    """
    listing = list_files(release)
    attested = Attested(_statements(listing.files))
    for check in check_statements(listing, attested):
        if not check.ok:
            raise ContentError(check.file, check.detail)
    signed = attested.subjects
    signed.pop(statements.MERKLE_SUBJECT, None)
    wanted = {n for n in signed if n.startswith((RELEASE_JSON, METRICS, *folders))}
    found = sha256_files({n: path for n, path in listing.files.items() if n in wanted})
    for name in sorted(wanted):
        if found.get(name) != signed[name]:
            detail = "was changed since the release was made" if name in found else "is missing"
            raise ContentError(name, detail)
    tables = Tables(signed, {name: listing.files[name] for name in found})
    for check in check_manifest(tables, attested):
        raise ContentError(RELEASE_JSON, f"{check.field}: {check.detail}")
    return tables, attested


def _statements(files: Mapping[str, Path]) -> dict[str, Mapping[str, Any]]:
    found = {}
    for kind, name in ENVELOPES.items():
        if name in files:
            try:
                found[kind] = opened(files[name], kind, read)
            except EnvelopeError as error:
                raise ContentError(name, f"{error.field or 'the file'}: {error}") from error
            except OSError as error:
                raise ContentError(name, f"cannot be read: {error.strerror}") from error
    if statements.PROVENANCE_TYPE not in found:
        raise ContentError(ATTESTATIONS, "has no statement of how the release was made")
    return found
