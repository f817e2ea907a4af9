"""Speed of the personal-information detector on one core, beside Presidio in the same run.

    python benchmarks/pii.py FILE.parquet [--megabytes N] [--all] [--languages en,de]
                             [--presidio KB]

Reads the column `text`. Prints MB of text per second of processor time, the share of the bytes that
were looked at more closely than by the scan, the costliest recognisers, what was found, and the
ratio to Presidio's own recognisers with context on a sample of whole texts.
"""

import argparse
import collections
import time

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from presidio_peer import Presidio, every_recogniser

from datagov.detect.pii import PiiDetector
from datagov.detect.pii.detector import _Page
from datagov.detect.pii.entities import DEFAULT_ENTITIES
from datagov.detect.pii.presidio import presidio_recognisers

BATCH_BYTES = 8_000_000


def batches(path, limit):
    taken, pending, n_bytes = 0, [], 0
    for batch in pq.ParquetFile(path).iter_batches(500, columns=["text"]):
        texts = batch.column(0).cast(pa.large_string())
        pending.append(texts)
        n_bytes += pc.sum(pc.binary_length(texts)).as_py() or 0
        if n_bytes >= BATCH_BYTES:
            yield pa.chunked_array(pending), n_bytes
            taken, pending, n_bytes = taken + n_bytes, [], 0
        if taken >= limit:
            return
    if pending:
        yield pa.chunked_array(pending), n_bytes


class Watch:
    """Adds up, per recogniser, the time and the code points of its windows."""

    def __init__(self):
        self.seconds = collections.Counter()
        self.n_points = collections.Counter()
        self.covered = 0

    def __enter__(self):
        self.confirmed, self.phones, self.spans = _Page._confirmed, _Page._phones, _Page.spans
        watch = self

        def confirmed(page, which, search, window):
            start = time.perf_counter()
            found = watch.confirmed(page, which, search, window)
            name = search.recogniser.name
            watch.seconds[name] += time.perf_counter() - start
            watch.n_points[name] += min(window.stop, len(page.text)) - window.start
            return found

        def phones(page, places):
            start = time.perf_counter()
            found = list(watch.phones(page, places))
            watch.seconds["PhoneRecognizer"] += time.perf_counter() - start
            watch.n_points["PhoneRecognizer"] += len(places)
            return found

        def spans(page, ids, places):
            watch.covered += covered(places, 64, len(page.text))
            return watch.spans(page, ids, places)

        _Page._confirmed, _Page._phones, _Page.spans = confirmed, phones, spans
        return self

    def __exit__(self, *_):
        _Page._confirmed, _Page._phones, _Page.spans = self.confirmed, self.phones, self.spans


def covered(places, margin, length):
    """Returns how many code points lie within `margin` of one of the ascending places."""
    total = done = 0
    for place in places:
        start, end = max(done, place - margin), min(length, place + margin)
        total += max(0, end - start)
        done = max(done, end)
    return total


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path")
    parser.add_argument("--megabytes", type=float, default=100)
    parser.add_argument("--all", action="store_true", help="every entity, nothing left out")
    parser.add_argument("--languages", default="en")
    parser.add_argument("--presidio", type=int, default=0, metavar="KB")
    options = parser.parse_args()
    languages = tuple(options.languages.split(","))
    detector = PiiDetector(languages=languages)
    if options.all:
        kinds = {r.entity for each in languages for r in presidio_recognisers(each)}
        kinds |= {"PHONE_NUMBER", "CN_BANK_CARD", "CN_MOBILE", "CN_RESIDENT_ID"}
        detector = PiiDetector(
            languages=languages,
            entities=tuple(sorted(kinds)),
            context_only=(),
            without=(),
            plausible_only=False,
        )
    detector.detect(["warm up: phone 212-555-0123, ann@example.org"])
    n_bytes = n_points = 0
    seconds = 0.0
    found = collections.Counter()
    sample = []
    for texts, size in batches(options.path, options.megabytes * 1e6):
        start = time.process_time()
        spans = detector.detect(texts)
        seconds += time.process_time() - start
        n_bytes += size
        n_points += pc.sum(pc.utf8_length(texts)).as_py()
        found.update(zip(spans["category"].to_pylist(), spans["rule"].to_pylist(), strict=True))
        sample.append(texts)
    print(
        f"{n_bytes / 1e6:.1f} MB in {seconds:.1f} s: {n_bytes / 1e6 / seconds:.1f} MB/s, one core"
    )
    with Watch() as watch:
        for texts in sample[:6]:
            detector.detect(texts)
    watched = sum(pc.sum(pc.utf8_length(texts)).as_py() for texts in sample[:6])
    print(f"{100 * watch.covered / watched:.2f} % of the text within 64 characters of a candidate")
    for name, spent in watch.seconds.most_common(10):
        print(f"{1e3 * spent / (watched / 1e6):8.2f} ms per million characters  {name}")
    for (entity, rule), n in found.most_common(40):
        print(f"{n:8d} {n / (n_bytes / 1e6):8.2f}/MB  {entity:20} {rule}")
    if options.presidio:
        compare(detector, languages, sample, options.presidio * 1000)


def compare(detector, languages, sample, limit):
    texts, size = [], 0
    for text in (each for batch in sample for each in batch.to_pylist()):
        if len(text) < 30_000 and size < limit:
            texts.append(text)
            size += len(text.encode())
    entities = detector.entities or DEFAULT_ENTITIES
    peer = Presidio([r for r in every_recogniser(languages) if r.supported_entities[0] in entities])
    start = time.process_time()
    for text in texts:
        peer.kept(peer.results(text), detector.min_score)
    theirs = time.process_time() - start
    start = time.process_time()
    detector.detect(texts)
    ours = time.process_time() - start
    print(
        f"{size / 1e6:.2f} MB: Presidio {size / 1e6 / theirs:.3f} MB/s, "
        f"datagov {size / 1e6 / ours:.1f} MB/s: {theirs / ours:.0f} times"
    )


if __name__ == "__main__":
    main()
