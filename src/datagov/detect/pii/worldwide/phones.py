"""Phone numbers that a word right beside them announces, of whatever country.

libphonenumber has to know the country to tell a number without its code. Where the text says that
what follows is a phone number, the number of its digits (ITU-T E.164: 15 at most) is enough.
"""

from collections.abc import Iterable

import regex

from datagov.detect.pii.chinese.pattern import as_bytes
from datagov.detect.pii.rules import Pattern, Recogniser
from datagov.detect.pii.worldwide.phone_words import JOINTS, WORDS, Words

_NUMBER_OF = (
    r"(?: ?(?:no|nr|№|number|num|nummer|numer|numéro|número|numero|numara(?:m|sı|mız)?|номер|#)\.?"
    r"|番号|番號|号码|號碼|번호)"
)
_IS = r"(?: (?:is|ist|lautet|est|es|è|é|to|jest|är)|は|는|是|为|為)"
_END = r"[ .:：)'׳]{0,3}\s{0,2}"
_BEHIND = r"(?:fax|mobile|cell|office|home|work|phone)\b"
_APART = r"[ ./\-\u00a0\u2010-\u2013]{0,2}"
_NUMBER = rf"(?:\+ ?|00)?[(]?\d{{1,5}}[)]?(?:{_APART}[(]?\d{{1,5}}[)]?){{1,6}}"

_DATE = regex.compile(
    r"(?:19|20)\d\d[ ./\-\u2010-\u2013]+(?:19|20)\d\d|\d{1,2}[./\-]\d{1,2}[./\-](?:\d{4}|\d\d)"
    r"|(?:19|20)\d\d[./\-]\d{1,2}[./\-]\d{1,2}"
)
_BANDS = regex.compile(r"(?:8[05]0|900|1[789]00|2[1-6]00)(?:\D+(?:8[05]0|900|1[789]00|2[1-6]00))*")
"""Radio bands of mobile phones, in MHz."""

_DIGITS = range(7, 16)


_NOBODYS = regex.compile(r"\D*(?:\+\D*0|0\D*0\D*0)")
"""No country code begins with 0 (E.164, 6.1), so behind `+` or the prefix 00 stands no number."""


def _is_phone(value: str) -> bool | None:
    """Refutes dates, ranges of years, what cannot be dialled, and too few or too many digits."""
    n_digits = sum(char.isdigit() for char in value)
    if n_digits not in _DIGITS or _NOBODYS.match(value):
        return False
    return False if _DATE.fullmatch(value) or _BANDS.fullmatch(value) else None


_BYTES_BETWEEN = r"[ a-z#.:)\-\r\n\x80-\xff]{0,16}"
_NUMBER_BYTES = r"[+(0-9](?:[0-9 ./()-]|\xc2\xa0|\xe2\x80[\x90-\x93]){6,24}"


def _behind(words: Words) -> Pattern:
    """Returns the pattern for a number behind one of these words."""
    before = rf"(?:{_any(words.nouns)}){_NUMBER_OF}?{_IS}?{_END}"
    if words.verbs:
        before += rf"|(?:{_any(words.verbs)})(?: (?:{_any(JOINTS)})){{0,2}} ?[:：]? "
    begins = "" if words.may_touch else r"(?<![^\W\d])"
    beginnings = "|".join(map(_as_bytes, words.beginnings))
    return Pattern(
        "behind its name",
        rf"(?<={begins}(?:{before})){_NUMBER}(?<=\d)(?![0-9A-Za-z_]|[.,]\d)",
        0.6,
        rf"(?:{beginnings}){_BYTES_BETWEEN}{_NUMBER_BYTES}",
    )


def _any(words: Iterable[str]) -> str:
    return "|".join(map(regex.escape, words))


def _as_bytes(word: str) -> str:
    """Returns a word for hyperscan, which ignores case in ASCII alone."""
    forms = sorted({word} if word.isascii() else {word, word.capitalize(), word.upper()})
    return "|".join(as_bytes(regex.escape(form)) for form in forms)


PHONES = (
    Recogniser(
        "AnnouncedPhoneRecognizer",
        "PHONE_NUMBER",
        (
            *map(_behind, WORDS),
            Pattern(
                "before its name",
                rf"(?<![0-9A-Za-z_.,/\-]){_NUMBER}(?=[ \-(]{{1,2}}{_BEHIND})",
                0.5,
                rf"{_NUMBER_BYTES}[ (-]{{1,2}}(?:fax|mobile|cell|office|home|work|phone)",
                11,
            ),
        ),
        int(regex.IGNORECASE),
        context=(*(word for each in WORDS for word in each.beginnings), "office", "home", "work"),
        validate=_is_phone,
        only_refutes=True,
        minds_neighbours=True,
    ),
)
