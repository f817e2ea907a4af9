"""What the adapters share. Each is run by the interpreter of its peer, which needs only pyarrow.

    PYTHON benchmarks/peers/NAME.py personal|duplicates IN.parquet OUT.json

IN has the columns `row` and `text`. OUT gets the processor seconds (user and system, all threads
and children) of one run behind a first run on a thousand texts, so without imports and other
start-up, and what was found: for `personal` spans, for `duplicates` clusters. data-juicer has a
second way to find these, `duplicates_by_characters`.
"""

import json
import os
import resource
import sys
import tempfile
from pathlib import Path

# Nothing is to be fetched, and nothing to be remembered from an earlier run.
os.environ.update(
    HF_HUB_OFFLINE="1",
    PIP_NO_INDEX="1",
    UV_OFFLINE="1",
    HF_HOME=tempfile.mkdtemp(),
    TOKENIZERS_PARALLELISM="false",
)

import pyarrow as pa
import pyarrow.parquet as pq

THRESHOLD = 0.7
"""Jaccard similarity from which texts are duplicates: the default of the peers."""

N_FEW = 1000
"""Texts of the first run: enough to meet values of most kinds, the first of which load what they
are read by."""

ALONE = -1
"""The cluster of a text that is like no other."""


def main(**tasks):
    """Runs the task that was asked for, first on a part of the texts; writes what it returns."""
    task, source, target = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        few = Path(folder) / "few.parquet"
        begin = pq.read_table(source).slice(0, N_FEW)
        # Twice, so that there are duplicates.
        pq.write_table(pa.concat_tables([begin, begin]), few)
        tasks[task](few)
    result = tasks[task](Path(source))
    Path(target).write_text(json.dumps(result))


def texts_of(path):
    return pq.read_table(path)["text"].cast(pa.large_string()).combine_chunks()


def cpu_s():
    usages = (resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def spans_of(patterns, texts):
    """Returns text, kind, start and end of what patterns match: for those that only replace it."""
    return [
        (number, kind, *match.span())
        for number, text in enumerate(texts)
        for kind, finds in patterns.items()
        for match in finds(text)
    ]
