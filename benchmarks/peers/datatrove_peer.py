"""datatrove's PIIFormatter, and its MinHash in four stages as in its examples: defaults."""

import struct
import tempfile
from pathlib import Path

import adapter
from datatrove.data import Document
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup import (
    MinhashDedupBuckets,
    MinhashDedupCluster,
    MinhashDedupFilter,
    MinhashDedupSignature,
)
from datatrove.pipeline.dedup.minhash import MinhashConfig
from datatrove.pipeline.formatters import PIIFormatter
from datatrove.pipeline.readers import ParquetReader
from datatrove.pipeline.writers import JsonlWriter

CONFIG = MinhashConfig()
"""14 buckets of 8 hashes: half of all pairs with a similarity of .72 are found."""


def personal(path):
    formatter = PIIFormatter(only_remove_public_ips=False)
    texts = adapter.texts_of(path).to_pylist()
    documents = [Document(text=text, id=str(i)) for i, text in enumerate(texts)]
    start = adapter.cpu_s()
    for _ in formatter.run(documents):
        pass
    seconds = adapter.cpu_s() - start
    ips = formatter.ip_replacer
    patterns = {
        "EMAIL_ADDRESS": formatter.emails_replacer.regex.finditer,
        "IP_ADDRESS": lambda text: (m for m in ips.regex.finditer(text) if ips.validator(m[0])),
    }
    return {"seconds": seconds, "spans": adapter.spans_of(patterns, texts)}


def duplicates(path):
    n_texts = len(adapter.texts_of(path))
    with tempfile.TemporaryDirectory() as folder:
        start = adapter.cpu_s()
        for number, (steps, n_tasks) in enumerate(stages(path, folder)):
            LocalPipelineExecutor(
                steps, tasks=n_tasks, workers=1, logging_dir=f"{folder}/logs{number}"
            ).run()
        seconds = adapter.cpu_s() - start
        clusters = [adapter.ALONE] * n_texts
        remembered = Path(folder, "remove/000000.clusters")
        if remembered.exists():
            for row, cluster in struct.iter_unpack("<2I", remembered.read_bytes()):
                clusters[row] = cluster
        signed = set()
        record = struct.Struct(f"<{CONFIG.hashes_per_bucket}{CONFIG.hash_config.struct_format}I")
        for values in record.iter_unpack(
            Path(folder, "signatures/bucket_000/00000.minhash.sig").read_bytes()
        ):
            signed.add(values[-1])
    unseen = sorted(set(range(n_texts)) - signed)
    return {"seconds": seconds, "clusters": clusters, "unseen": unseen}


def stages(path, folder):
    """Yields the steps of each stage, and how many tasks it has."""

    def reader():
        return ParquetReader(str(path.parent), glob_pattern=path.name, id_key="row")

    yield [reader(), MinhashDedupSignature(f"{folder}/signatures", CONFIG)], 1
    buckets = MinhashDedupBuckets(f"{folder}/signatures", f"{folder}/buckets", config=CONFIG)
    yield [buckets], CONFIG.num_buckets
    yield (
        [
            MinhashDedupCluster(
                f"{folder}/buckets", f"{folder}/remove", config=CONFIG, save_cluster_id=True
            )
        ],
        1,
    )
    yield (
        [
            reader(),
            MinhashDedupFilter(f"{folder}/remove"),
            JsonlWriter(f"{folder}/kept", compression=None),
        ],
        1,
    )


adapter.main(personal=personal, duplicates=duplicates)
