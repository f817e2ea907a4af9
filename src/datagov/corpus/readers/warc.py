"""WARC 1.1 and WET (ISO 28500), plain, gzip or zstd. Position: offset in the decompressed shard.

WET `conversion` records and `resource` records of text are taken as they are. Of `response`
records the text between HTML tags is taken: no boilerplate removal, no rendering; scripts and
styles are left out. Other records (requests, metadata, images) are not records of a corpus.

Records are cut out of the stream here, by their Content-Length, so that one that is short or does
not begin where it should is seen; warcio reads what is inside.
"""

import html.parser
import io
from collections.abc import Iterator
from typing import Any, NamedTuple

import pyarrow as pa
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecordLoader

from datagov.corpus.batch import Batch
from datagov.corpus.lines import too_large
from datagov.corpus.options import ReadOptions
from datagov.corpus.rejects import Reject, content_digest, rejects_table
from datagov.corpus.splits import Split
from datagov.corpus.streams import ChunkReader, TruncatedError, chunks, opened

_TEXT_RECORDS = ("conversion", "resource", "response")
_COLUMNS = ("text", "url", "date", "warc_record_id", "content_type", "payload_digest")
_MAX_HEADER_BYTES = 1024 * 1024
_SKIPPED_AT_ONCE = 1024 * 1024


def read_warc(split: Split, options: ReadOptions) -> Iterator[Batch]:
    """Yields the texts of the archive with address, date and digests from their headers."""
    name = split.shard.name
    rows: list[dict[str, Any]] = []
    positions: list[int] = []
    rejects: list[Reject] = []
    size = 0
    with opened(split.shard) as handle:
        stream = ChunkReader(chunks(handle, split.shard.compression))
        for found in _records(io.BufferedReader(stream, _SKIPPED_AT_ONCE), options):
            outcome = found if isinstance(found, Reject) else _row(found)
            if isinstance(outcome, Reject):
                rejects.append(outcome)
            elif outcome is not None:
                rows.append(outcome)
                positions.append(found.position)
                size += len(outcome["text"])
            if size >= options.batch_bytes:
                yield _batch(name, rows, positions, rejects)
                rows, positions, rejects, size = [], [], [], 0
    yield _batch(name, rows, positions, rejects)


class _Record(NamedTuple):
    """One record of an archive, header and content, as stored."""

    position: int
    data: bytes


class _DamagedError(ValueError):
    """An archive is not what it should be from here on."""


def _records(stream: io.BufferedReader, options: ReadOptions) -> Iterator[_Record | Reject]:
    """Yields the records of an archive; a reject in place of what is damaged, which ends it."""
    position = 0
    while True:
        try:
            n_blank, line = _first_line(stream)
            if not line:
                return
            position += n_blank
            header, length = _header(line, stream)
            if length > options.max_record_bytes:
                _skip(stream, length)
                yield too_large(position, options, "")
            else:
                data = stream.read(length)
                if len(data) < length:
                    raise EOFError(f"{len(data)} of {length} bytes are there")
                yield _Record(position, header + data)
            position += len(header) + length
        except (EOFError, _DamagedError) as error:
            cut = isinstance(error, EOFError)
            what = str(error) if isinstance(error, TruncatedError) else f"record: {error}"
            detail = f"{what}; cannot be read from here on; expected WARC: fetch it again"
            reason = "unreadable_shard" if not position else "truncated" if cut else "damaged"
            yield Reject(position, reason, detail)
            return


def _first_line(stream: io.BufferedReader) -> tuple[int, bytes]:
    """Returns the first line that is not blank, and how many bytes of blank lines it follows."""
    n_blank = 0
    while (line := stream.readline(_MAX_HEADER_BYTES)) and not line.strip():
        n_blank += len(line)
    return n_blank, line


def _header(first: bytes, stream: io.BufferedReader) -> tuple[bytes, int]:
    """Returns the header of a record as stored, and the length of the content that follows."""
    if not first.startswith(b"WARC/"):
        raise _DamagedError("does not begin with a version")
    lines = [first]
    length = None
    while lines[-1].strip():
        line = stream.readline(_MAX_HEADER_BYTES)
        if not line.endswith(b"\n"):
            raise EOFError("ends in its header")
        lines.append(line)
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            if not value.strip().isdigit():
                raise _DamagedError("its Content-Length is no number")
            length = int(value)
        if sum(map(len, lines)) > _MAX_HEADER_BYTES:
            raise _DamagedError("its header does not end")
    if length is None:
        raise _DamagedError("has no Content-Length")
    return b"".join(lines), length


def _skip(stream: io.BufferedReader, length: int) -> None:
    while length:
        passed = len(stream.read(min(length, _SKIPPED_AT_ONCE)))
        if not passed:
            raise EOFError(f"{length} bytes are missing")
        length -= passed


def _text_type(record: Any) -> str | None:
    """Returns the content type of a record of text, None of another."""
    kind = (record.http_headers or record.rec_headers).get_header("Content-Type") or "text/plain"
    media = kind.split(";")[0].strip().lower()
    return kind if media in ("text/plain", "text/html", "application/xhtml+xml") else None


def _row(found: _Record) -> dict[str, Any] | Reject | None:
    """Returns the columns of a record, or its reject; None when it is no record of a corpus."""
    try:
        record = ArcWarcRecordLoader().parse_record_stream(
            io.BytesIO(found.data), known_format="warc"
        )
        kind = _text_type(record) if record.rec_type in _TEXT_RECORDS else None
        if kind is None:
            return None
        data = record.content_stream().read()
    except (ArchiveLoadFailed, EOFError, OSError, ValueError) as error:
        detail = f"its content cannot be read ({type(error).__name__}); expected WARC 1.1"
        return Reject(found.position, "bad_record", detail, content_digest(found.data))
    try:
        text = data.decode(_charset(kind))
        text.encode("utf-8")
    except (UnicodeError, LookupError):
        detail = "not in the character set that its header names; expected UTF-8 or as named"
        return Reject(found.position, "invalid_utf8", detail, content_digest(data))
    headers = record.rec_headers
    return {
        "text": text if kind.lower().startswith("text/plain") else _visible_text(text),
        "url": headers.get_header("WARC-Target-URI"),
        "date": headers.get_header("WARC-Date"),
        "warc_record_id": headers.get_header("WARC-Record-ID"),
        "content_type": kind,
        "payload_digest": headers.get_header("WARC-Payload-Digest"),
    }


def _charset(content_type: str) -> str:
    for part in content_type.split(";")[1:]:
        key, _, value = part.strip().partition("=")
        if key.lower() == "charset" and value:
            return value.strip("\"' ")
    return "utf-8"


class _TextOfHtml(html.parser.HTMLParser):
    _SILENT = frozenset(("script", "style", "noscript", "template"))

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._silent += tag in self._SILENT

    def handle_endtag(self, tag: str) -> None:
        if tag in self._SILENT and self._silent:
            self._silent -= 1

    def handle_data(self, data: str) -> None:
        if not self._silent and (stripped := data.strip()):
            self.pieces.append(stripped)


def _visible_text(markup: str) -> str:
    parser = _TextOfHtml()
    parser.feed(markup)
    parser.close()
    return "\n".join(parser.pieces)


def _batch(
    name: str, rows: list[dict[str, Any]], positions: list[int], rejects: list[Reject]
) -> Batch:
    schema = pa.schema([pa.field(column, pa.string()) for column in _COLUMNS])
    table = pa.Table.from_pylist(rows, schema=schema) if rows else pa.table({})
    return Batch(name, table, pa.array(positions, pa.int64()), rejects_table(name, rejects))
