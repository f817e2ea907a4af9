"""Basic quality: records that hold no text, symbols only, damaged characters or repeated lines.

Limits follow Gopher (Rae et al. 2021, arXiv:2112.11446, table A1) where it has one. They look at
kinds of characters, not at words, so that they hold for text of any script.
"""

import sys
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from datagov.tables import SPANS, conform
from datagov.texts import Texts, as_texts

Floats = npt.NDArray[np.float64]

_INVISIBLE, _OTHER, _WRITTEN, _DAMAGED = range(4)
STRETCH = 1 << 20


@lru_cache(maxsize=1)
def _kinds() -> npt.NDArray[np.uint8]:
    """Returns the kind of each code point.

    Damaged are replacement characters, control characters but white space, and private use.
    """
    kinds = np.full(sys.maxunicode + 1, _OTHER, np.uint8)
    for code in range(sys.maxunicode + 1):
        category = unicodedata.category(chr(code))
        if category[0] in "LMN":
            kinds[code] = _WRITTEN
        elif category[0] == "Z" or chr(code) in "\t\n\f\r":
            kinds[code] = _INVISIBLE
        elif category in ("Cc", "Co") or code == 0xFFFD:
            kinds[code] = _DAMAGED
    return kinds


@dataclass(frozen=True)
class QualityDetector:
    """Finds records that are of no use to training; a finding spans the whole text.

    Attributes:
        min_letter_share: Of what is visible, letters, marks and digits; below, it is `symbols`.
        max_damaged_share: Of all characters, damaged ones; above, it is `garbled`.
        max_repeated_lines: Share of characters in lines that stood before (Gopher: 0.2 of
            characters; less strict here, since verse and code repeat lines).
        min_lines: Fewer lines are not judged for repetition.
    """

    name: ClassVar[str] = "quality"
    version: ClassVar[str] = "1"

    min_letter_share: float = 0.25
    max_damaged_share: float = 0.02
    max_repeated_lines: float = 0.5
    min_lines: int = 8

    def categories(self) -> frozenset[str]:
        """Returns every category that a finding may have."""
        return frozenset({"empty", "symbols", "garbled", "repeated_lines"})

    def detect(self, texts: Texts) -> pa.Table:
        """Returns a finding for each category that a text falls into; the score is its share."""
        array = as_texts(texts)
        n_chars = _floats(pc.utf8_length(array))
        counts = _kind_counts(array)
        written = counts[:, _WRITTEN]
        letters = _share(written, counts[:, _WRITTEN] + counts[:, _OTHER])
        damaged = _share(counts[:, _DAMAGED], n_chars)
        repeated = self._repeated(array)
        tables = [
            self._found(written == 0, "empty", np.ones(len(array)), n_chars),
            self._found(
                (written > 0) & (letters < self.min_letter_share), "symbols", 1 - letters, n_chars
            ),
            self._found(
                damaged > self.max_damaged_share, "garbled", np.minimum(damaged * 10, 1), n_chars
            ),
            self._found(repeated > self.max_repeated_lines, "repeated_lines", repeated, n_chars),
        ]
        keys = ["cell", "start", "end", "category", "rule"]
        return pa.concat_tables(tables).sort_by([(key, "ascending") for key in keys])

    def normalise(self, category: str, value: str) -> str:
        """Returns nothing: the finding is about a whole record and names no value."""
        return ""

    def _found(
        self, where: npt.NDArray[np.bool_], category: str, scores: Floats, n_chars: Floats
    ) -> pa.Table:
        cells = np.flatnonzero(where)
        n = len(cells)
        return conform(
            pa.table(
                {
                    "cell": cells,
                    "category": pa.repeat(category, n),
                    "rule": pa.repeat(f"quality.{category}", n),
                    "start": np.zeros(n, np.int64),
                    "end": n_chars[cells].astype(np.int64),
                    "score": scores[cells].astype(np.float32),
                }
            ),
            SPANS,
        )

    def _repeated(self, texts: pa.Array) -> Floats:
        """Returns the share of characters in lines that stood before in the same text."""
        n_feeds = _floats(pc.count_substring(texts, "\n"))
        shares = np.zeros(len(texts))
        for i in np.flatnonzero(n_feeds + 1 >= self.min_lines).tolist():
            lines = [line.strip() for line in texts[i].as_py().split("\n")]
            filled = [line for line in lines if line]
            total = sum(map(len, filled))
            if len(filled) >= self.min_lines and total:
                shares[i] = 1 - sum(map(len, set(filled))) / total
        return shares


def _kind_counts(texts: pa.Array) -> Floats:
    """Returns how many characters of each kind each text has; float64, (texts, 4)."""
    counts = np.zeros((len(texts), 4))
    for i in range(len(texts)):
        text = texts[i].as_py()
        # In stretches, since a text may have hundreds of megabytes and a code point takes four.
        for at in range(0, len(text), STRETCH):
            counts[i] += _counted(text[at : at + STRETCH])
    return counts


def _counted(text: str) -> npt.NDArray[np.int64]:
    if text.isascii():
        points = np.frombuffer(text.encode(), np.uint8)
        return np.bincount(_kinds()[points], minlength=4)
    wide = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    kinds = _kinds()[wide]
    kinds[_mojibake(wide)] = _DAMAGED
    return np.bincount(kinds, minlength=4)


def _mojibake(points: npt.NDArray[np.uint32]) -> npt.NDArray[np.int64]:
    """Returns where UTF-8 was read as Latin-1 or Windows-1252: a lead byte's letter, then what a
    continuation byte looks like."""
    lead = np.isin(points[:-1], (0xC2, 0xC3, 0xE2))
    follows = ((points[1:] >= 0x80) & (points[1:] <= 0xBF)) | (points[1:] == 0x20AC)
    return np.flatnonzero(lead & follows)


def _floats(values: pa.Array) -> Floats:
    return np.asarray(values, np.float64)


def _share(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
