"""Plain text: a file is a record with the column `text`. Position: 0."""

from collections.abc import Iterator

import pyarrow as pa

from datagov.corpus.batch import Batch
from datagov.corpus.lines import too_large
from datagov.corpus.options import ReadOptions
from datagov.corpus.rejects import Reject, content_digest, rejects_table
from datagov.corpus.splits import Split
from datagov.corpus.streams import TruncatedError, chunks, opened


def read_text(split: Split, options: ReadOptions) -> Iterator[Batch]:
    """Yields the file as one record."""
    data, reject = _content(split, options)
    if reject is None:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            detail = f"byte {error.start} is not UTF-8; expected UTF-8"
            reject = Reject(0, "invalid_utf8", detail, content_digest(data))
    name = split.shard.name
    if reject is None:
        table = pa.table({"text": pa.array([text], pa.large_string())})
        yield Batch(name, table, pa.array([0], pa.int64()), rejects_table(name, []))
    else:
        nothing = pa.array([], pa.int64())
        yield Batch(name, pa.table({}), nothing, rejects_table(name, [reject]))


def _content(split: Split, options: ReadOptions) -> tuple[bytes, Reject | None]:
    pieces = []
    size = 0
    with opened(split.shard) as handle:
        try:
            for piece in chunks(handle, split.shard.compression):
                pieces.append(piece)
                size += len(piece)
                if size > options.max_record_bytes:
                    return b"", too_large(0, options, split.shard.sha256)
        except TruncatedError as error:
            detail = f"{error}; expected a whole file: fetch or compress it again"
            return b"", Reject(0, "truncated", detail, content_digest(b"".join(pieces)))
    return b"".join(pieces), None
