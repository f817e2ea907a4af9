"""Parquet, Arrow IPC, CSV, text, WARC: what is in the file is in the records."""

import io
import os

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from warcio.warcwriter import WARCWriter

from datagov.corpus.options import ReadOptions
from datagov.corpus.read import read
from datagov.corpus.shards import list_shards
from datagov.corpus.splits import plan
from datagov.errors import ConfigError, InputError

TEXTS = ["one", "zwei", "三", "אַרבע", "5️⃣"] * 40


def texts_of(path, options=None, **cut):
    shards = list_shards([str(path)])
    parts = plan(shards, split_bytes=cut.pop("split_bytes", 10**9), **cut)
    batches = [
        b for p in parts for u in p.units for s in u for b in read(s, options or ReadOptions())
    ]
    texts = [t for b in batches if b.table.num_rows for t in b.table["text"].to_pylist()]
    positions = [p for b in batches for p in b.positions.to_pylist()]
    return texts, positions, [r for b in batches for r in b.rejects.to_pylist()]


@pytest.mark.parametrize("split_bytes", [1, 500, 10**9])
def test_parquet_is_read_by_row_groups(tmp_path, split_bytes):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": TEXTS}), path, row_group_size=33)
    texts, positions, _ = texts_of(path, split_bytes=split_bytes, part_bytes=600)
    assert texts == TEXTS
    assert positions == list(range(len(TEXTS)))


def test_a_broken_row_group_costs_its_own_rows_only(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(
        pa.table({"text": TEXTS}),
        path,
        row_group_size=50,
        compression="zstd",
        use_dictionary=False,
        write_page_checksum=True,
    )
    meta = pq.ParquetFile(path).metadata.row_group(1).column(0)
    data = bytearray(path.read_bytes())
    middle = meta.data_page_offset + meta.total_compressed_size // 2
    data[middle : middle + 8] = b"\xff" * 8
    path.write_bytes(bytes(data))
    texts, _, rejects = texts_of(path)
    assert texts == TEXTS[:50] + TEXTS[100:]
    assert [r["position"] for r in rejects] == list(range(50, 100))
    assert {r["reason"] for r in rejects} == {"broken_row_group"}


def test_a_broken_footer_is_one_reject(tmp_path):
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1 no footer PAR1")
    assert [r["reason"] for r in texts_of(path)[2]] == ["unreadable_shard"]


def test_text_that_is_no_utf8_is_a_reject_in_parquet_too(tmp_path):
    binary = pa.array([b"good", b"\xff\xfe", b"fine"], pa.binary())
    column = pa.Array.from_buffers(pa.string(), 3, binary.buffers())
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": column}), path)
    texts, positions, rejects = texts_of(path)
    assert (texts, positions) == (["good", "fine"], [0, 2])
    assert [(r["reason"], r["position"]) for r in rejects] == [("invalid_utf8", 1)]


@pytest.mark.parametrize("kind", ["file", "stream"])
def test_arrow_ipc_in_both_formats(tmp_path, kind):
    path = tmp_path / "a.arrow"
    table = pa.table({"text": TEXTS})
    new = pa.ipc.new_file if kind == "file" else pa.ipc.new_stream
    with new(path, table.schema) as writer:
        writer.write_table(table, max_chunksize=70)
    assert texts_of(path, ReadOptions(batch_bytes=100))[:2] == (TEXTS, list(range(len(TEXTS))))


def test_csv_values_stay_strings_and_quotes_hold_line_feeds(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('id,text\n007,"two\nlines, one ""record"""\n008\n009,last\n', encoding="utf-8")
    (shard,) = list_shards([str(path)])
    (part,) = plan([shard], split_bytes=10**9)
    (batch,) = read(part.units[0][0], ReadOptions())
    assert batch.table.to_pylist() == [
        {"id": "007", "text": 'two\nlines, one "record"'},
        {"id": "009", "text": "last"},
    ]
    assert [(r["reason"], r["position"]) for r in batch.rejects.to_pylist()] == [("bad_csv", 1)]


def test_a_text_file_is_a_record_and_small_files_share_a_unit_of_work(tmp_path):
    for i in range(5):
        (tmp_path / f"{i}.txt").write_text(f"file {i}", encoding="utf-8")
    (tmp_path / "5.txt").write_bytes(b"\xff")
    texts, _, rejects = texts_of(tmp_path)
    assert texts == [f"file {i}" for i in range(5)]
    assert [(r["shard"], r["reason"]) for r in rejects] == [("5.txt", "invalid_utf8")]
    (part,) = plan(list_shards([str(tmp_path)]), split_bytes=10**9)
    assert len(part.units) == 1


@pytest.mark.parametrize("gzip", [True, False])
def test_warc_responses_lose_their_tags_and_keep_their_address(tmp_path, gzip):
    path = tmp_path / ("a.warc.gz" if gzip else "a.warc")
    page = "<html><script>x()</script><p>Grüße &amp; 你好</p></html>".encode()
    with path.open("wb") as handle:
        writer = WARCWriter(handle, gzip=gzip)
        http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
        record = writer.create_warc_record(
            "https://example.org/", "response", payload=io.BytesIO(http + page)
        )
        writer.write_record(record)
        writer.write_record(
            writer.create_warc_record(
                "urn:x", "conversion", payload=io.BytesIO(b"plain"), warc_content_type="text/plain"
            )
        )
    texts, positions, rejects = texts_of(path)
    assert texts == ["Grüße & 你好", "plain"]
    assert positions[0] == 0
    assert not rejects


def test_names_do_not_depend_on_where_the_corpus_lies(tmp_path):
    for root in ("a", "b"):
        (tmp_path / root / "sub").mkdir(parents=True)
        (tmp_path / root / "sub/x.txt").write_text("same")
    (one,) = list_shards([str(tmp_path / "a")])
    (other,) = list_shards([str(tmp_path / "b")])
    assert (one.name, one.sha256) == (other.name, other.sha256) == ("sub/x.txt", one.sha256)
    both = list_shards([str(tmp_path / "a"), str(tmp_path / "b")])
    assert [s.name for s in both] == ["a/sub/x.txt", "b/sub/x.txt"]


def test_inputs_that_cannot_be_used_are_named(tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    odd = tmp_path / "a.docx"
    odd.write_text("x")
    fine = tmp_path / "a.txt"
    fine.write_text("x")
    for given, message in [
        (tmp_path / "nowhere", "no such file"),
        (empty, "is empty"),
        (odd, "unknown format; known endings are .parquet"),
        (tmp_path / "*.warc", "no file matches"),
    ]:
        with pytest.raises(InputError, match=message):
            list_shards([str(given)])
    with pytest.raises(ConfigError, match="given twice"):
        list_shards([str(fine), str(fine)])


def test_polars_reads_what_was_written(tmp_path):
    frame = pl.DataFrame({"text": TEXTS, "n": range(len(TEXTS))})
    frame.write_parquet(tmp_path / "a.parquet", row_group_size=20)
    assert texts_of(tmp_path / "a.parquet", ReadOptions(batch_bytes=64))[0] == TEXTS


def test_a_dictionary_encoded_text_column_is_text(tmp_path):
    column = pa.array(["a", None, "b", "a"]).dictionary_encode()
    pq.write_table(pa.table({"text": column}), tmp_path / "a.parquet")
    texts, _, rejects = texts_of(tmp_path / "a.parquet")
    assert texts == ["a", "b", "a"]
    assert [r["reason"] for r in rejects] == ["null_text"]


@pytest.mark.parametrize("pattern", ["", "/*/*.txt", "/**"])
def test_a_folder_that_cannot_be_read_is_told(tmp_path, monkeypatch, pattern):
    (tmp_path / "shut").mkdir()
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "open").mkdir()
    (tmp_path / "open/b.txt").write_text("x")
    scandir = os.scandir

    def refusing(path="."):
        if str(path).endswith("shut"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    with pytest.raises(InputError, match=r"shut: permission denied"):
        list_shards([f"{tmp_path}{pattern}"])


def test_invalid_utf8_in_any_column_is_a_reject(tmp_path):
    binary = pa.array([b"good", b"\xff\xfe", b"fine"], pa.binary())
    column = pa.Array.from_buffers(pa.string(), 3, binary.buffers())
    nested = pa.StructArray.from_arrays([column], ["x"])
    for title in (column, nested):
        path = tmp_path / "a.parquet"
        pq.write_table(pa.table({"text": ["a", "b", "c"], "title": title}), path)
        texts, _, rejects = texts_of(path)
        assert texts == ["a", "c"]
        assert [(r["reason"], r["position"]) for r in rejects] == [("invalid_utf8", 1)]


def test_a_second_text_column_of_another_type_is_never_released_unread(tmp_path):
    pq.write_table(pa.table({"text": ["a", "b"], "answer": [1, None]}), tmp_path / "a.parquet")
    options = ReadOptions(text_fields=("text", "answer"))
    texts, _, rejects = texts_of(tmp_path / "a.parquet", options)
    assert texts == ["b"]
    assert [r["reason"] for r in rejects] == ["text_not_string"]
