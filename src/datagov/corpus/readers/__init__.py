"""The one list of readers. A new format is one module here, one line below and one in FORMATS.

A reader yields the records of a split in order, each stretch with what was unreadable in it. What
holds for all formats (text is there, is UTF-8, is not too large) is checked in `corpus.read`.
"""

from collections.abc import Callable, Iterator, Mapping

from datagov.corpus.batch import Batch
from datagov.corpus.options import ReadOptions
from datagov.corpus.readers.arrow import read_arrow
from datagov.corpus.readers.delimited import read_delimited
from datagov.corpus.readers.jsonl import read_jsonl
from datagov.corpus.readers.parquet import read_parquet
from datagov.corpus.readers.text import read_text
from datagov.corpus.readers.warc import read_warc
from datagov.corpus.splits import Split

Reader = Callable[[Split, ReadOptions], Iterator[Batch]]

READERS: Mapping[str, Reader] = {
    "arrow": read_arrow,
    "csv": read_delimited,
    "jsonl": read_jsonl,
    "parquet": read_parquet,
    "text": read_text,
    "tsv": read_delimited,
    "warc": read_warc,
}
