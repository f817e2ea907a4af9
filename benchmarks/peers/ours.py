"""datagov by the same rules as its peers: personal information of all kinds and of theirs alone."""

import adapter
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from datagov.detect.pii import PiiDetector
from datagov.duplicates.find import edges_between, find, sketch_texts

BATCH = 2000


def personal(path):
    return tagged(path, PiiDetector())


def addresses(path):
    return tagged(path, PiiDetector(entities=("EMAIL_ADDRESS", "IP_ADDRESS")))


def contacts(path):
    return tagged(path, PiiDetector(entities=("EMAIL_ADDRESS", "IP_ADDRESS", "PHONE_NUMBER")))


def tagged(path, detector):
    texts = adapter.texts_of(path)
    start = adapter.cpu_s()
    # In batches, as a scan has them.
    tables = [detector.detect(texts.slice(at, BATCH)) for at in range(0, len(texts), BATCH)]
    seconds = adapter.cpu_s() - start
    found = pa.concat_tables(
        table.set_column(0, "cell", pc.add(table["cell"], i * BATCH))
        for i, table in enumerate(tables)
    )
    columns = (found[name].to_pylist() for name in ("cell", "category", "start", "end"))
    return {"seconds": seconds, "spans": list(zip(*columns, strict=True))}


def duplicates(path):
    start = adapter.cpu_s()
    texts = adapter.texts_of(path)
    # Peers do not look for contained texts.
    members = find(texts, near_from=adapter.THRESHOLD, contained_from=None)
    seconds = adapter.cpu_s() - start
    cluster = dict(members.select("record", "kept").iter_rows())
    edges = edges_between(sketch_texts(texts), adapter.THRESHOLD, None)
    near = edges.filter(pl.col("jaccard") >= adapter.THRESHOLD)
    return {
        "seconds": seconds,
        "clusters": [cluster.get(row, adapter.ALONE) for row in range(len(texts))],
        "pairs": sorted(near.select("first", "second").iter_rows()),
        "unseen": [],
    }


adapter.main(personal=personal, addresses=addresses, contacts=contacts, duplicates=duplicates)
