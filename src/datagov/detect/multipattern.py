"""Looking for many patterns at once: hyperscan databases, compiled once per machine."""

import hashlib
import os
import uuid
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import hyperscan as hs
import numpy as np
import numpy.typing as npt
import rfc8785

from datagov.errors import ConfigError

CASELESS = hs.HS_FLAG_CASELESS
DOTALL = hs.HS_FLAG_DOTALL
MULTILINE = hs.HS_FLAG_MULTILINE
PREFILTER = hs.HS_FLAG_PREFILTER
SOM = hs.HS_FLAG_SOM_LEFTMOST

CHUNK = 1 << 30
"""More than this at once does not fit hyperscan's 32-bit lengths."""


_ID_BITS = 31


class Expression(NamedTuple):
    """A pattern to look for, in hyperscan's syntax, over bytes; thousands are hashed in no time."""

    id: int
    pattern: str
    flags: int


@dataclass(frozen=True)
class Literals:
    """Byte strings to look for; two with equal digests are equal."""

    digest: str
    values: tuple[bytes, ...] = field(repr=False, compare=False)

    @classmethod
    def of(cls, values: Sequence[bytes]) -> "Literals":
        """Returns the literals `values`, none of them empty."""
        digest = hashlib.sha256(version("hyperscan").encode())
        for value in values:
            digest.update(len(value).to_bytes(4, "big") + value)
        return cls(digest.hexdigest(), tuple(values))


@dataclass(frozen=True)
class Hits:
    """Matches, ordered by end: int64 arrays of equal length; starts are 0 without SOM."""

    ids: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]


def find(expressions: tuple[Expression, ...], data: bytes) -> Hits:
    """Returns all matches of `expressions` in `data`.

    Raises:
        ConfigError: An expression does not compile, or `data` is too large.
    """
    if not expressions:
        # Hyperscan compiles no empty database.
        return Hits(*(np.empty(0, np.int64) for _ in range(3)))
    return _scan(*_database(expressions), data, _has_starts(expressions))


def find_literals(literals: Literals, data: bytes) -> Hits:
    """Returns all places in `data` of the literals, in ASCII letters of either case.

    The id of a literal is its index. 100,000 compile in seconds, once per machine.

    Raises:
        ConfigError: The literals do not compile, or `data` is too large.
    """
    return _scan(*_literal_database(literals), data, has_starts=False)


def _scan(database: hs.Database, scratch: hs.Scratch, data: bytes, has_starts: bool) -> Hits:
    if len(data) >= CHUNK * 4 - 1:
        raise ConfigError("a batch of texts is larger than 4 GiB; choose a smaller batch size")
    # Called once a match: one number, below 2**63, costs half as much as a tuple.
    found = array("q")
    note_end = found.append
    starts = array("q")
    note_start = starts.append

    def note(identifier: int, _start: int, end: int, _flags: int, _context: object) -> None:
        note_end(end << _ID_BITS | identifier)

    def note_both(identifier: int, start: int, end: int, _flags: int, _context: object) -> None:
        note_end(end << _ID_BITS | identifier)
        note_start(start)

    handler = note_both if has_starts else note
    database.scan(data, match_event_handler=handler, scratch=scratch)
    packed = np.frombuffer(found, np.int64)
    return Hits(
        packed & ((1 << _ID_BITS) - 1),
        np.frombuffer(starts, np.int64) if has_starts else np.zeros_like(packed),
        packed >> _ID_BITS,
    )


def in_any_case(word: str) -> str:
    """Returns a hyperscan pattern over UTF-8 for a word, each letter in lower or upper case."""
    return "".join(
        f"(?:{'|'.join(_bytes(form) for form in sorted({char, char.upper(), char.lower()}))})"
        for char in word
    )


def _bytes(text: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in text.encode())


@lru_cache(maxsize=16)
def _has_starts(expressions: tuple[Expression, ...]) -> bool:
    return any(each.flags & SOM for each in expressions)


@lru_cache(maxsize=16)
def _database(expressions: tuple[Expression, ...]) -> tuple[hs.Database, hs.Scratch]:
    return _kept(_digest(expressions), lambda: _compiled(expressions))


@lru_cache(maxsize=4)
def _literal_database(literals: Literals) -> tuple[hs.Database, hs.Scratch]:
    return _kept(f"literals-{literals.digest}", lambda: _compiled_literals(literals))


def _kept(name: str, compiled: Callable[[], hs.Database]) -> tuple[hs.Database, hs.Scratch]:
    path = _cache_directory() / f"{name}.hs"
    try:
        database = hs.loadb(path.read_bytes(), mode=hs.HS_MODE_BLOCK)
    except (OSError, hs.HyperscanError):
        # Not there, or written by another version: compile again.
        database = compiled()
        _store(path, hs.dumpb(database))
    scratch = hs.Scratch(database)
    database.scratch = scratch
    return database, scratch


def _compiled_literals(literals: Literals) -> hs.Database:
    database = hs.Database(mode=hs.HS_MODE_BLOCK)
    n_literals = len(literals.values)
    try:
        database.compile(
            expressions=list(literals.values),
            ids=list(range(n_literals)),
            flags=[CASELESS] * n_literals,
            elements=n_literals,
            literal=True,
        )
    except hs.HyperscanError as error:
        raise ConfigError(f"{n_literals} terms cannot be compiled: {error}") from error
    return database


def _compiled(expressions: Sequence[Expression]) -> hs.Database:
    database = hs.Database(mode=hs.HS_MODE_BLOCK)
    try:
        database.compile(
            expressions=[e.pattern.encode("latin-1") for e in expressions],
            ids=[e.id for e in expressions],
            flags=[e.flags for e in expressions],
            elements=len(expressions),
        )
    except hs.HyperscanError as error:
        raise ConfigError(_which(expressions) or f"patterns cannot be compiled: {error}") from error
    return database


def _which(expressions: Sequence[Expression]) -> str:
    """Returns which expression does not compile by itself, where and why; "" if all do."""
    for each in expressions:
        try:
            hs.Database(mode=hs.HS_MODE_BLOCK).compile(
                expressions=[each.pattern.encode("latin-1")], flags=[each.flags], elements=1
            )
        except hs.HyperscanError as error:
            return f"expression {each.id}, {each.pattern!r}: {error}; mend the pattern"
    return ""


def _digest(expressions: Sequence[Expression]) -> str:
    body = [version("hyperscan"), [[e.id, e.pattern, e.flags] for e in expressions]]
    return hashlib.sha256(rfc8785.dumps(body)).hexdigest()


def _cache_directory() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "datagov"


def _store(path: Path, data: bytes) -> None:
    """Keeps a compiled database for the next process; doing without costs time, not results."""
    part = path.with_suffix(f".{uuid.uuid4().hex}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)
        part.replace(path)
    except OSError:
        return
