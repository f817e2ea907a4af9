"""The files of a release as they lie on disk: what is there, and their digests.

Names come from the directory alone, and what a manifest says is only compared with them. So no
manifest, however malicious, can make datagov open a file outside the release.
"""

import hashlib
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from datagov.errors import OutputError

ATTESTATIONS = "attestations/"
EVENT_LOG = "lineage/"
RELEASE_JSON = "release.json"
METRICS = "evidence/metrics.json"
DECISIONS = "evidence/decisions/"
REJECTS = "evidence/rejects.parquet"
EXPECTATIONS = "evidence/expectations/"
DATA = "data/"
QUARANTINE = "quarantine/"

MAY_BE_EMPTY = (
    DATA,
    QUARANTINE,
    DECISIONS,
    "evidence/findings/",
    "evidence/redactions/",
    "evidence/signals/",
)
"""Folders that every release has, filled or not."""

_THREADS = 4


@dataclass(frozen=True)
class Listing:
    """What a directory holds, by name relative to it, with `/` between folders.

    Attributes:
        files: Regular files, in ascending order of their names.
        others: Names of all that is neither file nor readable folder, such as symbolic links.
        empty: Names of folders with nothing in them, each with `/` at its end.
    """

    files: Mapping[str, Path]
    others: tuple[str, ...]
    empty: tuple[str, ...] = ()

    def below(self, folder: str) -> dict[str, Path]:
        """Returns the files in `folder`, in ascending order of their names."""
        return {name: path for name, path in self.files.items() if name.startswith(folder)}


def list_files(directory: Path) -> Listing:
    """Returns everything below `directory`; follows no symbolic link."""
    files: dict[str, Path] = {}
    others: list[str] = []
    empty: list[str] = []
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            entries = list(os.scandir(directory / folder))
        except OSError:
            others.append(folder)
            continue
        if not entries:
            empty.append(folder)
        for entry in entries:
            name = folder + entry.name
            if entry.is_dir(follow_symlinks=False):
                folders.append(name + "/")
            elif entry.is_file(follow_symlinks=False):
                files[name] = directory / name
            else:
                others.append(name)
    return Listing(dict(sorted(files.items())), tuple(sorted(others)), tuple(sorted(empty)))


def sha256_file(path: Path) -> str | None:
    """Returns the SHA-256 of a file in hex, or None if it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def sha256_files(files: Mapping[str, Path]) -> dict[str, str | None]:
    """Returns the SHA-256 of each file, in the order of `files`; None for unreadable ones."""
    with ThreadPoolExecutor(_THREADS) as threads:
        return dict(zip(files, threads.map(sha256_file, files.values()), strict=True))


def covered_digests(listing: Listing) -> dict[str, str]:
    """Returns the digests of all files that a release's subjects must name, release.json aside.

    Raises:
        OutputError: There is something that no manifest can hold.
    """
    for name in listing.others:
        raise OutputError(f"{shown(name)}: is no regular file; a release holds files only")
    covered = {
        name: path
        for name, path in listing.files.items()
        if not name.startswith((ATTESTATIONS, EVENT_LOG)) and name != RELEASE_JSON
    }
    return digests_or_raise(covered)


def digests_or_raise(files: Mapping[str, Path]) -> dict[str, str]:
    """Returns the SHA-256 of each file.

    Raises:
        OutputError: A file cannot be read, or its name is not valid Unicode.
    """
    digests = {}
    for name, digest in sha256_files(files).items():
        if digest is None or shown(name) != name:
            raise OutputError(
                f"{shown(name)}: cannot be put into the manifest: unreadable file or name"
            )
        digests[name] = digest
    return digests


def shown(name: str) -> str:
    """Returns `name` such that it can be printed and written as JSON."""
    return name.encode("utf-8", "backslashreplace").decode()
