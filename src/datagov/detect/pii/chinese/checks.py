"""Check digits and calendars of Chinese identifiers.

A check returns True where passing it by chance is all but impossible, None where it says little.
"""

import datetime as dt

_REGION_RANGES = ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83))
REGIONS = frozenset(str(code) for first, last in _REGION_RANGES for code in range(first, last + 1))
"""GB/T 2260: first two digits, provinces and regions; 71 to 83: Taiwan, Hong Kong, Macau."""

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
FIRST_BIRTH_YEAR = 1900
LAST_BIRTH_YEAR = 2049
"""No clock decides: what is found must not depend on the day of the run."""


def bare(value: str) -> str:
    """Returns the letters and digits of a value, in upper case."""
    return "".join(char for char in value.upper() if char.isascii() and char.isalnum())


def is_resident_id(value: str) -> bool:
    """True for 18 digits with a region, a date of birth and the right check digit (GB 11643)."""
    number = bare(value)
    return number[:2] in REGIONS and is_birth_date(number[6:14]) and has_check_digit(number)


def is_foreigner_id(value: str) -> bool:
    """True for 18 digits of a foreigner's permanent residence card as issued since 2023.

    A nine, the region, the country's number (ISO 3166-1 numeric), then as in a resident ID.
    """
    number = bare(value)
    region = number[1:3]
    return (
        number[:1] == "9"
        and region in REGIONS
        and is_birth_date(number[6:14])
        and has_check_digit(number)
    )


def has_check_digit(number: str) -> bool:
    """True if the last of 18 characters is right: ISO 7064 MOD 11-2 over the first 17 digits."""
    if len(number) != 18 or not number[:17].isdigit():
        return False
    total = sum(w * int(d) for w, d in zip(_WEIGHTS, number, strict=False))
    return number[17] == _CHECK_CHARACTERS[total % 11]


def is_old_resident_id(value: str) -> bool:
    """True for 15 digits with a region and a date of birth in the last century, as before 1999."""
    return value[:2] in REGIONS and is_birth_date("19" + value[6:12])


def is_birth_date(digits: str) -> bool:
    """True for a date, YYYYMMDD, on which somebody can have been born."""
    try:
        born = dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    return FIRST_BIRTH_YEAR <= born.year <= LAST_BIRTH_YEAR


def passes_luhn(value: str) -> bool:
    """True if the digits pass the check of ISO/IEC 7812-1 annex B and are not all the same."""
    digits = [int(d) for d in value if d.isdigit()]
    if len(set(digits)) < 2:
        return False
    doubled = (
        d if i % 2 == 0 else (2 * d - 9 if d > 4 else 2 * d) for i, d in enumerate(reversed(digits))
    )
    return sum(doubled) % 10 == 0


_CREDIT_CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def is_credit_code(value: str) -> bool:
    """True for a unified social credit code: GB 32100 and the GB 11714 code inside it.

    The first check alone passes by chance once in 31 times.
    """
    code = bare(value)
    if len(code) != 18 or any(char not in _CREDIT_CODE for char in code):
        return False
    total = sum(_CREDIT_CODE.index(char) * pow(3, i, 31) for i, char in enumerate(code[:17]))
    return _CREDIT_CODE[-total % 31] == code[17] and is_organisation_code(code[8:17])


def is_organisation_code(code: str) -> bool:
    """True for the nine characters of an organisation code with the right check (GB 11714)."""
    values = [int(char, 36) for char in code[:8]]
    rest = 11 - sum(w * v for w, v in zip(_ORGANISATION_WEIGHTS, values, strict=True)) % 11
    return code[8] == {10: "X", 11: "0"}.get(rest, str(rest))


def is_hong_kong_id(value: str) -> bool:
    """True if the check digit is right: weights 9 to 1, a missing first letter counts as blank."""
    number = bare(value)
    letters = number.rstrip("0123456789A") if number[-1] == "A" else number.rstrip("0123456789")
    digits = number[len(letters) :]
    if len(digits) != 7 or not 1 <= len(letters) <= 2:
        return False
    values = [36] * (2 - len(letters)) + [int(char, 36) for char in letters + digits[:6]]
    total = sum(w * v for w, v in zip(range(9, 1, -1), values, strict=True))
    return (total + int(digits[6], 16)) % 11 == 0


_TAIWAN_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"


def is_taiwan_id(value: str) -> bool:
    """True if the check digit of a Taiwanese identity card or residence number is right."""
    number = value.upper()
    letter = _TAIWAN_LETTERS.find(number[0]) + 10
    total = letter // 10 + letter % 10 * 9
    total += sum(w * int(d) for w, d in zip((8, 7, 6, 5, 4, 3, 2, 1, 1), number[1:], strict=True))
    return letter >= 10 and total % 10 == 0
