"""Texts that a pattern matches, drawn from its parse tree."""

import random
import re._constants as sre
from typing import Any

from datagov.detect.pii.supersets import parsed

_FEW = 40
_CATEGORIES = {
    sre.CATEGORY_DIGIT: "059",
    sre.CATEGORY_SPACE: " \t\n\v\f\r\u00a0\u2009\u3000",
    sre.CATEGORY_WORD: "az_9",
    sre.CATEGORY_NOT_SPACE: "a1-",
}


def text_of(pattern: str, rng: random.Random) -> str:
    """Returns a text that most likely matches, with what the pattern asks for on both sides."""
    return _Drawing(rng).nodes(list(parsed(pattern)))


class _Drawing:
    """A walk through a parse tree that keeps what its groups have taken."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.groups: dict[int | None, str] = {}

    def nodes(self, nodes: list[Any]) -> str:
        last = len(nodes) - 1
        while last > 0 and nodes[last][0] in (sre.ASSERT_NOT, sre.AT):
            last -= 1
        return "".join(self.node(node, i == last) for i, node in enumerate(nodes))

    def node(self, node: Any, is_last: bool) -> str:
        kind, value = node
        if kind is sre.LITERAL:
            return chr(value)
        if kind is sre.IN:
            return _of_class(value, self.rng)
        if kind is sre.BRANCH:
            return self.nodes(list(self.rng.choice(value[1])))
        if kind is sre.SUBPATTERN:
            self.groups[value[0]] = self.nodes(list(value[3]))
            return self.groups[value[0]]
        if kind is sre.GROUPREF:
            return self.groups[value]
        if kind in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            low, high, body = value
            high = min(high, max(low, _FEW))
            n = self.rng.choice((low, high, self.rng.randint(low, high)))
            return "".join(self.nodes(list(body)) for _ in range(n))
        if kind is sre.ASSERT and (value[0] < 0 or is_last):
            return self.nodes(list(value[1]))
        return ""


def _of_class(members: list[Any], rng: random.Random) -> str:
    if members[0][0] is sre.NEGATE:
        return "a"
    kind, value = rng.choice(members)
    if kind is sre.LITERAL:
        return chr(value)
    if kind is sre.RANGE:
        return chr(rng.choice((value[0], value[1], rng.randint(*value))))
    return rng.choice(_CATEGORIES[value])
