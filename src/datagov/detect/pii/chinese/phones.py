"""Mobile, landline and service numbers of the mainland."""

from datagov.detect.pii.chinese.pattern import AFTER, BEFORE, CJK, WEAK, recogniser
from datagov.detect.pii.rules import Pattern

_CONTEXT = (
    *("手机", "手機", "电话", "電話", "联系", "聯繫", "致电", "微信", "热线", "座机", "传真"),
    *("mobile", "phone", "tel", "cell", "fax"),
)
_COUNTRY = r"(?:\(?(?:\+|00)86\)?[- ]?|86[- ])"
_MOBILE = r"1(?:3\d|4[0145-9]|5[0-35-9]|6[2567]|7[0-8]|8\d|9[0-35-9])"
"""The prefixes that the ministry of industry has given to mobile and virtual operators."""

_APART = r"[ \t,;:|/=\"'()\[\]<>]{0,3}"
"""What may stand between a number and the Chinese beside it: a table's or a record's marks."""

_THREE = r"(?:10|2[0-57-9])"
_FOUR = (
    r"(?:3(?:1\d|35|49|5\d|7\d|9[1-68])|4(?:1\d|2[179]|3\d|40|5[1-9]|6[4-9]|7\d|8[23])"
    r"|5(?:1\d|2[37]|3\d|4[36]|5\d|6[1-6]|7\d|80|9\d)|6(?:3[1-5]|6[0238]|9[12])"
    r"|7(?:01|1\d|2[248]|3\d|4[3-6]|5\d|6[0-8]|7\d|9\d)"
    r"|8(?:1[23678]|2[5-7]|3\d|5\d|7\d|8[3678]|9\d)|9(?:0[1-9]|1\d|3\d|4[13]|5[1-5]|7\d|9\d))"
)
"""Area codes in use, without the leading zero."""

_LOCAL_8 = r"[2-8]\d{3}[- ]?\d{4}"
_LOCAL_7 = r"[2-8]\d{2}[- ]?\d{4}"
_EXTENSION = r"(?:(?:-|转|轉| ?ext\.? ?)\d{1,5})?"


def _landline(separator: str) -> str:
    return rf"(?:{_THREE}{separator}{_LOCAL_8}|{_FOUR}{separator}(?:{_LOCAL_8}|{_LOCAL_7}))"


PHONES = (
    recogniser(
        "CnMobileRecognizer",
        "CN_MOBILE",
        Pattern(
            "with country code or separators",
            rf"{BEFORE}(?:{_COUNTRY}{_MOBILE}(?:\d{{8}}|[- ]?\d{{4}}[- ]?\d{{4}})"
            rf"|{_MOBILE}(?:-\d{{4}}-\d{{4}}| \d{{4}} \d{{4}})){AFTER}",
            0.6,
        ),
        Pattern(
            "beside Chinese",
            rf"{BEFORE}(?:(?<={CJK}{_APART}){_MOBILE}\d{{8}}"
            rf"|(?<![0-9A-Za-z]/){_MOBILE}\d{{8}}(?={_APART}{CJK})){AFTER}",
            0.5,
        ),
        Pattern("alone on a line", rf"(?<![^\n]){_MOBILE}\d{{8}}(?![^\n])", 0.5),
        # Elsewhere 11 digits are more often a file's number or a coefficient.
        Pattern("eleven digits (weak)", rf"{BEFORE}{_MOBILE}\d{{8}}{AFTER}", 0.3),
        context=_CONTEXT,
    ),
    recogniser(
        "CnLandlineRecognizer",
        "CN_LANDLINE",
        Pattern(
            "with country code or brackets",
            rf"{BEFORE}(?:(?:\+|00)86[- ]?\(?0?{_landline('[)]?[- ]?')}"
            rf"|\(0{_landline('[)][- ]?')}){_EXTENSION}{AFTER}",
            0.6,
        ),
        Pattern(
            "with separator (weak)",
            rf"{BEFORE}(?<!\d[- ])0{_landline('[- ]')}{_EXTENSION}(?![- ]\d){AFTER}",
            0.3,
        ),
        Pattern("digits (weak)", rf"{BEFORE}0{_landline('')}{_EXTENSION}{AFTER}", WEAK),
        context=_CONTEXT,
    ),
    recogniser(
        "CnServiceNumberRecognizer",
        "CN_SERVICE_NUMBER",
        Pattern(
            "in groups",
            rf"{BEFORE}(?<!\d[- ])[48]00[- ]\d{{3}}[- ]\d{{4}}(?![- ]\d){AFTER}"
            rf"|{BEFORE}(?<!\d[- ])[48]00[- ]\d{{4}}[- ]\d{{3}}(?![- ]\d){AFTER}",
            0.3,
        ),
        Pattern("digits (weak)", rf"{BEFORE}[48]00\d{{7}}{AFTER}", WEAK),
        context=_CONTEXT,
    ),
)
