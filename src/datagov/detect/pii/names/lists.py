"""The lists of names and words, read once per process."""

from functools import lru_cache
from importlib.resources import files

import yaml


@lru_cache(maxsize=1)
def given_names() -> frozenset[str]:
    """Returns given names in Latin script, as they are written."""
    return _names("given.txt", "") | words("more_given")


@lru_cache(maxsize=1)
def common_given_names() -> frozenset[str]:
    """Returns those of the given names that several countries have."""
    return _names("given.txt", "?") | words("more_given")


@lru_cache(maxsize=1)
def surnames() -> frozenset[str]:
    """Returns surnames in Latin script, as they are written."""
    return _names("surnames.txt", "") | words("more_surnames")


@lru_cache(maxsize=32)
def words(kind: str) -> frozenset[str]:
    """Returns a list of `words.yaml`."""
    return frozenset(_words()[kind].split())


@lru_cache(maxsize=1)
def _words() -> dict[str, str]:
    lists: dict[str, str] = yaml.safe_load(_text("words.yaml"))
    return lists


def _names(file: str, without: str) -> frozenset[str]:
    lines = _text(file).split()
    kept = (line for line in lines if not without or not line.endswith(without))
    return frozenset(line.removesuffix("?") for line in kept) - words("never")


def _text(name: str) -> str:
    return (files(__package__) / name).read_text("utf-8")
