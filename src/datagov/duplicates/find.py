"""Near duplicates among texts in memory: what a scan does over a corpus, for notebooks."""

from collections.abc import Iterable

import numpy as np
import polars as pl
import pyarrow as pa

from datagov.corpus.batch import Cells
from datagov.duplicates.bands import band_keys, banding
from datagov.duplicates.candidates import candidate_pairs
from datagov.duplicates.clusters import DIRECT, EDGES, alike, centres, clusters
from datagov.duplicates.sketches import Sketches, likeness, sketch
from datagov.texts import Texts, as_texts
from datagov.utf8 import Ints

ALIKE_MARGIN = 0.1
"""How far below the threshold of near duplicates candidates may be: they may be contained."""

_KEY = bytes(32)
_BATCH = 50_000


def find(
    texts: Texts,
    *,
    near_from: float = 0.5,
    contained_from: float = 0.8,
    chains: str = DIRECT,
    key: bytes = _KEY,
) -> pl.DataFrame:
    """Returns the texts that are alike, as a table of schema `clusters.MEMBERS`, by their index.

    The first of a cluster is the one that stays. Texts without a word or character are like none.

    Args:
        texts: Arrow, polars or a list of strings.
        near_from: Jaccard similarity from which two texts are near duplicates.
        contained_from: Share of a text in another from which it is contained in it.
        chains: `direct` or `linked`; see `clusters`.
        key: Secret that hashes depend on; changes which pairs are missed by chance.
    """
    sketched = sketch_texts(texts, key)
    edges = edges_between(sketched, near_from, contained_from)
    nodes = pl.DataFrame({"record": pl.concat([edges["first"], edges["second"]]).unique()})
    nodes = nodes.with_columns(rank=pl.lit(b""), digest=pl.lit(b""))
    return clusters(nodes, edges, near_from=near_from, contained_from=contained_from, chains=chains)


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


def edges_between(sketched: Sketches, near_from: float, contained_from: float) -> pl.DataFrame:
    """Returns the pairs that are alike, as a table of schema `clusters.EDGES`.

    Pairs that share a band are compared, then each with the first that it hangs together with.
    """
    keys = band_keys(sketched, banding(near_from))
    n_shingles = sketched.n_shingles.to_numpy()
    pairs = candidate_pairs(enumerate(keys.T), n_shingles, near_from - ALIKE_MARGIN)
    edges = alike(_compared(sketched, pairs), near_from, contained_from)
    nodes = pl.DataFrame({"record": pl.concat([edges["first"], edges["second"]]).unique()})
    nodes = nodes.with_columns(rank=pl.lit(b""), digest=pl.lit(b""))
    found = centres(nodes, edges).filter(pl.col("record") != pl.col("kept"))
    more = found.select(first="kept", second="record").join(
        edges, on=["first", "second"], how="anti"
    )
    others = alike(_compared(sketched, more.to_numpy()), near_from, contained_from)
    return pl.concat([edges, others])


def _compared(sketched: Sketches, pairs: Ints) -> pl.DataFrame:
    found = likeness(sketched, sketched, pairs.reshape(-1, 2))
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
