"""The files that a corpus consists of, found, named and hashed."""

import hashlib
import logging
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

import fsspec
from fsspec import AbstractFileSystem
from fsspec.implementations.local import LocalFileSystem

from datagov.corpus.releases import without_releases
from datagov.errors import ConfigError, InputError

log = logging.getLogger("datagov")

FORMATS = {
    ".parquet": "parquet",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".csv": "csv",
    ".tsv": "tsv",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".ipc": "arrow",
    ".txt": "text",
    ".md": "text",
    ".text": "text",
    ".warc": "warc",
    ".wet": "warc",
}
COMPRESSIONS = {".gz": "gzip", ".zst": "zstd"}
_HASH_CHUNK = 4 * 1024 * 1024
_GLOB = frozenset("*?[")


@dataclass(frozen=True)
class Shard:
    """One file of a corpus.

    Attributes:
        name: Path relative to the input that named it, with `/`; the same on every machine.
        uri: Where to open it.
        format: A value of FORMATS.
        compression: "" or a value of COMPRESSIONS.
        n_bytes: Size as stored.
        sha256: Digest of the bytes as stored, in hex.
    """

    name: str
    uri: str
    format: str
    compression: str
    n_bytes: int
    sha256: str


def list_shards(inputs: Sequence[str]) -> tuple[Shard, ...]:
    """Returns the shards that `inputs` name, sorted by name, hashed.

    Hidden files and folders are passed over; so are, with a warning, files of other formats and
    releases of datagov in a folder or glob. A file that is named itself must be of a known format.

    Raises:
        InputError: An input is missing, empty, unreadable, or of an unknown format.
        ConfigError: A file is given twice, or two files cannot be told apart by name.
    """
    found = [shard for given in inputs for shard in _shards_of(given)]
    _refuse_repeats(found)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        hashed = list(pool.map(_hashed, _distinct(found)))
    return tuple(sorted(hashed, key=lambda shard: shard.name))


def _shards_of(given: str) -> list[tuple[str, Shard]]:
    """Returns (base name of the input, shard without digest) for each file of one input."""
    filesystem, path = fsspec.core.url_to_fs(given)
    base = PurePosixPath(path.rstrip("/")).name
    try:
        if _GLOB & set(given) and not filesystem.exists(path):
            root = _fixed_prefix(path)
            _look_below(filesystem, root, None if "**" in path else path[len(root) :].count("/"))
            files = [p for p in filesystem.glob(path) if not filesystem.isdir(p)]
            if not files:
                raise InputError(f"{given}: no file matches this pattern")
            base = PurePosixPath(root).name
        elif filesystem.isdir(path):
            root = path
            _look_below(filesystem, root, None)
            files = [p for p in filesystem.find(path) if not _is_hidden(_below(root, p))]
            if not files:
                raise InputError(f"{given}: is empty; expected files of a corpus")
        elif filesystem.exists(path):
            if _format(path) is None:
                raise InputError(
                    f"{given}: unknown format; known endings are "
                    f"{', '.join(FORMATS)}, each also with {' or '.join(COMPRESSIONS)}"
                )
            root, files = str(PurePosixPath(path).parent), [path]
        else:
            raise InputError(f"{given}: no such file or folder")
    except PermissionError as error:
        where = error.filename or given
        raise InputError(f"{where}: permission denied; make it readable for you") from error
    named = files == [path]
    files = files if named else without_releases(filesystem, root, files)
    if not files:
        raise InputError(
            f"{given}: holds nothing but releases of datagov; name the data/ folder of one"
        )
    known = [p for p in sorted(files) if _format(p)]
    for p in sorted(set(files) - set(known)):
        log.warning("%s: passed over, unknown format", _below(root, p))
    if not known:
        raise InputError(
            f"{given}: holds no file of a known format; known endings are {', '.join(FORMATS)}"
        )
    return [(base, _unhashed(filesystem, p, _below(root, p))) for p in known]


def _look_below(filesystem: AbstractFileSystem, root: str, max_depth: int | None) -> None:
    """Raises PermissionError for a folder that cannot be read: listing files passes over it."""
    if not isinstance(filesystem, LocalFileSystem):
        return  # What an object store lists, it lists whole or not at all.

    def refuse(error: OSError) -> None:
        raise error

    top = root.rstrip("/").count("/")
    for folder, below, _ in os.walk(root, onerror=refuse):
        if max_depth is not None and folder.count("/") - top >= max(max_depth - 1, 0):
            below.clear()
        below[:] = [name for name in below if not _is_hidden(f"{name}/_")]


def _below(root: str, path: str) -> str:
    return str(PurePosixPath(path).relative_to(PurePosixPath(root)))


def _fixed_prefix(pattern: str) -> str:
    parts = PurePosixPath(pattern).parts
    fixed = next(i for i, part in enumerate(parts) if _GLOB & set(part))
    return str(PurePosixPath(*parts[:fixed]))


def _is_hidden(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return any(p.startswith(".") for p in parts) or any(p.endswith(".work") for p in parts[:-1])


def _format(path: str) -> tuple[str, str] | None:
    """Returns (format, compression) by the ending of `path`."""
    suffixes = [suffix.lower() for suffix in PurePosixPath(path).suffixes]
    compression = COMPRESSIONS.get(suffixes[-1], "") if suffixes else ""
    if compression:
        suffixes.pop()
    kind = FORMATS.get(suffixes[-1]) if suffixes else None
    # Only formats that are read as a stream can be compressed from outside.
    if kind is None or (compression and kind in ("parquet", "arrow")):
        return None
    return kind, compression


def _unhashed(filesystem: AbstractFileSystem, path: str, name: str) -> Shard:
    kind = _format(path)
    if kind is None:
        raise InputError(f"{name}: unknown format")
    return Shard(name, filesystem.unstrip_protocol(path), *kind, int(filesystem.size(path)), "")


def _refuse_repeats(found: Iterable[tuple[str, Shard]]) -> None:
    seen: set[str] = set()
    for _, shard in found:
        if shard.uri in seen:
            raise ConfigError(f"{shard.name}: the same file is given twice; name it once")
        seen.add(shard.uri)


def _distinct(found: Sequence[tuple[str, Shard]]) -> Iterator[Shard]:
    """Yields the shards; names that meet get the base name of their input in front."""
    names = Counter(shard.name for _, shard in found)
    taken: set[str] = set()
    for base, shard in found:
        name = shard.name if names[shard.name] == 1 else f"{base}/{shard.name}"
        if name in taken:
            raise ConfigError(
                f"{name}: two inputs hold a file of this name and cannot be told apart; "
                "give their common parent folder instead"
            )
        taken.add(name)
        yield replace(shard, name=name)


def _hashed(shard: Shard) -> Shard:
    digest = hashlib.sha256()
    try:
        with fsspec.open(shard.uri, "rb") as handle:
            while chunk := handle.read(_HASH_CHUNK):
                digest.update(chunk)
    except PermissionError as error:
        raise InputError(f"{shard.name}: permission denied; make it readable for you") from error
    return replace(shard, sha256=digest.hexdigest())
