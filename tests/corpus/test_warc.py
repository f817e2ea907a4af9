"""WARC: what is cut off or damaged is told, with its place."""

import gzip
import io

import pytest
import zstandard
from warcio.warcwriter import WARCWriter

from datagov.corpus.options import ReadOptions
from datagov.corpus.read import read

N = 20


def archive(compress=None):
    """Returns an archive of N records, one member of a compressed file each."""
    members = []
    for i in range(N):
        out = io.BytesIO()
        writer = WARCWriter(out, gzip=False)
        http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
        page = f"<p>Page {i} {'with words ' * 30}</p>".encode()
        writer.write_record(
            writer.create_warc_record(f"http://e.org/{i}", "response", io.BytesIO(http + page))
        )
        members.append(out.getvalue())
    return [compress(m) for m in members] if compress else members


def texts_and_rejects(split, options=None):
    batches = list(read(split, options or ReadOptions()))
    texts = [t for b in batches if b.table.num_rows for t in b.table["text"].to_pylist()]
    return texts, [r for b in batches for r in b.rejects.to_pylist()]


@pytest.fixture
def written(tmp_path, whole):
    def write(data: bytes, name: str):
        (tmp_path / name).write_bytes(data)
        return whole(tmp_path / name)

    return write


@pytest.mark.parametrize(
    ("compress", "name"),
    [(None, "a.warc"), (gzip.compress, "a.warc.gz"), (zstandard.compress, "a.warc.zst")],
)
def test_an_archive_cut_in_a_record_is_told_where(written, compress, name):
    members = archive(compress)
    whole_ones = b"".join(members[:10])
    split = written(whole_ones + members[10][: len(members[10]) // 2], name)
    texts, rejects = texts_and_rejects(split)
    assert [text.split()[1] for text in texts] == [str(i) for i in range(10)]
    assert [r["reason"] for r in rejects] == ["truncated"]
    # Two empty lines stand between records; they may be what could not be read.
    assert 0 <= sum(map(len, archive()[:10])) - rejects[0]["position"] <= 4


def test_a_flipped_byte_in_a_compressed_archive_is_told(written):
    members = archive(gzip.compress)
    damaged = bytearray(members[10])
    damaged[len(damaged) // 2] ^= 0x55
    texts, rejects = texts_and_rejects(
        written(b"".join([*members[:10], bytes(damaged), *members[11:]]), "a.warc.gz")
    )
    assert len(texts) == 10
    assert [r["reason"] for r in rejects] == ["truncated"]


def test_archives_compressed_as_a_whole_are_read(written):
    data = b"".join(archive())
    for compress, name in ((gzip.compress, "a.warc.gz"), (zstandard.compress, "b.warc.zst")):
        texts, rejects = texts_and_rejects(written(compress(data), name))
        assert (len(texts), rejects) == (N, [])


def test_a_record_shorter_than_it_says_is_no_record(written):
    head = b"WARC/1.0\r\nWARC-Type: conversion\r\nContent-Length: 99999\r\n\r\nshort"
    assert texts_and_rejects(written(gzip.compress(head), "a.wet.gz")) == (
        [],
        [
            {
                "shard": "a.wet.gz",
                "position": 0,
                "reason": "unreadable_shard",
                "detail": "record: 5 of 99999 bytes are there; cannot be read from here on; "
                "expected WARC: fetch it again",
                "content_digest": "",
            }
        ],
    )


def test_what_is_no_archive_is_one_reject(written):
    for data, name in ((b"garbage" * 99, "a.warc.gz"), (b"garbage" * 99, "b.warc")):
        texts, rejects = texts_and_rejects(written(data, name))
        assert (texts, [r["reason"] for r in rejects]) == ([], ["unreadable_shard"])


def test_a_record_too_large_is_passed_over(written):
    options = ReadOptions(max_record_bytes=300)
    texts, rejects = texts_and_rejects(written(b"".join(archive()), "a.warc"), options)
    assert texts == []
    assert {r["reason"] for r in rejects} == {"too_large"}
    assert len(rejects) == N
