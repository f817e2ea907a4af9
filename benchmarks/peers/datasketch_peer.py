"""datasketch's MinHash and MinHashLSH over runs of five words: 256 hashes."""

import re

import adapter
from datasketch import MinHash, MinHashLSH

N_HASHES = 256


def shingles(text, size=5):
    words = re.findall(r"\w+", text.lower())
    return {" ".join(words[i : i + size]).encode() for i in range(max(1, len(words) - size + 1))}


def duplicates(path):
    lsh_of_start = MinHashLSH(threshold=adapter.THRESHOLD, num_perm=N_HASHES)
    params = (lsh_of_start.b, lsh_of_start.r)
    start = adapter.cpu_s()
    lsh = MinHashLSH(num_perm=N_HASHES, params=params)
    hashes, pairs = [], []
    for row, text in enumerate(adapter.texts_of(path).to_pylist()):
        minhash = MinHash(num_perm=N_HASHES)
        minhash.update_batch(list(shingles(text)))
        pairs += [
            (other, row)
            for other in lsh.query(minhash)
            if hashes[other].jaccard(minhash) >= adapter.THRESHOLD
        ]
        lsh.insert(row, minhash)
        hashes.append(minhash)
    clusters = joined(pairs, len(hashes))
    seconds = adapter.cpu_s() - start
    return {"seconds": seconds, "clusters": clusters, "pairs": pairs, "unseen": []}


def joined(pairs, n_texts):
    """Returns the cluster of each text: its least member, or ALONE."""
    parent = list(range(n_texts))

    def root(row):
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    for one, other in pairs:
        low, high = sorted((root(one), root(other)))
        parent[high] = low
    paired = {row for pair in pairs for row in pair}
    return [root(row) if row in paired else adapter.ALONE for row in range(n_texts)]


adapter.main(duplicates=duplicates)
