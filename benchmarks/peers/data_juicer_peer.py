"""data-juicer's mappers for e-mail and IP addresses, and its MinHash deduplicator: defaults."""

import re
import sys
import types

import adapter

# Only to fetch models with, and there is no wheel of it.
sys.modules["wget"] = types.ModuleType("wget")

import regex  # noqa: E402
from data_juicer.core.data import NestedDataset  # noqa: E402
from data_juicer.ops.deduplicator import document_minhash_deduplicator as minhash  # noqa: E402
from data_juicer.ops.mapper.clean_email_mapper import CleanEmailMapper  # noqa: E402
from data_juicer.ops.mapper.clean_ip_mapper import CleanIpMapper  # noqa: E402
from datasets import Dataset  # noqa: E402

BATCH = 1000


def personal(path):
    mappers = {"EMAIL_ADDRESS": CleanEmailMapper(), "IP_ADDRESS": CleanIpMapper()}
    texts = adapter.texts_of(path).to_pylist()
    batches = [{"text": texts[at : at + BATCH]} for at in range(0, len(texts), BATCH)]
    start = adapter.cpu_s()
    for batch in batches:
        for mapper in mappers.values():
            batch = mapper.process_batched(batch)
    seconds = adapter.cpu_s() - start
    patterns = {
        kind: regex.compile(mapper.pattern, re.DOTALL).finditer for kind, mapper in mappers.items()
    }
    return {"seconds": seconds, "spans": adapter.spans_of(patterns, texts)}


class Remembered(minhash.UnionFind):
    """The clusters of the last run, which the deduplicator forgets."""

    last = None

    def __init__(self):
        super().__init__()
        Remembered.last = self


minhash.UnionFind = Remembered


def duplicates(path):
    return deduplicated(path, "space", lambda text: len(minhash.split_on_whitespace(text)))


def duplicates_by_characters(path):
    return deduplicated(path, "character", len)


def deduplicated(path, tokenization, n_tokens):
    deduplicator = minhash.DocumentMinhashDeduplicator(
        tokenization=tokenization, jaccard_threshold=adapter.THRESHOLD
    )
    texts = adapter.texts_of(path).to_pylist()
    start = adapter.cpu_s()
    # As its `run` does, but that it would ask torch to free the models that it has not loaded.
    hashed = NestedDataset(Dataset.from_parquet(str(path))).map(deduplicator.compute_hash)
    kept = deduplicator.process(hashed)[0]["row"]
    seconds = adapter.cpu_s() - start
    find = Remembered.last.find
    clusters = [find(row) if row in Remembered.last.parent else -1 for row in range(len(texts))]
    few = [row for row, text in enumerate(texts) if n_tokens(text) < deduplicator.window_size]
    return {"seconds": seconds, "clusters": clusters, "unseen": few, "n_kept": len(kept)}


adapter.main(
    personal=personal,
    duplicates=duplicates,
    duplicates_by_characters=duplicates_by_characters,
)
