"""Finds names of persons: one scan for names and what stands beside them, a look at each."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

import numpy as np

from datagov.detect.multipattern import Expression, find
from datagov.detect.pii.names import announcing, chinese, east_asian, latin
from datagov.detect.pii.names.lists import common_given_names, given_names, words
from datagov.detect.pii.names.signs import LIFE, SPEECH
from datagov.detect.pii.spans import Span
from datagov.detect.text_buffer import TextBuffer

Reading = Callable[[str, int, int], Iterator[Span]]
"""Yields the names at a place of the scan, given the text, and where the hit begins and ends."""

_GOES_ON = np.zeros(256, bool)
_GOES_ON[ord("A") : ord("Z") + 1] = True
_GOES_ON[0xC3:] = True
_GOES_ON[[ord("d"), ord("v")]] = True  # van, von, de, da, di
_LETTER = np.zeros(256, bool)
_LETTER[[c for c in range(128) if chr(c).isalnum()]] = True


def find_names(
    texts: Mapping[int, str], buffer: TextBuffer, min_score: float
) -> list[tuple[int, list[Span]]]:
    """Returns the names in each text, by index, sorted; texts without any are left out.

    Linear in the length of the texts. Spans do not overlap: of two the one that holds the other
    stays, then the one of the higher score, then the longer.

    Args:
        texts: By index.
        buffer: The same texts.
        min_score: Names below are left out.
    """
    lookups = _lookups()
    hits = find(lookups.expressions, buffer.data)
    data = np.frombuffer(buffer.data, np.uint8)
    lengths = lookups.lengths[hits.ids]
    starts = hits.ends - lengths
    # Of given names only those that begin a word and that another capital follows.
    seen = ~lookups.needs_capital[hits.ids] | (
        ~_LETTER[data[starts - 1]] & _GOES_ON[data[np.minimum(hits.ends, len(data) - 1)]]
    )
    ids, starts, ends = hits.ids[seen], starts[seen], hits.ends[seen]
    order = np.lexsort((ids, ends))
    ids, starts, ends = ids[order], starts[order], ends[order]
    cells = buffer.cells(starts)
    first = buffer.offsets(cells, starts)
    last = buffer.offsets(cells, np.minimum(ends, buffer.ends[cells]))
    bounds = np.flatnonzero(np.diff(cells, prepend=-1, append=-1))
    names = []
    for low, high in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        cell = int(cells[low])
        text = texts[cell]
        found = [
            span
            for i in range(low, high)
            for span in lookups.reading(int(ids[i]))(text, int(first[i]), int(last[i]))
        ]
        kept = [span for span in _best(found) if span.score >= min_score]
        if kept:
            names.append((cell, kept))
    return names


def _best(spans: list[Span]) -> list[Span]:
    kept: list[Span] = []
    for span in sorted(_whole(spans), key=lambda s: (-s.score, s.start - s.end, s)):
        at = bisect_right(kept, span)
        if (at == 0 or kept[at - 1].end <= span.start) and (
            at == len(kept) or span.end <= kept[at].start
        ):
            kept.insert(at, span)
    return kept


def _whole(spans: list[Span]) -> list[Span]:
    """Returns the spans without those inside another, which takes the better score.

    An unlikely one is never the other: in what is hardly a name may be one.
    """
    whole: list[Span] = []
    for span in sorted(set(spans), key=lambda s: (s.start, -s.end, -s.score, s.rule)):
        outer = whole[-1] if whole else None
        if outer and span.end <= outer.end and outer.score > latin.UNLIKELY:
            whole[-1] = outer._replace(score=max(outer.score, span.score))
        else:
            whole.append(span)
    return whole


class _Lookups:
    """What is scanned for, and how each hit is read."""

    def __init__(self) -> None:
        readings: list[tuple[str, Reading, bool]] = [
            (f"{name} ", _of_given, True) for name in sorted(given_names())
        ]
        readings += [
            (f"{title}{dot} ", latin.of_title, False)
            for title in announcing.TITLES
            for dot in ("", ".")
            if not dot or title not in announcing.WHOLE_TITLES
        ]
        readings += [(f"{cue} ", latin.of_cue, False) for cue in announcing.CUES]
        readings += [
            (f"{label}{link}", latin.of_label, False)
            for label in announcing.LABELS
            for link in (": ", ":\t", " : ", "：")
        ]
        readings += [(f"{word} ", latin.of_greeting, False) for word in announcing.GREETINGS]
        readings += [(f" {verb} ", latin.of_speech, False) for verb in SPEECH]
        readings += [(f" {verb}", latin.of_life, False) for verb in LIFE]
        readings += [
            (f"{closing}{mark}", latin.of_closing, False)
            for closing in announcing.CLOSINGS
            for mark in (",", "\n", "\r\n", "!")
        ]
        readings += [(word, chinese.of_title, False) for word in chinese.titles()]
        readings += [(word, chinese.of_label, False) for word in chinese.labels()]
        readings += [(label, east_asian.of_label, False) for label in east_asian.LABELS]
        readings += [(verb, chinese.of_verb, False) for verb in chinese.verbs()]
        readings += [(sex, chinese.of_sex, False) for sex in chinese.SEXES]
        readings += [(key, chinese.of_key, False) for key in chinese.KEYS]
        readings += [(dot, chinese.of_dot, False) for dot in chinese.DOTS]
        readings += [
            (f"{name.upper()} ", _of_capitals, True)
            for name in sorted(common_given_names() - words("doubtful_given"))
            if name.title() == name
        ]
        self.expressions = tuple(
            Expression(i, _literal(text), 0) for i, (text, _, _) in enumerate(readings)
        )
        self.lengths = np.array([len(text.encode()) for text, _, _ in readings])
        self.needs_capital = np.array([needs for _, _, needs in readings])
        self._readings = [reading for _, reading, _ in readings]

    def reading(self, identifier: int) -> Reading:
        return self._readings[identifier]


def _of_given(text: str, start: int, end: int) -> Iterator[Span]:
    return latin.of_given(text, start, end - 1)


def _of_capitals(text: str, start: int, end: int) -> Iterator[Span]:
    return latin.of_capitals(text, start, end - 1)


def _literal(text: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in text.encode())


@lru_cache(maxsize=1)
def _lookups() -> _Lookups:
    return _Lookups()
