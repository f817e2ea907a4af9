"""Small corpora of whatever JSON holds: accounted for, the same however cut, and unchanged."""

import json
import logging
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datagov.corpus.fields import check_fields
from datagov.corpus.options import ReadOptions
from datagov.corpus.read import read
from datagov.corpus.schema import json_paths, unify
from datagov.corpus.shards import list_shards
from datagov.corpus.splits import plan
from datagov.corpus.write import DataWriter
from datagov.errors import InputError

numbers = st.one_of(
    st.integers(-3, 3),
    st.sampled_from([2**53, 2**53 + 1, -(2**63), 2**63 - 1, 2**63, 2**64, 10**30]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([-0.0, 1.0, 1e300]),
)
strings = st.one_of(st.text(max_size=5), st.sampled_from(["2024-01-01", "1", '"', "\u0000", "中"]))
values = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, strings),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("ab"), inner, max_size=2)
    ),
    max_leaves=5,
)
turns = st.fixed_dictionaries(
    {}, optional={"role": strings, "content": st.one_of(strings, st.none(), values), "x": values}
)
texts = st.one_of(strings, strings, strings, st.none(), values)
record = st.fixed_dictionaries(
    {"text": texts}, optional={"k": values, "n": numbers, "s": strings, "text2": texts}
)
chat = st.fixed_dictionaries(
    {"text": st.one_of(st.lists(turns, max_size=3), values)}, optional={"k": values}
)
lines = st.one_of(record.map(json.dumps), record.map(json.dumps), st.sampled_from(["{", "[1]", ""]))
shards = st.lists(st.lists(lines, max_size=6), min_size=1, max_size=3)
chat_shards = st.lists(st.lists(chat.map(json.dumps), max_size=6), min_size=1, max_size=2)
sizes = st.integers(1, 300)
in_a_folder = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def splits_of(corpus, split_bytes):
    parts = plan(corpus, split_bytes=split_bytes)
    return [split for part in parts for unit in part.units for split in unit]


def made(corpus, options, split_bytes, folder, data_format):
    """Returns the bytes of data/, the rejects, and the positions of what is released."""
    splits = splits_of(corpus, split_bytes)
    batches = [batch for split in splits for batch in read(split, options)]
    schema = unify(batch.table.schema for batch in batches)
    rejects = [row for batch in batches for row in batch.rejects.to_pylist()]
    places = [(b.shard, p) for b in batches for p in b.positions.to_pylist()]
    folder.mkdir(exist_ok=True)
    again = replace(options, as_json=json_paths(schema))
    with DataWriter(folder, schema, data_format) as writer:
        for split in splits:
            for batch in read(split, again):
                writer.write(batch.table, split.shard.format)
    (file,) = folder.iterdir()
    content = file.read_bytes()
    file.unlink()
    return content, rejects, places


def without_nulls(value):
    """What a table cannot tell from a value: members of objects that are null or not there."""
    if isinstance(value, dict):
        return {k: without_nulls(v) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    return value


def check(tmp_path, written, text_fields, sizes):
    for old in tmp_path.glob("*.jsonl"):
        old.unlink()
    originals = {}
    for i, shard in enumerate(written):
        path = tmp_path / f"{i}.jsonl"
        path.write_text("".join(f"{line}\n" for line in shard), "utf-8")
        position = 0
        for line in shard:
            if line:
                originals[path.name, position] = line
            position += len(line.encode()) + 1
    corpus = list_shards([str(tmp_path / "*.jsonl")])
    try:
        options = check_fields(corpus, ReadOptions(text_fields=text_fields))
    except InputError:
        return
    split_bytes, batch_bytes = sizes
    cut = replace(options, batch_bytes=batch_bytes)
    for data_format in ("parquet", "jsonl"):
        one = made(corpus, options, 10**9, tmp_path / "out", data_format)
        assert one == made(corpus, cut, split_bytes, tmp_path / "out", data_format)
    content, rejects, places = one
    rejected = [(row["shard"], row["position"]) for row in rejects]
    assert sorted(places + rejected) == sorted(originals)
    for line, place in zip(content.decode("utf-8").split("\n")[:-1], places, strict=True):
        expected = without_nulls(json.loads(originals[place]))
        assert without_nulls(json.loads(line)) == expected


@in_a_folder
@given(shards, st.tuples(sizes, sizes))
def test_texts_beside_anything(tmp_path, written, sizes):
    check(tmp_path, written, ("text",), sizes)


@in_a_folder
@given(shards, st.tuples(sizes, sizes))
def test_two_texts_beside_anything(tmp_path, written, sizes):
    check(tmp_path, written, ("text", "text2"), sizes)


@in_a_folder
@given(chat_shards, st.tuples(sizes, sizes))
def test_chats_with_anything_in_them(tmp_path, written, sizes):
    check(tmp_path, written, ("text",), sizes)


def test_a_column_without_a_common_type_is_told_and_stands_on_the_card(
    write_jsonl, release, caplog
):
    path = write_jsonl([{"text": "a", "n": 1, "m": {"s": "x"}}, {"text": "b", "n": "one"}])
    logging.getLogger("datagov").propagate = True
    with caplog.at_level(logging.WARNING, "datagov"):
        result = release(path)
    told = {r.getMessage() for r in caplog.records if "JSON text" in r.getMessage()}
    assert told == {"column n: its values have no common type, so data/ holds them as JSON text"}
    assert result.metrics["columns_as_json"] == ["n"]
    card = (result.out / "README.md").read_text("utf-8")
    assert "| held as JSON text | `n`: their values have no common type" in card
