"""Names in Latin script: what speaks for a name around a given name, a title or a cue.

A given name counts with what follows it. The score says how much speaks for a person: both names
known, one of them known, a title, words such as "my name is". What is a place or a house
(`no_surname`, `no_name_after`) counts against it.
"""

from collections.abc import Iterator
from functools import lru_cache

import regex

from datagov.detect.pii.names.announcing import FULL_LABELS, LABELS, TITLES, TITLES_THAT_ARE_WORDS
from datagov.detect.pii.names.lists import common_given_names, given_names, words
from datagov.detect.pii.names.parts import INITIAL, TOKEN, is_given, is_known, name_at, rest, shown
from datagov.detect.pii.names.signs import is_likely, is_marked
from datagov.detect.pii.spans import Span

PERSON = "PERSON"

BOTH_KNOWN = 0.85
DOUBTFUL_KNOWN = 0.6
GIVEN_KNOWN = 0.5
TITLE = 0.75
CUE = 0.85
GREETING = 0.6
SPEAKER = 0.45
UNLIKELY = 0.3

_TITLES_BEFORE = regex.compile(rf"(?:(?:{'|'.join(TITLES)})\.? ){{0,6}}(?=\p{{Lu}})")
"""More at once nobody has; each title of a longer chain would read it to its end."""

_GIVEN_BEHIND = regex.compile(r", (\p{Lu}[\p{L}\p{M}'’-]+)(?: \p{Lu}\b\.?)?(?![\p{L}\d])")
_WHOLE = r"\p{Lu}(?:[\p{L}\p{M}]|['’\-](?=\p{L}))+"
_LAST_TOKENS = regex.compile(
    rf"(?r)(?<![\p{{L}}\p{{M}}\d'’\-]){_WHOLE}"
    rf"(?:(?: (?:bin|ibn|al|el|de|da|di|van|von|der|den))* {_WHOLE}){{0,2}}"
)
_HALF_BEFORE = regex.compile(r"(?r)(?<![\p{L}\d'’\-])\p{Lu}\p{L}+-")
_INITIALS_BEFORE = regex.compile(r"(?r)(?<![\p{L}\p{M}\d.'’\-])(?:\p{Lu}\. ){1,3}")
_NUMBERS = regex.compile(
    r"(?r)(?:\A|[\n*\-•|])[ \t>]*[A-IVX]\. "
    r"|\b(?i:vitamins?|hepatitis|types?|class|grades?|groups?|plans?|parts?|sections?|appendix"
    r"|options?|answers?|figures?|examples?|steps?|schedule|war) \p{Lu}\. "
)
"""A capital with a dot that numbers something, and is not half a name."""

_PROSE_BEFORE = regex.compile(r"(?r)(?<=[\s(,\-–—])\p{Ll}{3,}\.")
"""The last word of a sentence, behind whose dot a blank was lost."""

_COMPANY_BEHIND = regex.compile(
    r"(?:,? (?:Inc|Ltd|L\.?L\.?C|L\.?L\.?P|GmbH|PLC|plc|Corp|Co)"
    r"| (?:&|and|und|et) (?:Sons?|Co|Company|Bros|Brothers|Söhne|Fils))(?![\w\-@])"
)
"""What makes a name that of a firm, behind a comma or an ampersand too."""

_STEP_BEHIND = regex.compile(
    r"[\"']?[ \t]*\r?\n[ \t>]*(?:- )?(?:uses|run|with|if|id|env|shell|script|command|cmd|image"
    r"|hosts|tasks|become|vars|when|loop|register|ansible\.\w+\.\w+|apt|yum|dnf|copy|template|service|file"
    r"|steps|jobs|stage|needs|namespace|labels|replicas|ports|volumes|runs-on|on):"
)
"""The next line of a recipe for a machine: what has the name is a step of it."""

_MY_BEFORE = regex.compile(r"(?ri)\b(?:[mds]ein|ihr|unser|eur)(?:e[mns])? ")
"""Who has a lord calls him so in old texts: meinem Herrn Freundschaft beweisen."""

_BLANKS = regex.compile(r"[ \t]*")
_LINES = regex.compile(r"[,!.]?[ \t]*(?:\r?\n[ \t>]*){1,3}")
_LINE_END = regex.compile(r"[ \t]*(?:$|[\r\n,])")
_FIELD_END = regex.compile(r"[ \t]*(?:$|[\r\n,;|<])")
_UP_TO_END = regex.compile(rf"(?: {TOKEN.pattern}){{1,3}}(?={_FIELD_END.pattern})", regex.V1)
_BEFORE = regex.compile(r"(?r)[\p{L}.]+")


def of_given(text: str, start: int, end: int) -> Iterator[Span]:
    """Yields the name that a given name begins.

    Args:
        text: The whole text.
        start: Where the given name begins, in code points.
        end: Where it ends.
    """
    start = _from_first_half(text, start)
    goes_on = start and (text[start - 1].isalnum() or text[start - 1] in "-'’_@/.")
    if goes_on and not _PROSE_BEFORE.match(text, max(0, start - 24), start):
        return
    before = _BEFORE.match(text, max(0, start - 24), start - 1) if start else None
    if before and before.group() in words("no_name_after"):
        return
    given = shown(text[start:end])
    stop, n_known, n_unknown = rest(text, end)
    if stop == end:
        return
    is_doubtful = given in words("doubtful_given")
    followed = TOKEN.match(text, stop + 1) if text[stop : stop + 1] == " " else None
    if followed and followed.group() in words("things"):
        return
    if _COMPANY_BEHIND.match(text, stop):
        return
    if n_known:
        score = DOUBTFUL_KNOWN if is_doubtful else BOTH_KNOWN
    elif n_unknown:
        is_person = is_marked if is_doubtful else is_likely
        is_sure = _is_sure(given) or _has_second_given(text, end) or is_person(text, start, stop)
        score = GIVEN_KNOWN if is_sure else UNLIKELY
    else:
        return
    yield Span(_from_initials(text, start), stop, PERSON, "Names: given name", score)


def of_capitals(text: str, start: int, end: int) -> Iterator[Span]:
    """Yields the name in capitals that a given name begins, where a list has its surname."""
    for span in of_given(text, start, end):
        if span.score > GIVEN_KNOWN and text[start : span.end].isupper():
            yield span._replace(rule="Names: capitals", score=DOUBTFUL_KNOWN)


def _from_first_half(text: str, start: int) -> int:
    """Returns where a given name of two parts begins, such as Mary-Jane, at whose second part."""
    if text[start - 1 : start] != "-":
        return start
    half = _HALF_BEFORE.match(text, max(0, start - 24), start)
    return half.start() if half and half.group()[:-1] in given_names() else start


def _from_initials(text: str, start: int) -> int:
    """Returns where the initials begin that stand before a given name, as in `J. Robert`."""
    initials = _INITIALS_BEFORE.match(text, max(0, start - 12), start)
    if initials is None or _NUMBERS.match(text, max(0, start - 20), start):
        return start
    first: int = initials.start()
    return first


def _is_sure(given: str) -> bool:
    return given in common_given_names() and given not in words("doubtful_given")


def _has_second_given(text: str, end: int) -> bool:
    """True for such as `Mary Jane`, before another word in capitals."""
    second = TOKEN.match(text, end + 1)
    return bool(
        second and _is_sure(second.group()) and text[second.end() : second.end() + 1] == " "
    )


def of_title(text: str, start: int, end: int) -> Iterator[Span]:
    """Yields the name behind a title that ends before `end`."""
    is_word = text[start:end].strip() in TITLES_THAT_ARE_WORDS
    end = _past_titles(text, end)
    name = name_at(text, end, need_known=is_word, is_titled=not is_word)
    is_lord = text.startswith("Herr", start) and _MY_BEFORE.match(text, max(0, start - 8), start)
    if name and not is_lord and not (start and text[start - 1].isalnum()):
        yield Span(end, name[0], PERSON, "Names: title", TITLE)


def of_cue(text: str, start: int, end: int) -> Iterator[Span]:
    """Yields the name behind words that say that a name follows."""
    end = _past_titles(text, end)
    name = name_at(text, end, need_known=False)
    if name and not (start and text[start - 1].isalnum()):
        yield Span(end, _to_field_end(text, name[0]), PERSON, "Names: announced", CUE)


def of_label(text: str, start: int, end: int) -> Iterator[Span]:
    """Yields the name in a field for names."""
    if start and text[start - 1].isalnum():
        return
    is_full = text[start:end].rstrip(": ：").casefold() in FULL_LABELS
    end = _past_titles(text, _BLANKS.match(text, end).end())
    name = name_at(text, end, need_known=False)
    if name is None:
        return
    stop, n_tokens, is_known = name
    given = _GIVEN_BEHIND.match(text, stop)
    if n_tokens == 1 and is_known and given and is_given(given[1]):
        stop, n_tokens = given.end(), 2
    whole = _to_field_end(text, stop)
    if _is_of_form(text[end:whole]):
        return
    if is_known or is_full or text[whole : whole + 2] == " <":
        stop = whole
    fills_line = _FIELD_END.match(text, stop) is not None
    if not is_known and _STEP_BEHIND.match(text, stop):
        return
    if is_known:
        score = CUE if n_tokens > 1 else GREETING
    elif is_full:
        score = GREETING if fills_line else UNLIKELY
    else:
        score = GIVEN_KNOWN if n_tokens == 2 and fills_line else UNLIKELY
    yield Span(end, stop, PERSON, "Names: field", score)


def of_closing(text: str, start: int, end: int) -> Iterator[Span]:
    """Yields the name below a letter."""
    line = _LINES.match(text, end - 1)
    if not line or (start and text[start - 1].isalnum()):
        return
    end = _past_titles(text, line.end())
    name = name_at(text, end, need_known=False)
    if name and _LINE_END.match(text, name[0]):
        stop, n_tokens, is_known = name
        if is_known:
            score = CUE if n_tokens > 1 else GREETING
        else:
            is_full = n_tokens > 1 or INITIAL.match(text, end)
            score = GIVEN_KNOWN if is_full else UNLIKELY
        yield Span(end, stop, PERSON, "Names: signature", score)


def of_greeting(text: str, start: int, end: int) -> Iterator[Span]:
    """Yields the name of who is greeted or speaks."""
    name = name_at(text, end, need_known=True)
    if name and not (start and text[start - 1].isalnum()):
        yield Span(end, name[0], PERSON, "Names: greeted", GREETING)


def of_speech(text: str, start: int, end: int) -> Iterator[Span]:
    """Yields the name of who is said to have spoken, before or behind the verb."""
    name = name_at(text, end, need_known=True)
    if name:
        yield Span(end, name[0], PERSON, "Names: speaker", SPEAKER)
    yield from of_life(text, start, end)


def of_life(text: str, start: int, end: int) -> Iterator[Span]:
    """Yields the name of whom something is said that is said of people."""
    before = _LAST_TOKENS.match(text, max(0, start - 60), start)
    if before and all(is_known(word) or word.islower() for word in before.group().split(" ")):
        yield Span(before.start(), start, PERSON, "Names: speaker", SPEAKER)


def _is_of_form(value: str) -> bool:
    """True for what forms, firms and offices have in such fields: their words, no given name."""
    parts = [part.rstrip(",") for part in value.split(" ")]
    halves = {half for part in parts for half in part.casefold().split("-")}
    of_form = _of_forms() & {*halves, *map(str.casefold, parts)}
    return bool(of_form) and not any(map(is_given, parts))


@lru_cache(maxsize=1)
def _of_forms() -> frozenset[str]:
    """Returns words that are no names in a field for them, and those of labels, in lower case."""
    of_labels = {word for label in LABELS for word in label.casefold().split() if len(word) > 2}
    folded = {word.casefold() for word in words("no_field")}
    return frozenset(word for word in folded | of_labels if not is_given(word.title()))


def _to_field_end(text: str, stop: int) -> int:
    """Returns where a name ends that words in capitals follow up to the end of its field."""
    more = _UP_TO_END.match(text, stop)
    is_part = more and not any(word in words("no_part") for word in more.group().split())
    return more.end() if is_part else stop


def _past_titles(text: str, at: int) -> int:
    titles = _TITLES_BEFORE.match(text, at)
    return titles.end() if titles else at
