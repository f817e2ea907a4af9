"""Where words of a list stand in texts, within other words too, by a kernel.

Hyperscan takes as long to find them, and then calls back for each, thousands of times a megabyte.
"""

import numpy as np
import numpy.typing as npt

from datagov.detect.pii.spaces_kernel import Bytes
from datagov.detect.pii.word_tree import LABEL_BITS, N_FIRST, Ints32, WordTree
from datagov.kernel import kernel

Ints = npt.NDArray[np.int64]

_MASK = (1 << (N_FIRST * LABEL_BITS)) - 1


def find_words(tree: WordTree, data: bytes) -> tuple[Ints, Ints]:
    """Returns which words end where, ordered by end; linear in the length of `data`.

    Args:
        tree: The words.
        data: Texts, UTF-8; the last byte is in no word.
    """
    array = np.frombuffer(data, np.uint8)
    places = _beginnings(array, tree.labels, tree.may_begin)
    found = np.empty((2, len(places)), np.int64)
    n = _follow(array, places, tree.labels, tree.following, tree.words, found)
    if n > found.shape[1]:
        found = np.empty((2, n), np.int64)
        _follow(array, places, tree.labels, tree.following, tree.words, found)
    words, ends = found[:, :n]
    order = np.argsort(ends, kind="stable")
    return words[order], ends[order]


@kernel
def _beginnings(data: Bytes, labels: Bytes, may_begin: Bytes) -> Ints:
    """Returns where words may begin, ascending, by their first bytes alone."""
    places = np.empty(len(data) + 1, np.int64)
    n = 0
    first = 0
    for at in range(len(data)):
        first = ((first << LABEL_BITS) | (labels[data[at]] & ((1 << LABEL_BITS) - 1))) & _MASK
        # Without a branch, which would be foreseen wrongly too often.
        places[n] = at - N_FIRST + 1
        n += may_begin[first] & (at >= N_FIRST - 1)
    return places[:n]


@kernel
def _follow(
    data: Bytes, places: Ints, labels: Bytes, following: Ints32, words: Ints32, found: Ints
) -> int:
    """Fills `found` with words and ends, as rows, ordered by where the words start.

    Returns how many there are; those for which there is no room are left out. To make room here
    would make the loop four times as slow.
    """
    first_accepted = len(following) - len(words)
    n = 0
    for place in places:
        at, state = place, 0
        while at < len(data):
            state = following[state, labels[data[at]]]
            if state == 0:
                break
            at += 1
            if state < first_accepted:
                continue
            for word in words[state - first_accepted]:
                if word >= 0:
                    if n < found.shape[1]:
                        found[0, n], found[1, n] = word, at
                    n += 1
    return n
