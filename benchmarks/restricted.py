"""Speed of the restricted-domain detector.

    python benchmarks/restricted.py FILE.parquet

Prints MB of text per second on one core, and the terms found most.
"""

import argparse
import collections
import time

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from datagov.detect.restricted import RestrictedDetector


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", help="Parquet with a column `text`")
    options = parser.parse_args()
    detector = RestrictedDetector()
    detector.detect(["warm up"])
    n_bytes, seconds, found = 0, 0.0, collections.Counter()
    for batch in pq.ParquetFile(options.path).iter_batches(1000, columns=["text"]):
        texts = batch.column(0).cast(pa.large_string())
        start = time.perf_counter()
        spans = detector.detect(texts)
        seconds += time.perf_counter() - start
        n_bytes += pc.sum(pc.binary_length(texts)).as_py()
        found.update(spans["rule"].to_pylist())
    print(
        f"{n_bytes / 1e6:.1f} MB in {seconds:.1f} s: {n_bytes / 1e6 / seconds:.0f} MB/s, one core"
    )
    for rule, n in found.most_common(30):
        print(f"{n:8d}  {rule}")


if __name__ == "__main__":
    main()
