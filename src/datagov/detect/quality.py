"""Basic quality: records that hold no text, symbols only, damaged characters or repeated lines.

Limits follow Gopher (Rae et al. 2021, arXiv:2112.11446, table A1) where it has one. They look at
kinds of characters, not at words, so that they hold for text of any script.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from datagov.detect.kinds import DAMAGED, OTHER, WRITTEN, kind_counts, repeated_line_shares
from datagov.tables import SPANS, conform
from datagov.texts import Texts, as_texts

Floats = npt.NDArray[np.float64]


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
        counts = kind_counts(array).astype(np.float64)
        written = counts[:, WRITTEN]
        letters = _share(written, counts[:, WRITTEN] + counts[:, OTHER])
        damaged = _share(counts[:, DAMAGED], n_chars)
        repeated = repeated_line_shares(array, self.min_lines)
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


def _floats(values: pa.Array) -> Floats:
    return np.asarray(values, np.float64)


def _share(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
