import polars as pl

from datagov.duplicates.examples import PAIRS, chosen


def pairs(*rows):
    return pl.DataFrame(
        [
            (i, 1000 + cluster, kind, similarity, b"%04d" % cluster, source, source_kept, acts)
            for i, (cluster, kind, similarity, source, source_kept, acts) in enumerate(rows)
        ],
        schema=PAIRS,
        orient="row",
    )


def many():
    big = [(0, "near", 0.9, 0, 0, True)] * 500
    small = [(1 + i, "near", 0.55 + i / 100, i % 3, (i + 1) % 3, i > 20) for i in range(40)]
    parts = [(50 + i, "contained", 0.85, 4, 4, False) for i in range(9)]
    return pairs(*big, *small, *parts)


def test_the_largest_cluster_is_one_example_among_others():
    found = chosen(many(), 12)
    assert found.height == 12
    assert found["cluster"].n_unique() == 12
    assert set(found["kind"]) == {"near", "contained"}
    assert set(found["acts"]) == {True, False}
    assert found.filter(pl.col("kind") == "near").select("source", "source_kept").n_unique() >= 4
    assert found["similarity"].n_unique() >= 5


def test_the_order_of_pairs_changes_nothing():
    rows = many()
    assert chosen(rows, 12).equals(chosen(rows.sample(fraction=1, shuffle=True, seed=3), 12))


def test_one_large_cluster_gives_what_it_has():
    assert chosen(pairs(*[(0, "near", 0.9, 0, 0, True)] * 5), 12).height == 5


def test_equal_records_are_no_examples():
    assert chosen(pairs((0, "exact", 1.0, 0, 0, True)), 12).is_empty()
    assert chosen(PAIRS.to_frame(), 12).is_empty()
