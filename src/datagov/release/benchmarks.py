"""Evaluation sets that a corpus is searched for: read once, before the scan, and made an index.

The index is too large for every step to carry: it lies in the workspace, and workers take it from
there. What decides the content of a release, the digest of the file and its name, is a `Benchmark`.
"""

import dataclasses
import hashlib
import pickle
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

import polars as pl
import pyarrow as pa
import rfc8785

from datagov.corpus.batch import Batch, Cells
from datagov.corpus.options import MIB, ReadOptions
from datagov.corpus.readers import READERS
from datagov.corpus.shards import Shard, list_shards
from datagov.corpus.splits import plan
from datagov.duplicates.benchmark_index import HOT, N_GRAM, BenchmarkIndex
from datagov.duplicates.contamination import MIN_SCORE, touches
from datagov.errors import ConfigError, InputError
from datagov.release.workspace import Workspace
from datagov.tables import CONTAMINATION, conform

VERSION = 3
"""Goes up when the same items would be found in other records than before."""

_SPLIT_BYTES = 64 * MIB
_NO_COLUMNS = ("text", "warc")


@dataclass(frozen=True)
class Benchmark:
    """An evaluation set.

    Attributes:
        name: That of its file without endings; with its folder where two would be the same.
        sha256: Digest of its file.
        n_items: How many items it has; an item is named by its row, from 0 on.
        n_unseen: How many of them cannot be found: too short, or nothing in them of their own.
    """

    name: str
    sha256: str
    n_items: int
    n_unseen: int

    def index_key(self, key: bytes) -> str:
        """Returns the name of its index, which is another one under another key."""
        body = {"sha256": self.sha256, "key": hashlib.sha256(b"index\0" + key).hexdigest()}
        return hashlib.sha256(rfc8785.dumps(body | SEARCH)).hexdigest()


SEARCH = {"version": VERSION, "n_gram": N_GRAM, "hot": HOT, "min_score": MIN_SCORE}
"""How items are looked for."""

Indexes = Mapping[Benchmark, BenchmarkIndex]


def load_benchmarks(paths: Sequence[str], key: bytes) -> dict[Benchmark, BenchmarkIndex]:
    """Returns the evaluation sets at `paths`, in order of their names, each with its index.

    Args:
        paths: Files of items, one a row or line.
        key: What hashes depend on.

    Raises:
        InputError: A file is missing, cannot be read, or has no items or no texts.
        ConfigError: Two files cannot be told apart by name.
    """
    if not paths:
        return {}
    shards = [shard for path in paths for shard in list_shards([path])]
    found: dict[Benchmark, BenchmarkIndex] = {}
    for name, shard in sorted(_named(shards).items()):
        index = _index(shard, key)
        found[Benchmark(name, shard.sha256, index.n_items, len(index.unseen))] = index
    return found


def _named(shards: Sequence[Shard]) -> dict[str, Shard]:
    short = Counter(_stem(shard) for shard in shards)
    named: dict[str, Shard] = {}
    for shard in shards:
        stem = _stem(shard)
        name = stem if short[stem] == 1 else f"{PurePosixPath(shard.uri).parent.name}/{stem}"
        if name in named:
            raise ConfigError(
                f"{shard.uri}: another evaluation set is called {name!r} too; give each file once, "
                "and files of one name from folders of different names"
            )
        named[name] = shard
    return named


def _stem(shard: Shard) -> str:
    return PurePosixPath(shard.uri).name.split(".")[0]


def _index(shard: Shard, key: bytes) -> BenchmarkIndex:
    if shard.format in _NO_COLUMNS:
        raise InputError(
            f"{shard.name}: has no columns; --benchmark takes Parquet, JSON Lines, CSV or TSV"
        )
    rows = [row for batch in _batches(shard) for row in _rows(batch)]
    if not rows:
        raise InputError(f"{shard.name}: has no items; --benchmark takes one item a row")
    index = BenchmarkIndex.of(rows, key)
    if not index.component_tokens.any():
        columns = ", ".join(sorted({name for row in rows for name in row}))
        raise InputError(
            f"{shard.name}: has no texts to look for; it has {columns}; expected columns such as "
            "question, answer or text (names such as id, subject and split are passed over)"
        )
    return index


def _batches(shard: Shard) -> Iterator[Batch]:
    for part in plan([shard], split_bytes=_SPLIT_BYTES):
        for unit in part.units:
            for split in unit:
                yield from READERS[shard.format](split, ReadOptions())


def _rows(batch: Batch) -> list[dict[str, Any]]:
    if batch.rejects.num_rows:
        first = batch.rejects.sort_by("position").slice(0, 1).to_pylist()[0]
        raise InputError(
            f"{batch.shard}: cannot be read at position {first['position']}: {first['reason']}, "
            f"{first['detail']}; mend it: items are named by their row, so none may be missing"
        )
    try:
        return batch.table.to_pylist()  # type: ignore[no-any-return]
    except UnicodeDecodeError as error:
        raise InputError(
            f"{batch.shard}: holds bytes that are not UTF-8; expected UTF-8"
        ) from error


def save_indexes(found: Indexes, key: bytes, workspace: Workspace) -> None:
    """Puts the indexes where workers find them."""
    for benchmark, index in found.items():
        path = workspace.benchmark(benchmark.index_key(key))
        with workspace.building(path) as building:
            (building / "index").write_bytes(pickle.dumps(index))


@lru_cache(maxsize=64)
def _loaded(path: Path) -> BenchmarkIndex:
    # The name says what is in it, and it was written by this run.
    return pickle.loads((path / "index").read_bytes())  # type: ignore[no-any-return] # noqa: S301


def contamination(
    benchmarks: Sequence[Benchmark],
    texts: Cells,
    ids: pa.Array,
    shards: pa.Array,
    positions: pa.Array,
    key: bytes,
    workspace: Workspace,
) -> pa.Table:
    """Returns CONTAMINATION: which items of evaluation sets some records hold, in their order.

    Args:
        benchmarks: The evaluation sets.
        texts: Of the records.
        ids: Of each record.
        shards: Of each record.
        positions: Of each record.
        key: What hashes depend on.
        workspace: Where the indexes are.
    """
    frames = []
    for benchmark in benchmarks:
        index = _loaded(workspace.benchmark(benchmark.index_key(key)))
        found = pl.DataFrame(touches(index, texts, len(ids), key))
        frames.append(found.with_columns(benchmark=pl.lit(benchmark.name)))
    rows = pl.concat(frames).sort("record", "benchmark", "item")
    records = pl.DataFrame(
        {"record_id": pl.Series(ids), "shard": pl.Series(shards), "position": pl.Series(positions)}
    )
    return conform(
        pl.concat([records[rows["record"]], rows], how="horizontal").to_arrow(), CONTAMINATION
    )


def stated(benchmarks: Sequence[Benchmark]) -> list[dict[str, Any]]:
    """Returns the evaluation sets as they stand in the name of cached evidence."""
    return [dataclasses.asdict(benchmark) | SEARCH for benchmark in benchmarks]
