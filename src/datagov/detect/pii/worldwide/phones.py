"""Phone numbers that a word right beside them announces, of whatever country.

libphonenumber has to know the country to tell a number without its code. Where the text says that
what follows is a phone number, the number of its digits (ITU-T E.164: 15 at most) is enough.
"""

from collections.abc import Iterable

import regex

from datagov.detect.pii.chinese.pattern import as_bytes
from datagov.detect.pii.rules import Pattern, Recogniser
from datagov.detect.pii.worldwide.phone_words import EXTENSION, JOINTS, WORDS, Words

_NUMBER_OF = (
    r"(?: ?(?:no|nr|№|number|num|nummer|numer|numéro|número|numero|numara(?:m|sı|mız)?|номер|#)\.?"
    r"|番号|番號|号码|號碼|번호)"
)
_IS = r"(?: (?:is|ist|lautet|est|es|è|é|to|jest|är)|は|는|是|为|為)"
_END = r"(?:[ .:)']|：|׳){0,3}\s{0,2}"
_JOINED = rf"(?: (?:{'|'.join(JOINTS)})){{0,2}} ?(?:：|:)? "
_BEHIND = r"(?:fax|mobile|cell|office|home|work|phone)\b"
_APART = r"[ ./\-\u00a0\u2010-\u2013]{0,2}"
_NUMBER = rf"(?:\+ ?|00)?[(]?\d{{1,5}}[)]?(?:{_APART}[(]?\d{{1,5}}[)]?){{1,6}}"
_WRITTEN_AS_PHONE = (
    r"[+(0]|\d ?\(|\d{1,5}-\d|(?:1[ .])?\d{3}[ .]\d{3}[ .]\d{4}|\d\d(?:[ .]\d\d){3}"
    r"|\d(?: \d{3}){2}-\d\d-"
)
_COUNTED = "[部台次个個条條万萬元円枚]"
"""What stands right behind a count; a blank apart, it may begin a sentence."""

_YEAR = r"(?:19|20)\d\d"
_DATE = regex.compile(
    rf"(?:[1-9]\d?[ ])?{_YEAR}(?:[ ./\-\u2010-\u2013]+{_YEAR})+"
    r"|\d{1,2}[./\-]\d{1,2}[./\-](?:\d{4}|\d\d)|(?:19|20)\d\d[./\-]\d{1,2}[./\-]\d{1,2}"
)
_BANDS = regex.compile(r"(?:8[05]0|900|1[789]00|2[1-6]00)(?:\D+(?:8[05]0|900|1[789]00|2[1-6]00))*")
"""Radio bands of mobile phones, in MHz."""

_SIZE = (
    r"(?:240|320|360|375|414|480|540|600|640|720|768|800|900|960|10[258]0|1024|1[24]00|1280|1366"
    r"|1440|1600|1920|2160|2560|3840)"
)
_SIZES = regex.compile(rf"{_SIZE}(?:\D+{_SIZE})+")
"""Sides of screens, in pixels."""

_ROUND = regex.compile(
    r"[1-9]\d?(?:[ .\u00a0]\d{3})*[ .\u00a0]000|[1-9]\d\d(?:[ .\u00a0]000)+|[1-9]\d{0,2}0{6,}"
)
"""Thousands and millions of something."""

_DIGITS = range(7, 16)


_NOBODYS = regex.compile(r"\D*(?:\+\D*0|0\D*0\D*0)")
"""No country code begins with 0 (E.164, 6.1), so behind `+` or the prefix 00 stands no number."""

_NONE = (_DATE, _BANDS, _SIZES, _ROUND)
_WITHOUT_EXTENSION = regex.compile(r"[^\p{L}#,;]*")


def _is_phone(value: str) -> bool | None:
    """Refutes dates, years, sizes, round counts, what cannot be dialled, and too few digits."""
    number = _WITHOUT_EXTENSION.match(value).group().rstrip()
    n_digits = sum(char.isdigit() for char in number)
    if n_digits not in _DIGITS or _NOBODYS.match(number):
        return False
    return False if any(each.fullmatch(number) for each in _NONE) else None


_NUMBER_BYTES = r"[+(0-9](?:[0-9 ./()-]|\xc2\xa0|\xe2\x80[\x90-\x93]){6,42}"
"""Of 15 digits, with all that `_NUMBER` allows between them."""

_SPACE_BYTES = r"(?:[\x09-\x0d\x1c-\x20]|\xc2[\x85\xa0]|\xe1\x9a\x80|\xe2[\x80\x81].|\xe3\x80\x80)"


def _behind(words: Words) -> Pattern:
    """Returns the pattern for a number behind one of these words."""
    begins = "" if words.may_touch else r"(?<![^\W\d])"
    named = rf"(?:{_any(words.nouns)}){_NUMBER_OF}?{_IS}?{_END}"
    if words.verbs:
        named += rf"|(?:{_any(words.verbs)}){_JOINED}"
    before = rf"(?<={begins}(?:{named}))"
    if words.doubtful:
        doubtful = rf"{begins}(?:{_any(words.doubtful)})"
        before = (
            rf"(?:(?<={begins}(?:{named})|{doubtful}{_NUMBER_OF}? ?[:：]\s{{0,2}})"
            rf"|(?<={doubtful}{_JOINED}|{doubtful}{_END})(?={_WRITTEN_AS_PHONE}))"
        )
    return Pattern(
        "behind its name",
        rf"(?=[+(\d]){before}{_NUMBER}(?<=\d){EXTENSION}?(?!{_COUNTED}|[0-9A-Za-z_]|[.,]\d)",
        0.6,
        _seen(words),
    )


def _seen(words: Words) -> str:
    """Returns what hyperscan looks for: the same parts, of words the shortest.

    It ignores case in ASCII alone; other words are seen in lower and upper case and capitalised.
    """
    beginnings = "|".join(map(_as_bytes, words.beginnings))
    tails = f"(?:{'|'.join(map(_as_bytes, words.tails))})?" if words.tails else ""
    between = rf"(?:{_NUMBER_OF}?{_IS}?{_END}|{_JOINED})"
    return f"(?:{beginnings}){tails}{_in_bytes(between)}{_NUMBER_BYTES}{_in_bytes(EXTENSION)}?"


def _any(words: Iterable[str]) -> str:
    return "|".join(map(regex.escape, words))


def _as_bytes(word: str) -> str:
    forms = sorted({word} if word.isascii() else {word, word.capitalize(), word.upper()})
    return "|".join(as_bytes(regex.escape(form)) for form in forms)


def _in_bytes(pattern: str) -> str:
    """Returns a pattern without classes beyond ASCII for bytes, letters in either case."""
    in_bytes = "".join(
        f"(?:{'|'.join(map(as_bytes, sorted({char, char.lower(), char.upper()})))})"
        if not char.isascii()
        else char
        for char in pattern
    )
    return in_bytes.replace(r"\s", _SPACE_BYTES).replace(r"\d", "[0-9]")


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
