"""Near duplicates among texts in memory: what a scan does over a corpus, for notebooks."""

import math
from collections.abc import Iterable
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from datagov.corpus.batch import Cells
from datagov.duplicates.bands import band_keys, banding
from datagov.duplicates.candidates import Packed, candidate_pairs, packed, unpacked
from datagov.duplicates.clusters import (
    DIRECT,
    EDGES,
    LINKED,
    MEMBERS,
    NEAR,
    alike,
    centres,
    clusters,
)
from datagov.duplicates.sketches import Sketches, likeness, sketch
from datagov.duplicates.stored import StoredSketches
from datagov.errors import ConfigError
from datagov.texts import Texts, as_texts
from datagov.utf8 import Ints

ALIKE_MARGIN = 0.1
"""How far below the threshold of near duplicates candidates may be: they may be contained."""

_KEY = bytes(32)
_BATCH = 50_000
_STRETCH = 1 << 22
"""Pairs that are compared at a time: most turn out not to be alike."""


def find(
    texts: Texts,
    *,
    near_from: float = 0.5,
    contained_from: float | None = 0.8,
    chains: str = DIRECT,
    key: bytes = _KEY,
) -> pl.DataFrame:
    """Returns the texts that are alike, as a table of schema `clusters.MEMBERS`, by their index.

    The first of a cluster is the one that stays. Texts without a word or character are like none.
    Texts with equal sketches are compared once: a million of one line take seconds.

    Args:
        texts: Arrow, polars or a list of strings.
        near_from: Jaccard similarity from which two texts are near duplicates.
        contained_from: Share of a text in another from which it is contained in it; None where that
            is not looked for.
        chains: `direct` or `linked`; see `clusters`.
        key: Secret that hashes depend on; changes which pairs are missed by chance.

    Raises:
        ConfigError: A share is not above 0 and at most 1, or `chains` is neither word.
        InputError: As of `as_texts`.
    """
    share = _checked(near_from, contained_from)
    if chains not in (DIRECT, LINKED):
        raise ConfigError(f"chains: {chains!r} is not allowed; expected {DIRECT!r} or {LINKED!r}")
    sketched, which = _distinct(sketch_texts(texts, key))
    edges = edges_between(sketched, near_from, contained_from)
    members = clusters(
        nodes_of(edges), edges, near_from=near_from, contained_from=share, chains=chains
    )
    return _with_equals(members, which, sketched.n_shingles.to_numpy() > 0)


def _distinct(sketched: Sketches) -> tuple[Sketches, npt.NDArray[np.int32]]:
    """Returns the different sketches, as they first come, and which of them each text has."""
    coded = sketched.hashes.dictionary_encode()
    which = coded.indices.to_numpy()
    _, first = np.unique(which, return_index=True)
    return Sketches(coded.dictionary, sketched.n_shingles.take(pa.array(first))), which


def _with_equals(
    members: pl.DataFrame, which: npt.NDArray[np.int32], comparable: npt.NDArray[np.bool_]
) -> pl.DataFrame:
    """Returns members among texts with different sketches as those of all texts.

    Args:
        members: Of schema MEMBERS, by the number of the sketch.
        which: int32, of each text the number of its sketch.
        comparable: Of each sketch whether it has a shingle.
    """
    texts = pl.DataFrame({"text": np.arange(len(which)), "record": which.astype(np.int64)})
    texts = texts.filter(pl.Series(comparable)[texts["record"]])
    first = texts.group_by("record").agg(pl.col("text").min(), is_repeated=pl.len() > 1)
    found = texts.join(members, on="record", how="left").join(
        first.select("record", "is_repeated"), on="record"
    )
    # What stays is as like as the closest of those that go for it: an equal one, if there is any.
    equal = pl.col("kept").fill_null(pl.col("record")) == pl.col("record")
    return (
        found.filter(pl.col("kept").is_not_null() | pl.col("is_repeated"))
        .with_columns(kept=pl.coalesce("kept", "record"))
        .join(first.select(kept="record", first_kept="text"), on="kept")
        .select(
            record="text",
            kept="first_kept",
            kind=pl.when(equal & pl.col("is_repeated")).then(pl.lit(NEAR)).otherwise("kind"),
            similarity=pl.when(equal & pl.col("is_repeated")).then(1.0).otherwise("similarity"),
            cluster=pl.col("cluster").fill_null(b""),
        )
        .cast(MEMBERS)
        .sort("kept", "record")
    )


def _checked(near_from: float, contained_from: float | None) -> float:
    """Returns the share from which a text is contained, infinite for none; refuses what is none."""
    for name, value in (("near_from", near_from), ("contained_from", contained_from)):
        if not (_is_share(value) or (value is None and name == "contained_from")):
            raise ConfigError(
                f"{name}: {value!r} is not allowed; expected a number above 0, at most 1"
            )
    return math.inf if contained_from is None else contained_from


def _is_share(value: Any) -> bool:
    # Nothing that a NaN is compared with is true.
    return not isinstance(value, bool) and isinstance(value, Real) and 0 < float(value) <= 1


def sketch_texts(texts: Texts, key: bytes = _KEY) -> Sketches:
    """Returns the sketch of each text."""
    array = as_texts(texts)
    pieces = [_sketched(array[at : at + _BATCH], key) for at in range(0, len(array), _BATCH)]
    return joined(pieces)


def joined(pieces: Iterable[Sketches]) -> Sketches:
    """Returns the sketches of several batches as one."""
    every = list(pieces)
    return Sketches(
        pa.concat_arrays([pa.array([], pa.large_binary()), *(each.hashes for each in every)]),
        pa.concat_arrays([pa.array([], pa.int64()), *(each.n_shingles for each in every)]),
    )


def _sketched(texts: pa.Array, key: bytes) -> Sketches:
    n = len(texts)
    field = pa.repeat(pa.scalar("text"), n)
    return sketch(Cells(pa.array(np.arange(n)), field, texts), n, key)


def edges_between(
    sketched: Sketches, near_from: float, contained_from: float | None
) -> pl.DataFrame:
    """Returns the pairs that are alike, as a table of schema `clusters.EDGES`.

    Pairs that share a band are compared, then each with the first that it hangs together with.

    Raises:
        ConfigError: A share is not above 0 and at most 1.
    """
    share = _checked(near_from, contained_from)
    keys = band_keys(sketched, banding(near_from))
    return _edges(sketched, enumerate(keys.T), near_from, share)


def edges_among(
    batches: Iterable[Sketches], folder: Path, near_from: float, contained_from: float | None
) -> pl.DataFrame:
    """Returns what `edges_between` does, of more texts than memory has room for sketches.

    Args:
        batches: Of `sketch_texts`, say; records are numbered on from batch to batch.
        folder: An empty one, where up to 768 bytes per record are kept meanwhile.
        near_from: As of `find`.
        contained_from: As of `find`.

    Raises:
        ConfigError: A share is not above 0 and at most 1.
    """
    share = _checked(near_from, contained_from)
    stored = StoredSketches.write(batches, folder, banding(near_from))
    return _edges(stored.sketches(), stored.bands(), near_from, share)


def _edges(
    sketched: Sketches,
    bands: Iterable[tuple[int, npt.NDArray[np.uint32]]],
    near_from: float,
    contained_from: float,
) -> pl.DataFrame:
    def among(pairs: Packed) -> pl.DataFrame:
        stretches = (pairs[at : at + _STRETCH] for at in range(0, len(pairs), _STRETCH))
        found = (_compared(sketched, unpacked(stretch)) for stretch in stretches)
        return pl.concat(
            [EDGES.to_frame(), *(alike(each, near_from, contained_from) for each in found)]
        )

    n_shingles = sketched.n_shingles.to_numpy()
    order = np.arange(len(n_shingles), dtype=np.uint64)
    edges = among(candidate_pairs(bands, n_shingles, near_from - ALIKE_MARGIN, order))
    found = centres(nodes_of(edges), edges).filter(pl.col("record") != pl.col("kept"))
    more = found.select(first="kept", second="record").join(
        edges, on=["first", "second"], how="anti"
    )
    held = packed(more["first"].to_numpy(), more["second"].to_numpy())
    return pl.concat([edges, among(held)])


def nodes_of(edges: pl.DataFrame) -> pl.DataFrame:
    """Returns the ends of edges, of schema `clusters.NODES`; the first of them would stay."""
    nodes = pl.DataFrame({"record": pl.concat([edges["first"], edges["second"]]).unique()})
    return nodes.with_columns(rank=pl.lit(b""), digest=pl.lit(b""))


def _compared(sketched: Sketches, pairs: Ints) -> pl.DataFrame:
    found = likeness(sketched, sketched, pairs)
    return pl.DataFrame(
        {
            "first": pairs[:, 0],
            "second": pairs[:, 1],
            "jaccard": found.jaccard,
            "first_in_second": found.first,
            "second_in_first": found.second,
        },
        EDGES,
    )
