"""Findings of the default set per MB by language group, and random ones with context to judge.

    python benchmarks/pii_review.py FILE.parquet [--sample N] [--seed S] [--kinds PERSON] [--out F]

Reads the columns `text` and `lang`. What it writes to `--out` shows personal information: keep it
to yourself, and publish counts of verdicts alone. Another `--seed` draws other findings: take a
new one whenever rules were changed after a reading.
"""

import argparse
import collections
import random
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from datagov.detect.pii import PiiDetector


def group(lang):
    return lang if lang in ("zh", "en", "code") else "other"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path")
    parser.add_argument("--sample", type=int, default=50)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--around", type=int, default=45, help="characters shown on each side")
    parser.add_argument("--kinds", default="")
    parser.add_argument("--out")
    options = parser.parse_args()
    detector = PiiDetector()
    n_bytes, found, shown = (
        collections.Counter(),
        collections.Counter(),
        collections.defaultdict(list),
    )
    for batch in pq.ParquetFile(options.path).iter_batches(2000, columns=["text", "lang"]):
        texts = batch.column(0).cast(pa.large_string())
        groups = [group(lang) for lang in batch.column(1).to_pylist()]
        lengths = pc.binary_length(texts).to_pylist()
        for name, length in zip(groups, lengths, strict=True):
            n_bytes[name] += length or 0
        for span in detector.detect(texts).to_pylist():
            key = groups[span["cell"]], span["category"]
            found[key] += 1
            shown[key].append((span, texts, span["cell"]))
    random.seed(options.seed)
    lines = []
    for (name, kind), n in sorted(found.items()):
        print(f"{name:6} {kind:24} {n:7d} {n / (n_bytes[name] / 1e6):9.2f}/MB")
        if options.kinds and kind not in options.kinds.split(","):
            continue
        lines.append(f"## {name} {kind} {n}")
        for span, texts, cell in random.sample(shown[name, kind], min(n, options.sample)):
            lines.append(in_context(texts[cell].as_py(), span, options.around))
    if options.out:
        Path(options.out).write_text("\n".join(lines), "utf-8")


def in_context(text, span, around):
    start, end = span["start"], span["end"]
    before, value, after = (
        text[max(0, start - around) : start],
        text[start:end],
        text[end : end + around],
    )
    shown = f"{before}⟦{value}⟧{after}".replace("\n", "⏎")
    return f"{span['score']:.2f} {span['rule'].split(': ')[-1][:24]}: {shown}"


if __name__ == "__main__":
    main()
