"""Annotation files of every format, and what is wrong with them."""

import datetime
import gzip
import json

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from datagov.annotations.read import read_annotations
from datagov.errors import InputError

NAMES = {"item": "item", "annotator": "who", "label": "says"}
ROWS = [{"item": "甲", "who": "x", "says": "a\0b"}, {"item": "007", "who": "👩", "says": "א"}]
EXPECTED = [("甲", "x", "a\0b"), ("007", "👩", "א")]


def write(path, rows):
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text(text, encoding="utf-8")
    return str(path)


def read(*paths):
    return [tuple(row.values()) for row in read_annotations(paths, **NAMES).to_pylist()]


def test_every_format_reads_the_same(tmp_path):
    frame = pl.DataFrame(ROWS)
    frame.write_parquet(tmp_path / "a.parquet")
    frame.write_ipc(tmp_path / "a.arrow")
    frame.write_csv(tmp_path / "a.csv")
    frame.write_csv(tmp_path / "a.tsv", separator="\t")
    plain = write(tmp_path / "a.jsonl", ROWS)
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress((tmp_path / "a.jsonl").read_bytes()))
    for name in ("a.parquet", "a.arrow", "a.csv", "a.tsv", "b.jsonl.gz"):
        assert read(str(tmp_path / name)) == EXPECTED
    assert read(plain) == EXPECTED


def test_a_folder_is_read_as_one(tmp_path):
    write(tmp_path / "1.jsonl", ROWS[:1])
    write(tmp_path / "2.jsonl", ROWS[1:])
    assert read(str(tmp_path)) == EXPECTED


def test_numbers_and_truth_values_are_names_too(tmp_path):
    rows = [{"item": 1, "who": 2.0, "says": True}, {"item": 3, "who": 2.5, "says": False}]
    assert read(write(tmp_path / "a.jsonl", rows)) == [("1", "2", "true"), ("3", "2.5", "false")]


def test_one_and_one_point_zero_are_the_same_class(tmp_path):
    one = write(tmp_path / "a.jsonl", [{"item": "a", "who": "x", "says": 1}])
    other = write(tmp_path / "b.jsonl", [{"item": "a", "who": "y", "says": 1.0}])
    assert {row[2] for row in read(one, other)} == {"1"}


def test_optional_columns_come_along_and_others_stay_behind(tmp_path):
    rows = [ROWS[0] | {"duration_s": "2.5", "created_at": "1970-01-02", "secret": "s"},
            ROWS[1] | {"duration_s": "soon", "created_at": None, "secret": "s"}]  # fmt: skip
    found = read_annotations([write(tmp_path / "a.jsonl", rows)], **NAMES)
    assert found.column_names == ["item_id", "annotator_id", "label", "created_at", "duration_s"]
    assert found["duration_s"].to_pylist() == [2.5, None]
    assert found["created_at"].to_pylist() == [86400.0, None]


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("1970-01-01T08:00:01+08:00", 1.0),
        ("1970-01-01T00:00:01.5Z", 1.5),
        ("1970-01-01 00:00:01", 1.0),
        ("1970-01-01T00:01", 60.0),
        ("1700000000", 1.7e9),
        (1700000000, 1.7e9),
        (datetime.datetime(1970, 1, 2, tzinfo=datetime.UTC), 86400.0),
        (datetime.date(1970, 1, 2), 86400.0),
        ("yesterday", None),
    ],
)
def test_times_are_compared_as_times(tmp_path, written, seconds):
    columns = {"item": ["1"], "who": ["x"], "says": ["a"], "created_at": [written]}
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    found = read_annotations([str(tmp_path / "a.parquet")], **NAMES)
    assert found["created_at"].to_pylist() == [seconds]


def test_of_texts_only_which_are_equal_is_kept(tmp_path):
    rows = [
        {"item": i, "who": "x", "says": "a", "text": t} for i, t in enumerate(["é", "é", "e", None])
    ]
    found = read_annotations([write(tmp_path / "a.jsonl", rows)], **NAMES)["text"].to_pylist()
    assert found[0] == found[1] != found[2]
    assert found[3] is None
    assert "é" not in found


def test_a_missing_column_is_named_with_those_that_are_there(tmp_path):
    path = write(tmp_path / "a.jsonl", [{"item": 1, "label": 2}])
    with pytest.raises(InputError, match=r"a.jsonl: has no column 'who'; it has item, label"):
        read(path)


@pytest.mark.parametrize("empty", [None, "", float("nan")])
def test_an_empty_label_is_named_with_its_position(tmp_path, empty):
    path = tmp_path / "a.parquet"
    says = [1.0, empty] if isinstance(empty, float) else ["a", empty]
    pq.write_table(pa.table({"item": ["1", "2"], "who": ["x", "y"], "says": says}), path)
    with pytest.raises(InputError, match=r"column 'says' is empty in 1 rows, .* position 1;"):
        read(str(path))


def test_several_labels_in_one_row_are_refused(tmp_path):
    path = write(tmp_path / "a.jsonl", [{"item": 1, "who": "x", "says": ["a", "b"]}])
    with pytest.raises(InputError, match="expected one name or number per row"):
        read(path)


def test_rows_that_cannot_be_read_are_refused_without_quoting_them(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"item": 1, "who": "x", "says": "a"}\n{"item": "topsecret\n\xff\n')
    with pytest.raises(InputError, match=r"2 rows cannot be read, the first at position 37") as e:
        read(str(path))
    assert "topsecret" not in str(e.value)


def test_a_lone_surrogate_is_refused(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"item": "\\ud800", "who": "x", "says": "a"}\n')
    with pytest.raises(InputError, match="cannot be read"):
        read(str(path))


def test_bytes_that_are_no_text_are_refused(tmp_path):
    bad = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\1\0\0\0"), pa.py_buffer(b"\xff")]
    )
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"item": bad, "who": ["x"], "says": ["a"]}), path)
    with pytest.raises(InputError, match="column 'item' holds bytes that are not UTF-8"):
        read(str(path))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.docx", b"x", "unknown format"),
        ("a.txt", b"x", "has no columns"),
        ("a.parquet", b"PAR1 broken", "cannot be read"),
        ("a.csv", b'item,who,says\n1,x,"a\n', "cannot be read"),
    ],
)
def test_a_file_that_is_no_table_is_refused(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message):
        read(str(tmp_path / name))


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read(str(tmp_path / "none.csv"))
