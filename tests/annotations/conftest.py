"""Small crowds, made here."""

import random
from collections.abc import Callable, Sequence

import pyarrow as pa
import pytest

from datagov.tables import ANNOTATIONS

Row = tuple[str, str, str]


@pytest.fixture(scope="session")
def table() -> Callable[[Sequence[Row]], pa.Table]:
    def make(rows):
        dicts = [dict(zip(ANNOTATIONS.names, row, strict=True)) for row in rows]
        return pa.Table.from_pylist(dicts, schema=ANNOTATIONS)

    return make


@pytest.fixture(scope="session")
def crowd() -> Callable[..., tuple[list[Row], dict[str, str]]]:
    """Three who are right nine times in ten, one who guesses, one who always says yes."""

    def make(n_items=200, seed=3):
        generator = random.Random(seed)
        rows, truth = [], {}
        for i in range(n_items):
            item = f"i{i:03}"
            truth[item] = right = generator.choice(["yes", "no"])
            wrong = "no" if right == "yes" else "yes"
            for who in ("ann", "bob", "cy"):
                rows.append((item, who, right if generator.random() < 0.9 else wrong))
            rows.append((item, "guess", generator.choice(["yes", "no"])))
            rows.append((item, "always", "yes"))
        return rows, truth

    return make
