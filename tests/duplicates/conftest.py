import sys
from pathlib import Path

import pyarrow as pa
import pytest

from datagov.corpus.batch import Cells
from datagov.duplicates.sketches import sketch

sys.path.insert(0, str(Path(__file__).parent))

KEY = b"k" * 32


def cells_of(texts):
    return Cells(
        pa.array(range(len(texts)), pa.int64()),
        pa.array(["text"] * len(texts), pa.string()),
        pa.array(texts, pa.large_string()),
    )


@pytest.fixture(scope="session")
def sketched():
    """Returns a function from texts to their sketches."""
    return lambda texts, key=KEY: sketch(cells_of(texts), len(texts), key)
