"""What to look for so that no match of a pattern is missed.

The patterns are written for the `regex` package over code points; the database of
`datagov.detect.multipattern` reads bytes and knows no look-around. `superset` rewrites a pattern
into one over UTF-8 bytes that matches at least where the original does, ends included, on texts
that went through `datagov.detect.pii.folding`. It walks the parse tree of the standard library's
`re`, whose syntax all of Presidio's patterns share.
"""

import re._constants as sre  # type: ignore[import-not-found]
import re._parser as sre_parser  # type: ignore[import-not-found]
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import regex

from datagov.detect.pii.folding import fold
from datagov.errors import ConfigError

MULTIBYTE = r"[\xc2-\xf4][\x80-\xbf]{1,3}"
"""One code point outside ASCII."""

_SPACES = r"\xc2[\x85\xa0]|\xe1\x9a\x80|\xe2\x80[\x80-\x8a\xa8\xa9\xaf]|\xe2\x81\x9f|\xe3\x80\x80"
_WORD = frozenset(c for c in range(128) if chr(c).isalnum() or c == ord("_"))
_DIGIT = frozenset(range(ord("0"), ord("9") + 1))
_SPACE = frozenset(c for c in range(128) if chr(c).isspace())
_ASCII = frozenset(range(128))
_UNBOUNDED = 1 << 20
_INLINE_FLAGS = regex.compile(r"\(\?i\)")
_PROPERTY = regex.compile(r"(?<!\\)(?:\\\\)*\K\\[pP](?:\{\^?[\w =:&-]+\}|\w)")
_CLASSES = regex.compile(r"\\.|\[\^?\]?(?:\\.|[^\\\]])*\]", regex.DOTALL)

Node = tuple[Any, Any]


@dataclass(frozen=True)
class Shape:
    """What is known of all matches of a pattern.

    Attributes:
        pattern: The superset, in hyperscan's syntax over bytes.
        max_width: Most code points of a match; None if there is no limit.
        takes_space: Whether white space can be part of a match.
        looks_around: Whether a match depends on what stands beside it.
        late: Code points by which the superset may end behind the match.
    """

    pattern: str
    max_width: int | None
    takes_space: bool
    looks_around: bool
    late: int = 0


def parsed(pattern: str) -> Any:
    """Returns the parse tree of `pattern` without its inline flag for case.

    Raises:
        re.error: The standard library's `re` does not read it.
    """
    # A global flag anywhere but in front is an error to `re`; flags are given beside the pattern.
    return sre_parser.parse(_PROPERTY.sub(_as_ranges, _INLINE_FLAGS.sub("", pattern)))


def _as_ranges(match: "regex.Match[str]") -> str:
    """Returns a Unicode property, which `re` does not know, as part of a class that holds it."""
    in_ascii = [f"\\x{c:02x}" for c in sorted(_ASCII) if regex.match(match[0], chr(c))]
    within = "".join(in_ascii) + r"\u0080-\U0010ffff"
    before = match.string[: match.start()]
    return within if in_class(before) else f"[{within}]"


def in_class(before: str) -> bool:
    """True if a pattern that begins so stands within a class."""
    return "[" in str(_CLASSES.sub("", before))


@lru_cache(maxsize=1024)
def superset(pattern: str, name: str, *, in_folded: bool = False) -> Shape:
    """Returns the shape of a pattern.

    Args:
        pattern: In the syntax of the `regex` package.
        name: For the error.
        in_folded: Whether it is matched in folded texts only, so that what it refuses beside a
            match is just what stands there.

    Raises:
        ConfigError: The pattern cannot be read, or matches nothing in particular.
    """
    try:
        tree = parsed(pattern)
    except (sre_parser.error, OverflowError) as error:
        where = getattr(error, "pos", None)
        raise ConfigError(f"pattern {name!r}, position {where}: {error}; mend it") from error
    low, high = tree.getwidth()
    if low == 0:
        raise ConfigError(f"pattern {name!r} matches the empty text; require a character")
    writer = _Writer(in_folded)
    body = writer.sequence(list(tree))
    max_width = None if high >= _UNBOUNDED else high
    behind = _what_stands_behind(list(tree)) if in_folded and max_width else ""
    return Shape(
        body + behind, max_width, writer.takes_space, writer.looks_around, int(behind != "")
    )


class Digits(NamedTuple):
    """What the matches of a pattern have of ASCII digits.

    Attributes:
        at_least: How many each holds.
        width: Bytes of the widest match.
    """

    at_least: int
    width: int


@lru_cache(maxsize=1024)
def digits_of(superset: str) -> Digits | None:
    """Returns what all matches of a pattern have of digits.

    Args:
        superset: A pattern as `superset` returns it, or in hyperscan's syntax.

    Returns:
        None if some match holds none, or there is no limit, or `re` does not read the pattern.
    """
    try:
        tree = sre_parser.parse(superset)
    except (sre_parser.error, OverflowError):
        return None
    at_least, width = _n_digits(list(tree)), tree.getwidth()[1]
    return Digits(at_least, width) if at_least and width < _UNBOUNDED else None


def _n_digits(nodes: list[Node]) -> int:
    return sum(map(_n_digits_of_node, nodes))


def _n_digits_of_node(node: Node) -> int:
    """Returns how many digits all that a node of a pattern over bytes matches holds at least."""
    kind, value = node
    if kind is sre.LITERAL or kind is sre.IN:
        # Beyond ASCII are no digits here: texts are folded.
        in_ascii, others, _ = members(node)
        return int(not others and in_ascii <= _DIGIT)
    if kind is sre.BRANCH:
        return min(_n_digits(list(each)) for each in value[1])
    if kind is sre.SUBPATTERN:
        return _n_digits(list(value[3]))
    if kind in (sre.MAX_REPEAT, sre.MIN_REPEAT):
        return int(value[0]) * _n_digits(list(value[2]))
    return 0


class _Writer:
    """Writes a parse tree as a pattern over bytes."""

    def __init__(self, in_folded: bool) -> None:
        self.in_folded = in_folded
        self.groups: dict[int, str] = {}
        self.takes_space = False
        self.looks_around = False

    def sequence(self, nodes: list[Node]) -> str:
        self.looks_around |= any(kind in (sre.ASSERT, sre.ASSERT_NOT, sre.AT) for kind, _ in nodes)
        return "".join(
            self.boundary(nodes[:i], nodes[i + 1 :])
            if node == (sre.AT, sre.AT_BOUNDARY)
            else self.look_behind(node[1], i)
            if node[0] is sre.ASSERT_NOT
            else self.what_stands_before(node[1])
            if node[0] is sre.ASSERT and i == 0 and node[1][0] < 0
            else self.node(node)
            for i, node in enumerate(nodes)
        )

    def node(self, node: Node) -> str:
        kind, value = node
        if kind in (sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN):
            return self.characters(node)
        if kind is sre.BRANCH:
            return f"(?:{'|'.join(self.sequence(list(each)) for each in value[1])})"
        if kind is sre.SUBPATTERN:
            body = f"(?:{self.sequence(list(value[3]))})"
            if value[0] is not None:
                self.groups[value[0]] = body
            return body
        if kind in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            low, high, body = value
            limit = "" if high == sre.MAXREPEAT else str(high)
            return f"(?:{self.sequence(list(body))}){{{low},{limit}}}"
        if kind is sre.ATOMIC_GROUP:
            return f"(?:{self.sequence(list(value))})"
        if kind is sre.GROUPREF and value in self.groups:
            return self.groups[value]
        if kind is sre.GROUPREF:
            raise ConfigError(f"group {value} is empty where it is referred to; leave it out")
        if kind is sre.ASSERT:
            self.groups_of(list(value[1]))
            return ""
        if kind is sre.AT:
            return ""
        raise ConfigError(f"a pattern uses {kind}, which cannot be looked for; leave it out")

    def groups_of(self, nodes: list[Node]) -> None:
        """Notes the groups of a look-around, which is no part of a match."""
        takes_space = self.takes_space
        self.sequence(nodes)
        self.takes_space = takes_space

    def boundary(self, before: list[Node], after: list[Node]) -> str:
        """Keeps `\\b` where it says the same of bytes: beside what is an ASCII word character."""
        return r"\b" if _is_word(_first(after)) or _is_word(_last(before)) else ""

    def look_behind(self, value: Any, place: int) -> str:
        """Returns a character in front of the match instead of a look-behind for one that is not.

        Only at the beginning of the pattern; there is always one, the separator before a text.
        """
        direction, body = value
        nodes = list(body)
        if place or direction > 0 or len(nodes) != 1 or nodes[0][0] not in (sre.IN, sre.LITERAL):
            return ""
        return _other_than(members(nodes[0])[0] if self.in_folded else _refused(nodes[0]))

    def what_stands_before(self, value: Any) -> str:
        """Returns what a look-behind at the beginning asks for as a part of the match."""
        takes_space = self.takes_space
        body = f"(?:{self.sequence(list(value[1]))})"
        self.takes_space = takes_space
        return body

    def characters(self, node: Node) -> str:
        if node[0] is sre.LITERAL and _stays(chr(node[1])):
            return "".join(f"\\x{byte:02x}" for byte in chr(node[1]).encode())
        ascii_members, others, spaces = members(node)
        self.takes_space = self.takes_space or bool(ascii_members & _SPACE)
        choices = [f"[{_ranges(ascii_members)}]"] if ascii_members else []
        choices += [MULTIBYTE] if others else [_SPACES] if spaces else []
        return choices[0] if len(choices) == 1 else f"(?:{'|'.join(choices)})"


def _what_stands_behind(nodes: list[Node]) -> str:
    """Returns the character behind a match instead of look-aheads at the end for one that is not.

    There is always one, the separator behind a text. It ends a run of digits, each of which would
    else be the end of a possible match.
    """
    refused: frozenset[int] = frozenset()
    while nodes and nodes[-1][0] is sre.ASSERT_NOT and nodes[-1][1][0] > 0:
        body = list(nodes.pop()[1][1])
        if len(body) == 1 and body[0][0] in (sre.IN, sre.LITERAL):
            refused |= members(body[0])[0]
    return _other_than(refused) if refused else ""


def _other_than(refused: frozenset[int]) -> str:
    allowed = _ASCII - refused
    return f"[{_ranges(allowed)}\\x80-\\xff]" if ord("\n") in allowed else ""


def _refused(node: Node) -> frozenset[int]:
    """Returns the ASCII characters that a look-behind refuses, and all that are folded to them.

    `\\d` refuses digits of every script, `[0-9]` only those that stand there unfolded.
    """
    kind, value = node
    if kind is not sre.IN:
        return frozenset()
    if value[0][0] is sre.NEGATE:
        return members(node)[0]
    categories = (_CATEGORIES[what][0] for each, what in value if each is sre.CATEGORY)
    return frozenset().union(*categories)


def _stays(char: str) -> bool:
    """True if a character outside ASCII has one case and is not folded; surrogates are none."""
    is_one = not char.isascii() and not "\ud800" <= char <= "\udfff"
    return is_one and char.lower() == char.upper() and fold(char) == char


def members(node: Node) -> tuple[frozenset[int], bool, bool]:
    """Returns the ASCII characters that a node takes, whether it takes others, and other spaces."""
    kind, value = node
    if kind is sre.LITERAL:
        return (frozenset((value,)), False, False) if value < 128 else (frozenset(), True, True)
    if kind is sre.NOT_LITERAL:
        return _ASCII - {value}, True, True
    if kind is sre.ANY:
        return _ASCII, True, True
    members: frozenset[int] = frozenset()
    others = spaces = False
    negated = value[0][0] is sre.NEGATE
    for each, what in value:
        if each is sre.LITERAL:
            members |= {what} & _ASCII
            others |= what > 127
        elif each is sre.RANGE:
            members |= frozenset(range(what[0], min(what[1], 127) + 1))
            others |= what[1] > 127
        elif each is sre.CATEGORY:
            more, beyond, beyond_spaces = _CATEGORIES[what]
            members |= more
            others |= beyond
            spaces |= beyond_spaces
    return (_ASCII - members, True, True) if negated else (members, others, spaces)


_CATEGORIES = {
    sre.CATEGORY_DIGIT: (_DIGIT, False, False),
    sre.CATEGORY_NOT_DIGIT: (_ASCII - _DIGIT, True, True),
    sre.CATEGORY_SPACE: (_SPACE, False, True),
    sre.CATEGORY_NOT_SPACE: (_ASCII - _SPACE, True, False),
    sre.CATEGORY_WORD: (_WORD, True, False),
    sre.CATEGORY_NOT_WORD: (_ASCII - _WORD, True, True),
}


def _ranges(members: frozenset[int]) -> str:
    text, start = "", None
    for code in range(129):
        if code in members and start is None:
            start = code
        elif code not in members and start is not None:
            text += f"\\x{start:02x}" + (f"-\\x{code - 1:02x}" if code - 1 > start else "")
            start = None
    return text


def _is_word(characters: frozenset[int] | None) -> bool:
    return bool(characters) and characters <= _WORD  # type: ignore[operator]


def _first(nodes: list[Node]) -> frozenset[int] | None:
    """Returns what the first character of `nodes` can be; None if it may be outside ASCII."""
    return _edge(nodes, forward=True)


def _last(nodes: list[Node]) -> frozenset[int] | None:
    return _edge(nodes, forward=False)


def _edge(nodes: list[Node], forward: bool) -> frozenset[int] | None:
    possible: frozenset[int] = frozenset()
    for kind, value in nodes if forward else reversed(nodes):
        if kind in (sre.ASSERT, sre.ASSERT_NOT, sre.AT):
            continue
        skippable = False
        if kind in (sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN):
            characters, others, _ = members((kind, value))
            edge: frozenset[int] | None = None if others else characters
        elif kind is sre.BRANCH:
            edges = [_edge(list(each), forward) for each in value[1]]
            edge = None if None in edges else frozenset().union(*(e for e in edges if e))
            skippable = any(each.getwidth()[0] == 0 for each in value[1])
        elif kind is sre.SUBPATTERN:
            edge = _edge(list(value[3]), forward)
            skippable = value[3].getwidth()[0] == 0
        elif kind in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            edge = _edge(list(value[2]), forward)
            skippable = value[0] == 0 or value[2].getwidth()[0] == 0
        else:
            return None
        if edge is None:
            return None
        possible |= edge
        if not skippable:
            return possible
    return None
