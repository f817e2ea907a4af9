"""What else speaks for a person where a list has only one of two words.

A given name and a word in capitals may be a place or a title (`Media Writer`, `Line Number`); what
stands within and beside them often tells.
"""

from functools import lru_cache

import regex

from datagov.detect.pii.names.lists import words

SPEECH = ("said", "says", "asked", "replied", "told me", "shouted at", "whispered", "answered")
LIFE = (
    *("was born", "lives in", "lives at", "lives on", "lives with", "lived in", "grew up"),
    *("graduated from", "is married to", "got married", "passed away", "died in", "died of"),
    *("died on", "was diagnosed", "was hospitalized", "wurde geboren", "wohnt in", "lebt in"),
    *("ist verheiratet", "est né", "est née", "habite", "vit à", "nació", "vive en", "murió"),
    *("è nato", "è nata", "vive a", "nasceu", "mora em", "woont in", "werd geboren"),
)
"""What is said of people, right behind the name."""

_INITIAL = regex.compile(r" \p{Lu}(?:\.|(?= \p{Lu}\p{Ll}))")
_SHAPE = regex.compile(
    r"(?:Mc|Mac|O['’]|Fitz)\p{Lu}\p{Ll}+"
    r"|\p{Lu}\p{Ll}{2,}(?:ova?|ová|eva?|sk[iyý]|ská|enko|czyk|czak|wicz|vich|vi[ćč]|i[ćč]|dze|shvili"
    r"|escu|opoulos|akis|idis|sson|sen|d[óo]ttir|o[ğg]lu|auskas|aitis|ien[ėe])"
)
"""How surnames are formed in Scotland, by Slavs, in the North, in the Caucasus and in Greece."""

_LINE_BEFORE = regex.compile(r"(?r)(?:\A|\n)[ \t>]*")
_ADDRESS_BEHIND = regex.compile(
    r"[ \t,]*(?:\r?\n[ \t>]*){1,2}(?:\d{1,6},? [^\n]{0,40}\p{L}|(?:P\.? ?O\.? Box|Apt|Suite)\b"
    r"|[^\n@]{1,40}@\w|(?i:tel|phone|mobile|fax)\b|[^\n\d]{3,40} \d{1,4}[a-z]?[ \t,]*(?:\n|$))"
)
"""The next line: a house, a box, a mailbox, a phone, a street."""

_MAIL_BEHIND = regex.compile(r" ?[<(\[]{1,2}[^\s@<>()\[\]]{1,40}(?:@| at )\w")
_COPYRIGHT_BEFORE = regex.compile(
    r"(?ri)(?:\(c\)|©|&copy;|copyright)[\d ,\-–]{0,20}(?:by )?"
    r"|MODULE_AUTHOR\(\"|(?:作者|译者|校对者?|翻译)[:：] ?\[?"
)
_WORK_BEFORE = regex.compile(
    r"(?ri)\b(?:interview|interviewed|photo|article|story|poem|written|directed|created|developed|posted|published|designed|photographed|edited"
    r"|painted|invented|founded|composed|performed|taught|reported|suggested|proposed) by "
)
_SPEECH_BEHIND = regex.compile(
    rf",? (?:{'|'.join((*SPEECH, *LIFE))}|explained|wrote|writes|tweeted)\b"
)


def is_marked(text: str, start: int, stop: int) -> bool:
    """True if the words in capitals from `start` to `stop` are a person's for more than a list.

    Holds too for given names that are words: an initial, a mailbox or a copyright stands there, or
    the person speaks or made something.
    """
    return bool(
        _INITIAL.search(text, start, stop)
        or _MAIL_BEHIND.match(text, stop)
        or _COPYRIGHT_BEFORE.match(text, max(0, start - 40), start)
        or _WORK_BEFORE.match(text, max(0, start - 24), start)
        or _SPEECH_BEHIND.match(text, stop)
    )


def is_likely(text: str, start: int, stop: int) -> bool:
    """True if a given name that is hardly a word and what follows it are a person's."""
    _, surname, *more = text[start:stop].split(" ")
    return bool(
        is_marked(text, start, stop)
        or (not more and _SHAPE.fullmatch(surname))
        or _role_before().match(text, max(0, start - 24), start)
        or _role_behind().match(text, stop)
        or _is_above_address(text, start, stop)
    )


def _is_above_address(text: str, start: int, stop: int) -> bool:
    begins = _LINE_BEFORE.match(text, max(0, start - 12), start)
    return begins is not None and _ADDRESS_BEHIND.match(text, stop) is not None


@lru_cache(maxsize=1)
def _role_before() -> regex.Pattern[str]:
    return regex.compile(rf"(?ri)(?<![\w\-])(?:{'|'.join(sorted(words('roles')))}),? ")


@lru_cache(maxsize=1)
def _role_behind() -> regex.Pattern[str]:
    roles = "|".join(sorted(words("roles")))
    return regex.compile(
        rf"(?i), (?:(?:an?|the|its|his|her|their|our|my) )?(?:\w{{1,20}} )?(?:{roles})\b"
    )
