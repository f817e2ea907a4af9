"""What is odd about a corpus stops no run, loses nothing in silence, and does not change data/."""

import gzip
import json
import random

import polars as pl
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

import datagov
from datagov.lineage.keys import user_key

WORDS = [f"{start}{end}" for start in ("gar", "sto", "riv", "win") for end in "abcdefghijkl"]


def sentence(i):
    """Returns a sentence that is near to no other."""
    return " ".join(random.Random(i).choices(WORDS, k=12)).capitalize() + "."


def texts(n, first=0):
    return pa.array([sentence(i) for i in range(first, first + n)])


@pytest.fixture
def corpus(tmp_path):
    def write(**shards):
        folder = tmp_path / "corpus"
        folder.mkdir()
        for name, content in shards.items():
            path = folder / name.replace("__", ".")
            if isinstance(content, pa.Table):
                pq.write_table(content, path)
            elif isinstance(content, bytes):
                path.write_bytes(content)
            else:
                path.write_text("".join(json.dumps(row) + "\n" for row in content), "utf-8")
        return folder

    return write


def verified(result):
    report = datagov.verify(result.out, user_key().public)
    assert report.ok, [check.line() for check in report.failures]
    return result


def data(result):
    frames = [pl.read_parquet(path) for path in sorted(result.out.glob("data/*.parquet"))]
    return pl.concat(frames).to_dicts()


def test_wide_integers_beside_doubles_are_released_as_json_text(corpus, release):
    result = verified(
        release(
            corpus(
                a__jsonl=[{"text": sentence(0), "m": 9007199254740993}],
                b__jsonl=[{"text": sentence(1), "m": 0.5}],
            )
        )
    )
    assert [row["m"] for row in data(result)] == ["9007199254740993", "0.5"]


def test_a_column_called_record_id_stays_and_ours_has_another_name(corpus, release):
    result = verified(release(corpus(a__jsonl=[{"text": sentence(0), "record_id": "mine"}])))
    (row,) = data(result)
    assert (row["record_id"], row["datagov_record_id"]) == ("mine", "a.jsonl:0")


def test_a_shard_with_two_columns_of_one_name_is_rejected_record_by_record(corpus, release):
    twice = pa.table([texts(3), texts(3)], names=["text", "text"])
    result = release(corpus(a__parquet=twice, b__jsonl=[{"text": sentence(9)}]))
    assert result.metrics["rejects"] == {"repeated_column": 3}
    assert len(data(result)) == 1


def test_fixed_size_lists_are_readable_where_another_shard_has_none(corpus, release):
    lists = pa.array([[1.0, 2.0], [5.0, 6.0], [3.0, 4.0]], pa.list_(pa.float32(), 2))
    one = pa.table({"text": texts(3), "emb": lists})
    result = verified(release(corpus(a__parquet=one, b__jsonl=[{"text": sentence(9)}])))
    assert [row["emb"] for row in data(result)] == [[1.0, 2.0], [5.0, 6.0], [3.0, 4.0], None]


def test_a_view_column_of_arrow_is_carried(corpus, release, tmp_path):
    folder = corpus()
    table = pa.table({"text": texts(3), "v": pa.array(["a", "b", "c"], pa.string_view())})
    with pa.ipc.new_file(folder / "a.arrow", table.schema) as writer:
        writer.write_table(table)
    assert [row["v"] for row in data(verified(release(folder)))] == ["a", "b", "c"]


def test_invalid_utf8_in_a_carried_column_is_a_reject_in_both_formats(corpus, release):
    binary = pa.array([b"a", b"\xff\xfe", b"c"])
    title = pa.Array.from_buffers(pa.string(), 3, binary.buffers())
    folder = corpus(a__parquet=pa.table({"text": texts(3), "title": title}))
    for data_format in ("parquet", "jsonl"):
        result = verified(release(folder, data_format, data_format=data_format))
        assert result.metrics["rejects"] == {"invalid_utf8": 1}


LOST = {
    "unreadable": ("b.parquet", b"PAR1 no footer PAR1"),
    "truncated": (
        "b.jsonl.gz",
        gzip.compress("".join(f'{{"text": "{sentence(i)}"}}\n' for i in range(99)).encode())[:-99],
    ),
}


@pytest.mark.parametrize("kind", LOST)
def test_a_shard_that_could_not_be_read_whole_fails_a_gate_and_no_coverage_is_stated(
    corpus, release, kind
):
    name, content = LOST[kind]
    rows = [{"text": sentence(1000 + i)} for i in range(200)]
    folder = corpus(a__jsonl=rows)
    (folder / name).write_bytes(content)
    result = release(folder, max_reject_rate=1.0)
    assert [gate.name for gate in result.gates if not gate.success] == ["shards_read"]
    assert result.metrics["inputs"]["shards_not_whole"] == 1
    assert result.metrics["inputs"]["bytes_not_whole"] == len(content)
    verdicts = {
        row["control"]: row["verdict"]
        for row in json.loads((result.out / "conformance.json").read_text())["results"]
    }
    for control in ("4.1.2a-04", "4.1.2c-01", "4.1.2d-01"):
        assert verdicts[control] != "pass"


def test_a_chat_with_parts_here_and_texts_there_keeps_its_form(corpus, release):
    rows = [
        {"messages": [{"role": "user", "content": sentence(i)}, {"role": "tool", "content": None}]}
        for i in range(5)
    ]
    odd = {"messages": [{"role": "user", "content": [{"type": "text", "text": "x"}]}]}
    result = verified(release(corpus(a__jsonl=[*rows, odd]), text_fields=["messages"]))
    assert [row["messages"] for row in data(result)] == [row["messages"] for row in rows]
    assert result.metrics["rejects"] == {"text_not_string": 1}


ADDRESS = "jane.doe@example-corp.com"
MAIL = f"Please write to {ADDRESS}: {sentence(60)}"
OTHER_MAIL = f"{sentence(61)} Or ask {ADDRESS} about it."


def test_same_format_keeps_that_of_each_shard(corpus, release):
    rows = [{"text": sentence(i), "k": v} for i, v in enumerate([1, "x", 2**70])]
    folder = corpus(
        a__jsonl=[*rows, {"text": MAIL}],
        b__csv=f'text,n\n"{sentence(10)}\nand more",007\n{OTHER_MAIL},\n'.encode(),
        c__parquet=pa.table({"text": texts(3, 20), "n": [1, 2, 3]}),
        d__txt=sentence(30).encode(),
        e__tsv=f"text\tn\n{sentence(40)}\t5\n".encode(),
    )
    with pa.ipc.new_file(folder / "f.arrow", pa.schema([("text", pa.string())])) as writer:
        writer.write_table(pa.table({"text": texts(2, 50)}))
    result = verified(release(folder, data_format="same"))
    files = sorted((result.out / "data").iterdir())
    assert [path.name for path in files] == [
        "part-00000.00000.jsonl",
        "part-00000.00001.csv",
        "part-00000.00002.parquet",
        "part-00000.00003.tsv",
        "part-00000.00004.arrow",
    ]
    lines = [json.loads(line) for line in files[0].read_text("utf-8").splitlines()]
    assert [(line["text"], line["k"]) for line in lines[:3]] == [
        (row["text"], row["k"]) for row in rows
    ]
    assert lines[3]["text"] == MAIL.replace(ADDRESS, "[EMAIL_ADDRESS]")
    kept = pa_csv.read_csv(
        files[1], parse_options=pa_csv.ParseOptions(newlines_in_values=True),
        convert_options=pa_csv.ConvertOptions(column_types={"n": pa.string()}),
    ).to_pylist()  # fmt: skip
    assert [(row["text"], row["n"]) for row in kept] == [
        (f"{sentence(10)}\nand more", "007"),
        (OTHER_MAIL.replace(ADDRESS, "[EMAIL_ADDRESS]"), ""),
    ]
    small = datagov.Run(n_workers=1, split_bytes=99)
    other = release(folder, "other", data_format="same", run=small)
    for path in files:
        assert path.read_bytes() == (other.out / "data" / path.name).read_bytes()
