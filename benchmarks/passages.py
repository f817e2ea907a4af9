"""Shared passages, short cells inside others, contamination: speed of each step and what is found.

python benchmarks/passages.py CORPUS.parquet [--items ITEMS.parquet] [--show N]

MB of text per second of one core's time. ITEMS is an evaluation set that the corpus should not
hold; what it does hold is made of it: 10,000 stretches of 40 words.
"""

import argparse
import random
import time
from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from datagov.corpus.batch import Cells
from datagov.duplicates.benchmark_index import BenchmarkIndex
from datagov.duplicates.containment import WholesIndex, contained, held, representatives
from datagov.duplicates.contamination import touches
from datagov.duplicates.passages import meetings, shared, tokens_around
from datagov.duplicates.winnowing import fingerprints

KEY = b"k" * 32
UNIT = 5000


class Clock:
    """Prints how long each step took."""

    def __init__(self):
        self.start = time.process_time()

    def lap(self, what, n_bytes=None):
        seconds = time.process_time() - self.start
        speed = f"{n_bytes / 1e6 / seconds:8.0f} MB/s" if n_bytes else " " * 13
        print(f"{seconds:8.2f} s {speed}  {what}", flush=True)
        self.start = time.process_time()


def units_of(path):
    units = []
    for batch in pq.ParquetFile(path).iter_batches(UNIT, columns=["text"]):
        text = batch.column(0).cast(pa.large_string())
        n = len(text)
        units.append(Cells(pa.array(np.arange(n)), pa.repeat(pa.scalar("text"), n), text))
    return units


def numbered(table, base):
    return table.set_column(0, "record", pc.add(table["record"], base))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("corpus")
    parser.add_argument("--items")
    parser.add_argument("--show", type=int, default=0)
    options = parser.parse_args()
    units = units_of(options.corpus)
    sizes = [len(unit.text) for unit in units]
    bases = np.concatenate([[0], np.cumsum(sizes)])
    n_bytes = sum(pc.sum(pc.binary_length(unit.text)).as_py() for unit in units)
    items = made_up_items(units)
    index = warm_up(items)
    clock = Clock()
    prints = [fingerprints(unit, n, KEY) for unit, n in zip(units, sizes, strict=True)]
    n_prints = sum(each.sampled.num_rows for each in prints)
    clock.lap(f"fingerprints: {n_prints / n_bytes * 1e6:.0f} per MB", n_bytes)
    sampled = pa.concat_tables(
        numbered(p.sampled, base) for p, base in zip(prints, bases, strict=False)
    )
    met = meetings(sampled)
    clock.lap(f"meetings: {met.anchors.num_rows} anchors, {met.places.num_rows} places")
    tokens = []
    for unit, n, base in zip(units, sizes, bases, strict=False):
        record = met.places["record"].to_numpy()
        here = numbered(
            met.places.filter(pa.array((record >= base) & (record < base + n))), -int(base)
        )
        tokens.append(numbered(tokens_around(unit, n, KEY, here), base))
    tokens = pa.concat_tables(tokens)
    n_tokens = pa.concat_arrays([each.n_tokens for each in prints])
    n_crossing = pc.sum(pc.list_value_length(tokens["tokens"])).as_py()
    clock.lap(f"tokens that cross: {n_crossing} of {pc.sum(n_tokens)}", n_bytes)
    found = shared(tokens, met.anchors)
    pairs = len(set(zip(found["record_a"].to_pylist(), found["record_b"].to_pylist(), strict=True)))
    clock.lap(f"passages: {found.num_rows} of {pairs} pairs")
    wholes = representatives(
        pa.concat_tables(numbered(p.wholes, base) for p, base in zip(prints, bases, strict=False))
    )
    short = WholesIndex.of(wholes)
    clock.lap(f"short cells: {sum(p.wholes.num_rows for p in prints)}, kept {wholes.num_rows}")
    inside = pa.concat_tables(
        contained(short, unit, n, np.arange(base, base + n), KEY)
        for unit, n, base in zip(units, sizes, bases, strict=False)
    )
    clock.lap(f"short cells inside others: {inside.num_rows}", n_bytes)
    known = pa.table({"record": np.arange(bases[-1]), "n_tokens": n_tokens})
    holders = held(pa.concat_tables([found, inside]), known)
    n_sharing = len(holders["record"].unique())
    n_most = len(holders.filter(pc.greater(holders["contained"], 0.9))["record"].unique())
    clock.lap(f"records that share: {n_sharing}; nine tenths in one other: {n_most}")
    if options.items:
        others = pq.read_table(options.items)
        other_index = BenchmarkIndex.of(others, KEY)
        clock.lap(f"index of {len(others)} items, {len(other_index.unseen)} too short or common")
        scores = pa.concat_tables(
            touches(other_index, unit, n, KEY) for unit, n in zip(units, sizes, strict=True)
        )["score"].to_numpy()
        clock.lap(f"touches: {len(scores)}, of .8 and more {(scores >= 0.8).sum()}", n_bytes)
    touched = touches(index, units[0], sizes[0], KEY)
    n_found = len(set(touched["item"].to_pylist()))
    clock.lap(f"touches of what is there: {n_found} of {len(items)} items")
    show(found, inside, units, bases, options.show)


def made_up_items(units, n_items=10_000):
    rng = random.Random(1)
    texts = units[0].text.slice(0, sum(len(u.text) for u in units) // 20).to_pylist()
    items = []
    while len(items) < n_items:
        words = rng.choice(texts).split()
        at = rng.randrange(len(words)) if words else 0
        stretch = words[at : at + 40]
        if len(stretch) >= 10:
            items.append({"question": " ".join(stretch[:-3]), "answer": " ".join(stretch[-3:])})
    return items


def warm_up(items):
    cells = Cells(
        pa.array([0, 1]),
        pa.array(["text"] * 2),
        pa.array(["some words and more of them here"] * 2, pa.large_string()),
    )
    prints = fingerprints(cells, 2, KEY, 8)
    met = meetings(prints.sampled)
    shared(tokens_around(cells, 2, KEY, met.places, 8), met.anchors, 8)
    contained(WholesIndex.of(prints.wholes), cells, 2, np.arange(2), KEY)
    touches(BenchmarkIndex.of([{"question": "some words and more"}], KEY), cells, 2, KEY)
    index = BenchmarkIndex.of(items, KEY)
    touches(index, cells, 2, KEY)
    return index


def show(found, inside, units, bases, n):
    def text(record, start, end):
        unit = int(np.searchsorted(bases, record, side="right")) - 1
        return units[unit].text[record - bases[unit]].as_py()[start:end]

    rng = random.Random(7)
    for table in (found, inside):
        lengths = Counter(int(np.log2(size)) for size in table["n_tokens"].to_pylist())
        print(
            "passages by length:",
            {f"{2**k}-{2 ** (k + 1) - 1}": lengths[k] for k in sorted(lengths)},
        )
        for row in rng.sample(range(table.num_rows), min(n, table.num_rows)):
            each = table.slice(row, 1).to_pylist()[0]
            sides = [
                text(*(each[f"{name}_{s}"] for name in ("record", "start", "end"))) for s in "ab"
            ]
            print(f"--- {each['record_a']} {each['record_b']}: {each['n_tokens']} tokens")
            for side in sides:
                print("   ", " ".join(side[:150].split()), "…", " ".join(side[-60:].split()))


if __name__ == "__main__":
    main()
