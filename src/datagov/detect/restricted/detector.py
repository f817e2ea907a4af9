"""The restricted-domain detector: names of controlled things, weighed by what is said around them.

Scale of the score: below 0.3 a mention; from 0.5 technical, for a person to look at; from 0.8
actionable, to be left out. A name in an encyclopaedia, a treaty or a safety sheet stays a mention;
the same name in a request for making, getting or using the thing does not.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import pyarrow as pa

from datagov.detect.restricted.context import REACH, find_features
from datagov.detect.restricted.folding import folded
from datagov.detect.restricted.matching import companions, find_terms
from datagov.detect.restricted.scoring import scores
from datagov.detect.restricted.terms import CATEGORIES, data_digest, load_terms
from datagov.detect.text_buffer import TextBuffer
from datagov.tables import SPANS, conform
from datagov.texts import Texts, as_texts


@dataclass(frozen=True)
class RestrictedDetector:
    """Finds terms of nuclear, biological and chemical weapons and missiles.

    A text yields at most `matching.MAX_HITS` findings of one rule: the first ones.

    Attributes:
        min_score: Findings below are left out.
        data: Digest of the term and context files, so that other files are another detector.
    """

    name: ClassVar[str] = "restricted"
    version: ClassVar[str] = "2"

    min_score: float = 0.05
    data: str = field(default_factory=data_digest)

    def detect(self, texts: Texts) -> pa.Table:
        """Returns the spans found in `texts`, as a table of schema SPANS, sorted.

        `rule` is the id of the term, such as `cwc-1A.sarin`.
        """
        buffer = TextBuffer.of(folded(as_texts(texts)))
        hits = find_terms(buffer)
        if not len(hits.starts):
            return SPANS.empty_table()
        found = scores(hits, find_features(buffer, hits), companions(hits, REACH))
        # As the table will hold it, so that a score on the threshold is not lost by rounding.
        rounded = found.astype(np.float32)
        kept = np.flatnonzero((rounded >= np.float32(self.min_score)) & (rounded > 0))
        terms = [load_terms()[i] for i in hits.terms[kept].tolist()]
        cells = hits.cells[kept]
        table = pa.table(
            {
                "cell": cells,
                "category": pa.array([term.category for term in terms], pa.string()),
                "rule": pa.array([term.id for term in terms], pa.string()),
                "start": buffer.offsets(cells, hits.starts[kept]),
                "end": buffer.offsets(cells, hits.ends[kept]),
                "score": rounded[kept],
            }
        )
        keys = ("cell", "start", "end", "category", "rule")
        return conform(table.sort_by([(key, "ascending") for key in keys]), SPANS)

    def categories(self) -> frozenset[str]:
        """Returns every category that a finding may have."""
        return frozenset(CATEGORIES)

    def normalise(self, category: str, value: str) -> str:
        """Returns the term after NFKC, case folding and folding of blanks and hyphens."""
        text = unicodedata.normalize("NFKC", value).casefold()
        return re.sub(r"[\s\-‐-―−_]+", " ", text).strip()
