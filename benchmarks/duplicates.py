"""Near duplicates: speed beside peers, planted pairs, labelled sets, and scale.

    python benchmarks/duplicates.py speed FILE.parquet [--megabytes N] [--lang en]
    python benchmarks/duplicates.py agreement FILE.parquet [--megabytes N]
    python benchmarks/duplicates.py planted FILE.parquet
    python benchmarks/duplicates.py labelled FOLDER
    python benchmarks/duplicates.py scale FILE.parquet [--documents N] [--folder FOLDER]

`speed` prints MB of text per second of processor time: sketches, and all from text to clusters,
beside datasketch's MinHash on a sample in the same run. `agreement` compares the pairs that are
found with those of datasketch's MinHashLSH and exact similarity, over the same shingles.
`planted` makes pairs of known similarity out of real texts. `labelled` scores the sets in FOLDER
(tang_editions, clough_stevenson, copycat, sentence_pairs). `scale` makes documents out of real
ones, plants duplicates, and prints time, memory and recall by true similarity.
"""

import argparse
import random
import re
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from datagov.duplicates.clusters import clusters
from datagov.duplicates.exact import similarity
from datagov.duplicates.find import edges_among, edges_between, find, nodes_of, sketch_texts

NEAR_FROM = 0.5
CONTAINED_FROM = 0.8


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
    edges = edges_between(sketch_texts(long), NEAR_FROM, None)
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
    edges = edges_between(sketch_texts(ones + others), NEAR_FROM, None)
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
    """Documents are made, sketched and forgotten batch by batch."""
    made = Made(sentences_of(options.path), options.documents)
    find(made.sentences[:1000])
    start, cpu = time.time(), time.process_time()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        edges = edges_among(made.sketches(), Path(folder), NEAR_FROM, CONTAINED_FROM)
        comparing = time.process_time() - cpu - made.making_s - made.sketching_s
        on_disk = sum(file.stat().st_size for file in Path(folder).iterdir())
    members, clustering = clock(
        lambda: clusters(nodes_of(edges), edges, near_from=NEAR_FROM, contained_from=CONTAINED_FROM)
    )
    n, took = options.documents, made.sketching_s + comparing + clustering
    size = made.n_bytes / 1e6
    print(f"{n:,} documents, {size:,.0f} MB, made in {made.making_s:.0f} s")
    print(f"sketches {made.sketching_s:.0f} s: {size / made.sketching_s:.0f} MB/s")
    print(f"bands, candidates, comparing {comparing:.0f} s, {edges.height:,} pairs alike")
    print(f"clusters {clustering:.0f} s, {members.height:,} members")
    print(f"in all {took:.0f} s: {1e6 * took / n:.1f} microseconds a document")
    clocked = time.time() - start
    print(f"{clocked:.0f} s by the clock, making included; {on_disk / 1e9:.1f} GB of files")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"peak memory {peak:.1f} GB, pages of mapped files included")
    made.report_recall(edges, members)


def sentences_of(path):
    """Returns different sentences of about one length, so that one alone makes no duplicate."""
    texts, _ = texts_of(path, 240)
    split = (s for t in texts.to_pylist() for s in t.replace("\n", " ").split(". "))
    return list(dict.fromkeys(s for s in split if 60 <= len(s) <= 300))


class Made:
    """Documents of six sentences; one in ten repeats one of the batch before, words changed."""

    BATCH = 100_000

    def __init__(self, sentences, n_documents):
        self.sentences = sentences
        self.n_documents = n_documents
        self.n_bytes, self.making_s, self.sketching_s = 0, 0.0, 0.0
        self.planted = []

    def sketches(self):
        rng = np.random.default_rng(5)
        last = []
        for begin in range(0, self.n_documents, self.BATCH):
            size = min(self.BATCH, self.n_documents - begin)
            last, took = clock(self._batch, rng, begin, size, last)
            self.making_s += took
            array = pa.array(last, pa.large_string())
            self.n_bytes += array.nbytes
            sketches, took = clock(sketch_texts, array)
            self.sketching_s += took
            yield sketches

    def _batch(self, rng, begin, size, last):
        chosen = rng.integers(0, len(self.sentences), (size, 6)).tolist()
        texts = [". ".join([self.sentences[j] for j in row]) for row in chosen]
        if last:
            at = np.arange(0, size, 10)
            sources = rng.integers(0, len(last), len(at))
            shares = rng.random(len(at)) * 0.2
            for i, source, share in zip(at.tolist(), sources.tolist(), shares, strict=True):
                words = last[source].split(" ")
                for word in np.flatnonzero(rng.random(len(words)) < share).tolist():
                    words[word] = "changed"
                texts[i] = " ".join(words)
            true = similarity([last[i] for i in sources.tolist()], [texts[i] for i in at.tolist()])
            first = begin - len(last) + sources
            self.planted.append(
                pl.DataFrame({"first": first, "second": begin + at, "true": true.jaccard})
            )
        return texts

    def report_recall(self, edges, members):
        """Prints by true similarity which planted pairs were found, and are in one cluster."""
        near = edges.filter(pl.col("jaccard") >= NEAR_FROM).select("first", "second", found=True)
        kept = members.select("record", "kept")
        pairs = (
            pl.concat(self.planted)
            .join(near, on=["first", "second"], how="left")
            .join(kept.rename({"kept": "one"}), left_on="first", right_on="record", how="left")
            .join(kept.rename({"kept": "other"}), left_on="second", right_on="record", how="left")
            .with_columns(found=pl.col("found").fill_null(value=False))
            .with_columns(together=(pl.col("one") == pl.col("other")).fill_null(value=False))
        )
        print(f"{pairs.height:,} planted")
        for low in np.arange(0.3, 1, 0.1).round(1).tolist():
            here = pairs.filter(pl.col("true").is_between(low, low + 0.1, closed="left"))
            if here.height:
                found, together = here["found"].mean(), here["together"].mean()
                print(
                    f"true {low:.1f}-{low + 0.1:.1f}: {here.height:8,} pairs, found {found:.4f}, "
                    f"in one cluster {together:.4f}"
                )
        sure = pairs.filter(pl.col("true") >= NEAR_FROM + 0.1)
        recall = sure["found"].mean()
        print(f"recall at {NEAR_FROM + 0.1:.1f} and more: {recall:.5f} of {sure.height:,}")


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
            command.add_argument("--folder", help="for files of sketches; the system's, else")
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
