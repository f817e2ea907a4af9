"""A sample of a mixed corpus: as many bytes of each source, and within it of each language."""

import polars as pl

LONGEST = 20_000
"""Code points that are taken of a text: some peers need time quadratic in its length."""


def mixed(path, megabytes, seed=1):
    """Returns texts with `source` and `lang`, about `megabytes` in all, in random order.

    Sources that have less than their share give all they have, and the others more.
    """
    texts = pl.read_parquet(path, columns=["text", "source", "lang"]).drop_nulls("text")
    texts = texts.with_columns(pl.col("text").str.slice(0, LONGEST))
    texts = texts.with_columns(size=pl.col("text").str.len_bytes().cast(pl.Int64))
    taken = []
    for of_source, share in shared(texts.partition_by("source", maintain_order=True), megabytes):
        langs = of_source.partition_by("lang", maintain_order=True)
        begins = pl.concat([begin(of_lang, part) for of_lang, part in shared(langs, share)])
        taken.append(begin(begins.sample(fraction=1, shuffle=True, seed=seed), share))
    return pl.concat(taken).sample(fraction=1, shuffle=True, seed=seed)


def begin(texts, megabytes):
    """Returns the first texts, up to and with the one that reaches so many megabytes."""
    return texts.filter(texts["size"].cum_sum() - texts["size"] < megabytes * 1e6)


def shared(parts, megabytes):
    """Returns each part with its share of the megabytes: the same for all that have so much."""
    parts = sorted(parts, key=lambda part: part["size"].sum())
    shares = []
    for n_before, part in enumerate(parts):
        share = min(part["size"].sum() / 1e6, megabytes / (len(parts) - n_before))
        megabytes -= share
        shares.append((part, share))
    return shares


def chunks(texts, megabytes):
    """Yields the texts in runs of about so many megabytes."""
    which = ((texts["size"].cum_sum() - 1) // int(megabytes * 1e6)).alias("chunk")
    yield from texts.with_columns(which).partition_by("chunk", maintain_order=True)
