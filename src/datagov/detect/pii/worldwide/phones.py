"""Phone numbers that a word right beside them announces, of whatever country.

libphonenumber has to know the country to tell a number without its code. Where the text says that
what follows is a phone number, the number of its digits (ITU-T E.164: 15 at most) is enough.
"""

import regex

from datagov.detect.multipattern import in_any_case
from datagov.detect.pii.rules import Pattern, Recogniser

_NOUNS = (
    *("phone", "telephone", "tel", "mobile", "mob", "cell", "cellphone", "fax", "hotline"),
    *("whatsapp", "sms", "desk", "téléphone", "tél", "portable", "teléfono", "telefono"),
    *("telefon", "telefone", "telefoon", "tfno", "móvil", "celular", "rufnummer", "handy"),
    *("cellulare", "puhelin", "тел", "телефон", "هاتف", "טלפון", "โทร"),
)
_VERBS = (
    *("call", "call me", "call us", "call him", "call her", "call them", "dial", "reach me"),
    *(
        "reach us",
        "text me",
        "phone me",
        "ring me",
        "messages",
        "message me",
        "contact me",
        "answering",
    ),
)
_NOUN = rf"(?:{'|'.join(_NOUNS)})(?: ?(?:no|nr|number|num|#)\.?)?(?: is)?[ .:)]{{0,3}}\s{{0,2}}"
_VERB = rf"(?:{'|'.join(_VERBS)})(?: (?:at|on|to|under))?:? "
_BEHIND = r"(?:fax|mobile|cell|office|home|work|phone)\b"
_NUMBER = r"(?:\+ ?|00)?[(]?\d{1,5}[)]?(?:[ ./\-]{0,2}[(]?\d{1,5}[)]?){1,6}"

_DATE = regex.compile(
    r"(?:19|20)\d\d[ ./\-]+(?:19|20)\d\d|\d{1,2}[./\-]\d{1,2}[./\-](?:\d{4}|\d\d)"
    r"|(?:19|20)\d\d[./\-]\d{1,2}[./\-]\d{1,2}"
)
_DIGITS = range(7, 16)


_NOBODYS = regex.compile(r"\D*(?:\+\D*0|0\D*0\D*0)")
"""No country code begins with 0 (E.164, 6.1), so behind `+` or the prefix 00 stands no number."""


def _is_phone(value: str) -> bool | None:
    """Refutes dates, ranges of years, what cannot be dialled, and too few or too many digits."""
    n_digits = sum(char.isdigit() for char in value)
    if n_digits not in _DIGITS or _DATE.fullmatch(value) or _NOBODYS.match(value):
        return False
    return None


_FIRST_WORDS = (*_NOUNS, "call", "contact", "dial", "message", "reach", "ring", "text", "answering")
_BYTES_BETWEEN = r"(?:[ a-z#.:)\r\n]){0,16}"
_NUMBER_BYTES = r"[+(0-9](?:[0-9 ./()-]){6,24}"

PHONES = (
    Recogniser(
        "AnnouncedPhoneRecognizer",
        "PHONE_NUMBER",
        (
            Pattern(
                "behind its name",
                rf"(?<=(?<![^\W\d])(?:{_NOUN}|{_VERB})){_NUMBER}(?![0-9A-Za-z_]|[.,]\d)",
                0.6,
                rf"(?:{'|'.join(map(in_any_case, _FIRST_WORDS))}){_BYTES_BETWEEN}{_NUMBER_BYTES}",
            ),
            Pattern(
                "before its name",
                rf"(?<![0-9A-Za-z_.,/\-]){_NUMBER}(?=[ \-(]{{1,2}}{_BEHIND})",
                0.5,
                rf"{_NUMBER_BYTES}[ (-]{{1,2}}(?:fax|mobile|cell|office|home|work|phone)",
                11,
            ),
        ),
        int(regex.IGNORECASE),
        context=(*_FIRST_WORDS, "office", "home", "work"),
        validate=_is_phone,
        only_refutes=True,
        minds_neighbours=True,
    ),
)
