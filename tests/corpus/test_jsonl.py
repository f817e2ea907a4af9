"""JSON Lines: every line is a record or a reject, wherever it is cut."""

import gzip
import json
import random
from dataclasses import replace

import pyarrow as pa
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datagov.corpus.fields import check_fields
from datagov.corpus.options import ReadOptions
from datagov.corpus.read import read
from datagov.corpus.shards import list_shards
from datagov.corpus.splits import plan
from datagov.errors import InputError

NASTY = [
    "",
    " ",
    "中文，mixed",
    "e\u0301",
    "\u202eabc",
    "🙂👨‍👩‍👧",
    "a\nb",
    "\x00",
    "\\",
    '"',
    "2024-01-01",
    "x" * 300,
]


def rows_of(batches):
    batches = list(batches)
    rows = [row for batch in batches for row in batch.table.to_pylist()]
    positions = [p for batch in batches for p in batch.positions.to_pylist()]
    rejects = [r for batch in batches for r in batch.rejects.to_pylist()]
    return rows, positions, rejects


def test_dates_stay_the_strings_that_they_are(write_jsonl, whole):
    path = write_jsonl(
        [{"text": "2024-01-01", "on": "2024-01-01 10:00:00", "n": {"d": "2020-02-02"}}]
    )
    rows, _, _ = rows_of(read(whole(path), ReadOptions()))
    assert rows == [{"text": "2024-01-01", "on": "2024-01-01 10:00:00", "n": {"d": "2020-02-02"}}]


def test_a_column_of_mixed_types_becomes_json_text(write_jsonl, whole):
    path = write_jsonl([{"text": "a", "v": 1}, {"text": "b", "v": "one"}])
    rows, _, _ = rows_of(read(whole(path), ReadOptions()))
    assert [row["v"] for row in rows] == ["1", '"one"']


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"text": ', "bad_json"),
        ("[]", "bad_json"),
        ('{"text": "a", "text": "b"}', "bad_json"),
        ('{"text": "\\udc00"}', "lone_surrogate"),
        ('{"text": null}', "null_text"),
        ('{"other": "a"}', "null_text"),
        ("[" * 100_000, "bad_json"),
    ],
)
def test_a_bad_line_is_one_reject_at_its_offset(write_jsonl, whole, line, reason):
    path = write_jsonl([{"text": "before"}, line, {"text": "after"}])
    rows, positions, rejects = rows_of(read(whole(path), ReadOptions()))
    assert [row["text"] for row in rows] == ["before", "after"]
    assert [(r["reason"], r["position"]) for r in rejects] == [(reason, 19)]
    assert positions[0] == 0


def test_a_line_longer_than_the_limit_is_passed_over_and_the_next_is_read(write_jsonl, whole):
    path = write_jsonl([{"text": "a"}, {"text": "x" * 3_000_000}, {"text": "b"}])
    options = ReadOptions(max_record_bytes=100_000, batch_bytes=50_000)
    rows, _, rejects = rows_of(read(whole(path), options))
    assert [row["text"] for row in rows] == ["a", "b"]
    assert [(r["reason"], r["position"]) for r in rejects] == [("too_large", 14)]


@pytest.mark.parametrize("compress", [gzip.compress, zstandard.compress])
def test_a_truncated_file_gives_the_lines_before_and_one_reject(tmp_path, whole, compress):
    lines = "".join(json.dumps({"text": f"line {i}"}) + "\n" for i in range(40_000)).encode()
    path = tmp_path / ("a.jsonl.gz" if compress is gzip.compress else "a.jsonl.zst")
    data = compress(lines)
    path.write_bytes(data[: len(data) // 2])
    rows, _, rejects = rows_of(read(whole(path), ReadOptions()))
    assert 0 < len(rows) < 40_000
    assert [row["text"] for row in rows] == [f"line {i}" for i in range(len(rows))]
    assert [r["reason"] for r in rejects] == ["truncated"]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    texts=st.lists(
        st.one_of(st.text(max_size=30), st.sampled_from(NASTY)), min_size=1, max_size=30
    ),
    blanks=st.lists(st.booleans(), min_size=30, max_size=30),
    part_bytes=st.integers(1, 400),
    split_bytes=st.integers(1, 400),
    batch_bytes=st.integers(1, 200),
)
def test_cutting_a_file_changes_neither_records_nor_positions(
    tmp_path, texts, blanks, part_bytes, split_bytes, batch_bytes
):
    path = tmp_path / "a.jsonl"
    lines = []
    for text, blank in zip(texts, blanks, strict=False):
        lines.append(json.dumps({"text": text}, ensure_ascii=blank) + "\n")
        if blank:
            lines.append(" \n")
    path.write_text("".join(lines), encoding="utf-8", newline="\n")
    (shard,) = list_shards([str(path)])
    whole = [s for p in plan([shard], split_bytes=10**9) for u in p.units for s in u]
    expected = rows_of(b for s in whole for b in read(s, ReadOptions()))
    cut = plan([shard], split_bytes=split_bytes, part_bytes=part_bytes)
    options = ReadOptions(batch_bytes=batch_bytes)
    found = rows_of(b for p in cut for u in p.units for s in u for b in read(s, options))
    assert found == expected
    assert [row["text"] for row in found[0]] == texts


def test_a_missing_text_column_is_told_before_anything_is_read(write_jsonl):
    shards = list_shards([str(write_jsonl([{"body": "a", "id": 1}]))])
    with pytest.raises(InputError, match=r"has no column 'text'; it has body, id"):
        check_fields(shards, ReadOptions())
    with pytest.raises(InputError, match="column 'id' is int64; expected text"):
        check_fields(shards, replace(ReadOptions(), text_fields=("id",)))


def test_records_without_text_field_are_rejects_and_their_neighbours_are_not(write_jsonl, whole):
    path = write_jsonl([{"text": "a", "id": 1}, {"id": 2}, {"text": "c", "id": 3}])
    rows, _, rejects = rows_of(read(whole(path), ReadOptions()))
    assert [row["id"] for row in rows] == [1, 3]
    assert len(rejects) == 1
    assert pa.table({"x": rejects}).num_rows == 1


def test_a_byte_order_mark_costs_no_record_even_beside_a_bad_line(tmp_path, whole):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"text": "a"}\n{broken\n{"text": "b"}\n')
    rows, positions, rejects = rows_of(read(whole(path), ReadOptions()))
    assert [row["text"] for row in rows] == ["a", "b"]
    assert positions[0] == 0
    assert [r["position"] for r in rejects] == [17]


def test_rejects_for_want_of_text_say_what_the_record_has(write_jsonl, whole):
    path = write_jsonl(
        [{"text": "a"}, {"title": "x", "url": None, "13812345678": "y"}, {"text": None}]
    )
    for batch_bytes in (1, 10_000):
        options = ReadOptions(batch_bytes=batch_bytes)
        _, _, rejects = rows_of(read(whole(path), options))
        assert [r["detail"] for r in rejects] == [
            "no text in text; expected one; the record has title, 1 more",
            "no text in text; expected one; the record has no value at all",
        ]
        assert all(len(r["content_digest"]) == 64 for r in rejects)


def _gzipped(n_lines):
    rng = random.Random(0)
    lines = [json.dumps({"text": f"{i} {rng.random()}"}) for i in range(n_lines)]
    return bytearray(gzip.compress("\n".join(lines).encode()))


def test_lines_before_damage_in_the_same_piece_are_kept(tmp_path, whole):
    data = _gzipped(1000)
    assert len(data) < 64 * 1024
    data[len(data) // 2 :] = b"\xff" * (len(data) - len(data) // 2)
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(data)
    rows, _, rejects = rows_of(read(whole(path), ReadOptions()))
    assert 300 < len(rows) < 600
    assert [row["text"].split()[0] for row in rows] == [str(i) for i in range(len(rows))]
    assert [r["reason"] for r in rejects] == ["truncated"]


def test_content_with_a_wrong_check_sum_is_not_taken_for_good(tmp_path, whole):
    data = _gzipped(1000)
    data[-8] ^= 1
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(data)
    rows, _, rejects = rows_of(read(whole(path), ReadOptions()))
    assert (rows, [r["reason"] for r in rejects]) == ([], ["truncated"])
