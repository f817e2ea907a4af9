"""Passports, permits to travel between the mainland, Hong Kong, Macau and Taiwan, residence."""

from datagov.detect.pii.chinese.checks import is_birth_date, is_foreigner_id
from datagov.detect.pii.chinese.pattern import AFTER, BEFORE, WEAK, recogniser
from datagov.detect.pii.rules import Pattern


def _foreigner(value: str) -> bool | None:
    if value[:1] == "9":
        return is_foreigner_id(value)
    return None if is_birth_date("19" + value[7:13]) or is_birth_date("20" + value[7:13]) else False


TRAVEL = (
    recogniser(
        "CnPassportRecognizer",
        "CN_PASSPORT",
        # E, or E and a letter since 2017; G and 14, 15 before; D diplomatic, S and P for service;
        # K and H, M of Hong Kong and Macau.
        Pattern(
            "letter and digits (weak)",
            rf"{BEFORE}(?:[EGDSPHKM]\d{{8}}|E[A-HJ-NP-Z]\d{{7}}|(?:K[JPRS]|SE|DE|PE|MA)\d{{7}}"
            rf"|1[45]\d{{7}}){AFTER}",
            WEAK,
        ),
        context=("护照", "護照", "passport"),
    ),
    recogniser(
        "CnHkMacauPermitRecognizer",
        "CN_HK_MACAU_PERMIT",
        Pattern(
            "letter and digits (weak)",
            rf"{BEFORE}(?:[HM]\d{{8}}(?:\d{{2}})?|C[0-9A-Z]\d{{7}}|W\d{{8}}){AFTER}",
            WEAK,
        ),
        context=("通行证", "通行證", "回乡证", "回鄉證", "港澳居民", "往来港澳", "來往港澳"),
    ),
    recogniser(
        "CnTaiwanPermitRecognizer",
        "CN_TAIWAN_PERMIT",
        Pattern(
            "permit number (weak)",
            rf"{BEFORE}(?:[LT]\d{{8}}|\d{{8}}|\d{{10}}(?:\([A-Z]\)|[A-Z])?){AFTER}",
            WEAK,
        ),
        context=(
            *("台胞证", "臺胞證", "台胞證", "台湾居民", "台灣居民", "往来台湾", "来往大陆"),
            *("台湾通行", "台灣通行"),
        ),
    ),
    recogniser(
        "CnForeignerPermitRecognizer",
        "CN_FOREIGNER_PERMIT",
        Pattern(
            "18 digits",
            rf"{BEFORE}9\d{{5}}(?:19|20)\d{{2}}[01]\d[0-3]\d\d{{3}}[0-9X]{AFTER}",
            0.5,
        ),
        Pattern("letters and digits (weak)", rf"{BEFORE}[A-Z]{{3}}\d{{12}}{AFTER}", WEAK),
        context=("永久居留", "外国人居留", "居留身份证", "permanent residence"),
        validate=_foreigner,
    ),
)
