"""Reading lists of terms: a file with one term a line, or the terms themselves."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from datagov.detect.pii.own.terms import MAX_TERM, Terms
from datagov.errors import ConfigError

_BOM = b"\xef\xbb\xbf"
_LINE_END = re.compile(r"\r\n|\n|\r")


def read_terms(path: Path) -> list[str]:
    """Returns the terms of a text file: one a line, UTF-8; blanks around them do not count.

    Raises:
        ConfigError: The file is missing, no UTF-8, or holds no term; with a line for each mistake.
    """
    lines = _LINE_END.split(_decoded(path)) if path.is_file() else _missing(path)
    numbered = [(n, line.strip()) for n, line in enumerate(lines, 1)]
    terms = [(n, term) for n, term in numbered if term]
    if not terms:
        raise ConfigError(f"{path}: holds no term; write one a line, or leave the file out")
    wrong = [(n, problem_of(term)) for n, term in terms]
    told = "\n".join(f"{path}:{n}: {problem}" for n, problem in wrong if problem)
    if told:
        raise ConfigError(told)
    return [term for _, term in terms]


def _decoded(path: Path) -> str:
    try:
        content = path.read_bytes().removeprefix(_BOM)
    except PermissionError as error:
        raise ConfigError(f"{path}: permission denied; make it readable for you") from error
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            f"{path}:{line}: byte {error.start} is not UTF-8; save the file as UTF-8"
        ) from error


def _missing(path: Path) -> list[str]:
    what = "is a folder" if path.is_dir() else "no such file"
    raise ConfigError(f"{path}: {what}; name a text file with one term a line")


def problem_of(term: str) -> str:
    """Returns what is wrong with a term, without quoting it; "" if nothing is."""
    if not term.strip():
        return "is empty; leave it out"
    if term != term.strip():
        return "has blanks at its ends; take them away"
    if any(char in term for char in "\n\r\0"):
        return "holds a line break or NUL; a term is one line of text"
    if len(term) > MAX_TERM:
        return f"is {len(term)} characters long; a term has at most {MAX_TERM}"
    return ""


def longest_first(terms: Iterable[str]) -> Terms:
    """Returns the terms so that of two that begin at one place the longer is found."""
    return Terms.of(sorted(set(terms), key=lambda term: (-len(term), term)))


def problems(terms: Sequence[str | None]) -> Iterator[tuple[int, str]]:
    """Yields the index of each term that has something wrong with it, and what."""
    for i, term in enumerate(terms):
        problem = problem_of(term) if term is not None else ""
        if problem:
            yield i, problem
