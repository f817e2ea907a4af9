"""Japanese and Korean names in fields for them: `氏名：山田 太郎`, `이름: 김철수`.

As in Chinese most surnames are words too, so that a name counts behind a label alone.
"""

from collections.abc import Iterator

import regex

from datagov.detect.pii.names.latin import PERSON
from datagov.detect.pii.names.lists import words
from datagov.detect.pii.spans import Span

LABELLED = 0.7
LABELS = ("氏名", "お名前", "名前は", "名前", "担当者", "성명", "이름은", "이름", "성함")

_LINK = regex.compile(r"[ \t]*(?:[:：]|(?<=は|은))[ \t]*")
_KANJI = r"[\p{Han}々ヶ]"
_KANA = r"[\p{Hiragana}\p{Katakana}ー]"
_BEHIND = (
    r"(?=[ \u3000\t]*(?:$|[\r\n,、，。;；（()|/<\"”」]|様|さん|です|氏|입니다|씨|님|이고|이며))"
)
_NAME = regex.compile(
    rf"(?:({_KANJI}{{1,3}})[ \u3000]?(?:{_KANJI}{{1,3}}|{_KANA}{{1,5}})"
    rf"|(\p{{Hangul}}{{1,2}}) ?\p{{Hangul}}{{1,2}}){_BEHIND}"
)


def of_label(text: str, start: int, end: int) -> Iterator[Span]:
    """Yields the name behind a label."""
    link = _LINK.match(text, end)
    name = _NAME.match(text, link.end()) if link else None
    if name and any(name.group().startswith(each) for each in words("east_asian_surnames")):
        yield Span(name.start(), name.end(), PERSON, "Names: behind a label", LABELLED)
