"""Chinese identifiers: resident ID, mobile number, bank card.

Boundaries are "no digit or Latin letter beside it", so that they hold beside Han characters.
"""

import datetime as dt

import regex

from datagov.detect.pii.rules import Pattern, Recogniser

_BEFORE = r"(?<![0-9A-Za-z_])(?<!\d[.])"
_AFTER = r"(?![0-9A-Za-z_])(?![.]\d)"
# Han letters and the punctuation of Chinese text, full-width forms folded or not.
_CJK = r"[\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40]"
_NO_GROUP_BEFORE = r"(?<!\d[ -])"
_NO_GROUP_AFTER = r"(?![ -]\d)"

_REGIONS = frozenset(
    [
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
        "81",
        "82",
        "83",
    ]
)
"""GB/T 2260: first two digits, provinces and regions; 71 to 83: Taiwan, Hong Kong, Macau."""

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
FIRST_BIRTH_YEAR = 1900
LAST_BIRTH_YEAR = 2049
"""No clock decides: what is found must not depend on the day of the run."""

_ID_CONTEXT = (
    *("身份证", "身分证", "身份證", "身份号", "公民身份", "证件号", "證件號", "居民证", "身份号码"),
    *("identity card", "id card", "resident id"),
)
_CARD_CONTEXT = (
    *("银行卡", "卡号", "銀行卡", "卡號", "账号", "賬號", "帳號", "借记卡", "储蓄卡", "信用卡"),
    *("工资卡", "开户", "bank card", "card number", "card no", "unionpay"),
)
_MOBILE_CONTEXT = (
    *(
        "手机",
        "手機",
        "电话",
        "電話",
        "联系",
        "聯繫",
        "致电",
        "微信",
        "mobile",
        "phone",
        "tel",
        "cell",
    ),
)


def is_resident_id(value: str) -> bool:
    """True for 18 digits with a region, a date of birth and the right check digit.

    GB 11643-1999: ISO 7064 MOD 11-2 over the first 17 digits.
    """
    number = value.upper()
    if number[:2] not in _REGIONS or not _is_birth_date(number[6:14]):
        return False
    total = sum(w * int(d) for w, d in zip(_WEIGHTS, number, strict=False))
    return number[17] == _CHECK_CHARACTERS[total % 11]


def is_old_resident_id(value: str) -> bool:
    """True for 15 digits with a region and a date of birth in the last century, as before 1999."""
    return value[:2] in _REGIONS and _is_birth_date("19" + value[6:12])


def _is_birth_date(digits: str) -> bool:
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


def _check_resident_id(value: str) -> bool | None:
    if len(value) == 18:
        return is_resident_id(value)
    # Without a check digit there is no telling.
    return None if is_old_resident_id(value) else False


def _check_card(value: str) -> bool | None:
    # One number in ten passes: that confirms nothing.
    return None if passes_luhn(value) else False


def _recogniser(
    name: str, entity: str, patterns: tuple[Pattern, ...], **more: object
) -> Recogniser:
    return Recogniser(
        name=name,
        entity=entity,
        patterns=patterns,
        flags=int(regex.IGNORECASE),
        minds_neighbours=True,
        **more,  # type: ignore[arg-type]
    )


_COUNTRY_CODE = r"(?:\(?(?:\+|00)86\)?[- ]?|86[- ])"
_MOBILE = r"1(?:3\d|4[0145-9]|5[0-35-9]|6[2567]|7[0-8]|8\d|9[0-35-9])"
"""The prefixes that the ministry of industry has given to mobile and virtual operators."""

_CARD_GROUPS = r"(?:\d{12,15}|(?:[ -]\d{4}){3}(?:[ -]?\d{1,3})?|\d{2}[ -]\d{10,13})"

CHINESE_RECOGNISERS = (
    _recogniser(
        "CnResidentIdRecognizer",
        "CN_RESIDENT_ID",
        (
            Pattern(
                "18 digits",
                rf"{_BEFORE}[1-8]\d{{5}}(?:19|20)\d{{2}}[01]\d[0-3]\d{{4}}[0-9X]{_AFTER}",
                0.5,
            ),
            Pattern(
                "15 digits (weak)",
                rf"{_BEFORE}[1-8]\d{{7}}[01]\d[0-3]\d{{4}}{_AFTER}",
                0.1,
            ),
        ),
        context=_ID_CONTEXT,
        validate=_check_resident_id,
    ),
    _recogniser(
        "CnMobileRecognizer",
        "CN_MOBILE",
        (
            Pattern(
                "with country code or separators",
                rf"{_BEFORE}(?:{_COUNTRY_CODE}{_MOBILE}(?:\d{{8}}|[- ]?\d{{4}}[- ]?\d{{4}})"
                rf"|{_MOBILE}(?:-\d{{4}}-\d{{4}}| \d{{4}} \d{{4}})){_AFTER}",
                0.6,
            ),
            Pattern(
                "beside Chinese",
                rf"{_BEFORE}(?:(?<={_CJK}){_MOBILE}\d{{8}}|{_MOBILE}\d{{8}}(?={_CJK})){_AFTER}",
                0.5,
            ),
            Pattern("alone on a line", rf"(?<![^\n]){_MOBILE}\d{{8}}(?![^\n])", 0.5),
            # Elsewhere 11 digits are more often a file's number or a coefficient.
            Pattern("eleven digits (weak)", rf"{_BEFORE}{_MOBILE}\d{{8}}{_AFTER}", 0.3),
        ),
        context=_MOBILE_CONTEXT,
    ),
    _recogniser(
        "CnBankCardRecognizer",
        "CN_BANK_CARD",
        (
            Pattern(
                "UnionPay",
                rf"{_BEFORE}{_NO_GROUP_BEFORE}62\d{{2}}{_CARD_GROUPS}{_NO_GROUP_AFTER}{_AFTER}",
                0.6,
            ),
            Pattern(
                "other issuers (weak)",
                rf"{_BEFORE}{_NO_GROUP_BEFORE}[34569]\d{{3}}{_CARD_GROUPS}{_NO_GROUP_AFTER}{_AFTER}",
                0.1,
            ),
        ),
        context=_CARD_CONTEXT,
        validate=_check_card,
    ),
)
