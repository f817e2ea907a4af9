"""Clusters: who stays, who goes because of whom, and that nothing hangs on the order."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from datagov.duplicates.clusters import (
    EDGES,
    LINKED,
    MEMBERS,
    NODES,
    centres,
    clusters,
    together,
)

N = 9


def nodes_of(ranks):
    return pl.DataFrame(
        [(i, bytes([rank]), bytes([i])) for i, rank in enumerate(ranks)], NODES, orient="row"
    )


def edges_of(pairs):
    rows = [(a, b, s, max(s, ab), max(s, ba)) for a, b, s, ab, ba in pairs]
    return pl.DataFrame(rows, EDGES, orient="row")


def judged(ranks, pairs, **options):
    options = {"near_from": 0.5, "contained_from": 0.8} | options
    found = clusters(nodes_of(ranks), edges_of(pairs), **options)
    assert found.schema == MEMBERS
    return {
        r["record"]: (r["kept"], r["kind"], round(r["similarity"], 2)) for r in found.to_dicts()
    }


shares = st.sampled_from([0.0, 0.3, 0.6, 0.9])
pairs = st.lists(
    st.tuples(st.integers(0, N - 2), st.integers(1, N - 1), shares, shares, shares).filter(
        lambda p: p[0] < p[1]
    ),
    max_size=16,
    unique_by=lambda p: p[:2],
)
ranks = st.lists(st.integers(0, 3), min_size=N, max_size=N)


@given(ranks, pairs, st.randoms())
def test_a_record_goes_only_for_one_that_stays_and_that_it_is_alike_to(ranks, pairs, random):
    found = judged(ranks, pairs)
    shuffled = random.sample(pairs, len(pairs))
    assert judged(ranks, shuffled) == found
    edges = {(a, b): (s, max(s, ab), max(s, ba)) for a, b, s, ab, ba in pairs}
    for record, (kept, kind, similarity) in found.items():
        assert found[kept][0] == kept
        if record == kept:
            continue
        assert (ranks[kept], kept) < (ranks[record], record)
        s, ab, ba = edges[min(record, kept), max(record, kept)]
        share = ab if record < kept else ba
        assert similarity == (s if kind == "near" else share)
        assert similarity >= (0.5 if kind == "near" else 0.8)
    # Of two that stay, none is alike to the other in the way that would make it go.
    for (a, b), (s, ab, ba) in edges.items():
        if found.get(a, (a,))[0] == a and found.get(b, (b,))[0] == b:
            better, share = (a, ba) if (ranks[a], a) < (ranks[b], b) else (b, ab)
            assert s < 0.5, better
            assert share < 0.8


def components(edges):
    """Returns the connected components with an edge, by scipy."""
    if not edges:
        return []
    matrix = coo_matrix((np.ones(len(edges)), np.array(edges).T), shape=(N, N))
    _, labels = connected_components(matrix, directed=False)
    ends = {end for edge in edges for end in edge}
    return [[i for i in range(N) if labels[i] == each] for each in {labels[end] for end in ends}]


@given(ranks, pairs)
def test_linked_clusters_are_connected_components(ranks, pairs):
    found = judged(ranks, pairs, chains=LINKED)
    close = [(a, b) for a, b, s, *shares in pairs if s >= 0.5 or max(shares) >= 0.8]
    # A record that is alike to none and in none stays, whatever it contains.
    alike = {end for a, b, s, *_ in pairs if s >= 0.5 for end in (a, b)}
    alike |= {a for a, b, s, ab, ba in pairs if max(s, ab) >= 0.8}
    alike |= {b for a, b, s, ab, ba in pairs if max(s, ba) >= 0.8}
    for component in components(close):
        best = min(component, key=lambda i: (ranks[i], i))
        goes = (alike & set(component)) - {best}
        assert {found[i][0] for i in goes} == ({best} if goes else set())
        assert not any(i in found for i in set(component) - goes - {best})
        assert (best in found) == bool(goes)


@given(ranks, pairs)
def test_centres_are_the_best_of_each_component(ranks, pairs):
    found = dict(centres(nodes_of(ranks), edges_of(pairs)).iter_rows())
    for component in components([(a, b) for a, b, *_ in pairs]):
        best = min(component, key=lambda i: (ranks[i], i))
        assert {found[i] for i in component} == {best}


def test_the_ends_of_a_chain_do_not_go_for_what_they_are_unlike():
    chain = [(0, 1, 0.6, 0, 0), (1, 2, 0.6, 0, 0)]
    assert judged([0, 1, 2], chain) == {0: (0, "near", 0.6), 1: (0, "near", 0.6)}
    assert judged([0, 1, 2], chain, chains=LINKED)[2] == (0, "near", 0.6)


def test_a_long_record_does_not_go_for_the_short_one_that_it_contains():
    contained = [(0, 1, 0.2, 0.95, 0.25)]
    assert judged([1, 0], contained) == {0: (1, "contained", 0.95), 1: (1, "contained", 0.95)}
    assert judged([0, 1], contained) == {}


def members_of(rows):
    rows = [(*row, bytes([row[1]])) for row in rows]
    return pl.DataFrame(rows, MEMBERS, orient="row")


ACTS = {"near": 0.7, "contained": 0.9}


def test_equals_go_for_the_reason_of_the_last_of_them():
    equal = members_of([(1, 1, "exact", 1.0), (5, 1, "exact", 1.0)])
    similar = members_of([(0, 0, "near", 0.8), (1, 0, "near", 0.8)])
    found = together(equal, similar, ACTS)
    assert found.select("record", "kept", "kind", "cluster").rows() == [
        (0, 0, "near", b"\x00"),
        (1, 0, "near", b"\x00"),
        (5, 0, "near", b"\x00"),
    ]
    assert found["similarity"].to_list() == pytest.approx([0.8] * 3)


def test_equals_of_one_that_is_only_noted_are_its_duplicates():
    equal = members_of([(1, 1, "exact", 1.0), (5, 1, "exact", 1.0)])
    similar = members_of([(0, 0, "contained", 0.8), (1, 0, "contained", 0.8)])
    found = together(equal, similar, ACTS)
    assert found.select("record", "kept", "kind", "similarity", "cluster").rows() == [
        (0, 0, "contained", pytest.approx(0.8), b"\x00"),
        (1, 0, "contained", pytest.approx(0.8), b"\x00"),
        (5, 1, "exact", 1.0, b"\x00"),
    ]


def test_equals_of_one_that_stays_keep_their_kind():
    equal = members_of([(0, 0, "normalised", 1.0), (5, 0, "normalised", 1.0)])
    similar = members_of([(0, 0, "near", 0.7), (1, 0, "near", 0.7)])
    kinds = {r["record"]: r["kind"] for r in together(equal, similar, ACTS).to_dicts()}
    assert kinds == {0: "normalised", 5: "normalised", 1: "near"}


def test_linked_takes_nothing_that_only_contains_others():
    # 0 holds 1, 3 holds 2, and 1 is like 2.
    pairs = [(0, 1, 0.1, 0.1, 1.0), (1, 2, 0.9, 0.9, 0.9), (2, 3, 0.1, 1.0, 0.1)]
    found = judged(range(4), pairs, chains=LINKED)
    assert found == {0: (0, "near", 0.9), 1: (0, "near", 0.9), 2: (0, "near", 0.9)}


@given(ranks, pairs, st.sampled_from([0.5, 0.7, 9.0]), st.sampled_from([0.8, 9.0]))
def test_what_policy_only_notes_does_not_shield_what_it_removes(ranks, pairs, near, contained):
    least = {"near": near, "contained": contained}
    found = judged(ranks, pairs, acts_from=(near, contained))
    removed = {
        record: kept
        for record, (kept, kind, similarity) in found.items()
        if kept != record and similarity >= least[kind]
    }
    assert not set(removed.values()) & set(removed)
    order = sorted(range(N), key=lambda record: (ranks[record], record))
    for a, b, s, ab, ba in pairs:
        low, high = sorted((a, b), key=order.index)
        held = max(s, ba if low == a else ab)
        acts = s >= near if s >= 0.5 else held >= max(contained, 0.8)
        if acts and low not in removed:
            assert high in removed


def test_a_record_noted_as_contained_still_takes_its_near_duplicates():
    pairs = [(0, 1, 0.1, 0.1, 0.9), (1, 2, 0.9, 0.9, 0.9)]
    assert judged([0] * N, pairs) == {0: (0, "contained", 0.9), 1: (0, "contained", 0.9)}
    noted = judged([0] * N, pairs, acts_from=(0.8, 9.0))
    assert noted == {1: (1, "near", 0.9), 2: (1, "near", 0.9)}
