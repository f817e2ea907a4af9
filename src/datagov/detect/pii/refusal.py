"""Whether the check of a category refuses a value: then it can be nobody's."""

import unicodedata
from collections.abc import Mapping
from functools import lru_cache

import phonenumbers
import regex

from datagov.detect.pii.chinese import CHINESE_RECOGNISERS
from datagov.detect.pii.chinese.checks import passes_luhn
from datagov.detect.pii.detector import PiiDetector
from datagov.detect.pii.entities import DEFAULT_ENTITIES, PHONE_REGIONS
from datagov.detect.pii.presidio import presidio_languages, presidio_recognisers
from datagov.detect.pii.rules import Recogniser

PHONES = frozenset(("CN_LANDLINE", "CN_MOBILE", "PHONE_NUMBER"))
_CARD_LENGTHS = range(12, 20)


def is_refused(category: str, value: str) -> bool | None:
    """Returns True if no such number can have been given out, None if no check could tell.

    A run of 12 to 19 digits must fail Luhn's check besides, whatever it is the number of, unless it
    begins with zeros, as no card does; and no number may by itself be a phone number or one of
    another category of the default set.
    """
    text = unicodedata.normalize("NFKC", value).strip()
    own = _checked().get(category, ())
    if not own and category not in PHONES:
        return None
    digits = "".join(c for c in text if c.isdigit())
    may_be_card = len(digits) in _CARD_LENGTHS and not digits.startswith("00")
    if may_be_card and passes_luhn(digits):
        return False
    if any(each.score(each.patterns[0], text) for each in own) or _is_phone(text):
        return False
    return not any(
        pattern.fullmatch(text) and each.score(each.patterns[i], text) >= PiiDetector.min_score
        for each, patterns in _default()
        if each.entity != category
        for i, pattern in enumerate(patterns)
    )


def _is_phone(text: str) -> bool:
    for region in PHONE_REGIONS:
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(text, region)):
                return True
        except phonenumbers.NumberParseException:
            continue
    return False


@lru_cache(maxsize=1)
def _checked() -> Mapping[str, list[Recogniser]]:
    """Returns the recognisers that check what they match, by what they look for."""
    known = [each for language in presidio_languages() for each in presidio_recognisers(language)]
    found: dict[str, list[Recogniser]] = {}
    for each in (*known, *CHINESE_RECOGNISERS):
        if (each.validate is not None or each.invalidate is not None) and each.patterns:
            found.setdefault(each.entity, []).append(each)
    return found


@lru_cache(maxsize=1)
def _default() -> list[tuple[Recogniser, list["regex.Pattern[str]"]]]:
    """Returns the recognisers of the default set with their patterns."""
    return [
        (each, [regex.compile(pattern.regex, each.flags) for pattern in each.patterns])
        for each in (*presidio_recognisers("en"), *CHINESE_RECOGNISERS)
        if each.entity in DEFAULT_ENTITIES
    ]
