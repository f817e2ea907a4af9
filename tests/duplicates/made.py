"""Pairs of texts of known similarity."""

import random

WORDS = [f"word{i}" for i in range(20_000)]


def pairs_at(similarity, n_tokens, n_pairs, seed):
    """Returns texts two by two, each pair sharing about `similarity` of its 5-grams.

    Made of two texts that have a run of words in common and nothing else.
    """
    rng = random.Random(seed)
    texts = []
    for _ in range(n_pairs):
        n_common = round(2 * similarity / (1 + similarity) * n_tokens)
        words = rng.sample(WORDS, 2 * n_tokens - n_common)
        common = words[:n_common]
        texts.append(" ".join(common + words[n_common:n_tokens]))
        texts.append(" ".join(common + words[n_tokens:]))
    return texts


def true_jaccard(one, other, size=5):
    """Returns the Jaccard similarity of the runs of `size` words."""

    def runs(text):
        words = text.split()
        return {tuple(words[i : i + size]) for i in range(len(words) - size + 1)}

    return len(runs(one) & runs(other)) / len(runs(one) | runs(other))
