"""Speed of the detector of secrets.

    python benchmarks/secret_scan.py FILE.parquet

Prints MB of text per second on one core, the findings by kind, and the rate on input made to be
slow. The findings themselves are never shown.
"""

import argparse
import collections
import time

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from datagov.detect.secrets import SecretsDetector

N_HOSTILE = 10_000_000
HOSTILE = {
    "one letter": "a",
    "one digit": "7",
    "NUL": "\0",
    "dashes": "-",
    "Chinese": "密码",
    "prefixes": "ghp_",
    "headers of tokens": "eyJ0eXAiOiJKV1Qi",
    "headers of tokens, apart": "-eyJ0eXAiOiJKV1Qi.",
    "begins of keys": "-----BEGIN PRIVATE KEY-----\n",
    "begins of PuTTY keys": "PuTTY-User-Key-File-3: ",
    "addresses": "https://user:p4ss",
    "assignments": "password=",
    "key ids": "AKIA" + "Q3EGRT5ZXCVBNMLK ",
}


def measure(detector, texts):
    start = time.perf_counter()
    spans = detector.detect(texts)
    return spans, time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", help="Parquet with a column `text`")
    options = parser.parse_args()
    detector = SecretsDetector()
    detector.detect(["warm up"])
    n_bytes, seconds, found = 0, 0.0, collections.Counter()
    for batch in pq.ParquetFile(options.path).iter_batches(1000, columns=["text"]):
        texts = batch.column(0).cast(pa.large_string())
        spans, spent = measure(detector, texts)
        seconds += spent
        n_bytes += pc.sum(pc.binary_length(texts)).as_py()
        found.update(spans["rule"].to_pylist())
    print(
        f"{n_bytes / 1e6:.1f} MB in {seconds:.1f} s: {n_bytes / 1e6 / seconds:.0f} MB/s, one core"
    )
    for rule, n in found.most_common():
        print(f"{n:8d}  {rule}")
    for name, unit in HOSTILE.items():
        text = unit * (N_HOSTILE // len(unit.encode()))
        _, spent = measure(detector, [text])
        print(f"{N_HOSTILE / 1e6 / spent:8.1f} MB/s  10 MB of {name}")


if __name__ == "__main__":
    main()
