"""What a value is does not depend on its neighbours, and nothing is lost where types differ."""

import decimal
import json
from dataclasses import replace

import pyarrow as pa
import pytest

from datagov.corpus.casting import as_texts, to_schema
from datagov.corpus.options import ReadOptions
from datagov.corpus.read import read
from datagov.corpus.schema import JSON_TEXT, json_paths, stated, unify


def read_all(split, options=None):
    batches = list(read(split, options or ReadOptions()))
    rejects = [r for b in batches for r in b.rejects.to_pylist()]
    return [b.table for b in batches], rejects


def as_released(split, options=None):
    """Rows as data/ has them: read once for the schema, and again under it."""
    options = options or ReadOptions()
    schema = unify(table.schema for table in read_all(split, options)[0])
    tables, _ = read_all(split, replace(options, as_json=json_paths(schema)))
    return [row for table in tables for row in to_schema(table, schema).to_pylist()], schema


def united(*columns):
    """Returns the common schema of columns, and the values of each under it."""
    tables = [pa.table({"v": column}) for column in columns]
    schema = unify(stated(table) for table in tables)
    return schema.field("v"), [to_schema(table, schema)["v"].to_pylist() for table in tables]


def test_a_text_that_is_a_number_is_a_reject_and_its_neighbours_stay(write_jsonl, whole):
    path = write_jsonl([{"text": 'He said "hello"'}, {"text": 12345}, {"text": ["x"]}])
    tables, rejects = read_all(whole(path))
    assert [t for table in tables for t in table["text"].to_pylist()] == ['He said "hello"']
    assert [r["reason"] for r in rejects] == ["text_not_string"] * 2


@pytest.mark.parametrize("batch_bytes", [1, 60, 10**6])
def test_carried_values_and_rejects_are_the_same_in_every_block(write_jsonl, whole, batch_bytes):
    values = ["x", 5, 1.0, None, {"a": 1}, {"b": [1, 0.5]}, [], "2024-01-01", True, 2**70]
    path = write_jsonl(
        [
            {"text": "t", "k": v, "n": {"m": v, "s": "y"}} | ({"text": 3} if i % 4 == 1 else {})
            for i, v in enumerate(values)
        ]
    )
    options = ReadOptions(batch_bytes=batch_bytes)
    rows, schema = as_released(whole(path), options)
    assert schema.field("k").metadata == JSON_TEXT
    kept = [v for i, v in enumerate(values) if i % 4 != 1]
    assert [row["k"] for row in rows] == [v if v is None else json.dumps(v) for v in kept]
    assert [row["n"]["m"] for row in rows] == [v if v is None else json.dumps(v) for v in kept]
    assert {row["n"]["s"] for row in rows} == {"y"}
    expected = read_all(whole(path), ReadOptions())[1]
    assert read_all(whole(path), options)[1] == expected


@pytest.mark.parametrize("batch_bytes", [1, 10**6])
@pytest.mark.parametrize("values", [[2**53 + 1, 0.5], [2**63, 1], [2**64 - 1], [12 * 10**21]])
def test_no_integer_is_rounded(write_jsonl, whole, values, batch_bytes):
    path = write_jsonl([{"text": "t", "k": [value]} for value in values])
    rows, _ = as_released(whole(path), ReadOptions(batch_bytes=batch_bytes))
    assert [json.loads(row["k"]) for row in rows] == [[value] for value in values]


def test_integers_that_are_doubles_too_become_doubles(write_jsonl, whole):
    path = write_jsonl([{"text": "t", "k": 1}, {"text": "t", "k": 0.5}])
    rows, schema = as_released(whole(path), ReadOptions(batch_bytes=1))
    assert schema.field("k").type == pa.float64()
    assert [row["k"] for row in rows] == [1.0, 0.5]


def test_a_chat_without_any_member_is_still_a_chat_when_it_is_read_again(write_jsonl, whole):
    path = write_jsonl([{"text": "t", "chat": [{}]}])
    options = ReadOptions(text_fields=("text", "chat"), chat_fields=frozenset(["chat"]))
    assert as_released(whole(path), options)[0] == [{"text": "t", "chat": "[{}]"}]


def test_values_nested_too_deep_for_a_type_are_json_text(write_jsonl, whole):
    deep = "x"
    for _ in range(100):
        deep = [{"a": deep}]
    rows, schema = as_released(whole(write_jsonl([{"text": "t", "k": deep}])))
    assert schema.field("text").type == pa.large_string()
    found = rows[0]["k"]
    while not isinstance(found, str):
        (found,) = found
        found = found["a"]
    assert json.loads(found)


def test_a_part_of_a_chat_that_is_no_text_is_a_reject_and_other_chats_keep_their_form(
    write_jsonl, whole
):
    def chat(*contents):
        return {
            "messages": [{"role": "user", "content": c, "n": i} for i, c in enumerate(contents)]
        }

    plain, parts, null = chat("a", "b"), chat([{"type": "text"}]), chat(None, "c")
    null["messages"][0]["n"] = "mixed"
    options = ReadOptions(text_fields=("messages",), chat_fields=frozenset(["messages"]))
    split = whole(write_jsonl([plain, parts, null, {"messages": "a string"}]))
    rows, _ = as_released(split, options)
    contents = [[turn["content"] for turn in row["messages"]] for row in rows]
    assert contents == [["a", "b"], [None, "c"]]
    assert [turn["n"] for turn in rows[1]["messages"]] == ['"mixed"', "1"]
    assert [r["reason"] for r in read_all(split, options)[1]] == ["text_not_string"] * 2


FITTING = {
    "binaries": (pa.array([b"\xff"]), pa.array([b"a"], pa.large_binary()), pa.large_binary()),
    "views": (pa.array(["x"], pa.string_view()), pa.array(["y"]), pa.large_string()),
    "fixed": (
        pa.array([[1.0, 2.0], None], pa.list_(pa.float32(), 2)),
        pa.array([[1.0]], pa.list_(pa.float32())),
        pa.list_(pa.float32()),
    ),
    "list views": (
        pa.array([[1]], pa.list_view(pa.int64())), pa.array([[2]]), pa.list_(pa.int64()),
    ),
    "units": (
        pa.array([1_704_067_200], pa.timestamp("s")),
        pa.array([5], pa.timestamp("us")),
        pa.timestamp("us"),
    ),
    "durations": (
        pa.array([5], pa.duration("s")), pa.array([7], pa.duration("ms")), pa.duration("ms"),
    ),
    "decimals": (
        pa.array([decimal.Decimal("1.50")], pa.decimal128(10, 2)),
        pa.array([decimal.Decimal("1.555")], pa.decimal128(20, 3)),
        pa.decimal128(20, 3),
    ),
    "unsigned": (pa.array([3], pa.uint64()), pa.array([-4]), pa.int64()),
    "absent": (
        pa.array([[1.0, 2.0]], pa.list_(pa.float32(), 2)), pa.nulls(1), pa.list_(pa.float32()),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FITTING)
def test_types_meet_in_one_that_holds_the_values_of_both(name):
    *columns, kind = FITTING[name]
    field, values = united(*columns)
    assert field.type == kind
    assert values == [column.to_pylist() for column in columns]


NOT_FITTING = {
    "wide integers": (pa.array([2**53 + 1]), pa.array([0.5]), ["9007199254740993", "0.5"]),
    "unsigned": (pa.array([2**64 - 1], pa.uint64()), pa.array([-4]), [str(2**64 - 1), "-4"]),
    "bytes and text": (pa.array([b"\xff\x00"]), pa.array(["a"]), ['"/wA="', '"a"']),
    "year 9999": (
        pa.array([253_402_214_400_000_000], pa.timestamp("us")),
        pa.array([1], pa.timestamp("ns")),
        ['"9999-12-31T00:00:00.000000"', '"1970-01-01T00:00:00.000000001"'],
    ),
    "zones": (
        pa.array([0], pa.timestamp("s", "UTC")),
        pa.array([0], pa.timestamp("s")),
        ['"1970-01-01T00:00:00Z"', '"1970-01-01T00:00:00"'],
    ),
    "decimal and integer": (
        pa.array([decimal.Decimal("1.50")], pa.decimal128(10, 2)), pa.array([1]), ['"1.50"', "1"],
    ),
    "truth and number": (pa.array([True]), pa.array([1]), ["true", "1"]),
    "nothing inside": (pa.array([{}], pa.struct([])), pa.nulls(1), ["{}", None]),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_FITTING)
def test_where_no_type_holds_both_each_value_is_json_text(name):
    one, other, texts = NOT_FITTING[name]
    for columns, expected in (((one, other), texts), ((other, one), texts[::-1])):
        field, values = united(*columns)
        assert field.metadata == JSON_TEXT
        assert [value for each in values for value in each] == expected


def test_a_column_is_the_same_plain_text_however_it_is_held(write_jsonl, whole):
    path = write_jsonl([{"text": "t", "k": v} for v in ("a", 7, 1.0, None, True)])
    one_by_one, _ = read_all(whole(path), ReadOptions(batch_bytes=1))
    together, _ = read_all(whole(path), ReadOptions())
    expected = ["a", "7", "1", None, "true"]
    assert [v for table in one_by_one for v in as_texts(table, "k").to_pylist()] == expected
    assert as_texts(together[0], "k").to_pylist() == expected
