"""Short cells inside others, and what share of a record others hold."""

import random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagov.corpus.batch import Cells
from datagov.duplicates.containment import (
    WholesIndex,
    contained,
    held,
    representatives,
    shares,
)
from datagov.duplicates.passages import PASSAGES
from datagov.duplicates.winnowing import MIN_WHOLE, fingerprints

KEY = b"k" * 32


def cells_of(*texts):
    n = len(texts)
    return Cells(
        pa.array(range(n), pa.int64()),
        pa.array(["text"] * n, pa.string()),
        pa.array(texts, pa.large_string()),
    )


def found_in(*texts):
    cells = cells_of(*texts)
    index = WholesIndex.of(fingerprints(cells, len(texts), KEY).wholes)
    return contained(index, cells, len(texts), np.arange(len(texts)), KEY)


def words(*numbers):
    return " ".join(f"w{i}" for i in numbers)


def test_a_short_record_inside_a_long_one_is_found_with_its_span():
    short = "Ein Satz mit nur acht Wörtern, nicht mehr."
    long = f"😀 {words(*range(60))} é e\u0301 {short.upper()} {words(*range(60))}"
    (row,) = found_in(long, "nothing to see", short).to_pylist()
    assert (row["record_a"], row["record_b"], row["n_tokens"]) == (0, 2, 8)
    assert long[row["start_a"] : row["end_a"]] == short.upper().rstrip(".")
    assert short[row["start_b"] : row["end_b"]] == short.rstrip(".")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([1, 2, 3, 500]))
def test_every_short_cell_that_another_record_holds_is_named_and_no_other(seed, n_words):
    rng = random.Random(seed)
    plant = [[rng.randrange(n_words) for _ in range(rng.randrange(6, 20))] for _ in range(3)]
    records = []
    for _ in range(5):
        numbers = list(rng.choice(plant))
        if rng.random() < 0.5:
            front = [rng.randrange(n_words) for _ in range(rng.randrange(40))]
            numbers = [*front, *numbers, *numbers, rng.randrange(n_words)]
        records.append(numbers)
    found = found_in(*(words(*numbers) for numbers in records)).to_pylist()
    pairs = {(row["record_a"], row["record_b"]) for row in found}
    keys = [
        tuple(row[name] for name in ("record_a", "token_a", "record_b", "token_b", "n_tokens"))
        for row in found
    ]
    assert len(keys) == len(set(keys))
    for a, i, b, j, n in keys:
        assert records[a][i : i + n] == records[b][j : j + n]
    for i, short in enumerate(records):
        holders = {
            j
            for j, other in enumerate(records)
            if j != i and any(other[k : k + len(short)] == short for k in range(len(other)))
        }
        if not MIN_WHOLE <= len(short) < 50 or not holders:
            continue
        assert any({i, j} == set(pair) for j in holders for pair in pairs)


def test_100_000_equal_short_records_name_the_first_once_each():
    n = 100_000
    found = found_in(*[words(*range(10))] * n)
    assert found["record_a"].to_pylist() == [0] * (n - 1)
    assert sorted(found["record_b"].to_pylist()) == list(range(1, n))


def test_units_change_nothing():
    texts = [words(*range(9)), words(*range(100)), words(*range(20, 40)), words(*range(9)), "x"]
    whole = found_in(*texts).to_pylist()
    wholes, parts = [], []
    for i, text in enumerate(texts):
        found = fingerprints(cells_of(text), 1, KEY).wholes
        record = pa.array([i] * found.num_rows, pa.int64())
        wholes.append(representatives(found.set_column(0, "record", record)))
    index = WholesIndex.of(pa.concat_tables(wholes[::-1]))
    for i, text in enumerate(texts):
        parts += contained(index, cells_of(text), 1, np.array([i]), KEY).to_pylist()
    assert parts == whole
    assert len(whole) == 3


@pytest.mark.parametrize("texts", [[], [""], ["a", "a"], ["一二三四五六七", "一二三四五六七八"]])
def test_what_is_too_short_is_not_looked_for(texts):
    assert found_in(*texts).num_rows == 0


def test_chinese_is_compared_by_characters():
    (row,) = found_in("春眠不觉晓，处处闻啼鸟。", "诗云：「春眠不覺曉，處處聞啼鳥」也").to_pylist()
    assert (row["start_a"], row["end_a"]) == (0, 11)
    assert (row["start_b"], row["end_b"]) == (4, 15)


def passages_of(*rows):
    names = ("record_a", "token_a", "record_b", "token_b", "n_tokens")
    full = [dict.fromkeys(PASSAGES.names) | dict(zip(names, row, strict=True)) for row in rows]
    return pa.Table.from_pylist(full, schema=PASSAGES)


def test_overlapping_passages_count_once_and_every_container_is_named():
    passages = passages_of((1, 0, 2, 50, 60), (1, 40, 3, 0, 50), (1, 40, 3, 0, 50))
    sizes = pa.table({"record": [3, 2, 1], "n_tokens": [50, 200, 100]})
    found = [tuple(row.values()) for row in shares(passages, sizes).to_pylist()]
    want = [(1, 100, 0.9), (2, 200, 0.3), (3, 50, 1.0)]
    assert found == [(*row[:2], pytest.approx(row[2])) for row in want]
    found = [tuple(row.values()) for row in held(passages, sizes).to_pylist()]
    want = [(1, 2, 0.6), (1, 3, 0.5), (2, 1, 0.3), (3, 1, 1.0)]
    assert found == [(*row[:2], pytest.approx(row[2])) for row in want]
    assert held(passages.slice(0, 0), sizes).num_rows == 0
