"""Payment cards of all issuers and lengths: ISO/IEC 7812-1, ranges as the schemes publish them.

Presidio knows 13 to 16 digits of five schemes. The others pass Luhn's check by chance once in ten
times, so that they count only beside a word that says card.
"""

import regex

from datagov.detect.pii.chinese.checks import passes_luhn
from datagov.detect.pii.rules import Pattern, Recogniser

_ISSUERS = regex.compile(
    r"4(?:\d{12}|\d{15}|\d{18})"  # Visa
    r"|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}"  # Mastercard
    r"|3[47]\d{13}"  # American Express
    r"|3(?:0[0-5]|095|[689]\d)\d{11,16}"  # Diners Club
    r"|6(?:011|4[4-9]\d|5\d\d)\d{12,15}"  # Discover
    r"|35(?:2[89]|[3-8]\d)\d{12,15}|(?:2131|1800)\d{11}"  # JCB
    r"|62\d{14,17}"  # UnionPay
    r"|220[0-4]\d{12,15}"  # Mir
    r"|(?:5[06-9]|6\d)\d{10,17}"  # Maestro
)


def is_issued(value: str) -> bool:
    """True if a scheme gives out cards with such a beginning and so many digits."""
    return _ISSUERS.fullmatch(_digits(value)) is not None


def _is_card(value: str) -> bool | None:
    """Refutes what no scheme has given out; passing says little."""
    return None if is_issued(value) and passes_luhn(_digits(value)) else False


def _digits(value: str) -> str:
    return "".join(str(int(char)) for char in value if char.isdecimal())


_APART = r"[./_\t\u00a0\u2000-\u200a\u2010-\u2015\u202f]|[ \t]{2,3}"
_APART_BYTES = r"(?:[./_\t]|\xc2\xa0|\xe2\x80[\x80-\x8a\x90-\x95\xaf]|[ \t]{2,3})"
"""What stands between the groups of a card beside one blank or hyphen."""

CARDS = (
    Recogniser(
        "CardRecognizer",
        "CREDIT_CARD",
        (
            Pattern(
                "any issuer (weak)",
                r"(?<![0-9A-Za-z_.,\-])[2-6]\d{3}(?:[ \-]?\d){8,15}(?![0-9A-Za-z_]|[.,\-]\d)",
                0.3,
                r"[2-6][0-9]{3}(?:[ -]?[0-9]){8,15}[^0-9]",
                1,
            ),
            Pattern(
                "groups apart otherwise (weak)",
                rf"(?<![0-9A-Za-z_.,\-])[2-6]\d{{3}}(?:({_APART})\d{{4}}(?:\1\d{{4}}){{2}}"
                rf"|({_APART})\d{{6}}\2\d{{4,5}})(?![0-9A-Za-z_]|[.,\-]\d)",
                0.3,
                rf"[2-6][0-9]{{3}}(?:(?:{_APART_BYTES}[0-9]{{4}}){{3}}"
                rf"|{_APART_BYTES}[0-9]{{6}}{_APART_BYTES}[0-9]{{4,5}})",
            ),
            Pattern(
                "JCB, 15 digits (weak)",
                r"(?<![0-9A-Za-z_.,\-])1800(?:[ \-]?\d){11}(?![0-9A-Za-z_]|[.,\-]\d)",
                0.3,
            ),
        ),
        int(regex.IGNORECASE),
        context=(
            *("card", "credit", "debit", "visa", "master", "maestro", "amex", "cc ", "cc:"),
            *("tarjeta", "karte", "carte", "carta", "cartão", "kaart", "kort", "карт"),
            *("卡", "カード", "카드", "بطاقة", "כרטיס"),
        ),
        validate=_is_card,
        only_refutes=True,
        minds_neighbours=True,
    ),
)
