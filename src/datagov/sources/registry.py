"""The source registry: where records came from, declared once by a named person.

Names follow the Data Provenance Standards 1.0.0 (Data & Trust Alliance) where it has one; names
that end in `_x` are ours. A record belongs to a source by the value of a column (`source_field`),
else by the path of its shard (`match.paths`), else it is undeclared.
"""

import datetime as dt
import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import rfc8785

from datagov.corpus.casting import as_texts
from datagov.declared import Mistake, load_declared
from datagov.sources.countries import COUNTRIES
from datagov.sources.licences import check_expression

SCHEMA = "source-registry.schema.json"
UNDECLARED = "undeclared"


@dataclass(frozen=True)
class Source:
    """One declared source; `entry` is the declaration as it was written."""

    id: str
    values: tuple[str, ...]
    paths: tuple[str, ...]
    entry: Mapping[str, Any]

    @property
    def licences(self) -> tuple[str, ...]:
        """The licence expressions that hold together."""
        return tuple(self.entry["use"]["license"])

    @property
    def personal_information(self) -> bool | None:
        """Whether personal information is declared; None when the declarer does not know."""
        contains = self.entry["personal_information_x"]["contains"]
        return contains if isinstance(contains, bool) else None

    @property
    def legal_basis(self) -> str:
        """The declared legal basis, "" if none."""
        return str((self.entry.get("legal_basis_x") or {}).get("basis", ""))

    @property
    def retention_until(self) -> dt.date | None:
        """The last day on which the data may be kept."""
        text = self.entry.get("retention_until_x")
        return dt.date.fromisoformat(text) if text else None


@dataclass(frozen=True)
class SourceRegistry:
    """All declared sources; empty when no registry was given.

    Attributes:
        source_field: Column whose value names the source; None when paths alone do.
        sources: In the order of the file.
        digest: SHA-256 of the registry's content, in hex.
        shard_names: By the name that evidence shows of a shard the one that paths are matched
            with, where the two differ.
    """

    source_field: str | None = None
    sources: tuple[Source, ...] = ()
    digest: str = hashlib.sha256(b"").hexdigest()
    shard_names: Mapping[str, str] = field(default_factory=dict, repr=False)
    _by_value: Mapping[str, str] = field(default_factory=dict, repr=False)


def load_registry(path: str | os.PathLike[str] | None) -> SourceRegistry:
    """Returns the registry at `path`, or an empty one.

    Raises:
        ConfigError: With a line for each mistake.
    """
    if path is None:
        return SourceRegistry()
    value = load_declared(Path(path), SCHEMA, _check).value
    sources = tuple(_source(entry) for entry in value["sources"])
    return SourceRegistry(
        source_field=value.get("source_field"),
        sources=sources,
        digest=hashlib.sha256(rfc8785.dumps(value)).hexdigest(),
        _by_value={v: source.id for source in sources for v in (source.id, *source.values)},
    )


def _source(entry: Mapping[str, Any]) -> Source:
    match = entry.get("match") or {}
    return Source(
        id=entry["id"],
        values=tuple(match.get("values", ())),
        paths=tuple(match.get("paths", ())),
        entry=entry,
    )


def source_ids(registry: SourceRegistry, table: pa.Table, shards: pa.Array) -> pa.Array:
    """Returns the source of each row, `undeclared` where none matches; never null.

    Complexity: one look-up per distinct value and shard, not per row.

    Args:
        registry: The declared sources.
        table: Records; only the registry's source column is looked at.
        shards: The name of each record's shard.
    """
    names = pl.Series(shards)
    paths = {name: _source_of_path(registry, name) for name in names.unique().to_list()}
    by_path = names.replace_strict(paths, return_dtype=pl.String)
    column = registry.source_field
    if column is not None and column in table.column_names:
        values = pl.Series(as_texts(table, column))
        known = values.replace_strict(registry._by_value, default=None, return_dtype=pl.String)
        by_path = known.fill_null(by_path)
    return by_path.to_arrow().cast(pa.string())


def _source_of_path(registry: SourceRegistry, shard_name: str) -> str:
    name = registry.shard_names.get(shard_name, shard_name)
    for source in registry.sources:
        if any(path_matches(name, pattern) for pattern in source.paths):
            return source.id
    return UNDECLARED


def path_matches(name: str, pattern: str) -> bool:
    """True if `name` fits `pattern`: `*` within a folder, `**` across folders, `?`, `[...]`."""
    return _segments_match(name.split("/"), pattern.split("/"))


def _segments_match(names: Sequence[str], patterns: Sequence[str]) -> bool:
    if not patterns:
        return not names
    if patterns[0] == "**":
        rest = patterns[1:]
        return any(_segments_match(names[i:], rest) for i in range(len(names) + 1))
    if not names or not fnmatchcase(names[0], patterns[0]):
        return False
    return _segments_match(names[1:], patterns[1:])


def _check(value: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yields what the JSON Schema cannot say."""
    sources = value.get("sources") or ()
    entries = [(i, entry) for i, entry in enumerate(sources) if isinstance(entry, dict)]
    ids: dict[str, int] = {}
    for i, entry in entries:
        name = entry.get("id")
        if name is not None and ids.setdefault(name, i) != i:
            yield Mistake(("sources", i, "id"), f"{name!r} stands twice; ids are unique")
    claimed = {name: name for name in ids}
    for i, entry in entries:
        at = ("sources", i)
        for kind in ("values", "paths"):
            for j, claim in enumerate(_list(entry, "match", kind)):
                if claim is not None:
                    yield from _claim(claimed, claim, entry.get("id"), (*at, "match", kind, j))
        if not value.get("source_field") and not _list(entry, "match", "paths"):
            yield Mistake(
                (*at, "match"),
                "no record can belong to this source; expected match.paths, or source_field at "
                "the top of the file",
            )
        yield from _check_entry(entry, at)


def _value(entry: Any, *path: str) -> Any:
    """Returns what stands at `path`; None where something on the way is missing or wrong."""
    for key in path:
        entry = entry.get(key) if isinstance(entry, dict) else None
    return entry


def _list(entry: Any, *path: str) -> Sequence[Any]:
    return _value(entry, *path) or ()


def _claim(
    claimed: dict[str, str], claim: str, source: str | None, at: tuple[str | int, ...]
) -> Iterator[Mistake]:
    owner = claimed.setdefault(claim, source or "")
    if source and owner != source:
        yield Mistake(at, f"{claim!r} is claimed by source {owner!r} already; leave it to one")


def _check_entry(entry: Mapping[str, Any], at: tuple[str | int, ...]) -> Iterator[Mistake]:
    for j, expression in enumerate(_list(entry, "use", "license")):
        fault = None if expression is None else check_expression(expression)
        if fault:
            yield Mistake(
                (*at, "use", "license", j),
                f"{expression!r} is no SPDX expression ({fault}); expected one such as "
                "CC-BY-4.0, MIT OR Apache-2.0, LicenseRef-your-contract or NOASSERTION",
            )
    yield from _check_dates(entry, at)
    for path, code in _countries(entry, at):
        if code is not None and code not in COUNTRIES:
            yield Mistake(path, f"{code!r} is no country; expected ISO 3166-1 alpha-2, such as DE")
    if _value(entry, "personal_information_x", "contains") is True:
        for key, about in (
            ("legal_basis_x", "the legal basis, {basis: …}"),
            ("retention_until_x", "the last day it may be kept"),
        ):
            if not entry.get(key, key in entry):
                yield Mistake((*at, key), f"is missing; personal information needs {about}")
    basis = _value(entry, "legal_basis_x", "basis")
    if basis == "consent" and not _value(entry, "legal_basis_x", "evidence"):
        yield Mistake(
            (*at, "legal_basis_x", "evidence"),
            "is missing; the basis is consent, which needs its record: {uri, sha256}",
        )


_DATES = (
    ("provenance", "date"),
    ("acquisition_x", "collected", "start"),
    ("acquisition_x", "collected", "end"),
    ("provenance", "generation-period", "start"),
    ("provenance", "generation-period", "end"),
    ("retention_until_x",),
    ("declared_by_x", "date"),
)
_PERIODS = (("acquisition_x", "collected"), ("provenance", "generation-period"))


def _check_dates(entry: Mapping[str, Any], at: tuple[str | int, ...]) -> Iterator[Mistake]:
    found: dict[tuple[str, ...], dt.date] = {}
    for path in _DATES:
        text = _value(entry, *path)
        if text is None:
            continue
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) or not _is_date(text):
            yield Mistake((*at, *path), f"{text!r} is no date; expected YYYY-MM-DD")
        else:
            found[path] = dt.date.fromisoformat(text)
    for period in _PERIODS:
        start, end = found.get((*period, "start")), found.get((*period, "end"))
        if start and end and start > end:
            yield Mistake((*at, *period), f"ends ({end}) before it starts ({start})")


def _is_date(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _countries(
    entry: Mapping[str, Any], at: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], str | None]]:
    for part, key in (
        ("provenance", "origin-geography"),
        ("use", "storage-allowed"),
        ("use", "storage-forbidden"),
        ("use", "processing-included"),
        ("use", "processing-excluded"),
    ):
        for j, place in enumerate(_list(entry, part, key)):
            yield (*at, part, key, j, "country"), _value(place, "country")
