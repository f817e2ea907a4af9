"""Chinese identifiers: resident ID, mobile number, bank card.

Boundaries are "no digit or Latin letter beside it", so that they hold beside Han characters.
"""

import datetime as dt

import regex

from datagov.detect.pii.rules import Rule

_BEFORE = r"(?<![0-9A-Za-z])"
_AFTER = r"(?![0-9A-Za-z])"

# GB/T 2260: first two digits, provinces and regions; 8x are Taiwan, Hong Kong and Macau.
_REGION_LIST = """
11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51
52 53 54 61 62 63 64 65 71 81 82 83
"""
_REGIONS = frozenset(_REGION_LIST.split())
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARS = "10X98765432"
FIRST_BIRTH_YEAR = 1880

_ID_CONTEXT = (
    "身份证",
    "身份號",
    "公民身份",
    "证件号",
    "證件號",
    "居民证",
    "identity card",
    "id card",
)
_CARD_CONTEXT = (
    *("银行卡", "卡号", "銀行卡", "卡號", "账号", "帳號", "借记卡", "储蓄卡", "信用卡"),
    *("bank card", "card number", "card no"),
)
_MOBILE_CONTEXT = ("手机", "手機", "电话", "電話", "联系", "聯繫", "致电", "mobile", "phone", "tel")


def is_resident_id(value: str) -> bool:
    """True for an 18-digit number with a region, a date of birth and the right check digit.

    GB 11643-1999: ISO 7064 MOD 11-2 over the first 17 digits.
    """
    number = value.upper()
    if number[:2] not in _REGIONS or not _is_birth_date(number[6:14]):
        return False
    total = sum(w * int(d) for w, d in zip(_WEIGHTS, number, strict=False))
    return number[17] == _CHECK_CHARS[total % 11]


def is_old_resident_id(value: str) -> bool:
    """True for a 15-digit number of before 1999 with a region and a date of birth."""
    return value[:2] in _REGIONS and _is_birth_date("19" + value[6:12])


def _is_birth_date(digits: str) -> bool:
    try:
        born = dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    # No clock may decide: what is found must not depend on the day of the run.
    return FIRST_BIRTH_YEAR <= born.year <= 2100


def passes_luhn(value: str) -> bool:
    """True if the digits pass the check of ISO/IEC 7812-1 annex B and are not all the same."""
    digits = [int(d) for d in value if d.isdigit()]
    if len(set(digits)) < 2:
        return False
    doubled = (
        d if i % 2 == 0 else (2 * d - 9 if d > 4 else 2 * d) for i, d in enumerate(reversed(digits))
    )
    return sum(doubled) % 10 == 0


def _no_resident_id(value: str) -> bool:
    return not is_resident_id(value)


def _no_old_resident_id(value: str) -> bool:
    return not is_old_resident_id(value)


def _fails_luhn(value: str) -> bool:
    return not passes_luhn(value)


def _rule(entity: str, name: str, body: str, score: float, **options: object) -> Rule:
    return Rule(
        entity=entity,
        recogniser="datagov.chinese",
        name=name,
        pattern=f"{_BEFORE}{body}{_AFTER}",
        flags=int(regex.IGNORECASE),
        score=score,
        beside_letters=True,
        **options,  # type: ignore[arg-type]
    )


def chinese_rules() -> tuple[Rule, ...]:
    """Returns the rules for Chinese identifiers."""
    return (
        _rule(
            "CN_RESIDENT_ID",
            "18 digits",
            r"[1-8]\d{5}[12]\d{3}[01]\d[0-3]\d{4}[0-9Xx]",
            1.0,
            invalidate=_no_resident_id,
            context=_ID_CONTEXT,
        ),
        _rule(
            "CN_RESIDENT_ID",
            "15 digits",
            r"[1-8]\d{7}[01]\d[0-3]\d{4}",
            0.2,
            invalidate=_no_old_resident_id,
            context=_ID_CONTEXT,
        ),
        _rule(
            "CN_MOBILE",
            "mobile",
            r"(?:(?:\+|00)86[- ]?|86-)?1(?:3\d|4[0145-9]|5[0-35-9]|6[2567]|7[0-8]|8\d|9[0-35-9])"
            r"(?:\d{8}|-\d{4}-\d{4}| \d{4} \d{4})",
            0.6,
            context=_MOBILE_CONTEXT,
        ),
        _rule(
            "CN_BANK_CARD",
            "UnionPay",
            r"62\d{2}(?:[ -]?\d{4}){3}(?:[ -]?\d{1,3})?",
            0.8,
            invalidate=_fails_luhn,
            context=_CARD_CONTEXT,
        ),
        _rule(
            "CN_BANK_CARD",
            "card beside context",
            r"[3-9]\d{3}(?:[ -]?\d{4}){3}(?:[ -]?\d{1,3})?",
            0.2,
            invalidate=_fails_luhn,
            context=_CARD_CONTEXT,
        ),
    )
