"""Whether a pattern of one's own can be used, and if not why not and how to mend it."""

import re._constants as sre  # type: ignore[import-not-found]
import re._parser as sre_parser  # type: ignore[import-not-found]
import warnings
from collections.abc import Iterable, Sequence
from functools import lru_cache, partial
from typing import Any

import hyperscan as hs
import regex

from datagov.detect.multipattern import CASELESS, DOTALL, MULTILINE, PREFILTER
from datagov.detect.pii.own.effort import effort
from datagov.detect.pii.own.matching import REACH, LinearMatcher
from datagov.detect.pii.rules import Pattern
from datagov.detect.pii.supersets import Node, in_class, members, parsed, superset
from datagov.errors import ConfigError

FLAGS = int(regex.IGNORECASE | regex.MULTILINE | regex.DOTALL)
"""The flags that a recogniser can set: Presidio's default is all three, 26."""

MAX_STEPS = 8 * REACH
"""Steps that one attempt of a backtracking matcher may take."""

_MAX_COUNT, _FEW = 32, 4
"""Counts above are left to the confirmation: automata grow with them. Few in a large pattern."""

_MAX_EXPANDED = 200

_MAX_PATTERN = 20_000

_ESCAPE = r"write \[, \&, \| or \~ for the character in a class"

_MAX_NESTING = 6

_GROUPS = regex.compile(r"\\.|\[\^?\]?(?:\\.|[^\\\]])*\]|\(|\)[*+?{]?", regex.DOTALL)
_COUNT = regex.compile(r"\{(\d+)(?:,\d*)?\}")
_COUNTS = regex.compile(r"\{(\d+),(\d*)\}")
_IGNORES_CASE = regex.compile(r"\(\?[a-z]*i")
_UNLIKE_RE = (
    (regex.compile(r"(?<!\\)(?:\\\\)*\K\[\[:"), r"a class such as [:alpha:]; write \p{Alpha}"),
    (
        regex.compile(r"(?<!\\)(?:\\\\)*\K(?<!\\[pPN])\{(?!\d*,?\d*\})"),
        r"a brace that is no count of repetitions; write \{ for the character",
    ),
)
_SAMPLES = tuple(8 * char for char in 'aeZt50 .\n\t,:/("_-@中のécо한אعก😀')
_MOST_SAMPLES = 0.8
"""Share of the samples from which on what matches in them matches nearly any text."""

_WORD = frozenset(code for code in range(128) if chr(code).isalnum() or chr(code) == "_")


class UnsoundPattern(ValueError):
    """A pattern that cannot be used; the message says why and how to mend it."""


@lru_cache(maxsize=4096)
def sound_pattern(name: str, pattern: str, score: float, flags: int) -> Pattern:
    """Returns a pattern in the form in which it is looked for.

    Raises:
        UnsoundPattern: It does not compile, matches nothing, everything or the empty text, or
            cannot be matched in time linear in the text.
    """
    try:
        return _judged(name, pattern, score, flags)
    except RecursionError as error:
        raise UnsoundPattern("is nested too deep; write it with fewer groups") from error


def _judged(name: str, pattern: str, score: float, flags: int) -> Pattern:
    if len(pattern) > _MAX_PATTERN:
        raise UnsoundPattern(
            f"is {len(pattern)} characters long, at most {_MAX_PATTERN} are read; "
            "list terms in a file and name it under deny in the policy"
        )
    if _nesting(pattern) > _MAX_NESTING:
        raise UnsoundPattern(
            f"nests repetitions more than {_MAX_NESTING} deep; write it with fewer groups"
        )
    compiled = _compiled(pattern, flags)
    tree = _tree(pattern)
    if _is_impossible(list(tree)) or _never_matches(pattern, flags):
        raise UnsoundPattern("can match nothing; look at its checks and classes")
    if tree.getwidth()[0] == 0:
        raise UnsoundPattern("matches the empty text; require a character, as + does instead of *")
    if sum(compiled.search(each) is not None for each in _SAMPLES) >= _MOST_SAMPLES * len(_SAMPLES):
        raise UnsoundPattern("matches nearly any text; say what is looked for")
    try:
        shape = superset(pattern, name)
    except ConfigError as error:
        raise UnsoundPattern(f"cannot be looked for: {error}") from error
    any_case = "(?i)" if _IGNORES_CASE.search(pattern) else ""
    most = _MAX_COUNT if _expanded(tree) <= _MAX_EXPANDED else _FEW
    sought = any_case + _COUNTS.sub(partial(_shortened, most=most), shape.pattern)
    _check_scannable(sought, flags)
    return Pattern(
        name, pattern, float(score), sought, bounded=True, linear=_is_linear(tree, pattern, flags)
    )


def _nesting(pattern: str) -> int:
    """Returns how deep repeated groups stand in one another.

    The time to compile doubles with each, so this is asked before; it need not be a pattern.
    """
    depths = [0]
    for token in _GROUPS.finditer(pattern):
        if token[0] == "(":
            depths.append(0)
        elif token[0].startswith(")") and len(depths) > 1:
            inner = depths.pop() + (token[0] != ")")
            depths[-1] = max(depths[-1], inner)
    return max(depths)


def _compiled(pattern: str, flags: int) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", FutureWarning)
            return regex.compile(pattern, flags)
    except FutureWarning as error:
        raise UnsoundPattern(f"{error}; {_ESCAPE}") from error
    except regex.error as error:
        where = f"position {error.pos}: " if error.pos is not None else ""
        raise UnsoundPattern(f"{where}{error.msg}; mend the pattern") from error
    except (OverflowError, MemoryError) as error:
        raise UnsoundPattern("counts too far; write it shorter") from error


def _tree(pattern: str) -> Any:
    for unlike, problem in _UNLIKE_RE:
        for found in unlike.finditer(pattern):
            if not in_class(pattern[: found.start()]):
                raise UnsoundPattern(f"position {found.start()}: {problem}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", FutureWarning)
            return parsed(pattern)
    except FutureWarning as error:
        raise UnsoundPattern(f"{error}; {_ESCAPE}") from error
    except sre_parser.error as error:
        raise UnsoundPattern(
            f"position {error.pos}: {error.msg}; write it in the syntax of Python's re"
        ) from error
    except OverflowError as error:
        raise UnsoundPattern("counts too far; write it shorter") from error


def _never_matches(pattern: str, flags: int) -> bool:
    """True if hyperscan proves that nothing matches; what it cannot read it does not judge."""
    # How often something is repeated says nothing here, and takes time to compile.
    once = _COUNT.sub(lambda match: "{0,1}" if int(match[1]) == 0 else "{1,2}", pattern)
    try:
        _scanner(once, _scan_flags(flags) & ~PREFILTER | hs.HS_FLAG_UTF8 | hs.HS_FLAG_UCP)
    except hs.HyperscanError as error:
        return "never match" in str(error)
    return False


def _check_scannable(sought: str, flags: int) -> None:
    try:
        _scanner(sought, _scan_flags(flags))
    except hs.HyperscanError as error:
        raise UnsoundPattern(
            f"cannot be looked for: {error}; write it shorter, or if it lists terms, list them in "
            "a file that the policy names under deny"
        ) from error


def _scanner(pattern: str, flags: int) -> None:
    database = hs.Database(mode=hs.HS_MODE_BLOCK)
    database.compile(expressions=[pattern.encode("utf-8")], flags=[flags], elements=1)


def _scan_flags(flags: int) -> int:
    found = int(PREFILTER)
    for ours, theirs in (
        (regex.IGNORECASE, CASELESS),
        (regex.MULTILINE, MULTILINE),
        (regex.DOTALL, DOTALL),
    ):
        found |= int(theirs) if flags & ours else 0
    return found


def _shortened(match: "regex.Match[str]", most: int) -> str:
    """Returns a count of repetitions without a limit where it is higher than `most`."""
    low, high = int(match[1]), match[2]
    if low <= most and (not high or int(high) <= most):
        return str(match[0])
    return "{" + str(min(low, most)) + ",}"


def _expanded(nodes: Iterable[Node]) -> int:
    """Returns how many parts a pattern has when its repetitions are written out."""
    total = 0
    for kind, value in nodes:
        if kind is sre.BRANCH:
            total += sum(_expanded(each) for each in value[1])
        elif kind is sre.SUBPATTERN:
            total += _expanded(value[3])
        elif kind in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            low, high, body = value
            total += _expanded(body) * max(1, low if high == sre.MAXREPEAT else high)
        else:
            total += 1
    return total


def _is_linear(tree: Any, pattern: str, flags: int) -> bool:
    """Returns whether to match by the engine that never backtracks."""
    if effort(tree, REACH) <= MAX_STEPS:
        return False
    try:
        LinearMatcher.of(pattern, flags)
    except ValueError as error:
        raise UnsoundPattern(
            "its time is not linear in the text: repetitions can share what they match in too "
            f"many ways, and the engine that would not mind does not take it ({error}); let what "
            "follows a repetition begin with something else, or count it, as {1,8} does"
        ) from error
    return True


def _is_impossible(nodes: Sequence[Node]) -> bool:
    """True if it is plain that a sequence matches nothing; False does not say that it does."""
    return any(
        _cannot_match(node) or _clashes(nodes[i - 1] if i else None, node, nodes[i + 1 : i + 2])
        for i, node in enumerate(nodes)
    )


def _cannot_match(node: Node) -> bool:
    kind, value = node
    if kind is sre.LITERAL:
        return bool(0xD800 <= value <= 0xDFFF)  # A surrogate, which no text has.
    if kind is sre.ASSERT_NOT:
        return not list(value[1])
    if kind is sre.BRANCH:
        return all(_is_impossible(list(each)) for each in value[1])
    if kind is sre.SUBPATTERN:
        return _is_impossible(list(value[3]))
    if kind in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
        return value[0] > 0 and _is_impossible(list(value[2]))
    if kind is sre.ASSERT:
        return _is_impossible(list(value[1]))
    return kind is sre.IN and _is_empty(value)


def _is_empty(items: Sequence[Node]) -> bool:
    """True if a class leaves out a kind of characters and its opposite."""
    if items[0][0] is not sre.NEGATE:
        return False
    kinds = {what for kind, what in items if kind is sre.CATEGORY}
    opposites = (
        (sre.CATEGORY_DIGIT, sre.CATEGORY_NOT_DIGIT),
        (sre.CATEGORY_SPACE, sre.CATEGORY_NOT_SPACE),
        (sre.CATEGORY_WORD, sre.CATEGORY_NOT_WORD),
    )
    return any(kinds >= set(pair) for pair in opposites)


def _clashes(before: Node | None, node: Node, after: Sequence[Node]) -> bool:
    """True if a place asks for an end or beginning of a line where a line goes on."""
    if node[0] is not sre.AT:
        return False
    if node[1] in (sre.AT_END, sre.AT_END_STRING):
        return bool(after) and _is_single(after[0]) and not _takes_line_break(after[0])
    if node[1] in (sre.AT_BEGINNING, sre.AT_BEGINNING_STRING):
        return before is not None and _is_single(before) and not _takes_line_break(before)
    if node[1] is sre.AT_BOUNDARY and before and after:
        return _is_of_words(before) and _is_of_words(after[0])
    return False


def _is_single(node: Node) -> bool:
    return node[0] in (sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN)


def _takes_line_break(node: Node) -> bool:
    return ord("\n") in members(node)[0]


def _is_of_words(node: Node) -> bool:
    if not _is_single(node):
        return False
    in_ascii, others, spaces = members(node)
    return bool(in_ascii) and in_ascii <= _WORD and not others and not spaces
