"""The Merkle tree of RFC 9162 section 2.1 over SHA-256 digests.

Pure functions: leaf digests in, digests out. A tree is a uint8 array of shape (n, 32) that holds
its leaf digests in tree order. What the leaves say and how they are ordered is `leaves`' matter.
"""

import hashlib
import itertools
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

LEAF_PREFIX = b"\x00"
NODE_PREFIX = b"\x01"
DIGEST_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
"""The root of a tree without leaves (RFC 9162 section 2.1.1)."""

Digests: TypeAlias = npt.NDArray[np.uint8]

_PAIRS_PER_BLOCK = 1 << 16


def leaf_digest(entry: bytes) -> bytes:
    """Returns the digest of the leaf that holds `entry`."""
    return hashlib.sha256(LEAF_PREFIX + entry).digest()


def node_digest(left: bytes, right: bytes) -> bytes:
    """Returns the digest of the node above `left` and `right`."""
    return hashlib.sha256(NODE_PREFIX + left + right).digest()


def root(leaves: Digests) -> bytes:
    """Returns the Merkle tree hash of leaf digests of shape (n, 32)."""
    if not len(leaves):
        return EMPTY_ROOT
    level = leaves
    while len(level) > 1:
        level = _parents(level)
    return bytes(level[0])


def inclusion_path(leaves: Digests, index: int) -> list[bytes]:
    """Returns the inclusion proof of leaf `index` (RFC 9162 section 2.1.3.1), lowest node first.

    Raises:
        IndexError: There is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(f"leaf {index} of a tree with {len(leaves)} leaves")
    path = []
    level = leaves
    while len(level) > 1:
        sibling = index ^ 1
        if sibling < len(level):
            path.append(level[sibling].tobytes())
        level = _parents(level)
        index //= 2
    return path


def verify_inclusion(
    leaf: bytes, index: int, n_leaves: int, path: Sequence[bytes], expected_root: bytes
) -> bool:
    """Tells whether `path` proves `leaf` to be leaf `index` (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < n_leaves:
        return False
    first, last = index, n_leaves - 1
    digest = leaf
    for node in path:
        if last == 0:
            return False
        if first % 2 or first == last:
            digest = node_digest(node, digest)
            while first and not first % 2:
                first, last = first // 2, last // 2
        else:
            digest = node_digest(digest, node)
        first, last = first // 2, last // 2
    return last == 0 and digest == expected_root


def _parents(level: Digests) -> Digests:
    """Returns the level above; a last digest without a partner moves up as it is.

    Pairing level by level gives the tree that the RFC defines by splitting at powers of two.
    """
    n_pairs = len(level) // 2
    parents = np.empty(((len(level) + 1) // 2, DIGEST_BYTES), np.uint8)
    for start in range(0, n_pairs, _PAIRS_PER_BLOCK):
        stop = min(start + _PAIRS_PER_BLOCK, n_pairs)
        nodes = np.full((stop - start, 1 + 2 * DIGEST_BYTES), NODE_PREFIX[0], np.uint8)
        nodes[:, 1:] = level[2 * start : 2 * stop].reshape(stop - start, 2 * DIGEST_BYTES)
        parents[start:stop] = digests_of(nodes.tobytes(), np.arange(stop - start + 1) * 65)
    if len(level) % 2:
        parents[-1] = level[-1]
    return parents


def digests_of(content: bytes, offsets: npt.NDArray[np.int64]) -> Digests:
    """Returns the SHA-256 digests of `content[offsets[i]:offsets[i + 1]]`, shape (n, 32)."""
    view = memoryview(content)
    at = offsets.tolist()
    sha256 = hashlib.sha256
    joined = b"".join([sha256(view[i:j]).digest() for i, j in itertools.pairwise(at)])
    return np.frombuffer(joined, np.uint8).reshape(-1, DIGEST_BYTES)
