"""Presidio's own pattern recognisers as rules, read from the installed package.

So an upgrade of presidio-analyzer upgrades these rules. Presidio itself is not asked at run time:
it scans each pattern over each text, and logs matched text when a check raises.
"""

import inspect
import logging
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from datagov.detect.pii.rules import Check, Rule

_WORD = r"[\w\x80-\xff]"

# Where hyperscan cannot read a pattern, or its reading would match nearly everything: a pattern
# that matches at least wherever the original does. By recogniser and pattern.
_SUPERSETS = {
    ("EmailRecognizer", "Email (Medium)"): rf"[!#$%&'*+\-/=?^_`{{|}}~.\w\x80-\xff]@{_WORD}"
    rf"(?:{_WORD}|-){{0,255}}\.{_WORD}",
    ("IpRecognizer", "IPv6"): r"[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:]",
    ("IpRecognizer", "IPv6_unspecified"): r"::",
    ("UsHealthInsuranceMemberIdRecognizer", "Health insurance member ID (weak)"): (
        r"\b[A-Z]{1,5}-?[A-Z0-9]{0,13}[0-9][A-Z0-9]{0,13}\b"
    ),
}

# A look-behind of any length cannot be read by hyperscan: what stands behind it is looked for.
_LABELLED_NUMBER = r"\d{6}"


@lru_cache(maxsize=1)
def presidio_rules(language: str = "en") -> tuple[Rule, ...]:
    """Returns a rule for each pattern of each recogniser of `language`, in order of names."""
    return tuple(_rules(language))


def _rules(language: str) -> Iterator[Rule]:
    logging.getLogger("presidio-analyzer").setLevel(logging.CRITICAL)
    from presidio_analyzer import PatternRecognizer, predefined_recognizers

    for name, kind in sorted(inspect.getmembers(predefined_recognizers, inspect.isclass)):
        if not issubclass(kind, PatternRecognizer) or kind is PatternRecognizer:
            continue
        recogniser: Any = kind()
        if recogniser.supported_language != language:
            continue
        for pattern in recogniser.patterns:
            yield Rule(
                entity=recogniser.supported_entities[0],
                recogniser=name,
                name=pattern.name,
                pattern=pattern.regex,
                flags=int(recogniser.global_regex_flags),
                score=pattern.score,
                context=tuple(word.lower() for word in recogniser.context or ()),
                validate=_check(recogniser, "validate_result", PatternRecognizer),
                invalidate=_check(recogniser, "invalidate_result", PatternRecognizer),
                superset=_superset(name, pattern.name, pattern.regex),
                by_group=name == "IbanRecognizer",
            )


def _check(recogniser: object, method: str, base: type) -> Check | None:
    if getattr(type(recogniser), method) is getattr(base, method):
        return None
    if type(recogniser).__name__ == "EmailRecognizer":
        return _has_domain
    check: Check = getattr(recogniser, method)
    return check


@lru_cache(maxsize=1)
def _suffixes():  # type: ignore[no-untyped-def]
    """Returns the public suffix list that tldextract ships; its default would fetch a new one."""
    import tldextract

    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def _has_domain(address: str) -> bool:
    """What Presidio's EmailRecognizer checks: the domain ends in a public suffix."""
    return bool(_suffixes()(address).fqdn)


def _superset(recogniser: str, name: str, pattern: str) -> str:
    known = _SUPERSETS.get((recogniser, name))
    if known:
        return known
    return _LABELLED_NUMBER if pattern.startswith(r"(?<=\b") else ""
