"""Chinese names: a surname and one or two characters, where what stands beside them says so.

Han text has no blanks and no capitals, and most surnames are words too. So a name counts only
behind a label (姓名：) or a key (name=), before a title (先生) or what is said of one person
(患有), or with the dot of a transliteration (约翰·史密斯).
"""

from collections.abc import Iterator
from functools import lru_cache

import regex

from datagov.detect.pii.names.latin import PERSON
from datagov.detect.pii.names.lists import words
from datagov.detect.pii.spans import Span

LABELLED = 0.85
FULL_WITH_TITLE = 0.7
SURNAME_WITH_TITLE = 0.45
SUBJECT = 0.5
TRANSLITERATED = 0.6
_MAX_SOUNDS = 14

DOTS = ("·", "•", "‧", "・")

KEYS = tuple(name + link for name in ("name", "Name") for link in ("=", ":", '":', "':", '" :'))
"""How data in another language writes that a name follows."""

SEXES = tuple(
    before + sex + behind
    for before, behind in ("，，", ",,", "、、", "（，", "(,")
    for sex in "男女"
)
"""What stands behind a name where people are listed."""

_HAN = r"[\u3400-\u4dbf\u4e00-\u9fff]"
_LINK = regex.compile(
    r"(?:姓名|名字)?[\"'”]?[ \t]*(?:[:：=】\]]|是|叫|为)?[ \t]*[\"'“]?(?=[\u3400-\u9fff])"
)
_BEFORE_KEY = regex.compile(
    r"(?ri)(?<![A-Za-z0-9])(?:(?:real|full|user|customer|client|patient|student|contact)[_ ]?)?"
)
_DOT = regex.compile(f"[{''.join(DOTS)}]")
_MARKED = regex.compile(r"[:：=】\]]")
_OF_PARTS = regex.compile(rf"{_HAN}{{1,6}}(?:[{''.join(DOTS)}]{_HAN}{{1,6}}){{1,3}}(?!{_HAN})")
_IS_HAN = regex.compile(_HAN)
_HAN_RUN = regex.compile(rf"(?r){_HAN}+")


def titles() -> frozenset[str]:
    """Returns the titles that stand behind a name."""
    return words("zh_titles")


def labels() -> frozenset[str]:
    """Returns the words that stand before a name."""
    return words("zh_labels")


def verbs() -> frozenset[str]:
    """Returns what is said of one person, right behind the name."""
    return words("zh_verbs")


def of_label(text: str, start: int, end: int) -> Iterator[Span]:
    """Yields the name behind a label."""
    link = _LINK.match(text, end)
    if not link:
        return
    at, is_linked = link.end(), link.group().strip("\"'”“") != ""
    is_sure = text[start:end] in words("zh_strong_labels") or is_linked
    of_parts = _OF_PARTS.match(text, at) if _MARKED.search(link.group()) else None
    if of_parts:
        yield Span(at, of_parts.end(), PERSON, "Names: zh, behind a label", LABELLED)
        return
    for length in (2, 3, 4):
        name = text[at : at + length]
        if _is_name(name) and _end_of_name().match(text, at + length):
            is_plain = name[0] not in words("zh_doubtful") and (
                is_sure or length > 2 or text[at + length : at + length + 1] != "的"
            )
            if is_linked or is_plain or (is_sure and not _IS_HAN.match(text, at + length)):
                yield Span(at, at + length, PERSON, "Names: zh, behind a label", LABELLED)
            return


def of_key(text: str, start: int, end: int) -> Iterator[Span]:
    """Yields the name that is the whole value of a key, such as `"name": "张伟"`."""
    if not _BEFORE_KEY.match(text, max(0, start - 12), start):
        return
    for span in of_label(text, start, end):
        if text[span.start] not in words("zh_doubtful") and not _IS_HAN.match(text, span.end):
            yield span


def of_verb(text: str, start: int, end: int) -> Iterator[Span]:
    """Yields the name before what is said of one person."""
    for span in of_title(text, start, end):
        if span.score == FULL_WITH_TITLE and text[span.start] not in words("zh_doubtful"):
            yield span._replace(rule="Names: zh, before a verb", score=SUBJECT)


def of_sex(text: str, start: int, end: int) -> Iterator[Span]:
    """Yields the name before `，男，`, as lists of people and records have it."""
    for span in of_title(text, start, end):
        touches = span.start > 0 and _IS_HAN.match(text, span.start - 1)
        if span.score == FULL_WITH_TITLE and not touches:
            yield span._replace(rule="Names: zh, before the sex")


def of_title(text: str, start: int, end: int) -> Iterator[Span]:
    """Yields the name before a title."""
    if text[end : end + 1] in ("们", "們"):
        return
    run = _HAN_RUN.match(text, max(0, start - 8), start)
    before = run.group() if run else ""
    for length in (4, 3, 2):
        name = before[-length:]
        if len(name) == length and _is_name(name) and _may_begin(before[:-length]):
            yield Span(start - length, start, PERSON, "Names: zh, before a title", FULL_WITH_TITLE)
            return
    surname = before[-1:]
    if (
        surname in words("zh_surnames")
        and _may_begin(before[:-1])
        and surname not in words("zh_doubtful")
    ):
        span = Span(start - 1, start, PERSON, "Names: zh, surname and title", SURNAME_WITH_TITLE)
        yield span


def of_dot(text: str, start: int, end: int) -> Iterator[Span]:
    """Yields the transliterated name whose parts a dot joins."""
    before = _sounds_before().match(text, max(0, start - _MAX_SOUNDS), start)
    behind = _sounds_behind().match(text, end, end + _MAX_SOUNDS)
    if before is None or behind is None:
        return
    first, last = before.start(), behind.end()
    known = words("zh_before_sounds")
    if text[first : first + 2] in known and start - first > 3:  # 博士乔治·.
        first += 2
    elif text[max(0, first - 1) : first + 1] in known:  # 總理喬治·.
        first += 1
    parts = _DOT.split(text[first:last].strip("".join(DOTS)))
    first = text.index(parts[0], first)
    last = first + sum(map(len, parts)) + len(parts) - 1
    # One of many parts may be a single character: 让·马利·居约.
    lengths = sorted(map(len, parts))
    shortest = lengths[1] if len(parts) > 2 else lengths[0]
    if len(parts) > 1 and shortest >= 2 and lengths[-1] <= 7:
        yield Span(first, last, PERSON, "Names: zh, transliterated", TRANSLITERATED)


@lru_cache(maxsize=1)
def _sounds() -> str:
    pairs = "|".join(sorted(words("zh_sound_pairs")))
    return rf"(?:{pairs}|[{''.join((*words('zh_sounds'), *DOTS))}])+"


@lru_cache(maxsize=1)
def _sounds_before() -> regex.Pattern[str]:
    return regex.compile(f"(?r){_sounds()}")


@lru_cache(maxsize=1)
def _sounds_behind() -> regex.Pattern[str]:
    return regex.compile(_sounds())


def _is_name(name: str) -> bool:
    """True for a surname, of one or two characters, and one or two given characters."""
    for length in (2, 1):
        surname, given = name[:length], name[length:]
        known = words("zh_double_surnames") if length == 2 else words("zh_surnames")
        if surname in known and 1 <= len(given) <= 2:
            stops = words("zh_no_given")
            return (
                all("\u4e00" <= char <= "\u9fff" for char in given)
                and not any(char in stop for stop in stops for char in given)
                and not (len(given) > 1 and given.endswith("太"))  # 李太太, 魏国太夫人.
                and name not in words("zh_no_names")
                and name[:2] not in words("zh_no_names")
            )
    return False


def _may_begin(before: str) -> bool:
    """True if a name can begin behind a run of Han characters."""
    return (
        not before
        or before[-1] in "".join(words("zh_before_one"))
        or before[-2:] in words("zh_before")
    )


@lru_cache(maxsize=1)
def _end_of_name() -> regex.Pattern[str]:
    behind = "|".join(sorted(words("zh_after")))
    return regex.compile(rf"(?!{_HAN}|[{''.join(DOTS)}])|(?={behind})|[男女](?!性别)(?={_HAN})")
