"""text-dedup's MinHash, by its command: 250 hashes, runs of five words, texts of five and more."""

import tempfile

import adapter
from datasets import load_from_disk
from text_dedup import minhash

N_HASHES = 250


def duplicates(path):
    # Part of the start: it does not depend on the texts.
    bands, rows = minhash.optimal_param(adapter.THRESHOLD, N_HASHES)
    n_texts = len(adapter.texts_of(path))
    with tempfile.TemporaryDirectory() as folder:
        options = {
            "path": "parquet",
            "data_files": str(path),
            "split": "train",
            "cache_dir": f"{folder}/cache",
            "output": f"{folder}/kept",
            "column": "text",
            "num_proc": 1,
            "num_perm": N_HASHES,
            "threshold": adapter.THRESHOLD,
            "b": bands,
            "r": rows,
        }
        arguments = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        start = adapter.cpu_s()
        minhash.main(arguments, standalone_mode=False)
        seconds = adapter.cpu_s() - start
        kept = set(load_from_disk(options["output"])["row"])
    parents = minhash.uf.parent
    clusters = [minhash.uf.find(row) if row in parents else -1 for row in range(n_texts)]
    unseen = [row for row in range(n_texts) if row not in kept and clusters[row] in (-1, row)]
    return {"seconds": seconds, "clusters": clusters, "unseen": unseen}


adapter.main(duplicates=duplicates)
