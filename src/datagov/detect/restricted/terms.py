"""The terms of the control lists, read from terms.yaml and checked."""

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import yaml

from datagov.errors import DatagovError

CATEGORIES = ("biological", "chemical", "missile", "nuclear")
_CAS = re.compile(r"(\d{2,7})-(\d{2})-(\d)")


@dataclass(frozen=True)
class Term:
    """One controlled thing.

    Attributes:
        id: List and name, such as `cwc-1A.sarin`.
        category: One of CATEGORIES.
        weight: Score of a bare mention.
        forms: How it is written, in any language.
        cas: Its numbers in the CAS registry.
    """

    id: str
    category: str
    weight: float
    forms: tuple[str, ...]
    cas: tuple[str, ...]


def data_text(name: str) -> str:
    """Returns a data file of this package."""
    return resources.files("datagov").joinpath("detect", "restricted", name).read_text("utf-8")


@lru_cache(maxsize=1)
def data_digest() -> str:
    """Returns the digest of terms and context: they decide what is found."""
    text = data_text("terms.yaml") + "\0" + data_text("context.yaml")
    return hashlib.sha256(text.encode()).hexdigest()


@lru_cache(maxsize=1)
def terms() -> tuple[Term, ...]:
    """Returns all terms.

    Raises:
        DatagovError: Two terms have one id, a category is unknown or a CAS number is wrong.
    """
    found = [
        _term(group, line)
        for group in yaml.safe_load(data_text("terms.yaml"))["lists"]
        for line in group["items"]
    ]
    ids = [term.id for term in found]
    repeated = sorted({i for i in ids if ids.count(i) > 1})
    if repeated:
        raise DatagovError(f"terms.yaml: ids stand twice: {', '.join(repeated)}")
    return tuple(found)


def _term(group: dict[str, str], line: str) -> Term:
    forms = [form.strip() for form in line.split("|")]
    cas = tuple(form.removeprefix("cas:") for form in forms if form.startswith("cas:"))
    names = tuple(form for form in forms if not form.startswith("cas:"))
    for number in cas:
        if not is_cas(number):
            raise DatagovError(f"terms.yaml: {names[0]}: {number} is no CAS number")
    if group["category"] not in CATEGORIES:
        raise DatagovError(f"terms.yaml: {names[0]}: unknown category {group['category']}")
    slug = re.sub(r"[^a-z0-9]+", "-", names[0].lower()).strip("-")
    weight = float(group["weight"])
    return Term(f"{group['list']}.{slug}", group["category"], weight, names, cas)


def is_cas(number: str) -> bool:
    """True if the check digit is right: the digits before it, weighted 1, 2, … from the right."""
    match = _CAS.fullmatch(number)
    if not match:
        return False
    digits = match.group(1) + match.group(2)
    total = sum(i * int(d) for i, d in enumerate(reversed(digits), 1))
    return total % 10 == int(match.group(3))
