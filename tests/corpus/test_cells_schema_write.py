"""Texts are taken out and put back; records meet in one schema; equal rows are equal files."""

import hashlib

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datagov.corpus import write
from datagov.corpus.casting import to_schema
from datagov.corpus.cells import cells, with_texts
from datagov.corpus.schema import JSON_TEXT, unify
from datagov.errors import InputError

maybe_text = st.one_of(st.none(), st.text(max_size=8))
chats = st.lists(
    st.one_of(
        st.none(),
        st.lists(
            st.fixed_dictionaries({"role": st.just("user"), "content": maybe_text}), max_size=3
        ),
    ),
    max_size=6,
)


def chat_table(rows):
    kind = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
    return pa.table({"messages": pa.array(rows, kind), "n": list(range(len(rows)))})


@given(chats)
def test_a_chat_comes_back_as_it_was(rows):
    table = chat_table(rows)
    taken = cells(table, ["messages"])
    again = with_texts(
        table, ["messages"], taken, pa.array(taken.text.to_pylist(), pa.large_string())
    )
    assert again.to_pylist() == table.to_pylist()
    contents = [
        (i, f"messages[{j}].content", turn["content"])
        for i, chat in enumerate(rows)
        for j, turn in enumerate(chat or ())
        if turn["content"] is not None
    ]
    found = zip(taken.row.to_pylist(), taken.field.to_pylist(), taken.text.to_pylist(), strict=True)
    assert list(found) == contents


@given(st.lists(st.tuples(maybe_text, maybe_text), min_size=1, max_size=8))
def test_several_fields_are_changed_each_in_its_place(rows):
    table = pa.table(
        {
            "a": pa.array([r[0] for r in rows], pa.string()),
            "b": pa.array([r[1] for r in rows], pa.string()),
        }
    )
    taken = cells(table, ["a", "b"])
    shouted = pa.array([f"{t}!" for t in taken.text.to_pylist()], pa.large_string())
    changed = with_texts(table, ["a", "b"], taken, shouted).to_pylist()
    expected = [
        {k: None if v is None else f"{v}!" for k, v in zip("ab", r, strict=True)} for r in rows
    ]
    assert changed == expected
    assert taken.row.to_pylist() == sorted(taken.row.to_pylist())


def test_a_column_that_is_no_text_is_refused():
    with pytest.raises(InputError, match="is int64; expected text"):
        cells(pa.table({"text": [1]}), ["text"])


TYPES = st.sampled_from(
    [pa.null(), pa.int64(), pa.float64(), pa.string(), pa.bool_(), pa.list_(pa.int64()),
     pa.struct([("x", pa.int64())]), pa.struct([("y", pa.string())])]
)  # fmt: skip


@given(st.lists(st.dictionaries(st.sampled_from("abc"), TYPES, max_size=3), max_size=5))
def test_unifying_twice_changes_nothing_and_types_do_not_depend_on_order(dicts):
    schemas = [pa.schema(list(d.items())) for d in dicts]
    once = unify(schemas)
    assert unify([once]) == once
    backwards = unify(reversed(schemas))
    assert {f.name: sort_members(f.type) for f in once} == {
        f.name: sort_members(f.type) for f in backwards
    }


def sort_members(kind):
    if pa.types.is_struct(kind):
        return pa.struct(sorted(((f.name, f.type) for f in kind), key=lambda pair: pair[0]))
    return kind


def test_types_without_a_common_one_become_json_text():
    one, other = pa.table({"v": [1]}), pa.table({"v": ["x"], "w": [True]})
    schema = unify([one.schema, other.schema])
    assert schema.field("v").metadata == JSON_TEXT
    rows = pa.concat_tables([to_schema(one, schema), to_schema(other, schema)]).to_pylist()
    assert rows == [{"v": "1", "w": None}, {"v": '"x"', "w": True}]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.text(max_size=40), min_size=1, max_size=40),
    st.lists(st.integers(1, 7), min_size=40, max_size=40),
    st.sampled_from(["parquet", "jsonl"]),
)
def test_the_chunks_in_which_rows_arrive_do_not_change_the_file(
    tmp_path, monkeypatch, texts, steps, data_format
):
    monkeypatch.setattr(write, "ROW_GROUP_BYTES", 200)
    table = pa.table({"text": pa.array(texts, pa.large_string())})

    def digest(pieces, name):
        with write.RecordWriter(tmp_path / name, table.schema, data_format) as writer:
            for piece in pieces:
                writer.write(piece)
        return hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()

    pieces, at = [], 0
    for step in steps:
        pieces.append(table.slice(at, step))
        at += step
    assert digest([table], "one") == digest(pieces, "many")
