"""Presidio's own pattern recognisers, read from the installed package.

So an upgrade of presidio-analyzer upgrades these. Presidio itself is not asked at run time: it
scans each pattern over each text, and logs matched text when a check raises.
"""

import inspect
import logging
from functools import lru_cache
from typing import Any

import regex

from datagov.detect.pii.rules import Check, Pattern, Recogniser

_HEX = "[0-9a-f]{1,4}"
_IPV6 = (
    rf"[\x00-\x2f\x3a-\x40\x5b-\x5e\x60\x7b-\x7f\x80-\xff](?:(?:{_HEX}:){{1,7}}:|::[0-9a-f])"
    rf"|(?:{_HEX}:){{6}}[0-9a-f]"
)
"""Two colons, or six groups: told apart at the top, which costs a tenth of what it does within."""

_IPV4_EMBEDDED = r":(?:[0-9]{1,3}[.]){3}[0-9]{1,3}(?:/[0-9]{1,3})?\b"

# Where the derived pattern would match nearly everything, is slow, or is too large to compile. By
# recogniser and pattern.
_SUPERSETS: dict[tuple[str, str], str] = {
    # Two characters up to the one after the at sign: `searching.emails` counts on it.
    ("EmailRecognizer", "Email (Medium)"): (
        r"[!#$%&'*+\-/=?^_`{|}~\w\x80-\xff]@(?:\w|[\xc2-\xf4][\x80-\xbf]{1,3})"
    ),
    # What is seen of one need not be its end, since it has no greatest width.
    ("IpRecognizer", "IPv6"): _IPV6,
    ("IpRecognizer", "IPv4_embedded"): _IPV4_EMBEDDED,
    # Its four kinds of days and places in one.
    ("ItFiscalCodeRecognizer", "Fiscal Code"): (
        "[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPR-T][0-9LMNP-V]{2}[A-MZ][0-9LMNP-V]{3}[A-Z]"
    ),
}


_ONLY_REFUTE = ("DeBsnrRecognizer", "UkDrivingLicenceRecognizer")
"""Whose checks never say that a match is surely one; a test asks Presidio's own."""


@lru_cache(maxsize=16)
def presidio_recognisers(language: str) -> tuple[Recogniser, ...]:
    """Returns Presidio's pattern recognisers of a language (ISO 639-1), in order of names."""
    from presidio_analyzer import PatternRecognizer

    return tuple(
        _recogniser(name, each, PatternRecognizer)
        for name, each in _originals()
        if each.supported_language == language
    )


@lru_cache(maxsize=1)
def presidio_languages() -> tuple[str, ...]:
    """Returns the languages that Presidio has pattern recognisers for, sorted."""
    return tuple(sorted({each.supported_language for _, each in _originals()}))


@lru_cache(maxsize=1)
def _originals() -> tuple[tuple[str, Any], ...]:
    logging.getLogger("presidio-analyzer").setLevel(logging.CRITICAL)
    from presidio_analyzer import PatternRecognizer, predefined_recognizers

    kinds: list[tuple[str, Any]] = inspect.getmembers(predefined_recognizers, inspect.isclass)
    return tuple(
        (name, kind())
        for name, kind in sorted(kinds)
        if issubclass(kind, PatternRecognizer) and kind is not PatternRecognizer
    )


def _recogniser(name: str, original: Any, base: type) -> Recogniser:
    return Recogniser(
        name=name,
        entity=original.supported_entities[0],
        patterns=tuple(
            Pattern(
                p.name,
                p.regex,
                p.score,
                _superset(name, p),
                needs=_NEEDS.get(p.name, ()),
            )
            for p in original.patterns
        ),
        flags=int(original.global_regex_flags),
        context=tuple(word.lower() for word in original.context or ()),
        validate=_check(original, "validate_result", base),
        invalidate=_check(original, "invalidate_result", base),
        only_refutes=name in _ONLY_REFUTE,
        ends_by_group=name == "IbanRecognizer",
    )


def _superset(recogniser: str, pattern: Any) -> str:
    if recogniser == "UrlRecognizer":
        return _domain(pattern.regex)
    return _SUPERSETS.get((recogniser, pattern.name), "")


_NEEDS = {
    "Standard Url": ("://",),
    "Quoted URL": ('"', "'"),
    "Quoted Non-schema URL": ('"', "'"),
}
"""What matches hold, where that says more than the superset that patterns share."""

_TOP_LEVEL = regex.compile(r"\(\?:([a-z0-9\-]+)\)")


def _domain(url: str) -> str:
    """Returns what is common to all URLs: a host name with one of the top-level domains in `url`.

    Where the path ends does not matter, since a URL is looked for from blank to blank.
    """
    names = "|".join(sorted(set(_TOP_LEVEL.findall(url))))
    others = "" if url.isascii() else r"|[\xc2-\xf4][\x80-\xbf]"
    return rf"[a-z0-9.\-][.](?:{names}{others})"


def _check(original: Any, method: str, base: type) -> Check | None:
    if getattr(type(original), method) is getattr(base, method):
        return None
    if type(original).__name__ == "EmailRecognizer":
        return has_public_suffix
    check: Check = getattr(original, method)
    return check


@lru_cache(maxsize=1)
def _suffixes() -> Any:
    """Returns the public suffix list that tldextract ships; its default would fetch a new one."""
    import tldextract

    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def has_public_suffix(address: str) -> bool:
    """What Presidio's EmailRecognizer checks: the domain ends in a public suffix."""
    return bool(_suffixes()(address).fqdn)
