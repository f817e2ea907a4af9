"""Mentions of what is sensitive, tied to a person in the same sentence."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from datagov.detect.multipattern import find
from datagov.detect.pii.sensitive.lexicon import expressions, triggers
from datagov.detect.pii.sensitive.ties import Page
from datagov.detect.pii.spans import Span
from datagov.detect.text_buffer import TextBuffer


def find_mentions(
    texts: Mapping[int, str], buffer: TextBuffer, persons: Sequence[tuple[int, list[Span]]]
) -> list[tuple[int, list[Span]]]:
    """Returns the mentions in each text, by index, sorted; texts without any are left out.

    Linear in the length of the texts: one scan, then work per word that it saw. Scores: see `ties`.

    Args:
        texts: By index.
        buffer: The same texts.
        persons: What else was found, by index of the text. Findings that name no person (see
            `classes.class_of`) are passed over.
    """
    hits = find(expressions(), buffer.data)
    order = np.lexsort((hits.ids, hits.ends))
    ids, ends = hits.ids[order], hits.ends[order]
    cells = buffer.cells(ends - 1)
    places = buffer.offsets(cells, np.minimum(ends, buffer.ends[cells]))
    bounds = np.flatnonzero(np.diff(cells, prepend=-1, append=-1))
    named, known = dict(persons), triggers()
    mentions = []
    for first, last in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        cell = int(cells[first])
        page = Page(texts[cell], named.get(cell, ()))
        near = zip(ids[first:last].tolist(), places[first:last].tolist(), strict=True)
        found = _strongest(span for which, end in near for span in page.spans(known[which], end))
        if found:
            mentions.append((cell, found))
    return mentions


def _strongest(spans: Iterable[Span]) -> list[Span]:
    """Returns the spans that overlap no stronger (or as strong and longer) one of the category."""
    kept: dict[str, list[tuple[int, int, Span]]] = {}
    for span in sorted(set(spans), key=lambda s: (-s.score, s.start - s.end, s)):
        same = kept.setdefault(span.entity, [])
        at = bisect_left(same, (span.start,))
        # What is kept does not overlap, so only the neighbours can.
        if (at == 0 or same[at - 1][1] <= span.start) and (
            at == len(same) or span.end <= same[at][0]
        ):
            same.insert(at, (span.start, span.end, span))
    return sorted(span for same in kept.values() for _, _, span in same)
