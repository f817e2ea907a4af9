"""Which of many spans lie within others, in one sweep."""

import numpy as np
import numpy.typing as npt

from datagov.kernel import kernel

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@kernel
def uncontained(ends: Ints, levels: Ints, scores: npt.NDArray[np.float64]) -> Bools:
    """Returns which spans lie in no other that is kept and has at least their score.

    Args:
        ends: Of spans ordered by start, then end and score, both descending.
        levels: For each span the index of its score.
        scores: The scores.
    """
    farthest = np.full(len(scores), -1, np.int64)
    kept = np.ones(len(ends), np.bool_)
    for i in range(len(ends)):
        for level in range(len(scores)):
            if scores[level] >= scores[levels[i]] and farthest[level] >= ends[i]:
                kept[i] = False
        if kept[i]:
            farthest[levels[i]] = max(farthest[levels[i]], ends[i])
    return kept
