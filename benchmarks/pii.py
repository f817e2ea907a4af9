"""Speed of the personal-information detector on one core, and where its time goes.

    python benchmarks/pii.py FILE.parquet [--megabytes N] [--samples N] [--entities default|all]

Samples of the column `text`, each spread over the whole file, in a process
that has not met their texts: MB of text per second of processor time. Then once more over the first
sample with a stopwatch around each recogniser: the windows that were looked at and the share of
them in which something was confirmed, the costliest recognisers, and what was found.
`presidio_agreement.py` and `peers.py` compare with others.
"""

import argparse
import collections
import gc
import itertools
import time

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from datagov.detect.pii import PiiDetector, detector
from datagov.detect.pii.searching import Search

BATCH = 2000
BATCH_BYTES = 8_000_000
DETECTORS = {
    "default": PiiDetector(),
    "all": PiiDetector(entities=("all",), languages=("all",)),
}


def batches(path, limit):
    """Yields the first texts of a file, up to `limit` bytes, with the bytes of each batch."""
    taken, pending, n_bytes = 0, [], 0
    for batch in pq.ParquetFile(path).iter_batches(500, columns=["text"]):
        texts = batch.column(0).cast(pa.large_string())
        pending.append(texts)
        n_bytes += size_of(texts)
        if n_bytes >= BATCH_BYTES:
            yield pa.chunked_array(pending), n_bytes
            taken, pending, n_bytes = taken + n_bytes, [], 0
        if taken >= limit:
            return
    if pending:
        yield pa.chunked_array(pending), n_bytes


def size_of(texts):
    return pc.sum(pc.binary_length(texts)).as_py() or 0


def samples(path, megabytes, n):
    """Returns a small sample to warm up with, and `n` others, without common texts."""
    texts = pq.read_table(path, columns=["text"])["text"].cast(pa.large_string()).drop_null()
    step = max(n + 1, int(size_of(texts) / (megabytes * 1e6)))
    taken = [texts.take(pa.array(range(first, len(texts), step))) for first in range(step)]
    return taken[n][:500], taken[:n]


def detect(pii, texts):
    """Returns the findings in batches, as a scan has them."""
    return pa.concat_tables(
        [pii.detect(texts.slice(at, BATCH)) for at in range(0, len(texts), BATCH)]
    )


class Stopwatch:
    """Adds up, for each recogniser, windows, those with a match, and seconds."""

    def __init__(self):
        self.n_windows = collections.Counter()
        self.n_confirmed = collections.Counter()
        self.seconds = collections.Counter()

    def note(self, name, start, n_windows, n_confirmed):
        self.seconds[name] += time.perf_counter() - start
        self.n_windows[name] += n_windows
        self.n_confirmed[name] += n_confirmed

    def __enter__(self):
        self.kept = Search.matches, detector.phone_spans, detector.url_spans, detector.find_names
        of_search, of_phones, of_urls, of_names = self.kept

        def matches(search, text, window, patterns, loose):
            start = time.perf_counter()
            found = of_search(search, text, window, patterns, loose)
            self.note(search.recogniser.name, start, 1, bool(found))
            return found

        def phone_spans(batch, cells, places):
            start = time.perf_counter()
            found = list(of_phones(batch, cells, places))
            self.note("PhoneRecognizer", start, len(places), len(found))
            return found

        def url_spans(batch, cells, positions):
            start = time.perf_counter()
            found = of_urls(batch, cells, positions)
            self.note("UrlRecognizer", start, len(positions), len(found.cells))
            return found

        def find_names(*arguments):
            start = time.perf_counter()
            found = of_names(*arguments)
            self.note("names", start, 0, 0)
            return found

        Search.matches = matches
        detector.phone_spans, detector.url_spans = phone_spans, url_spans
        detector.find_names = find_names
        return self

    def __exit__(self, *_):
        Search.matches, detector.phone_spans, detector.url_spans, detector.find_names = self.kept


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path")
    parser.add_argument("--megabytes", type=float, default=15, help="of each sample")
    parser.add_argument("--samples", type=int, default=3, help="how many")
    parser.add_argument("--entities", choices=sorted(DETECTORS), default="default")
    options = parser.parse_args()
    pii = DETECTORS[options.entities]
    warm, timed = samples(options.path, options.megabytes, options.samples)
    detect(pii, warm)
    # As the workers of a scan do.
    gc.freeze()
    for texts in timed:
        start = time.process_time()
        detect(pii, texts)
        seconds, size = time.process_time() - start, size_of(texts) / 1e6
        print(f"{size:.1f} MB in {seconds:.2f} s: {size / seconds:.1f} MB/s, one core")
    report(pii, timed[0])


def report(pii, texts):
    size = size_of(texts) / 1e6
    start = time.perf_counter()
    with Stopwatch() as watch:
        found = detect(pii, texts)
    whole = time.perf_counter() - start
    n_windows, n_confirmed = watch.n_windows.total(), watch.n_confirmed.total()
    if n_windows:
        share = 100 * n_confirmed / n_windows
        print(
            f"{n_windows:,} windows looked at, {n_windows / size:,.0f}/MB; {share:.1f} % confirmed"
        )
    print(f"{whole:.2f} s with the stopwatch, of which")
    for name, seconds in watch.seconds.most_common(15):
        print(
            f"{100 * seconds / whole:6.1f} %  {name:32} {watch.n_windows[name]:8,} windows, "
            f"{watch.n_confirmed[name]:,} confirmed"
        )
    rules = zip(found["category"].to_pylist(), found["rule"].to_pylist(), strict=True)
    for (entity, rule), n in itertools.islice(collections.Counter(rules).most_common(), 40):
        print(f"{n:8d} {n / size:8.2f}/MB  {entity:20} {rule}")


if __name__ == "__main__":
    main()
