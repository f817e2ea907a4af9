"""Digests and groups: equal texts meet, in whatever order they come."""

from collections import defaultdict

import polars as pl
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from datagov.corpus.batch import Cells
from datagov.duplicates.digests import output_digests, record_digests
from datagov.duplicates.groups import KEYS, judge, repeated_ids

KEY = b"k" * 32


def cells_of(texts):
    n = len(texts)
    return Cells(
        pa.array(list(range(n)), pa.int64()),
        pa.array(["text"] * n),
        pa.array(texts, pa.large_string()),
    )


def test_case_width_and_blanks_do_not_matter_to_the_normalised_digest_alone():
    found = record_digests(cells_of(["Ａ  b\n", "a B", "a b"]), 3, KEY)
    assert len(set(found.normalised_digest.to_pylist())) == 1
    assert len(set(found.exact_digest.to_pylist())) == 3


def test_digests_of_input_are_keyed_and_those_of_output_are_not():
    cells = cells_of(["13812345678"])
    assert record_digests(cells, 1, KEY) != record_digests(cells, 1, b"x" * 32)
    assert output_digests(cells, 1) == output_digests(cells_of(["13812345678"]), 1)


def test_where_one_text_ends_matters():
    two = Cells(pa.array([0, 0]), pa.array(["a", "a"]), pa.array(["xy", "z"], pa.large_string()))
    other = Cells(pa.array([0, 0]), pa.array(["a", "a"]), pa.array(["x", "yz"], pa.large_string()))
    assert output_digests(two, 1) != output_digests(other, 1)


rows = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from("12"), st.integers(0, 2)), max_size=25
)


def keys_of(found):
    return pl.DataFrame(
        [
            (i, f"{text}{variant}".encode(), text.encode() * 16, bytes([rank]))
            for i, (text, variant, rank) in enumerate(found)
        ],
        schema=KEYS,
        orient="row",
    )


@given(rows, st.randoms())
def test_clusters_are_those_of_a_dictionary_and_order_does_not_matter(found, random):
    keys = keys_of(found)
    order = list(range(len(found)))
    random.shuffle(order)
    judged = judge(keys[order] if found else keys).sort("record")
    assert judged.equals(judge(keys).sort("record"))
    clusters = defaultdict(list)
    for i, (text, variant, rank) in enumerate(found):
        clusters[text].append((rank, i, variant))
    expected = {}
    for members in clusters.values():
        if len(members) > 1:
            kept = min(members)[1]
            variants = [variant for *_, variant in members]
            for _, i, variant in members:
                expected[i] = ("exact" if variants.count(variant) > 1 else "normalised", kept)
    assert {r["record"]: (r["kind"], r["kept"]) for r in judged.to_dicts()} == expected


def test_the_first_of_an_id_stays():
    keys = pl.DataFrame(
        {"record_id": ["a", "b", "a", "a"], "shard_order": [1, 0, 0, 1], "position": [0, 5, 9, 3]}
    )
    assert sorted(repeated_ids(keys).rows()) == [("a", 1, 0), ("a", 1, 3)]
