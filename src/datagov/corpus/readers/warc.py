"""WARC 1.1 and WET (ISO 28500), plain or gzip by record. Position: offset of the record.

WET `conversion` records and `resource` records of text are taken as they are. Of `response`
records the text between HTML tags is taken: no boilerplate removal, no rendering; scripts and
styles are left out. Other records (requests, metadata, images) are not records of a corpus.
"""

import html.parser
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from datagov.corpus.batch import Batch
from datagov.corpus.lines import too_large
from datagov.corpus.options import ReadOptions
from datagov.corpus.rejects import Reject, content_digest, rejects_table
from datagov.corpus.splits import Split
from datagov.corpus.streams import opened

_TEXT_RECORDS = ("conversion", "resource", "response")
_COLUMNS = ("text", "url", "date", "warc_record_id", "content_type", "payload_digest")


def read_warc(split: Split, options: ReadOptions) -> Iterator[Batch]:
    """Yields the texts of the archive with address, date and digests from their headers."""
    name = split.shard.name
    rows: list[dict[str, Any]] = []
    positions: list[int] = []
    rejects: list[Reject] = []
    size = 0
    with opened(split.shard) as handle:
        archive = ArchiveIterator(handle, check_digests=False)
        try:
            for record in archive:
                if record.rec_type not in _TEXT_RECORDS:
                    continue
                kind = _text_type(record)
                if kind is None:
                    continue
                # Read before asking for the offset, which passes over what is unread.
                data = record.content_stream().read(options.max_record_bytes + 1)
                position = archive.get_record_offset()
                outcome = _row(record, kind, data, position, options)
                if isinstance(outcome, Reject):
                    rejects.append(outcome)
                else:
                    rows.append(outcome)
                    positions.append(position)
                    size += len(outcome["text"])
                if size >= options.batch_bytes:
                    yield _batch(name, rows, positions, rejects)
                    rows, positions, rejects, size = [], [], [], 0
        except (ArchiveLoadFailed, EOFError, OSError, ValueError) as error:
            detail = f"damaged from here on ({type(error).__name__}); expected WARC; fetch it again"
            rejects.append(Reject(handle.tell(), "truncated", detail))
    yield _batch(name, rows, positions, rejects)


def _text_type(record: Any) -> str | None:
    """Returns the content type of a record of text, None of another."""
    kind = (record.http_headers or record.rec_headers).get_header("Content-Type") or "text/plain"
    media = kind.split(";")[0].strip().lower()
    return kind if media in ("text/plain", "text/html", "application/xhtml+xml") else None


def _row(
    record: Any, kind: str, data: bytes, position: int, options: ReadOptions
) -> dict[str, Any] | Reject:
    """Returns the columns of a record, or its reject."""
    headers = record.rec_headers
    if len(data) > options.max_record_bytes:
        return too_large(position, options, "")
    try:
        text = data.decode(_charset(kind))
    except (UnicodeDecodeError, LookupError):
        detail = "not in the character set that its header names; expected UTF-8 or as named"
        return Reject(position, "invalid_utf8", detail, content_digest(data))
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
