"""Cost of lists of terms to the detector of personal information, on one core.

    python benchmarks/pii_lists.py FILE.parquet [--megabytes N] [--terms N] [--ways]

Reads the column `text`. Prints MB of text per second of processor time without lists, with a
list of full names that are findings, with the same as values that are allowed, with both, and
with a list in which one name in ten is a surname alone, so that there is much to find; what
reading and compiling the list take, and memory. `--ways` compares ways to look for the terms:
literals of hyperscan, polars' Aho-Corasick automaton, and a hash set of runs of words.
"""

import argparse
import os
import random
import resource
import tempfile
import time
from pathlib import Path

import hyperscan as hs
import polars as pl
import regex
from pii import batches

from datagov.detect import multipattern
from datagov.detect.pii import PiiDetector
from datagov.detect.pii.names.lists import given_names, surnames
from datagov.detect.pii.own.options import load_options

MORE = {"deny": {"STAFF": "more.txt"}}


def names(n_names, alone):
    """Returns different names, one in 2,000 Chinese, and a share `alone` surnames alone."""
    chance = random.Random(1)
    first, last = sorted(given_names()), sorted(surnames())
    found = set()
    while len(found) < n_names:
        kind = chance.random()
        if kind < 0.0005:
            found.add(chance.choice("赵钱孙李周吴郑王") + chance.choice("伟芳娜敏静丽强磊军洋"))
        elif kind < alone:
            found.add(chance.choice(last) + chance.choice(("", "ovna", "berger", "stein", "ello")))
        else:
            found.add(f"{chance.choice(first)} {chance.choice(last)}")
    return sorted(found)


def memory():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def speed(detector, sample):
    """Returns MB per second of processor time, the better of two runs, and the findings."""
    best, n_found = 0.0, 0
    for _ in range(2):
        seconds = n_bytes = n_found = 0
        for texts, size in sample:
            start = time.process_time()
            n_found += detector.detect(texts).num_rows
            seconds += time.process_time() - start
            n_bytes += size
        best = max(best, n_bytes / 1e6 / seconds)
    return best, n_found


def ways(terms, sample):
    texts = [text for batch, _ in sample for text in batch.to_pylist()]
    data = "\n".join(texts).encode()
    database = hs.Database(mode=hs.HS_MODE_BLOCK)
    start = time.process_time()
    database.compile(
        expressions=[term.encode() for term in terms],
        ids=list(range(len(terms))),
        flags=[hs.HS_FLAG_CASELESS] * len(terms),
        elements=len(terms),
        literal=True,
    )
    compiled = time.process_time() - start
    start = time.process_time()
    database.scan(data, match_event_handler=lambda *_: None)
    report("hyperscan literals", data, time.process_time() - start, compiled)
    series = pl.Series(texts)
    start = time.process_time()
    series.str.find_many(terms, ascii_case_insensitive=True, overlapping=True)
    report("polars find_many (compiles each time)", data, time.process_time() - start, 0)
    word = regex.compile(r"\w+")
    known = {tuple(word.findall(term.lower())) for term in terms}
    longest = max(map(len, known))
    start = time.process_time()
    for text in texts:
        words = word.findall(text.lower())
        for n_words in range(1, longest + 1):
            for run in zip(*(words[i:] for i in range(n_words)), strict=False):
                if run in known:
                    pass
    report("hash set of runs of words", data, time.process_time() - start, 0)


def report(name, data, seconds, compiled):
    print(f"{name:40} {len(data) / 1e6 / seconds:8.1f} MB/s, compiled in {compiled:.1f} s")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path")
    parser.add_argument("--megabytes", type=float, default=50)
    parser.add_argument("--terms", type=int, default=100_000)
    parser.add_argument("--ways", action="store_true")
    options = parser.parse_args()
    sample = list(batches(options.path, options.megabytes * 1e6))
    terms, more = names(options.terms, 0), names(options.terms, 0.1)
    if options.ways:
        ways(terms, sample)
        return
    plain = PiiDetector()
    plain.detect(["warm up: phone 212-555-0123, ann@example.org"])
    print(f"without lists      {speed(plain, sample)[0]:.1f} MB/s")
    before = memory()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = folder
        (Path(folder) / "terms.txt").write_text("\n".join(terms), "utf-8")
        (Path(folder) / "more.txt").write_text("\n".join(more), "utf-8")
        start = time.process_time()
        deny = load_options({"deny": {"STAFF": "terms.txt"}}, Path(folder))
        allow = load_options({"allow": "terms.txt"}, Path(folder))
        print(f"read twice in      {time.process_time() - start:.2f} s")
        listed = PiiDetector(**deny)
        for which in ("first", "second"):
            multipattern._literal_database.cache_clear()
            start = time.process_time()
            listed.detect(["warm up"])
            print(f"{which} compilation {time.process_time() - start:.2f} s")
        print(f"memory             {memory() - before:.0f} MB more")
        for name, detector in (
            ("deny", listed),
            ("allow", PiiDetector(**allow)),
            ("both", PiiDetector(**deny, **allow)),
            ("deny, surnames", PiiDetector(**load_options(MORE, Path(folder)))),
            ("without lists", plain),
        ):
            rate, n_found = speed(detector, sample)
            print(f"{name:18} {rate:.1f} MB/s, {n_found} findings")


if __name__ == "__main__":
    main()
