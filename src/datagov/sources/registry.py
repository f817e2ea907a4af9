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
    """

    source_field: str | None = None
    sources: tuple[Source, ...] = ()
    digest: str = hashlib.sha256(b"").hexdigest()
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
    for source in registry.sources:
        if any(path_matches(shard_name, pattern) for pattern in source.paths):
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
    entries = [(i, entry) for i, entry in enumerate(value.get("sources") or ()) if entry]
    ids: dict[str, int] = {}
    for i, entry in entries:
        if ids.setdefault(entry["id"], i) != i:
            yield Mistake(("sources", i, "id"), f"{entry['id']!r} stands twice; ids are unique")
    claimed = {name: name for name in ids}
    for i, entry in entries:
        at = ("sources", i)
        match = entry.get("match") or {}
        for kind in ("values", "paths"):
            for j, claim in enumerate(match.get(kind, ())):
                yield from _claim(claimed, claim, entry["id"], (*at, "match", kind, j))
        if not value.get("source_field") and not match.get("paths"):
            yield Mistake(
                (*at, "match"),
                "no record can belong to this source; expected match.paths, or source_field at "
                "the top of the file",
            )
        yield from _check_entry(entry, at)


def _claim(
    claimed: dict[str, str], claim: str, source: str, at: tuple[str | int, ...]
) -> Iterator[Mistake]:
    owner = claimed.setdefault(claim, source)
    if owner != source:
        yield Mistake(at, f"{claim!r} is claimed by source {owner!r} already; leave it to one")


def _check_entry(entry: Mapping[str, Any], at: tuple[str | int, ...]) -> Iterator[Mistake]:
    for j, expression in enumerate(entry["use"]["license"]):
        fault = check_expression(expression)
        if fault:
            yield Mistake(
                (*at, "use", "license", j),
                f"{expression!r} is no SPDX expression ({fault}); expected one such as "
                "CC-BY-4.0, MIT OR Apache-2.0, LicenseRef-your-contract or NOASSERTION",
            )
    yield from _check_dates(entry, at)
    for path, code in _countries(entry, at):
        if code not in COUNTRIES:
            yield Mistake(path, f"{code!r} is no country; expected ISO 3166-1 alpha-2, such as DE")
    contains = entry["personal_information_x"]["contains"]
    if contains is True:
        for key, about in (
            ("legal_basis_x", "the legal basis, {basis: …}"),
            ("retention_until_x", "the last day it may be kept"),
        ):
            if not entry.get(key):
                yield Mistake((*at, key), f"is missing; personal information needs {about}")
    basis = entry.get("legal_basis_x") or {}
    if basis.get("basis") == "consent" and not basis.get("evidence"):
        yield Mistake(
            (*at, "legal_basis_x", "evidence"),
            "is missing; the basis is consent, which needs its record: {uri, sha256}",
        )


def _check_dates(entry: Mapping[str, Any], at: tuple[str | int, ...]) -> Iterator[Mistake]:
    found: dict[str, dt.date] = {}
    collected = entry["acquisition_x"]["collected"]
    period = entry["provenance"].get("generation-period") or {}
    named = {
        ("provenance", "date"): entry["provenance"]["date"],
        ("acquisition_x", "collected", "start"): collected.get("start"),
        ("acquisition_x", "collected", "end"): collected.get("end"),
        ("provenance", "generation-period", "start"): period.get("start"),
        ("provenance", "generation-period", "end"): period.get("end"),
        ("retention_until_x",): entry.get("retention_until_x"),
        ("declared_by_x", "date"): entry["declared_by_x"]["date"],
    }
    for path, text in named.items():
        if text is None:
            continue
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) or not _is_date(text):
            yield Mistake((*at, *path), f"{text!r} is no date; expected YYYY-MM-DD")
        else:
            found["/".join(path)] = dt.date.fromisoformat(text)
    for prefix in ("acquisition_x/collected", "provenance/generation-period"):
        start, end = found.get(f"{prefix}/start"), found.get(f"{prefix}/end")
        if start and end and start > end:
            yield Mistake((*at, *prefix.split("/")), f"ends ({end}) before it starts ({start})")


def _is_date(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _countries(
    entry: Mapping[str, Any], at: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for part, key in (
        ("provenance", "origin-geography"),
        ("use", "storage-allowed"),
        ("use", "storage-forbidden"),
        ("use", "processing-included"),
        ("use", "processing-excluded"),
    ):
        for j, place in enumerate(entry[part].get(key) or ()):
            yield (*at, part, key, j, "country"), place["country"]
