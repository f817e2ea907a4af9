"""Fields that are not there, or hold something else, are told before anything is scanned."""

import json
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from datagov.corpus.cells import cells, with_texts
from datagov.corpus.fields import check_fields
from datagov.corpus.options import ReadOptions
from datagov.corpus.shards import list_shards
from datagov.errors import InputError

CHAT = [{"role": "user", "content": "a"}]


@pytest.fixture
def checked(tmp_path):
    def check(options, **shards):
        for name, content in shards.items():
            path = tmp_path / name.replace("__", ".")
            if isinstance(content, pa.Table):
                pq.write_table(content, path)
            else:
                path.write_text("".join(json.dumps(row) + "\n" for row in content))
        return check_fields(list_shards([str(tmp_path)]), options)

    return check


def test_a_second_text_field_that_no_shard_has_is_refused(checked):
    options = ReadOptions(text_fields=("prompt", "nope"))
    with pytest.raises(InputError, match="has no column 'nope'; it has prompt, response"):
        checked(options, a__jsonl=[{"prompt": "a", "response": "b"}])


def test_a_second_text_field_that_a_later_shard_has_is_taken(checked):
    options = ReadOptions(text_fields=("prompt", "more"))
    found = checked(options, a__jsonl=[{"prompt": "a"}], b__jsonl=[{"prompt": "a", "more": "b"}])
    assert found == options


@pytest.mark.parametrize(
    "rows",
    [
        [{"messages": CHAT}],
        [{"messages": CHAT}, {"messages": [{"content": [{"type": "text"}]}]}],
        [{"messages": None}, {"messages": CHAT}, {"messages": "a string"}],
    ],
)
def test_a_chat_is_told_from_a_text(checked, rows):
    options = ReadOptions(text_fields=("messages",))
    assert checked(options, a__jsonl=rows).chat_fields == {"messages"}


def test_a_chat_in_a_later_shard_is_found_where_the_first_has_no_value(checked):
    options = ReadOptions(text_fields=("text", "messages"))
    rows = [{"text": "a", "messages": None}]
    found = checked(options, a__jsonl=rows, b__jsonl=[{"text": "a", "messages": CHAT}])
    assert found.chat_fields == {"messages"}


def test_a_chat_here_and_a_text_there_are_refused(checked):
    with pytest.raises(InputError, match=r"holds text here and a chat in a.jsonl"):
        checked(ReadOptions(), a__jsonl=[{"text": CHAT}], b__parquet=pa.table({"text": ["a"]}))


@pytest.mark.parametrize("ids", [[[1]], [{"a": 1}], [b"x"]])
def test_ids_that_are_no_names_or_numbers_are_refused(checked, ids):
    options = replace(ReadOptions(), id_field="id")
    with pytest.raises(InputError, match=r"column 'id' is .*; expected texts or numbers"):
        checked(options, a__parquet=pa.table({"text": ["a"], "id": ids}))


def test_a_column_called_like_a_turn_of_another_keeps_its_own_text():
    table = pa.table({"a": ["one"], "a[b": ["two"], "a[0].content": ["three"]})
    taken = cells(table, table.column_names)
    new = pa.array([text.upper() for text in taken.text.to_pylist()], pa.large_string())
    assert with_texts(table, table.column_names, taken, new).to_pylist() == [
        {"a": "ONE", "a[b": "TWO", "a[0].content": "THREE"}
    ]
