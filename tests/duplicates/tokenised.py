"""Tokens of a single text."""

import numpy as np
import pyarrow as pa

from datagov.corpus.batch import Cells
from datagov.duplicates.tokens import Buffers, seed_of, tables, tokenise

KEY = b"k" * 32


def tokens(text):
    """Returns the hashes of a text's tokens."""
    cells = Cells(pa.array([0]), pa.array(["t"]), pa.array([text], pa.large_string()))
    buffers = Buffers.of(cells, 1)
    out = np.zeros(len(text.encode()) * 4 + 4, np.uint32)  # More than there has to be room for.
    bounds = buffers.starts[0], buffers.ends[0]
    n, _ = tokenise(buffers.data, *bounds, *tables(), seed_of(KEY, b""), out, 0)
    assert n <= buffers.max_tokens
    return out[:n].tolist()
