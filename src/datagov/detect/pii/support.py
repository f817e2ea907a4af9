"""Which matches of a batch stand beside one of their context words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import groupby
from operator import itemgetter

import numpy as np
import pyarrow as pa

from datagov.detect.pii.context import (
    first_held,
    keywords_with,
    own_keywords,
    special_words,
    stop_words,
    token_place,
)
from datagov.detect.pii.gating import Bools, Ints, Nearby
from datagov.detect.pii.plan import Plan
from datagov.detect.pii.spans import Span
from datagov.detect.text_buffer import TextBuffer
from datagov.texts import Strings

_BLANK = ord(" ")

Found = list[tuple[int, list[Span]]]
"""The spans in each text, by index; texts without any may be left out."""

Find = Callable[[Mapping[int, str], TextBuffer, Found], Found]
"""Returns what is found, given texts by index, the same as a buffer, and what else was found."""


@dataclass(frozen=True)
class Batch:
    """Texts while they are looked at, and where context words stand in them.

    Attributes:
        texts: `large_string`, no nulls.
        like_ascii: The texts folded; see `folding`.
        is_changed: Which of them folding changes.
        buffer: The folded texts.
        scan: What to look for.
        nearby: Where context words stand.
    """

    texts: pa.Array
    like_ascii: pa.Array
    is_changed: Bools
    buffer: TextBuffer = field(repr=False)
    scan: Plan
    nearby: Nearby

    @cached_property
    def changed(self) -> Ints:
        """Which texts folding changes, ascending."""
        return np.flatnonzero(self.is_changed)

    @cached_property
    def unfolded(self) -> TextBuffer:
        """The texts that folding changes, as they are; to copy all of them takes far longer."""
        return TextBuffer.of(self.texts.take(pa.array(self.changed)))

    @cached_property
    def strings(self) -> Strings:
        """The texts as they are, one by one."""
        return Strings(self.texts)

    def folded_text(self, cell: int) -> str:
        """Returns one text folded."""
        if not self.is_changed[cell]:
            return self.strings[cell]
        text: str = self.like_ascii[cell].as_py()
        return text

    def as_they_are(self, find: Find, persons: Found) -> Found:
        """Returns what is found in the texts as they are, by index, sorted.

        Args:
            find: Called with the folded texts, and again with those that folding changes.
            persons: What else was found, for `find`.
        """
        found = [
            (cell, spans)
            for cell, spans in find(_Folded(self), self.buffer, persons)
            if not self.is_changed[cell]
        ]
        changed = self.changed.tolist()
        if not changed:
            return found
        texts, named = {i: self.strings[cell] for i, cell in enumerate(changed)}, dict(persons)
        again = find(texts, self.unfolded, [(i, named.get(c, [])) for i, c in enumerate(changed)])
        return sorted([*found, *((changed[i], spans) for i, spans in again)])

    def supported(self, lists: Ints, cells: Ints, starts: Ints) -> Bools:
        """Returns for each match whether one of its context words stands before it, or in it.

        Args:
            lists: The search whose words count.
            cells: The text of each match, ascending.
            starts: Where the match starts, in code points.
        """
        # numba takes a second to import.
        from datagov.detect.pii.context_kernel import ASK, ASK_OWN, YES, verdicts

        if not len(self.nearby.words) or not len(cells):
            return np.zeros(len(cells), bool)
        buffer, scan = self.buffer, self.scan
        data, places = np.frombuffer(buffer.data, np.uint8), buffer.positions(cells, starts)
        on_blank = np.flatnonzero(data[places] == _BLANK).tolist()
        shift = np.zeros(len(starts), np.int64)
        shift[on_blank] = [
            token_place(self.strings[int(cells[i])], int(starts[i])) - starts[i] for i in on_blank
        ]
        starts, places = starts + shift, places + shift
        answers = verdicts(
            data,
            places,
            buffer.starts[cells],
            buffer.ends[cells],
            lists,
            self.nearby.positions,
            self.nearby.words,
            scan.word_lengths,
            scan.members,
            _known_words(),
        )
        result = np.asarray(answers == YES)
        # Folding may have made words that are none to the tokenizer.
        answers[(answers == YES) & self.is_changed[cells]] = ASK
        asked = np.flatnonzero((answers == ASK) | (answers == ASK_OWN))
        pairs = zip(cells[asked].tolist(), asked.tolist(), strict=True)
        for cell, indices in groupby(pairs, key=itemgetter(0)):
            text = self.strings[cell]
            for _, i in indices:
                start, words_of_list = int(starts[i]), scan.context[lists[i]]
                standing = (
                    own_keywords(text, start)
                    if answers[i] == ASK_OWN
                    else keywords_with(text, start, words_of_list)
                )
                result[i] = first_held(standing, words_of_list) != ""
        return result


class _Folded(dict[int, str]):
    """The folded texts of a batch by index."""

    def __init__(self, batch: Batch) -> None:
        super().__init__()
        self._batch = batch

    def __missing__(self, cell: int) -> str:
        return self._batch.folded_text(cell)


@lru_cache(maxsize=1)
def _known_words() -> "np.ndarray[tuple[int], np.dtype[np.uint8]]":
    from datagov.detect.pii.context_kernel import known_words

    return known_words(stop_words(), special_words())
