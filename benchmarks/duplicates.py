"""Near duplicates: speed beside peers, planted pairs, labelled sets, and scale.

    python benchmarks/duplicates.py speed FILE.parquet [--megabytes N] [--lang en]
    python benchmarks/duplicates.py agreement FILE.parquet [--megabytes N]
    python benchmarks/duplicates.py planted FILE.parquet
    python benchmarks/duplicates.py labelled FOLDER
    python benchmarks/duplicates.py scale FILE.parquet [--documents N]

`speed` prints MB of text per second of processor time: sketches, and all from text to clusters,
beside datasketch's MinHash on a sample in the same run. `agreement` compares the pairs that are
found with those of datasketch's MinHashLSH and exact similarity, over the same shingles.
`planted` makes pairs of known similarity out of real texts. `labelled` scores the sets in FOLDER
(tang_editions, clough_stevenson, copycat, sentence_pairs). `scale` makes documents out of real
ones, plants duplicates, and prints time, memory and recall.
"""

import argparse
import random
import re
import resource
import time
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from datagov.duplicates.clusters import clusters
from datagov.duplicates.exact import similarity
from datagov.duplicates.find import edges_between, find, joined, sketch_texts

NEAR_FROM = 0.5


def texts_of(path, megabytes, lang=None):
    taken, size = [], 0
    for batch in pq.ParquetFile(path).iter_batches(2000, columns=["text", "lang"]):
        table = pa.Table.from_batches([batch])
        if lang:
            table = table.filter(pc.equal(table["lang"], lang))
        texts = table["text"].cast(pa.large_string())
        taken += texts.chunks
        size += pc.sum(pc.binary_length(texts)).as_py() or 0
        if size >= megabytes * 1e6:
            break
    return pa.concat_arrays(taken), size / 1e6


def clock(function, *arguments):
    start = time.process_time()
    result = function(*arguments)
    return result, time.process_time() - start


def speed(options):
    texts, size = texts_of(options.path, options.megabytes, options.lang)
    find(texts[:100])
    _, took = clock(sketch_texts, texts)
    ours = size / took
    print(f"{len(texts):,} texts, {size:.1f} MB")
    print(f"sketches        {ours:8.1f} MB/s")
    members, took = clock(find, texts)
    print(f"text to clusters{size / took:8.1f} MB/s, {members.height:,} members of clusters")
    sample, n_bytes = [], 0
    for text in texts:
        sample.append(text.as_py())
        n_bytes += len(sample[-1].encode())
        if n_bytes > options.sample * 1e6:
            break
    _, took = clock(datasketches, sample)
    theirs = n_bytes / 1e6 / took
    print(
        f"datasketch      {theirs:8.2f} MB/s on {n_bytes / 1e6:.1f} MB: {ours / theirs:.0f} times"
    )


def shingles(text, size=5):
    words = re.findall(r"\w+", text.lower())
    return {" ".join(words[i : i + size]).encode() for i in range(max(1, len(words) - size + 1))}


def datasketches(texts, n_hashes=256):
    from datasketch import MinHash

    found = []
    for text in texts:
        minhash = MinHash(num_perm=n_hashes)
        minhash.update_batch(list(shingles(text)))
        found.append(minhash)
    return found


def agreement(options):
    """Over texts of 100 words and more, whose shingles are five words for both."""
    from datasketch import MinHashLSH

    texts, _ = texts_of(options.path, options.megabytes, "en")
    long = [t for t in texts.to_pylist() if len(t.split()) >= 400][:4000]
    edges = edges_between(sketch_texts(long), NEAR_FROM, 2.0)
    ours = set(edges.filter(pl.col("jaccard") >= NEAR_FROM).select("first", "second").iter_rows())
    lsh = MinHashLSH(threshold=NEAR_FROM, num_perm=256)
    hashes = datasketches(long)
    theirs = set()
    for i, each in enumerate(hashes):
        theirs |= {
            (int(j), i) for j in lsh.query(each) if hashes[int(j)].jaccard(each) >= NEAR_FROM
        }
        lsh.insert(str(i), each)
    sets = [shingles(text) for text in long]

    def exact(pair):
        one, other = sets[pair[0]], sets[pair[1]]
        return len(one & other) / len(one | other)

    print(f"{len(long):,} texts: ours {len(ours)} pairs, datasketch {len(theirs)}")
    print(f"both {len(ours & theirs)}")
    for name, only in (("only ours", ours - theirs), ("only datasketch", theirs - ours)):
        values = sorted(round(exact(pair), 2) for pair in only)
        print(
            f"{name} {len(only)}: true similarity of five-word runs {values[:1]} to {values[-1:]}"
        )


def planted(options):
    """Pairs with words replaced at random; true similarity is that of all shingles."""
    texts, _ = texts_of(options.path, 40)
    rng = random.Random(1)
    pool = [t for t in texts.to_pylist() if 300 < len(t) < 20_000]
    rng.shuffle(pool)
    ones, others = [], []
    for text in pool[:6000]:
        parts = text.split(" ") if text.count(" ") > len(text) / 20 else list(text)
        share = rng.random() * 0.25
        changed = [rng.choice(parts) if rng.random() < share else part for part in parts]
        ones.append(text)
        others.append((" " if " " in text and len(parts) < len(text) / 2 else "").join(changed))
    true = similarity(ones, others).jaccard
    edges = edges_between(sketch_texts(ones + others), NEAR_FROM, 2.0)
    n = len(ones)
    found = dict(
        edges.filter(pl.col("second") == pl.col("first") + n).select("first", "jaccard").iter_rows()
    )
    near = np.array([found.get(i, 0) >= NEAR_FROM for i in range(n)])
    for low in np.arange(0, 1, 0.1):
        here = (true >= low) & (true < low + 0.1)
        if here.any():
            bounds = f"{low:.1f}-{low + 0.1:.1f}"
            print(f"true {bounds}: {here.sum():5d} pairs, found {near[here].mean():.4f}")
    sure = true >= NEAR_FROM + 0.1
    print(f"recall at {NEAR_FROM + 0.1:.1f} and more: {near[sure].mean():.4f} of {sure.sum()}")
    wrong = near & (true < NEAR_FROM - 0.1)
    right = 1 - wrong.sum() / near.sum()
    print(f"precision: {right:.4f} of {near.sum()} are above {NEAR_FROM - 0.1:.1f}")


def labelled(options):
    from sklearn.metrics import average_precision_score

    folder = Path(options.path)
    docs = pl.read_parquet(folder / "tang_editions/docs.parquet")
    members = find(docs["text"])
    print("tang_editions", clusters_f1(docs["cluster"], members))
    for name, label in (
        ("clough_stevenson", pl.col("near_dup")),
        ("clough_stevenson", pl.col("any_reuse")),
        ("copycat", pl.col("label_raw") == "3"),
    ):
        docs = pl.read_parquet(folder / name / "docs.parquet")
        text = dict(docs.select("id", "text").iter_rows())
        pairs = pl.read_parquet(folder / name / "pairs.parquet")
        if "label_raw" in pairs.columns:
            pairs = pairs.filter(pl.col("label_raw") != "unknown")
        one, other = ([text[i] for i in pairs[column]] for column in ("id1", "id2"))
        truth = pairs.select(label.alias("truth"))["truth"]
        scores = similarity(one, other).jaccard
        print(name, str(label)[:40], f"AP {average_precision_score(truth, scores):.4f}")
    pairs = pl.read_parquet(folder / "sentence_pairs/pairs.parquet")
    for (name,), rows in pairs.group_by("set", maintain_order=True):
        scores = similarity(rows["text1"], rows["text2"]).jaccard
        print("sentence_pairs", name, f"AP {average_precision_score(rows['label'], scores):.4f}")


def clusters_f1(gold, members):
    """Precision, recall and F1 over pairs of documents in one cluster."""
    of = dict(members.select("record", "kept").iter_rows())
    frame = pl.DataFrame({"gold": gold, "ours": [of.get(i, -1 - i) for i in range(len(gold))]})

    def pairs(*columns):
        sizes = frame.group_by(*columns).len()["len"].cast(pl.Int64)
        return int((sizes * (sizes - 1) // 2).sum())

    both, wanted, said = pairs("gold", "ours"), pairs("gold"), pairs("ours")
    precision, recall = both / said, both / wanted
    f1 = 2 * precision * recall / (precision + recall)
    return f"precision {precision:.4f} recall {recall:.4f} F1 {f1:.4f}"


def scale(options):
    texts, _ = texts_of(options.path, 60)
    sentences = [
        s for t in texts.to_pylist() for s in t.replace("\n", " ").split(". ") if len(s) > 20
    ]
    rng = np.random.default_rng(5)
    n, batch = options.documents, 100_000
    planted_at, pieces, size = {}, [], 0
    start, cpu = time.time(), time.process_time()
    spent = 0.0
    last = []
    for begin in range(0, n, batch):
        chosen = rng.integers(0, len(sentences), (min(batch, n - begin), 6))
        made = [". ".join(sentences[j] for j in row) for row in chosen]
        # One document in ten repeats one of the batch before, with a word in 30 changed.
        for i in range(0, len(made), 10):
            if last:
                source = int(rng.integers(0, len(last)))
                words = last[source].split()
                for at in range(int(rng.integers(0, 30)), len(words), 30):
                    words[at] = "changed"
                made[i] = " ".join(words)
                planted_at[begin + i] = begin - len(last) + source
        last = made
        array = pa.array(made, pa.large_string())
        size += array.nbytes
        before = time.process_time()
        pieces.append(sketch_texts(array))
        spent += time.process_time() - before
    print(
        f"{n:,} documents, {size / 1e6:,.0f} MB; made and sketched in {time.time() - start:.0f} s"
    )
    print(f"sketches {spent:.0f} s: {size / 1e6 / spent:.0f} MB/s")
    sketches = joined(pieces)
    del pieces
    edges, took = clock(edges_between, sketches, NEAR_FROM, 0.8)
    print(f"candidates and comparisons {took:.0f} s: {1e6 * took / n:.1f} microseconds a document")
    nodes = pl.DataFrame({"record": pl.concat([edges["first"], edges["second"]]).unique()})
    nodes = nodes.with_columns(rank=pl.lit(b""), digest=pl.lit(b""))
    members, took = clock(lambda: clusters(nodes, edges, near_from=NEAR_FROM, contained_from=0.8))
    print(f"clusters {took:.0f} s, {members.height:,} members")
    of = dict(members.select("record", "kept").iter_rows())
    hit = sum(of.get(i, -1) == of.get(j, -2) for i, j in planted_at.items())
    print(
        f"planted {len(planted_at):,}, in a cluster with their source {hit / len(planted_at):.4f}"
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{time.process_time() - cpu:.0f} s of processor in all, peak memory {peak:.1f} GB")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True)
    for function in (speed, agreement, planted, labelled, scale):
        command = commands.add_parser(function.__name__)
        command.add_argument("path")
        command.set_defaults(run=function)
        if function in (speed, agreement):
            command.add_argument("--megabytes", type=float, default=60)
        if function is speed:
            command.add_argument("--lang")
            command.add_argument("--sample", type=float, default=3, help="MB for datasketch")
        if function is scale:
            command.add_argument("--documents", type=int, default=10_000_000)
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
