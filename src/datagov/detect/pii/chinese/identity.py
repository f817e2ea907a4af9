"""Identity cards: mainland, Hong Kong, Taiwan, Macau; social security and military service."""

from datagov.detect.pii.chinese.checks import (
    bare,
    is_hong_kong_id,
    is_old_resident_id,
    is_resident_id,
    is_taiwan_id,
)
from datagov.detect.pii.chinese.pattern import (
    AFTER,
    BEFORE,
    HAN,
    WEAK,
    WORD_BEFORE,
    as_bytes,
    recogniser,
)
from datagov.detect.pii.rules import Pattern

_ID = (
    *("身份证", "身分证", "身份證", "身份号", "公民身份", "证件号", "證件號", "居民证", "身份号码"),
    *("identity card", "id card", "resident id"),
)
_BIRTH = r"(?:19|20)\d{2}[01]\d[0-3]\d"


def _resident_id(value: str) -> bool | None:
    if len(bare(value)) == 18:
        return is_resident_id(value)
    # Without a check digit there is no telling.
    return None if is_old_resident_id(value) else False


def _hong_kong_id(value: str) -> bool | None:
    return None if is_hong_kong_id(value) else False


def _taiwan_id(value: str) -> bool | None:
    return None if is_taiwan_id(value) else False


IDENTITY = (
    recogniser(
        "CnResidentIdRecognizer",
        "CN_RESIDENT_ID",
        Pattern("18 digits", rf"{WORD_BEFORE}[1-8]\d{{5}}{_BIRTH}\d{{3}}[0-9X]{AFTER}", 0.5),
        Pattern(
            "18 digits in groups",
            rf"{BEFORE}[1-8]\d{{5}}[ -]{_BIRTH}[ -]\d{{3}}[0-9X]{AFTER}",
            0.5,
        ),
        Pattern("15 digits (weak)", rf"{BEFORE}[1-8]\d{{7}}[01]\d[0-3]\d{{4}}{AFTER}", WEAK),
        context=_ID,
        validate=_resident_id,
    ),
    recogniser(
        "HkIdRecognizer",
        "HK_ID",
        Pattern("with brackets", rf"{BEFORE}[A-Z]{{1,2}}\d{{6}}\([0-9A]\){AFTER}", 0.6),
        Pattern("without brackets (weak)", rf"{BEFORE}[A-Z]{{1,2}}\d{{6}}[0-9A]{AFTER}", WEAK),
        context=("香港身份", "身份证", "身份證", "hkid", "identity card"),
        validate=_hong_kong_id,
        only_refutes=True,
    ),
    recogniser(
        "TwIdRecognizer",
        "TW_ID",
        Pattern("letter and nine digits (weak)", rf"{BEFORE}[A-Z][1289]\d{{8}}{AFTER}", WEAK),
        context=("身分證", "身份證", "身份证", "統一編號", "統編", "居留證", "national id"),
        validate=_taiwan_id,
        only_refutes=True,
    ),
    recogniser(
        "MoIdRecognizer",
        "MO_ID",
        Pattern("with brackets (weak)", rf"{BEFORE}[157]\d{{6}}\(\d\){AFTER}", WEAK),
        Pattern("without brackets (weak)", rf"{BEFORE}[157]\d{{6}}/?\d{AFTER}", WEAK),
        context=("澳门居民", "澳門居民", "澳门身份", "澳門身份", "macau id", "macao id"),
    ),
    recogniser(
        "CnSocialSecurityRecognizer",
        "CN_SOCIAL_SECURITY",
        Pattern("card number (weak)", rf"{BEFORE}[A-Z]?\d{{8,11}}[0-9X]?{AFTER}", WEAK),
        context=("社保卡", "社会保障卡", "社會保障卡", "社保号", "社保编号", "医保卡", "医保号"),
    ),
    recogniser(
        "CnMilitaryIdRecognizer",
        "CN_MILITARY_ID",
        Pattern(
            "certificate number (weak)",
            rf"(?:(?![号號证證是为為]){HAN}){{1,2}}字第? ?\d{{4,8}}号?{AFTER}",
            WEAK,
            as_bytes(r"字(?:第)?\x20?[0-9]{4,8}(?:号)?"),
        ),
        Pattern("digits (weak)", rf"{BEFORE}\d{{7,8}}{AFTER}", WEAK),
        context=("军官证", "軍官證", "士兵证", "文职干部证", "警官证", "军人证", "军官证号"),
    ),
)
