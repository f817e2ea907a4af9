"""Shared passages: exactly those that a comparison of all places finds, with exact spans."""

import itertools
import random
import sys
import unicodedata

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagov.corpus.batch import Cells
from datagov.duplicates import passages
from datagov.duplicates.passages import (
    ALL_PAIRS,
    MAX_REPEATS,
    meetings,
    shared,
    tokens_around,
)
from datagov.duplicates.spans import origins, tokens_of
from datagov.duplicates.tokens import Buffers, seed_of, tables, tokenise
from datagov.duplicates.winnowing import fingerprints

KEY = b"k" * 32
MIN = 12


def cells_of(*records):
    """A record is a text or a list of texts."""
    rows, fields, texts = [], [], []
    for row, record in enumerate(records):
        for i, text in enumerate([record] if isinstance(record, str) else record):
            rows.append(row)
            fields.append(f"text{i}")
            texts.append(text)
    return Cells(
        pa.array(rows, pa.int64()),
        pa.array(fields, pa.string()),
        pa.array(texts, pa.large_string()),
    )


def found_in(*records, min_tokens=MIN):
    cells = cells_of(*records)
    prints = fingerprints(cells, len(records), KEY, min_tokens)
    met = meetings(prints.sampled)
    tokens = tokens_around(cells, len(records), KEY, met.places, min_tokens)
    return shared(tokens, met.anchors, min_tokens)


def runs(found):
    names = ("record_a", "record_b", "token_a", "token_b", "n_tokens")
    return {tuple(row[name] for name in names) for row in found.to_pylist()}


def oracle(records, min_tokens=MIN, outermost=True):
    """All longest equal runs, by comparing every place with every other one."""
    result = set()
    for a, b in itertools.combinations(range(len(records)), 2):
        pair = []
        for base_a, one in records[a]:
            for base_b, other in records[b]:
                lengths = np.zeros((len(one) + 1, len(other) + 1), int)
                for i in range(len(one) - 1, -1, -1):
                    for j in range(len(other) - 1, -1, -1):
                        if one[i] == other[j]:
                            lengths[i, j] = lengths[i + 1, j + 1] + 1
                for i, j in np.argwhere(lengths >= min_tokens):
                    if i == 0 or j == 0 or one[i - 1] != other[j - 1]:
                        pair.append((base_a + i, base_b + j, lengths[i, j]))
        for i, j, n in pair:
            inside = outermost and any(
                (x, y, m) != (i, j, n) and x <= i and i + n <= x + m and y <= j and j + n <= y + m
                for x, y, m in pair
            )
            if not inside:
                result.add((a, b, int(i), int(j), int(n)))
    return result


def between(run, one, other):
    """Whether two runs of the pair hold a third, in one record each and in the other together."""
    places = [
        [set(range(each[side], each[side] + each[4])) for side in (2, 3)]
        for each in (run, one, other)
    ]
    return any(
        places[0][side] <= places[1][side] & places[2][side]
        and places[0][1 - side] <= places[1][1 - side] | places[2][1 - side]
        for side in (0, 1)
    )


def split_cells(words):
    """(index of the first word, words) of each cell of a record."""
    cells, at = [], 0
    for cell in words:
        cells.append((at, cell))
        at += len(cell)
    return cells


@st.composite
def planted(draw):
    """Records of cells of words, with passages copied among them."""
    seed = draw(st.integers(0, 2**32 - 1))
    rng = random.Random(seed)
    n_words = draw(st.sampled_from([1, 2, 4, 30, 1000]))
    plant = [[str(rng.randrange(n_words)) for _ in range(rng.randrange(8, 50))] for _ in range(3)]
    records = []
    for _ in range(draw(st.integers(2, 4))):
        cells = []
        for _ in range(rng.randrange(1, 3)):
            words = []
            for _ in range(rng.randrange(0, 4)):
                words += [str(rng.randrange(n_words)) for _ in range(rng.randrange(0, 30))]
                words += rng.choice(plant)[rng.randrange(3) :]
            cells.append(words)
        records.append(cells)
    return records


@settings(max_examples=60, deadline=None)
@given(planted())
def test_what_is_found_is_what_comparing_all_places_finds(records):
    # Repeated words make fingerprints common: exactness is promised below the limit.
    limit = passages.ALL_PAIRS
    texts = [[" ".join(cell) for cell in cells] for cells in records]
    sampled = fingerprints(cells_of(*texts), len(texts), KEY, MIN).sampled
    _, counts = np.unique(sampled["hash"].to_numpy(), return_counts=True)
    found = runs(found_in(*texts))
    all_cells = [split_cells(cells) for cells in records]
    if counts.max(initial=0) <= limit:
        want = oracle(all_cells)
        assert found <= want
        for run in want - found:
            beside = [each for each in found if each[:2] == run[:2]]
            assert any(between(run, *two) for two in itertools.combinations(beside, 2))
    else:
        assert found <= oracle(all_cells, outermost=False)


def test_a_few_thousand_words_with_planted_passages_of_all_lengths_around_the_least():
    rng = random.Random(5)
    words = [f"w{i}" for i in range(5000)]
    records = [[rng.choice(words) for _ in range(3000)] for _ in range(4)]
    expected = set()
    for n in range(46, 60):
        passage = [f"p{n}x{i}" for i in range(n)]
        one, other = rng.sample(range(4), 2)
        for record in (one, other):
            at = rng.randrange(len(records[record]))
            while records[record][at].startswith("p") or records[record][at - 1].startswith("p"):
                at = rng.randrange(len(records[record]))
            records[record][at:at] = passage
        if n >= 50:
            expected.add((min(one, other), max(one, other), n))
    found = found_in(*(" ".join(record) for record in records), min_tokens=50)
    assert {(run[0], run[1], run[4]) for run in runs(found)} == expected


WORDS = " ".join(f"word{i}" for i in range(40))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (WORDS, WORDS.upper()),
        ("é " * 5 + WORDS, "e\u0301 " * 3 + WORDS),
        ("😀😀 " + WORDS.replace("word7", "😀 ﬁn"), "x " + WORDS.replace("word7", "😀 fin")),
        (WORDS.replace("word3", "Ｗｉｄｅ"), "中文" + WORDS.replace("word3", "wide")),
        (WORDS.replace("word0", "cafe\u0301"), "a\u0300 " + WORDS.replace("word0", "café")),
        ("ध्वनि क़लम " + WORDS.replace("word39", "क\u093cलम"), WORDS.replace("word39", "\u0958लम")),
        ("各" + "甲乙丙丁戊己庚辛壬癸子丑寅卯", "某某" + "甲乙丙丁戊己庚辛壬癸子丑寅卯。"),
        ("\u1112\u1161\u11ab " + WORDS, "한 " + WORDS),
    ],
)
def test_spans_are_those_of_the_text_as_it_is(one, other):
    (row,) = found_in(one, other).to_pylist()
    a, b = one[row["start_a"] : row["end_a"]], other[row["start_b"] : row["end_b"]]
    assert len(a) > 10

    def fold(text):
        return unicodedata.normalize("NFKC", text).casefold()

    assert fold(a).strip("。") == fold(b).strip("。")
    # One more character on either side would be no part of the passage.
    assert a == a.strip()
    assert fold(one[row["start_a"] : row["end_a"] + 1]).startswith(fold(a))


COMPOSING = "aé e\u0301\u0327\u0323ﬁㅏ\uff9eｶか\u3099\u1112\u1161\u11abक\u093c😀ǅ\u2126"


@given(st.text(st.sampled_from(COMPOSING), max_size=30))
def test_origins_lead_from_composed_text_to_what_composes(text):
    composed = unicodedata.normalize("NFKC", text)
    first, behind = origins(text)
    assert len(first) == len(behind) == len(composed)
    pieces = list(dict.fromkeys(zip(first.tolist(), behind.tolist(), strict=True)))
    assert "".join(unicodedata.normalize("NFKC", text[a:b]) for a, b in pieces) == composed
    assert "".join(text[a:b] for a, b in pieces) == text


def everywhere(cells, n_rows):
    """One place far in each record's text, with a margin that takes in all."""
    rows = pa.table(
        {
            "record": [row for row in range(n_rows) for _ in range(99)],
            "token": list(range(99)) * n_rows,
        }
    )
    return tokens_of(cells, n_rows, KEY, rows, 10**6).to_pylist()


@given(st.lists(st.text(max_size=40), max_size=4))
def test_tokens_with_spans_are_the_tokens_without(texts):
    cells = cells_of(*texts)
    found = {row["record"]: row for row in everywhere(cells, len(texts))}
    buffers = Buffers.of(cells, len(texts))
    for i, text in enumerate(texts):
        out = np.empty(buffers.max_tokens, np.uint32)
        bounds = buffers.starts[i], buffers.ends[i]
        n, _ = tokenise(buffers.data, *bounds, *tables(), seed_of(KEY, b"passages"), out, 0)
        row = found.get(i, {"tokens": [], "starts": [], "ends": []})
        assert row["tokens"] == out[:n].tolist()
        spans = list(zip(row["starts"], row["ends"], strict=True))
        assert all(0 <= start < end <= len(text) for start, end in spans)
        assert spans == sorted(spans)


def test_tokens_around_places_are_stretches_of_cells():
    cells = cells_of("a b", ["c d e f g h", "", "é e\u0301 1 2 3 4 5 6"], "", "f g h")
    whole = {(row["record"], row["field"]): row for row in everywhere(cells, 4)}
    places = pa.table({"record": [1, 1, 1, 1, 3], "token": [12, 7, 1, 6, 0]})
    found = tokens_of(cells, 4, KEY, places, 2).to_pylist()
    spans = [(row["record"], row["field"], row["token"], len(row["tokens"])) for row in found]
    assert spans == [
        (1, "text0", 0, 3),
        (1, "text2", 6, 3),
        (1, "text2", 10, 4),
        (3, "text0", 0, 2),
    ]
    for row in found:
        all_of_it = whole[row["record"], row["field"]]
        begin = row["token"] - all_of_it["token"]
        for name in ("tokens", "starts", "ends"):
            assert row[name] == all_of_it[name][begin : begin + len(row[name])]
    assert found[1]["ends"] == [1, 4, 6]


def renumbered(table, numbers, *names):
    for name in names:
        column = pa.array(numbers[table[name].to_numpy()], pa.int64())
        table = table.set_column(table.schema.get_field_index(name), name, column)
    return table


@settings(max_examples=30, deadline=None)
@given(planted(), st.randoms(use_true_random=False))
def test_neither_order_nor_the_cut_into_units_matters(records, rng):
    texts = [[" ".join(cell) for cell in cells] for cells in records]
    whole = found_in(*texts)
    units = [cells_of(record) for record in texts]
    prints = [
        renumbered(fingerprints(unit, 1, KEY, MIN).sampled, np.array([i]), "record")
        for i, unit in enumerate(units)
    ]
    order = list(range(len(texts)))
    rng.shuffle(order)
    met = meetings(pa.concat_tables([prints[i] for i in order]))
    pairs, wanted = met.anchors, met.places
    tokens = []
    for i in order:
        here = wanted.filter(pa.array(wanted["record"].to_numpy() == i))
        here = renumbered(here, np.zeros(len(texts), int), "record")
        read = tokens_around(units[i], 1, KEY, here, MIN)
        tokens.append(renumbered(read, np.array([i]), "record"))
    shuffled = list(range(pairs.num_rows)) * 2
    rng.shuffle(shuffled)
    pairs = pairs.take(pa.array(shuffled, pa.int64()))
    assert shared(pa.concat_tables(tokens), pairs, MIN).equals(whole)


def test_anchors_of_all_buckets_are_those_of_the_buckets_together():
    texts = [WORDS, "a b " + WORDS, WORDS + " c d", "x " + WORDS]
    sampled = fingerprints(cells_of(*texts), 4, KEY, MIN).sampled
    bucket = sampled["hash"].to_numpy() % 4
    parts = [meetings(sampled.filter(pa.array(bucket == i))).anchors for i in range(4)]
    merged = pa.concat_tables(parts).sort_by(
        [(name, "ascending") for name in ("record_a", "token_a", "record_b", "token_b")]
    )
    whole = meetings(sampled).anchors.sort_by(
        [(name, "ascending") for name in ("record_a", "token_a", "record_b", "token_b")]
    )
    assert merged.equals(whole)


def test_identical_headers_of_100_000_records_cost_no_square_and_connect_all():
    header = " ".join(f"licence{i}" for i in range(60))
    n = 100_000
    texts = [f"{header} own {i}" for i in range(n)]
    cells = cells_of(*texts)
    sampled = fingerprints(cells, n, KEY, 50).sampled
    met = meetings(sampled)
    found = met.anchors
    per_record = len(np.unique(sampled["hash"].to_numpy()[: sampled.num_rows // n + 2]))
    assert found.num_rows <= 2 * n * per_record
    passages = shared(tokens_around(cells, n, KEY, met.places, 50), found, 50)
    assert n - 1 <= passages.num_rows <= 2 * n
    assert set(passages["n_tokens"].to_pylist()) <= {60, 61}
    a, b = passages["record_a"].to_numpy(), passages["record_b"].to_numpy()
    assert len(set(a) | set(b)) == n
    assert {(0, i) for i in range(1, n)} <= set(zip(a.tolist(), b.tolist(), strict=True))


@pytest.mark.parametrize("seed", range(6))
def test_one_repeated_word_is_a_passage_or_two_whatever_the_key(seed, monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "KEY", bytes([seed]) * 32)
    one, *other = runs(found_in("la " * 2000, "x " + "la " * 1500, min_tokens=50))
    assert one[-2:] == (1, 1500)
    assert [run[-2:] for run in other] in ([], [(1, 1500)])


def test_one_repeated_word_takes_no_square():
    rng = random.Random(1)
    one, other = "la " * 200_000, "x " + "la " * 150_000
    rows = found_in(one, other, min_tokens=50).to_pylist()
    assert {row["n_tokens"] for row in rows} == {150_000}
    assert len(rows) <= 2
    period = [str(rng.randrange(10**6)) for _ in range(7)] * 20_000
    rows = found_in(" ".join(period), " ".join(period[3:]), min_tokens=50).to_pylist()
    assert max(row["n_tokens"] for row in rows) == 139_997
    assert len(rows) <= 2 * MAX_REPEATS


def test_of_a_common_fingerprint_each_record_gives_a_few_places():
    n = ALL_PAIRS + 5
    prints = pa.table(
        {
            "record": pa.array([i for i in range(n) for _ in range(20)], pa.int64()),
            "token": pa.array(list(range(20)) * n, pa.int32()),
            "hash": pa.array([7] * (20 * n), pa.uint64()),
        }
    )
    found = meetings(prints).anchors
    assert found.num_rows == MAX_REPEATS * (2 * (n - 1) - 1)


def test_a_passage_ends_where_a_cell_does():
    found = found_in([WORDS, WORDS], WORDS + " " + WORDS)
    assert {run[2:] for run in runs(found)} == {(0, 0, 40), (0, 40, 40), (40, 0, 40), (40, 40, 40)}
    assert {row["field_a"] for row in found.to_pylist()} == {"text0", "text1"}


@pytest.mark.parametrize("text", ["", " ", "a", "。", "a b c"])
def test_texts_of_little_or_nothing_share_nothing(text):
    assert found_in(text, text).num_rows == 0
    assert found_in().num_rows == 0
    assert found_in([], []).num_rows == 0


def test_another_key_gives_other_fingerprints():
    one = fingerprints(cells_of(WORDS), 1, KEY).sampled
    other = fingerprints(cells_of(WORDS), 1, b"x" * 32).sampled
    assert not set(one["hash"].to_pylist()) & set(other["hash"].to_pylist())
