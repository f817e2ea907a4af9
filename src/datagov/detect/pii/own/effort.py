"""How many steps a backtracking matcher takes from one place at most.

Counted over the parse tree, from the end of the pattern to its beginning: what follows a part is
tried again for each way in which the part can match. A repetition has one way where what comes
after it can begin with nothing that it repeats, since giving back then leads nowhere. The count is
an upper bound: a pattern may be better than it says, never worse.
"""

import re._constants as sre  # type: ignore[import-not-found]
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from datagov.detect.pii.supersets import Node, members

Chars = frozenset[int]
"""ASCII characters, letters in both cases, and OTHER and SPACE for all that is not ASCII."""

OTHER, SPACE = 128, 129
ANY: Chars = frozenset(range(SPACE + 1))
NOTHING: Chars = frozenset()

ENDLESS = 1 << 60

_SINGLE = (sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN)
_REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)


def effort(nodes: Iterable[Node], reach: int) -> int:
    """Returns the steps of one attempt to match; ENDLESS stands for all that is more.

    Args:
        nodes: The parse tree of the pattern.
        reach: Code points that an attempt can look at.
    """
    return min(_Counter(reach).steps(list(nodes), 1, NOTHING), ENDLESS)


def first(nodes: Sequence[Node], after: Chars) -> Chars:
    """Returns with what characters `nodes` and then `after` can begin; checks count as any."""
    for node in reversed(nodes):
        after = _first(node, after)
    return after


def _first(node: Node, after: Chars) -> Chars:
    kind, value = node
    if kind in _SINGLE:
        return characters(node)
    if kind is sre.BRANCH:
        return NOTHING.union(*(first(list(each), after) for each in value[1]))
    if kind is sre.SUBPATTERN:
        return first(list(value[3]), after)
    if kind is sre.ATOMIC_GROUP:
        return first(list(value), after)
    if kind in _REPEATS:
        low, _, body = value
        begins = first(list(body), after)
        return begins | after if low == 0 else begins
    return ANY


def characters(node: Node) -> Chars:
    """Returns what one character a node takes."""
    in_ascii, others, spaces = members(node)
    swapped = {ord(chr(code).swapcase()) for code in in_ascii}
    # Digits of other scripts, and letters outside ASCII that are k, s or i in another case.
    lookalikes = bool((in_ascii | swapped) & {ord(c) for c in "iks0123456789"})
    beyond = ({OTHER} if others or lookalikes else NOTHING) | ({SPACE} if spaces else NOTHING)
    return in_ascii | swapped | beyond


@dataclass(frozen=True)
class _Counter:
    reach: int

    def steps(self, nodes: Sequence[Node], then: int, after: Chars) -> int:
        """Returns the steps of `nodes` where what follows takes `then` and begins with `after`."""
        for node in reversed(nodes):
            then = min(self._steps(node, then, after), ENDLESS)
            after = _first(node, after)
        return then

    def _steps(self, node: Node, then: int, after: Chars) -> int:
        kind, value = node
        if kind in _SINGLE or kind is sre.AT:
            return 1 + then
        if kind is sre.BRANCH:
            bodies = [list(each) for each in value[1]]
            each = [self.steps(body, then, after) for body in bodies]
            return len(each) + (max(each) if _exclusive(bodies, after) else sum(each))
        if kind is sre.SUBPATTERN:
            return self.steps(list(value[3]), then, after)
        if kind is sre.ATOMIC_GROUP:
            return self.steps(list(value), 0, ANY) + then
        if kind in (sre.ASSERT, sre.ASSERT_NOT):
            return self.steps(list(value[1]), 1, ANY) + then
        if kind in _REPEATS:
            return self._repeated(node, then, after)
        return self.reach + then

    def _repeated(self, node: Node, then: int, after: Chars) -> int:
        kind, (low, high, body) = node
        nodes = list(body)
        most: int = min(high, self.reach)
        if kind is sre.POSSESSIVE_REPEAT:
            return self._repeated((sre.MAX_REPEAT, (low, high, body)), 0, after) + then
        again = first(nodes, after)
        inner = self.steps(nodes, 0, again | after)
        ways = self._ways_of_all(nodes, again | after)
        if ways == 1:
            exits = 1 if low == high or not again & after else most - low + 1
            inside = min(most * inner, self.reach * _size(nodes))
            return inside + most + exits * then
        return _power(ways, most) * (inner + then)

    def _ways_of_all(self, nodes: Sequence[Node], after: Chars) -> int:
        total = 1
        for node in reversed(nodes):
            total = min(total * self._ways(node, after), ENDLESS)
            after = _first(node, after)
        return total

    def _ways(self, node: Node, after: Chars) -> int:
        """Returns in how many ways a node can match from one place."""
        kind, value = node
        if kind is sre.BRANCH:
            bodies = [list(each) for each in value[1]]
            each = [self._ways_of_all(body, after) for body in bodies]
            return max(each) if _exclusive(bodies, after) else sum(each)
        if kind is sre.SUBPATTERN:
            return self._ways_of_all(list(value[3]), after)
        if kind not in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            return 1
        low, high, body = value
        nodes, most = list(body), min(high, self.reach)
        again = first(nodes, after)
        ways = self._ways_of_all(nodes, again | after)
        if ways > 1:
            return _power(ways, most)
        return 1 if low == high or not again & after else most - low + 1


def _exclusive(bodies: list[list[Node]], after: Chars) -> bool:
    """True if no character can begin two of the bodies."""
    beginnings = [first(body, after) for body in bodies]
    return sum(map(len, beginnings)) == len(NOTHING.union(*beginnings))


def _power(base: int, exponent: int) -> int:
    return ENDLESS if exponent * base.bit_length() > 60 else base ** (exponent + 1)


def _size(nodes: Iterable[Node]) -> int:
    """Returns how many parts a pattern has."""
    total = 0
    for kind, value in nodes:
        total += 1
        if kind is sre.BRANCH:
            total += sum(_size(each) for each in value[1])
        elif kind is sre.SUBPATTERN:
            total += _size(value[3])
        elif kind in _REPEATS:
            total += _size(value[2])
        elif kind is sre.ATOMIC_GROUP:
            total += _size(value)
        elif kind in (sre.ASSERT, sre.ASSERT_NOT):
            total += _size(value[1])
    return total
