"""One spelling for each value, so that fingerprints of one thing meet."""

import unicodedata

import phonenumbers
import regex

_TEXTUAL = frozenset(("CN_WECHAT", "EMAIL_ADDRESS", "IP_ADDRESS", "URL"))
_NOT_WORD = regex.compile(r"[\W_]+")


def normalise(category: str, value: str) -> str:
    """Returns `value` after NFKC and case folding; identifiers without their separators.

    Phone numbers get their country code where it can be told (a Chinese mobile number has 86).
    """
    text = unicodedata.normalize("NFKC", value).casefold().strip()
    if category in _TEXTUAL:
        return text
    if category in ("PHONE_NUMBER", "CN_MOBILE"):
        return _phone(text, "CN" if category == "CN_MOBILE" else None)
    bare: str = _NOT_WORD.sub("", text)
    return bare


def alike(category: str) -> str:
    """Returns a category that stands for all whose values are normalised as those of this one."""
    if category in _TEXTUAL:
        return "URL"
    return category if category in ("PHONE_NUMBER", "CN_MOBILE") else ""


def _phone(text: str, region: str | None) -> str:
    digits = "".join(char for char in text if char.isdigit())
    if region == "CN":
        return "86" + digits[-11:]
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return digits
    return f"{number.country_code}{number.national_number}"
