"""Words to look for within texts, in any case, in the form in which a kernel reads them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Ints32 = npt.NDArray[np.int32]

N_FIRST = 3
"""Bytes by which a place is judged before any word is followed."""

LABEL_BITS = 6
"""Of each label that count then."""

_Chars = list[dict[str, int]]
_Threads = frozenset[tuple[int, bytes]]
"""Nodes of the tree over characters, each with the bytes that are still to come before it."""


@dataclass(frozen=True)
class WordTree:
    """Words as an automaton over bytes of UTF-8, which begins anew at each byte.

    Attributes:
        labels: uint8, the number of each byte; letters of ASCII have one in either case, and 0 is
            for all that no word holds.
        may_begin: uint8, by the labels of `N_FIRST` bytes, `LABEL_BITS` of each, whether a word may
            begin so.
        following: int32, of each state the next by label; 0 if none. States in which words end come
            last.
        words: int32, of each of those the indices of the words, filled up with -1.
    """

    labels: Bytes = field(repr=False)
    may_begin: Bytes = field(repr=False)
    following: Ints32 = field(repr=False)
    words: Ints32 = field(repr=False)

    @classmethod
    def of(cls, words: Sequence[str]) -> "WordTree":
        """Returns the automaton of words in lower case, none of them empty."""
        chars, ends = _tree_of_characters(words)
        labels = _labels(words)
        states: dict[_Threads, int] = {frozenset({(0, b"")}): 0}
        moves: list[dict[int, int]] = []
        queue = list(states)
        for state in queue:
            reached: dict[int, set[tuple[int, bytes]]] = defaultdict(set)
            for node, rest in _steps(state, chars):
                reached[int(labels[rest[0]])].add((node, rest[1:]))
            moves.append({})
            for label, threads in sorted(reached.items()):
                following = frozenset(threads)
                if following not in states:
                    states[following] = len(states)
                    queue.append(following)
                moves[-1][label] = states[following]
        accepted = [
            sorted(ends[node] for node, rest in state if not rest and node in ends)
            for state in queue
        ]
        order = sorted(range(len(queue)), key=lambda state: bool(accepted[state]))
        numbers = np.argsort(order).astype(np.int32)
        by_label = np.zeros((len(queue), int(labels.max()) + 1), np.int32)
        for number, following_by_label in zip(numbers, moves, strict=True):
            by_label[number, list(following_by_label)] = numbers[list(following_by_label.values())]
        found = [accepted[state] for state in order if accepted[state]]
        at_states = np.full((len(found), max(1, *map(len, accepted))), -1, np.int32)
        for number, indices in enumerate(found):
            at_states[number, : len(indices)] = indices
        n_passed = len(order) - len(found)
        return cls(labels, _may_begin(by_label, n_passed), by_label, at_states)


def forms(char: str) -> set[str]:
    """Returns the characters that are `char` in lower case, as far as UTF-8 keeps them apart."""
    upper = char.upper()
    is_form = len(upper) == 1 and upper.isascii() == char.isascii()
    return {char, upper} if is_form else {char}


def _tree_of_characters(words: Sequence[str]) -> tuple[_Chars, dict[int, int]]:
    """Returns the children of each node by character, and which word ends at a node."""
    nodes: _Chars = [{}]
    ends: dict[int, int] = {}
    for index, word in enumerate(words):
        node = 0
        for char in word:
            if char not in nodes[node]:
                nodes[node][char] = len(nodes)
                nodes.append({})
            node = nodes[node][char]
        ends[node] = index
    return nodes, ends


def _steps(state: _Threads, chars: _Chars) -> Iterator[tuple[int, bytes]]:
    """Yields the nodes to which a state leads, with the bytes on the way, at least one."""
    for node, rest in state:
        if rest:
            yield node, rest
            continue
        for char, child in chars[node].items():
            for form in forms(char):
                yield child, form.encode()


def _labels(words: Sequence[str]) -> Bytes:
    held = {
        byte for word in words for char in word for form in forms(char) for byte in form.encode()
    }
    labels = np.zeros(256, np.uint8)
    # Those of ASCII, which most texts are, come first: their labels are told apart.
    for label, byte in enumerate(sorted({ord(chr(b).lower()) if b < 128 else b for b in held}), 1):
        labels[byte] = label
        if byte < 128:
            labels[ord(chr(byte).upper())] = label
    return labels


def _may_begin(following: Ints32, first_accepted: int) -> Bytes:
    table = np.zeros((1 << LABEL_BITS,) * N_FIRST, np.uint8)
    mask = (1 << LABEL_BITS) - 1

    def mark(state: int, path: tuple[int, ...]) -> None:
        if state >= first_accepted or len(path) == N_FIRST:
            # What stands behind a shorter word may be anything.
            table[path] = 1
            return
        for label in np.flatnonzero(following[state]).tolist():
            mark(int(following[state, label]), (*path, label & mask))

    mark(0, ())
    return table.reshape(-1)
