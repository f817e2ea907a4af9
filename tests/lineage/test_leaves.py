"""Leaves are RFC 8785 JSON of decision rows, in the order of their input digests."""

import hashlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from datagov.errors import DatagovError
from datagov.lineage import leaves, merkle
from datagov.tables import ACTIONS, DECISIONS

awkward = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "",
            '"',
            "\\",
            "\x00",
            "\x1f\x7f\x80",
            "\u2028",
            "</script>",
            "数据🙂",
            "שלום",
            "e\u0301",
            "\ufeff",
        ]
    ),
)
hex_digests = st.binary(min_size=32, max_size=32).map(bytes.hex)
rows = st.fixed_dictionaries(
    {
        "record_id": awkward,
        "shard": awkward,
        "position": st.integers(-(2**53) + 1, 2**53 - 1),
        "source_id": awkward,
        "action": st.sampled_from(ACTIONS),
        "reasons": st.lists(awkward, max_size=4),
        "input_digest": hex_digests,
        "output_digest": st.one_of(st.just(""), hex_digests),
    }
)


def table(of: list[dict[str, object]]) -> pa.Table:
    return pa.Table.from_pylist(of, schema=DECISIONS)


def leaf(row: dict[str, object]) -> bytes:
    return hashlib.sha256(b"\0" + rfc8785.dumps(row)).digest()


@settings(deadline=None)
@given(st.lists(rows, max_size=8))
def test_rows_are_written_as_rfc8785_writes_them(of: list[dict[str, object]]) -> None:
    written = leaves.canonical_rows(table(of)).to_pylist()
    assert [text.encode() for text in written] == [rfc8785.dumps(row) for row in of]


@settings(deadline=None)
@given(st.lists(rows, max_size=8), st.integers(0, 8))
def test_a_slice_of_a_table_gives_the_digests_of_its_own_rows(
    of: list[dict[str, object]], start: int
) -> None:
    digests = leaves.leaf_digests(table(of).slice(start))
    assert [bytes(digest) for digest in digests] == [leaf(row) for row in of[start:]]


@settings(max_examples=40, deadline=None)
@given(st.lists(rows, max_size=12), st.integers(0, 12), st.randoms(use_true_random=False))
def test_order_and_root_do_not_depend_on_how_rows_are_spread(
    tmp_path_factory: pytest.TempPathFactory, of: list[dict[str, object]], cut: int, random: object
) -> None:
    folder = tmp_path_factory.mktemp("rows")
    expected = [leaf(row) for row in sorted(of, key=lambda row: (row["input_digest"], leaf(row)))]
    random.shuffle(of)  # type: ignore[attr-defined]
    paths = [folder / "0.parquet", folder / "1.parquet"]
    for path, piece in zip(paths, (of[:cut], of[cut:]), strict=True):
        pq.write_table(table(piece), path, row_group_size=3)
    found = leaves.decision_leaves({path.name: path for path in paths})
    assert [bytes(digest) for digest in found] == expected
    assert found.dtype == np.uint8


def test_no_decisions_give_the_empty_tree(tmp_path: Path) -> None:
    pq.write_table(DECISIONS.empty_table(), tmp_path / "0.parquet")
    for files in ({}, {"0.parquet": tmp_path / "0.parquet"}):
        assert merkle.root(leaves.decision_leaves(files)) == merkle.EMPTY_ROOT


def row(**changes: object) -> dict[str, object]:
    known = dict.fromkeys(DECISIONS.names, "")
    return {**known, "position": 0, "reasons": [], "input_digest": "00" * 32, **changes}


@pytest.mark.parametrize("position", [2**53, -(2**53)])
def test_a_position_without_exact_json_number_is_refused(position: int) -> None:
    with pytest.raises(DatagovError, match=r"2\*\*53"):
        leaves.canonical_rows(table([row(position=position)]))


@pytest.mark.parametrize(
    "digests", [["xy"], ["AB"], ["a b c d "], [""], ["ab", "abcd"], ["a"], ["00" * 33], ["数据"]]
)
def test_an_input_digest_that_is_none_is_refused(tmp_path: Path, digests: list[str]) -> None:
    pq.write_table(table([row(input_digest=d) for d in digests]), tmp_path / "0.parquet")
    with pytest.raises(DatagovError, match="input_digest"):
        leaves.decision_leaves({"0.parquet": tmp_path / "0.parquet"})


def test_a_string_that_is_not_utf8_is_refused() -> None:
    broken = pa.array([b"\xff"], pa.binary()).view(pa.string())
    whole = table([row()])
    spoilt = whole.set_column(0, DECISIONS.field("record_id"), broken)
    with pytest.raises(pa.ArrowInvalid):
        leaves.canonical_rows(spoilt)
