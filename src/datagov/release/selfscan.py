"""Looks for raw personal values and secrets in all that a release publishes beside its data.

Names (ids, shards, fields, sources, columns) come from the corpus as they are: a value that is
found in one is a leak. Anywhere else, a value is one only if it was found in the corpus, which is
known by fingerprint: so digits of a digest are no false alarm. What the registry or the policy
declare, such as an address for complaints, is published on purpose and is none.
"""

import json
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from html.parser import HTMLParser
from itertools import groupby
from pathlib import Path
from typing import Any

import polars as pl

from datagov.detect.detector import Detector
from datagov.policy import VALUES
from datagov.release.config import ScanConfig
from datagov.release.naming import identifying, personal

PRIVATE = ("data", "quarantine")
"""Folders of a release in which personal values may stand."""

_NAMES = ("record_id", "shard", "field", "source_id", "item_id", "annotator_id", "benchmark")
"""Columns of evidence whose values are names."""

_DIGESTS = ("digest", "fingerprint", "cluster_id")
"""How names of columns end that hold nothing but digests."""

BATCH_ROWS = 100_000

MIN_VALUE = 5
"""Shorter values, such as the address `::a`, stand anywhere by chance."""


def self_scan(
    staging: Path, columns: Sequence[str], statements: Mapping[str, Any], config: ScanConfig
) -> dict[str, Any]:
    """Returns how many files were looked at, how many raw values they hold, and which do.

    Args:
        staging: A release that is finished but for its attestations.
        columns: The columns of data/.
        statements: What the attestations will say of the run.
        config: What was looked for, and the key of fingerprints.
    """
    look = _Look.of(staging, config)
    found: dict[str, int] = {}
    n_keys = 0
    files = [path for path in staging.rglob("*") if _is_published(path, staging)]
    files.sort(key=lambda path: (path.name, path))
    for _, of_part in groupby(files, key=lambda path: path.name):
        # The tables of a part have the same ids, and other parts have others.
        seen = pl.Series([], dtype=pl.String)
        for path in of_part:
            name = path.relative_to(staging).as_posix()
            if path.suffix == ".parquet":
                found[name], seen = look.in_columns(_columns(path, config), seen)
            else:
                found[name] = look.in_texts(_texts(path))
            n_keys += config.key.hex().encode() in path.read_bytes()
    found["attestations/"] = look.in_texts(_strings(statements))
    found["attestations/"] += look.in_names(config.shard_order)
    found["evidence/metrics.json"] += look.in_names(columns)
    return {
        "files": len(files),
        "values_found": sum(found.values()),
        "keys_found": n_keys,
        "files_with_values": sorted(name for name, n in found.items() if n),
    }


def _is_published(path: Path, staging: Path) -> bool:
    return path.is_file() and path.relative_to(staging).parts[0] not in PRIVATE


class _Look:
    """What is looked for, and what of it counts."""

    def __init__(
        self,
        detectors: Sequence[Detector],
        known: pl.Series,
        declared: Iterable[str],
        config: ScanConfig,
    ) -> None:
        self._detectors = detectors
        self._config = config
        self._known = known
        self._declared = frozenset(self._values(list(declared)))

    @classmethod
    def of(cls, staging: Path, config: ScanConfig) -> "_Look":
        known = (
            pl.scan_parquet(staging / "evidence/findings/*.parquet")
            .filter(pl.col("detector").is_in(VALUES))
            .select(pl.col("fingerprint").unique())
            .collect()
            .to_series()
        )
        declared = [config.policy.document, *(source.entry for source in config.registry.sources)]
        return cls(identifying(config), known, _strings(declared), config)

    def in_columns(
        self, columns: Iterable[tuple[str, pl.Series]], seen: pl.Series
    ) -> tuple[int, pl.Series]:
        """Returns how many raw values stand in the columns of a table of evidence.

        Names that were `seen` are not looked at again; they are returned with those of the table.
        """
        names, texts = [seen.clear()], [seen.clear()]
        for name, values in columns:
            (names if _one_side(name) in _NAMES else texts).append(values)
        new = pl.concat(names).unique().sort()
        new = new.filter(~new.is_in(seen.implode()))
        n_found = self._sum(self.in_names, new) + self._sum(self.in_texts, pl.concat(texts))
        return n_found, pl.concat([seen, new])

    def _sum(self, look: Callable[[Sequence[str]], int], values: pl.Series) -> int:
        return sum(
            look(values.slice(at, BATCH_ROWS).to_list()) for at in range(0, len(values), BATCH_ROWS)
        )

    def in_names(self, names: Sequence[str]) -> int:
        """Returns how many names are, or hold, a personal value that nobody declared."""
        suspicious = [names[index] for index in personal(names, self._detectors)]
        return sum(self._declared.isdisjoint(self._values([name])) for name in suspicious)

    def in_texts(self, texts: Iterable[str]) -> int:
        """Returns how many values that were found in the corpus stand in `texts`."""
        found = [each for each in self._values(list(texts)) if each not in self._declared]
        return int(pl.Series(found, dtype=pl.String).is_in(self._known.implode()).sum())

    def _values(self, texts: list[str]) -> Iterator[str]:
        """Yields the fingerprint of each value in `texts`."""
        for detector in self._detectors:
            spans = detector.detect(texts).select(["cell", "category", "start", "end"])
            for cell, category, start, end in zip(*spans.to_pydict().values(), strict=True):
                value = detector.normalise(category, texts[cell][start:end])
                if len(value) >= MIN_VALUE:
                    yield self._config.fingerprint(value)


def _columns(path: Path, config: ScanConfig) -> Iterator[tuple[str, pl.Series]]:
    """Yields the different values of each column that holds words."""
    made = () if config.read.id_field else ("record_id",)
    for name, kind in pl.read_parquet_schema(path).items():
        if (
            kind not in (pl.String, pl.List(pl.String))
            or _one_side(name) in made
            or name.endswith(_DIGESTS)
        ):
            continue
        values = pl.read_parquet(path, columns=[name]).to_series()
        values = values.explode() if kind == pl.List(pl.String) else values
        yield name, values.drop_nulls().unique().sort()


def _one_side(name: str) -> str:
    """Returns the name of a column without the `_a` or `_b` that it has in a table of pairs."""
    return name.removesuffix("_a").removesuffix("_b")


def _texts(path: Path) -> Iterator[str]:
    content = path.read_text("utf-8")
    if path.name.endswith(".dsse.json"):
        envelope = json.loads(content)
        yield from _strings(json.loads(b64decode(envelope["payload"])))
    elif path.suffix == ".json":
        yield from _strings(json.loads(content))
    elif path.suffix == ".jsonl":
        for line in content.splitlines():
            yield from _strings(json.loads(line))
    elif path.suffix == ".html":
        page = _Page()
        page.feed(content)
        yield from page.texts
    else:
        yield content


def _strings(value: Any) -> Iterator[str]:
    """Yields all texts in a JSON value, keys too; numbers are no texts."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield str(key)
            yield from _strings(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _strings(each)


class _Page(HTMLParser):
    """The texts of a page and of its attributes, but for the coordinates of drawings."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def handle_data(self, data: str) -> None:
        """Takes a text between tags."""
        self.texts.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Takes the values of attributes."""
        self.texts += [value for name, value in attrs if value and name not in ("d", "points")]
