"""The tree is that of RFC 9162, by its own definition and by the reference implementation's."""

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagov.lineage import merkle

# Entries and roots of the Certificate Transparency reference implementation's own tests.
CT_ENTRIES = [
    bytes.fromhex(entry)
    for entry in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
CT_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]

entries_of_a_tree = st.lists(st.binary(max_size=8), min_size=1, max_size=40)


def tree(entries: list[bytes]) -> merkle.Digests:
    joined = b"".join(merkle.leaf_digest(entry) for entry in entries)
    return np.frombuffer(joined, np.uint8).reshape(-1, 32)


def root_by_definition(entries: list[bytes]) -> bytes:
    """RFC 9162 section 2.1.1, word by word."""
    n = len(entries)
    if n == 0:
        return hashlib.sha256().digest()
    if n == 1:
        return hashlib.sha256(b"\0" + entries[0]).digest()
    k = 1
    while 2 * k < n:
        k *= 2
    left, right = root_by_definition(entries[:k]), root_by_definition(entries[k:])
    return hashlib.sha256(b"\1" + left + right).digest()


def path_by_definition(index: int, entries: list[bytes]) -> list[bytes]:
    """RFC 9162 section 2.1.3.1, word by word."""
    n = len(entries)
    if n == 1:
        return []
    k = 1
    while 2 * k < n:
        k *= 2
    if index < k:
        return [*path_by_definition(index, entries[:k]), root_by_definition(entries[k:])]
    return [*path_by_definition(index - k, entries[k:]), root_by_definition(entries[:k])]


@pytest.mark.parametrize("n", range(len(CT_ROOTS)))
def test_root_is_that_of_the_reference_implementation(n: int) -> None:
    assert merkle.root(tree(CT_ENTRIES[:n])).hex() == CT_ROOTS[n]


@given(entries_of_a_tree)
def test_root_is_that_of_the_definition(entries: list[bytes]) -> None:
    assert merkle.root(tree(entries)) == root_by_definition(entries)


@given(entries_of_a_tree, st.data())
def test_inclusion_path_is_that_of_the_definition_and_verifies(
    entries: list[bytes], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(entries) - 1))
    path = merkle.inclusion_path(tree(entries), index)
    assert path == path_by_definition(index, entries)
    leaf, root = merkle.leaf_digest(entries[index]), root_by_definition(entries)
    assert merkle.verify_inclusion(leaf, index, len(entries), path, root)


@given(st.lists(st.binary(max_size=4), min_size=2, max_size=20, unique=True), st.data())
def test_a_proof_holds_for_no_other_leaf_place_or_path(
    entries: list[bytes], data: st.DataObject
) -> None:
    n = len(entries)
    index = data.draw(st.integers(0, n - 1))
    other = data.draw(st.integers(0, n - 1).filter(lambda i: i != index))
    path, root = merkle.inclusion_path(tree(entries), index), root_by_definition(entries)
    leaf = merkle.leaf_digest(entries[index])
    assert not merkle.verify_inclusion(merkle.leaf_digest(entries[other]), index, n, path, root)
    assert not merkle.verify_inclusion(leaf, other, n, path, root)
    assert not merkle.verify_inclusion(leaf, index, n, path[:-1], root)
    assert not merkle.verify_inclusion(leaf, index, n, [*path, root], root)
    assert not merkle.verify_inclusion(leaf, n, n, path, root)
    assert not merkle.verify_inclusion(leaf, -1, n, path, root)


def test_a_tree_larger_than_one_block_is_that_of_the_definition(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(merkle, "_PAIRS_PER_BLOCK", 3)
    entries = [bytes([i]) for i in range(23)]
    assert merkle.root(tree(entries)) == root_by_definition(entries)


def test_path_of_a_leaf_that_is_not_there_is_refused() -> None:
    with pytest.raises(IndexError, match="leaf 3 of a tree with 3 leaves"):
        merkle.inclusion_path(tree([b"a", b"b", b"c"]), 3)
