"""Which class of personal information a category is: `classes.yaml`, read and asked.

The classes are those of the Personal Information Protection Law of China (PIPL): personal (art. 4)
and sensitive (art. 28) with its seven kinds; annexes A and B of GB/T 35273-2020 say what falls
under them. So a policy can speak of `pii.sensitive` or `pii.medical_health`, and a control can
count them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache

from datagov.detect.pii.sensitive.data import parse_data

PERSONAL, SENSITIVE, OTHER = "personal", "sensitive", "other"

LEVELS = (PERSONAL, SENSITIVE, OTHER)

KINDS = (
    "biometrics",
    "belief",
    "specific_identity",
    "medical_health",
    "financial_accounts",
    "whereabouts",
    "minors_under_14",
)
"""What PIPL art. 28 names, in its order."""


@dataclass(frozen=True)
class Class:
    """The class of a category.

    Attributes:
        level: One of LEVELS; `other` names no person.
        kind: One of KINDS if `level` is sensitive, else empty.
    """

    level: str
    kind: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of this class, the most specific one first; sensitive is personal too."""
        if self.level == SENSITIVE:
            return (self.kind, SENSITIVE, PERSONAL)
        return (self.level,)


@dataclass(frozen=True)
class _Classes:
    exact: Mapping[str, Class]
    prefixes: tuple[tuple[str, Class], ...]
    looked_for_by: Mapping[str, frozenset[str]]


def class_of(category: str) -> Class:
    """Returns the class of a category; of one that is not known here, `personal`."""
    classes = _classes()
    found = classes.exact.get(category)
    if found is not None:
        return found
    fitting = (each for prefix, each in classes.prefixes if category.startswith(prefix))
    return next(fitting, Class(PERSONAL))


def categories_of(name: str) -> tuple[str, ...]:
    """Returns the known categories of a level or kind, sorted.

    `personal` holds the sensitive ones too. A name that ends in `*` stands for all that start so.
    """
    classes = _classes()
    known = [*classes.exact.items(), *((f"{prefix}*", each) for prefix, each in classes.prefixes)]
    return tuple(sorted(category for category, each in known if name in each.names))


def kinds_looked_for(categories: Collection[str]) -> tuple[str, ...]:
    """Returns the kinds that a detector of `categories` looks for, in the order of KINDS.

    A kind counts only when all categories that stand for it are among them: a detector that knows
    the numbers of one country's health service does not thereby look for what is medical.
    """
    needed = _classes().looked_for_by
    return tuple(kind for kind in KINDS if needed[kind] <= set(categories))


def count_by_kind(
    findings: Mapping[str, int], looked_for: Collection[str]
) -> dict[str, int | None]:
    """Returns the number of findings of each kind; None for a kind that was not looked for.

    Args:
        findings: Number of findings by category.
        looked_for: The categories that the detector was told to look for.
    """
    counts: dict[str, int | None] = dict.fromkeys(KINDS)
    counts |= dict.fromkeys(kinds_looked_for(looked_for), 0)
    for category, n in findings.items():
        kind = class_of(category).kind
        if kind:
            counts[kind] = (counts[kind] or 0) + n
    return counts


@lru_cache(maxsize=1)
def _classes() -> _Classes:
    declared = parse_data("classes.yaml")
    listed = [
        (Class(SENSITIVE, kind), declared[SENSITIVE][kind]["categories"]) for kind in KINDS
    ] + [(Class(level), declared[level]["categories"]) for level in (PERSONAL, OTHER)]
    by_name = {name: each for each, names in listed for name in names}
    return _Classes(
        {name: each for name, each in by_name.items() if not name.endswith("*")},
        tuple((name[:-1], each) for name, each in by_name.items() if name.endswith("*")),
        {kind: frozenset(declared[SENSITIVE][kind]["looked_for_by"]) for kind in KINDS},
    )
