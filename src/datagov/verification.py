"""Verifies a release with all that this package knows of its content."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from datagov.corpus.cells import cells
from datagov.corpus.options import ReadOptions
from datagov.corpus.read import read
from datagov.corpus.shards import Shard
from datagov.corpus.splits import Split
from datagov.duplicates.digests import output_digests
from datagov.lineage.checks import VerificationReport
from datagov.lineage.verify import verify as verify_lineage


def verify(release: Path, key: Path, corpus: Sequence[str] = ()) -> VerificationReport:
    """Returns what holds of a release: signatures, every digest, every count.

    Args:
        release: Folder of the release.
        key: PEM file of the public key that the caller trusts.
        corpus: The inputs, to check them against the signed digests.

    Raises:
        InputError: There is no such folder, or an input is not readable.
        ConfigError: The key is not usable.
    """
    return verify_lineage(Path(release), Path(key), corpus, _row_digests)


def _row_digests(path: Path, parameters: Mapping[str, Any]) -> Iterable[str]:
    """Yields the output digest of each record of a file in data/, computed from its text."""
    fields = tuple(parameters["flags"]["text_fields"])
    chats = frozenset(parameters["flags"]["chat_fields"])
    kind = path.suffix.removeprefix(".")
    shard = Shard(path.name, str(path), kind, "", path.stat().st_size, "")
    split = Split(shard, "whole", 0, 0, shard.n_bytes)
    for batch in read(split, ReadOptions(text_fields=fields, chat_fields=chats)):
        yield from _digests_of(batch.table, fields)


def _digests_of(table: Any, fields: Sequence[str]) -> Iterator[str]:
    yield from output_digests(cells(table, fields), table.num_rows).to_pylist()
