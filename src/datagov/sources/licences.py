"""What a licence expression allows: its class under the licence table, and its obligations.

Expressions are SPDX (ISO/IEC 5962, annex D). The table is an engineering default and no legal
advice; it is data, for an organisation's counsel to set.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import yaml
from license_expression import (
    ExpressionError,
    LicenseSymbol,
    LicenseWithExceptionSymbol,
    Licensing,
    get_spdx_licensing,
)

CLASSES = ("allow", "attribution", "share_alike", "review", "unknown", "deny")
"""From most to least open. `unknown` is a licence that the table does not list."""


@dataclass(frozen=True)
class LicenceVerdict:
    """What an expression comes to.

    Attributes:
        licence_class: One of CLASSES.
        choice: The expression with the best branch of each OR taken.
        obligations: What the licences in `choice` ask for, sorted.
    """

    licence_class: str
    choice: str
    obligations: tuple[str, ...]


@dataclass(frozen=True)
class _Entry:
    licence_class: str
    obligations: tuple[str, ...]


@lru_cache(maxsize=1)
def _table() -> Mapping[str, _Entry]:
    text = resources.files("datagov").joinpath("sources", "licences.yaml").read_text("utf-8")
    entries = {}
    for group in yaml.safe_load(text)["groups"]:
        for identifier in group["ids"]:
            entries[identifier.lower()] = _Entry(group["class"], tuple(group["obligations"]))
    return entries


@lru_cache(maxsize=1)
def _spdx_symbols() -> Mapping[str, LicenseSymbol]:
    return {each.key.lower(): each for each in get_spdx_licensing().known_symbols.values()}


@lru_cache(maxsize=256)
def _licensing(own: frozenset[str]) -> Licensing:
    """Returns the SPDX licences and the operator's own symbols, which SPDX leaves to him."""
    known = _spdx_symbols()
    extra = [name for name in sorted(own) if name.lower() not in known]
    return Licensing([*known.values(), *(LicenseSymbol(name) for name in extra)])


def _own_symbols(expression: str) -> frozenset[str]:
    words = expression.replace("(", " ").replace(")", " ").split()
    own = {word for word in words if word.startswith(("LicenseRef-", "DocumentRef-"))}
    return frozenset(own | {"NOASSERTION", "NONE"})


def check_expression(expression: str) -> str | None:
    """Returns why `expression` is no SPDX licence expression; None when it is one."""
    licensing = _licensing(_own_symbols(expression))
    try:
        parsed = licensing.parse(expression, validate=True, strict=True)
    except (ExpressionError, ValueError) as error:
        return str(error).splitlines()[0]
    return "is empty" if parsed is None else None


def classify(expressions: Iterable[str]) -> LicenceVerdict:
    """Returns the verdict on a source under all of `expressions` together.

    Of AND the worst part counts, of OR the best, WITH counts as its licence with the exception to
    be reviewed, since an exception can only be judged by reading it.
    """
    verdicts = [_classify(each) for each in expressions]
    if not verdicts:
        return LicenceVerdict("deny", "NONE", ())
    return _all_of(verdicts)


@lru_cache(maxsize=4096)
def _classify(expression: str) -> LicenceVerdict:
    parsed = _licensing(_own_symbols(expression)).parse(expression)
    return _judge(parsed)


def _judge(node: object) -> LicenceVerdict:
    if isinstance(node, LicenseWithExceptionSymbol):
        base = _judge(node.license_symbol)
        worse = max(base.licence_class, "review", key=CLASSES.index)
        return LicenceVerdict(worse, str(node), base.obligations)
    if isinstance(node, LicenseSymbol):
        entry = _table().get(node.key.lower(), _Entry("unknown", ()))
        return LicenceVerdict(entry.licence_class, node.key, entry.obligations)
    parts = [_judge(part) for part in node.args]  # type: ignore[attr-defined]
    if type(node).__name__ == "OR":
        return min(parts, key=lambda part: CLASSES.index(part.licence_class))
    return _all_of(parts)


def _all_of(parts: list[LicenceVerdict]) -> LicenceVerdict:
    worst = max((part.licence_class for part in parts), key=CLASSES.index)
    choice = " AND ".join(dict.fromkeys(part.choice for part in parts))
    obligations = sorted({o for part in parts for o in part.obligations})
    return LicenceVerdict(worst, choice, tuple(obligations))
