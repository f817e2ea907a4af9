"""Speed of the personal-information detector against Presidio's own recognisers.

python benchmarks/pii.py FILE.parquet [MB] [--presidio]

Prints MB of text per second on one core and findings by rule. With --presidio also the speed of
Presidio's recognisers for the same entities (no context words, no language model, which makes it
faster than an analyzer), on a small sample in the same run, and the ratio.
"""

import collections
import sys
import time

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from datagov.detect.pii import PiiDetector
from datagov.detect.pii.entities import DEFAULT_ENTITIES

SAMPLE_BYTES = 400_000


def batches(path, limit_mb):
    taken = 0
    for batch in pq.ParquetFile(path).iter_batches(1000, columns=["text"]):
        texts = batch.column(0).cast(pa.large_string())
        taken += size(texts)
        yield texts
        if taken > limit_mb * 1e6:
            return


def size(texts):
    return pc.sum(pc.binary_length(texts)).as_py()


def ours(path, limit_mb):
    detector = PiiDetector()
    detector.detect(["warm up 123456789 a@b.com"])
    n_bytes, seconds, found = 0, 0.0, collections.Counter()
    for texts in batches(path, limit_mb):
        start = time.perf_counter()
        spans = detector.detect(texts)
        seconds += time.perf_counter() - start
        n_bytes += size(texts)
        found.update(zip(spans["category"].to_pylist(), spans["rule"].to_pylist(), strict=True))
    speed = n_bytes / 1e6 / seconds
    print(f"{n_bytes / 1e6:.1f} MB in {seconds:.1f} s: {speed:.1f} MB/s, one core")
    for (entity, rule), n in found.most_common(60):
        print(f"{n:8d} {n / (n_bytes / 1e6):8.2f}/MB  {entity:20} {rule}")
    return speed


def presidio(path):
    from presidio_analyzer import PatternRecognizer, predefined_recognizers

    recognisers = []
    for name in dir(predefined_recognizers):
        kind = getattr(predefined_recognizers, name)
        if not isinstance(kind, type):
            continue
        if issubclass(kind, PatternRecognizer) and kind is not PatternRecognizer:
            recogniser = kind()
            known = set(recogniser.supported_entities) <= DEFAULT_ENTITIES
            if recogniser.supported_language == "en" and known:
                recognisers.append(recogniser)
    recognisers.append(predefined_recognizers.PhoneRecognizer())
    n_bytes = 0
    start = time.perf_counter()
    for text in next(batches(path, 1)).to_pylist():
        for recogniser in recognisers:
            recogniser.analyze(text, recogniser.supported_entities, None)
        n_bytes += len(text.encode())
        if n_bytes > SAMPLE_BYTES:
            break
    return n_bytes / 1e6 / (time.perf_counter() - start)


def main():
    path, *rest = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    speed = ours(path, float(rest[0]) if rest else 1e9)
    if "--presidio" in sys.argv:
        theirs = presidio(path)
        print(f"Presidio's recognisers {theirs:.3f} MB/s; ratio {speed / theirs:.0f}")


if __name__ == "__main__":
    main()
