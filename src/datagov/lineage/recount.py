"""Counts the records of a release again, from its tables, and compares with what it states."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from datagov.corpus.write import n_records
from datagov.lineage.checks import Check, ContentError, reading
from datagov.lineage.files import DATA, DECISIONS, METRICS, QUARANTINE, REJECTS
from datagov.lineage.statements import TALLY
from datagov.tables import DECISIONS as DECISIONS_SCHEMA
from datagov.tables import conform

OUTCOME_OF = {"keep": "kept", "redact": "redacted", "drop": "dropped", "quarantine": "quarantined"}
RELEASED = ("keep", "redact")

RowDigests = Callable[[Path, Mapping[str, Any]], Iterable[str]]
"""Yields the `output_digest` of each record in a file of data/, in order; the second argument are
the `externalParameters` of the signed provenance. May raise DatagovError, ValueError or OSError."""

_ROWS_PER_BATCH = 1 << 16

_NUMBERED = re.compile(r"[^.]+\.\d+\.[a-z]+")

_Key = tuple[str, str, str]


@dataclass(frozen=True)
class Tables:
    """The tables of a release.

    Attributes:
        signed: Digests of all files that the signed statements name.
        sound: Where those are of which the digest holds.
    """

    signed: Mapping[str, str]
    sound: Mapping[str, Path]

    def names(self, folder: str) -> list[str]:
        """Returns the names of signed files in `folder`."""
        return [name for name in self.signed if name.startswith(folder)]

    def open(self, name: str) -> Path:
        """Returns where a file is.

        Raises:
            ContentError: Its bytes are not the signed ones.
        """
        if name not in self.sound:
            raise ContentError(name, "is not as it was signed, so what it says was not checked")
        return self.sound[name]


def check_counts(tables: Tables, metrics: Mapping[str, Any]) -> Iterator[Check]:
    """Yields a failure for each number in the metrics that the tables contradict."""
    stated = Stated.of(metrics)
    yield from stated.check()
    found = _by_outcome(count_decisions(tables))
    yield from _compared(stated.records, found.get((), Counter()), "records")
    for group, tallies in (("by_source", stated.sources), ("parts", stated.parts)):
        names = tallies.keys() | {key[1] for key in found if key and key[0] == group}
        for name in sorted(names):
            counted = found.get((group, name), Counter())
            yield from _compared(tallies.get(name, {}), counted, f"{group}.{name}")
    n_rejects = count_rows(tables, REJECTS) if REJECTS in tables.signed else 0
    if n_rejects != stated.records["rejected"]:
        yield _wrong("records.rejected", stated.records["rejected"], n_rejects, REJECTS)
    yield from _check_rows(tables, DATA, stated.parts, ("kept", "redacted"))
    yield from _check_rows(tables, QUARANTINE, stated.parts, ("quarantined",))


@dataclass(frozen=True)
class Stated:
    """The tallies that `evidence/metrics.json` states: of all, by source, by part."""

    records: Mapping[str, int]
    sources: Mapping[str, Mapping[str, int]]
    parts: Mapping[str, Mapping[str, int]]

    @classmethod
    def of(cls, metrics: Mapping[str, Any]) -> "Stated":
        """Returns the tallies, checked for shape.

        Raises:
            ContentError: A number is missing or none.
        """
        sources, parts = metrics.get("by_source"), metrics.get("parts")
        if not isinstance(sources, dict) or not isinstance(parts, list):
            raise ContentError(METRICS, "by_source must be an object and parts a list")
        named = {
            part["part"]: part
            for part in parts
            if isinstance(part, dict) and isinstance(part.get("part"), str)
        }
        if len(named) != len(parts):
            raise ContentError(METRICS, "parts must be objects with distinct names 'part'")
        return cls(
            _tally(metrics.get("records"), "records"),
            {name: _tally(found, f"by_source.{name}") for name, found in sources.items()},
            {name: _tally(found, f"parts.{name}") for name, found in named.items()},
        )

    def check(self) -> Iterator[Check]:
        """Yields a failure for each sum that does not come out."""
        groups = {"by_source": self.sources, "parts": self.parts}
        tallies = {"records": self.records} | {
            f"{group}.{name}": tally
            for group, found in groups.items()
            for name, tally in found.items()
        }
        for at, tally in tallies.items():
            outcomes = sum(tally[name] for name in TALLY[1:])
            if tally["read"] != outcomes:
                yield _wrong(f"{at}.read", tally["read"], outcomes, "the sum of all outcomes")
        for group, found in groups.items():
            for name in TALLY:
                total = sum(tally[name] for tally in found.values())
                if total != self.records[name]:
                    yield _wrong(
                        f"records.{name}", self.records[name], total, f"the sum over {group}"
                    )


def _tally(found: object, at: str) -> dict[str, int]:
    numbers = {name: found.get(name, 0) for name in TALLY} if isinstance(found, dict) else {}
    if not numbers or any(type(n) is not int or n < 0 for n in numbers.values()):
        raise ContentError(METRICS, f"{at} must hold whole numbers {', '.join(TALLY)}")
    return numbers


def count_decisions(tables: Tables) -> Mapping[_Key, int]:
    """Returns the number of decisions by (part, source, action).

    Raises:
        ContentError: An action is unknown, or an output digest is there for a record that is
            not in data/ or missing for one that is.
    """
    counts: Counter[_Key] = Counter()
    for name in tables.names(DECISIONS):
        part = _part_of(name)
        for table in _batches(tables, name, ["source_id", "action", "output_digest"]):
            has_output = pc.not_equal(table["output_digest"], "")
            groups = table.append_column("has_output", has_output).group_by(
                ["source_id", "action", "has_output"]
            )
            for row in groups.aggregate([([], "count_all")]).to_pylist():
                if row["action"] not in OUTCOME_OF:
                    raise ContentError(name, "column action has an unknown value")
                if row["has_output"] != (row["action"] in RELEASED):
                    raise ContentError(
                        name,
                        "output_digest must be there for records with action keep or redact, "
                        "and for no others",
                    )
                counts[part, row["source_id"], row["action"]] += row["count_all"]
    return counts


def count_rows(tables: Tables, name: str) -> int:
    """Returns the number of records in a file of the release.

    Raises:
        ContentError: It is not as it was signed, or not readable.
    """
    path = tables.open(name)
    with reading(name):
        return n_records(path)


def check_outputs(
    tables: Tables, parameters: Mapping[str, Any], row_digests: RowDigests
) -> Iterator[Check]:
    """Yields a failure for each file of data/ whose records are not those decided about."""
    files, _ = _by_part(tables.names(DATA))
    for decisions in tables.names(DECISIONS):
        expected = _released_digests(tables, decisions)
        names = files.pop(_part_of(decisions), [])
        found = _found_digests(tables, names, parameters, row_digests)
        name, row = names[0] if names else "", -1
        for digest in expected:
            name, row, there = next(found, (name, row + 1, ""))
            if there != digest:
                detail = f"is not the record that {decisions} speaks of"
                yield Check("outputs", False, detail, name, f"row {row}")
                break
        else:
            for name, _, _ in found:
                yield Check("outputs", False, f"has more records than {decisions} speaks of", name)
                break
    for name in [name for names in files.values() for name in names]:
        yield Check("outputs", False, f"has no decisions in {DECISIONS}", name)


def _found_digests(
    tables: Tables, names: Sequence[str], parameters: Mapping[str, Any], row_digests: RowDigests
) -> Iterator[tuple[str, int, str]]:
    """Yields file, row and digest of the records of a part, in the order of their files."""
    for name in names:
        path = tables.open(name)
        with reading(name):
            for row, digest in enumerate(row_digests(path, parameters)):
                yield name, row, digest


def _released_digests(tables: Tables, name: str) -> Iterator[str]:
    for table in _batches(tables, name, ["action", "output_digest"]):
        released = pc.is_in(table["action"], value_set=pa.array(RELEASED))
        yield from table.filter(released)["output_digest"].to_pylist()


def _batches(tables: Tables, name: str, columns: list[str]) -> Iterator[pa.Table]:
    path = tables.open(name)
    schema = pa.schema([DECISIONS_SCHEMA.field(name) for name in columns])
    with reading(name), pq.ParquetFile(path) as file:
        for batch in file.iter_batches(_ROWS_PER_BATCH, columns=columns):
            yield conform(pa.Table.from_batches([batch]), schema)


def _check_rows(
    tables: Tables, folder: str, parts: Mapping[str, Mapping[str, int]], outcomes: tuple[str, ...]
) -> Iterator[Check]:
    files, second = _by_part(tables.names(folder))
    for name in second:
        yield Check("counts", False, "is a second file of the same part", name)
    for part in sorted(files.keys() | parts.keys()):
        stated = sum(parts[part][name] for name in outcomes) if part in parts else 0
        names = files.get(part, [])
        try:
            found = sum(count_rows(tables, name) for name in names)
        except ContentError as error:
            yield Check("counts", False, error.detail, error.file)
            continue
        if found != stated:
            where = names[0] if names else f"{folder}{part}"
            yield Check(
                "counts",
                False,
                f"has {found} records; {METRICS} says {stated} ({' + '.join(outcomes)} of {part})",
                where,
            )


def _by_part(names: Iterable[str]) -> tuple[dict[str, list[str]], list[str]]:
    """Returns the files of each part in order, and those that are one too many.

    Only a part in several formats has several files, which are numbered then.
    """
    files: dict[str, list[str]] = {}
    for name in sorted(names):
        files.setdefault(_part_of(name), []).append(name)
    second: list[str] = []
    for part, found in files.items():
        if not all(_NUMBERED.fullmatch(PurePosixPath(name).name) for name in found):
            second += found[:-1]
            files[part] = found[-1:]
    return files, second


def _part_of(name: str) -> str:
    return PurePosixPath(name).name.partition(".")[0]


def _by_outcome(counts: Mapping[_Key, int]) -> Mapping[tuple[str, ...], Counter[str]]:
    """Returns the decisions per outcome: of all, by ("by_source", ...), by ("parts", ...)."""
    found: dict[tuple[str, ...], Counter[str]] = {}
    for (part, source, action), n in counts.items():
        for at in ((), ("by_source", source), ("parts", part)):
            found.setdefault(at, Counter())[OUTCOME_OF[action]] += n
    return found


def _compared(stated: Mapping[str, int], counted: Mapping[str, int], at: str) -> Iterator[Check]:
    for name in OUTCOME_OF.values():
        if stated.get(name, 0) != counted.get(name, 0):
            yield _wrong(f"{at}.{name}", stated.get(name, 0), counted.get(name, 0), DECISIONS)


def _wrong(at: str, stated: int, found: int, where: str) -> Check:
    return Check("counts", False, f"states {stated}, but it is {found} by {where}", METRICS, at)
