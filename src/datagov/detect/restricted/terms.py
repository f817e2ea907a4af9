"""The terms of the control lists, read from `lists/*.yaml` and checked.

Only names and designations of controlled things: from the Chemical Weapons Convention, the
Australia Group, the select agents of the United States, the Missile Technology Control Regime, the
Nuclear Suppliers Group and the IAEA, and what such weapons are called in general.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from datagov.errors import DatagovError

CATEGORIES = ("biological", "chemical", "missile", "nuclear")
LANGUAGES = ("de", "en", "es", "fr", "ja", "ko", "ru", "zh", "zh-Hant")
FILES = ("australia_group", "cwc", "mtcr", "nuclear", "toxic", "weapons")

_CAS = re.compile(r"(\d{2,7})-(\d{2})-(\d)")
_KEYS = {"id", "entry", "weight", "cap", "ambiguous", "cas", *LANGUAGES}


@dataclass(frozen=True)
class Term:
    """One controlled thing.

    Attributes:
        id: List and name, such as `cwc-1A.sarin`.
        entry: Where it stands in the list, such as `1A(1)`; may be empty.
        category: One of CATEGORIES.
        weight: Score of a bare mention, in (0, 0.35].
        cap: The highest score it can reach.
        ambiguous: It has everyday meanings, and counts only with company.
        forms: How it is written, as (language, form).
        cas: Its numbers in the CAS registry.
    """

    id: str
    entry: str
    category: str
    weight: float
    cap: float
    ambiguous: bool
    forms: tuple[tuple[str, str], ...]
    cas: tuple[str, ...]


def read_data(name: str) -> str:
    """Returns a data file of this package."""
    return resources.files("datagov").joinpath("detect", "restricted", name).read_text("utf-8")


def parse_data(name: str) -> Any:
    """Returns the YAML of a data file of this package."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(read_data(name), Loader=loader)  # noqa: S506


@lru_cache(maxsize=1)
def data_digest() -> str:
    """Returns the SHA-256, in hex, of all data files: they decide what is found."""
    names = [f"lists/{name}.yaml" for name in (*FILES, "decoys")] + ["context.yaml"]
    return hashlib.sha256("\0".join(map(read_data, names)).encode()).hexdigest()


@lru_cache(maxsize=1)
def load_terms() -> tuple[Term, ...]:
    """Returns all terms, in the order of the files.

    Raises:
        DatagovError: See `checked`.
    """
    return tuple(
        term
        for name in FILES
        for term in checked(f"lists/{name}.yaml", parse_data(f"lists/{name}.yaml"))
    )


def load_decoys() -> tuple[tuple[str, str], ...]:
    """Returns (language, form) of names that hold a controlled name and mean something else."""
    decoys = parse_data("lists/decoys.yaml")["decoys"]
    return tuple((language, form) for language in sorted(decoys) for form in decoys[language])


def checked(name: str, groups: Sequence[Mapping[str, Any]]) -> tuple[Term, ...]:
    """Returns the terms of one file.

    Args:
        name: The file, for errors.
        groups: Mappings with `list`, `category`, `weight`, `terms` and optional `cap`.

    Raises:
        DatagovError: An id stands twice, a category, language or key is unknown, a weight is out
            of range, a CAS number has a wrong check digit, or a term has no form.
    """
    found = [_term(name, group, item) for group in groups for item in group["terms"]]
    ids = [term.id for term in found]
    repeated = sorted({i for i in ids if ids.count(i) > 1})
    if repeated:
        raise DatagovError(f"{name}: ids stand twice: {', '.join(repeated)}; rename one")
    return tuple(found)


def _term(name: str, group: Mapping[str, Any], item: Mapping[str, Any]) -> Term:
    term = Term(
        id=f"{group['list']}.{item['id']}",
        entry=item.get("entry", ""),
        category=group["category"],
        weight=float(item.get("weight", group["weight"])),
        cap=float(item.get("cap", group.get("cap", 1.0))),
        ambiguous=item.get("ambiguous", False),
        forms=tuple((key, form) for key in LANGUAGES for form in item.get(key, ())),
        cas=tuple(item.get("cas", ())),
    )
    for problem in _problems(term, item):
        raise DatagovError(f"{name}: {term.id}: {problem}")
    return term


def _problems(term: Term, item: Mapping[str, Any]) -> Iterator[str]:
    if term.category not in CATEGORIES:
        yield f"unknown category {term.category!r}; expected one of {', '.join(CATEGORIES)}"
    for key in sorted(set(item) - _KEYS):
        yield f"unknown key {key!r}; expected one of {', '.join(sorted(_KEYS))}"
    if not 0 < term.weight <= 0.35:
        yield f"weight {term.weight} is not in (0, 0.35]"
    if not term.forms:
        yield "it has no form in any language"
    for number in term.cas:
        if not is_cas(number):
            yield f"{number} is no CAS number: its check digit is wrong"


def is_cas(number: str) -> bool:
    """True if the check digit is right: the digits before it, weighted 1, 2, … from the right."""
    match = _CAS.fullmatch(number)
    if not match:
        return False
    digits = match.group(1) + match.group(2)
    total = sum(i * int(d) for i, d in enumerate(reversed(digits), 1))
    return total % 10 == int(match.group(3))
