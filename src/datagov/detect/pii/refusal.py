"""Whether the check of a category refuses a value: then it can be nobody's."""

import unicodedata
from collections.abc import Mapping
from functools import lru_cache

import phonenumbers

from datagov.detect.pii.chinese import CHINESE_RECOGNISERS
from datagov.detect.pii.chinese.checks import passes_luhn
from datagov.detect.pii.entities import PHONE_REGIONS
from datagov.detect.pii.presidio import presidio_recognisers
from datagov.detect.pii.rules import Recogniser

_PHONES: Mapping[str, tuple[str, ...]] = {
    "CN_LANDLINE": ("CN",),
    "CN_MOBILE": ("CN",),
    "PHONE_NUMBER": PHONE_REGIONS,
}
"""Where a number without a country code could be somebody's."""

_CARD_LENGTHS = range(12, 20)
_LANGUAGES = ("en", "de", "es", "fi", "it", "ko", "pl", "sv", "th", "tr")


def is_refused(category: str, value: str) -> bool | None:
    """Returns True if no such number can have been given out, None if no check could tell.

    A run of 12 to 19 digits must fail Luhn's check besides, whatever it is the number of.
    """
    text = unicodedata.normalize("NFKC", value).strip()
    if category in _PHONES:
        return not _is_phone(text, _PHONES[category])
    checked = _checked().get(category, ())
    if not checked:
        return None
    digits = "".join(c for c in text if c.isdigit())
    if len(digits) in _CARD_LENGTHS and passes_luhn(digits):
        return False
    return not any(each.score(each.patterns[0], text) for each in checked)


def _is_phone(text: str, regions: tuple[str, ...]) -> bool:
    for region in regions:
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(text, region)):
                return True
        except phonenumbers.NumberParseException:
            continue
    return False


@lru_cache(maxsize=1)
def _checked() -> Mapping[str, list[Recogniser]]:
    """Returns the recognisers that check what they match, by what they look for."""
    known = [each for language in _LANGUAGES for each in presidio_recognisers(language)]
    found: dict[str, list[Recogniser]] = {}
    for each in (*known, *CHINESE_RECOGNISERS):
        if each.validate is not None and each.patterns:
            found.setdefault(each.entity, []).append(each)
    return found
