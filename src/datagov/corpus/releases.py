"""Releases that lie in a corpus folder: what stands in them is no part of the corpus."""

import json
import logging
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from fsspec import AbstractFileSystem

from datagov.tables import RELEASE_FORMAT

log = logging.getLogger("datagov")

RELEASE_JSON = "release.json"
_MOST_BYTES = 64 * 1024 * 1024


def without_releases(filesystem: AbstractFileSystem, root: str, files: Sequence[str]) -> list[str]:
    """Returns the files that are in no release at or below `root`; tells each release in the log.

    Args:
        filesystem: Where the files are.
        root: The folder that they were looked for in.
        files: Paths below it.
    """
    top = PurePosixPath(root)
    releases = [
        folder for folder in sorted(set(_folders(top, files))) if _is_release(filesystem, folder)
    ]
    for folder in releases:
        log.warning(
            "%s: passed over, a release of datagov; name its data/ folder to scan that",
            folder.relative_to(top) if folder != top else folder.name,
        )
    return [path for path in files if not any(f in PurePosixPath(path).parents for f in releases)]


def _folders(top: PurePosixPath, files: Sequence[str]) -> Iterator[PurePosixPath]:
    for path in files:
        for folder in PurePosixPath(path).parents:
            yield folder
            if folder == top:
                break


def _is_release(filesystem: AbstractFileSystem, folder: PurePosixPath) -> bool:
    path = str(folder / RELEASE_JSON)
    try:
        if not filesystem.exists(path) or filesystem.size(path) > _MOST_BYTES:
            return False
        body = json.loads(filesystem.cat_file(path))
    except (OSError, ValueError, RecursionError):
        return False  # Whoever reads the corpus tells what is wrong with a file of it.
    return isinstance(body, dict) and body.get("format") == RELEASE_FORMAT
