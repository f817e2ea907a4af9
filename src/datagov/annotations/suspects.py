"""Items: the label that each should have, and those whose given label is probably another.

The given label is the one that most annotators gave; of several with equal votes the least
probable, so that an item without a majority is a suspect with the other label suggested.

Reasons of a suspect:

- `reliable_annotators_differ`: the suggested label has fewer votes, from more reliable people.
- `no_majority`: no label has more votes than every other.
- `typical_confusion`: nobody gave the suggested label; those who labelled the item tend to give
  this label where the suggested one is true.
- `flagged_annotators`: all who gave the label are flagged.
- `single_annotator`: only one person labelled the item.
"""

import numpy as np
import polars as pl

from datagov.annotations.aggregation import Aggregated, Cells
from datagov.annotations.votes import Ints, Mask, Votes
from datagov.tables import LABELS, SUSPECTS


def probable_labels(votes: Votes, found: Aggregated) -> pl.DataFrame:
    """Returns the columns of LABELS, one row per item, sorted by id.

    `confidence` is the probability of the label, NaN where nothing could be learnt about any
    annotator; `agreement` the share of the item's votes that are for the label.
    """
    best = found.cells.first_best(found.posterior)
    confidence = found.posterior[best] if found.rounds else np.full(len(best), np.nan)
    return pl.DataFrame(
        {
            "item_id": votes.item_ids,
            "label": votes.classes[found.cells.label[best].tolist()],
            "confidence": confidence,
            "votes": votes.per_item,
            "agreement": found.cells.votes[best] / votes.per_item,
        }
    ).select(LABELS.names)


def probably_mislabelled(votes: Votes, found: Aggregated, flagged: Mask) -> pl.DataFrame:
    """Returns the columns of SUSPECTS, most suspicious first; score is 1 - P(given label).

    Args:
        votes: The votes.
        found: What they come to.
        flagged: Whether the labels of each annotator are to be doubted; bool, (annotators,).
    """
    cells = found.cells
    best = cells.first_best(found.posterior)
    given = _given(cells, found)
    top = np.maximum.reduceat(cells.votes, cells.start)
    tied = np.add.reduceat((cells.votes == top[cells.item]).astype(np.int64), cells.start) > 1
    at = np.flatnonzero(best != given)
    best, given = best[at], given[at]
    by_sound = np.bincount(
        cells.of_votes(votes), ~flagged[votes.annotators], minlength=len(cells.item)
    )
    reasons = {
        "reliable_annotators_differ": (cells.votes[best] > 0) & ~tied[at],
        "no_majority": tied[at],
        "typical_confusion": cells.votes[best] == 0,
        "flagged_annotators": by_sound[given] == 0,
        "single_annotator": votes.per_item[at] == 1,
    }
    frame = pl.DataFrame(
        {
            "item_id": votes.item_ids[at.tolist()],
            "given_label": votes.classes[cells.label[given].tolist()],
            "suggested_label": votes.classes[cells.label[best].tolist()],
            "score": np.round(1.0 - found.posterior[given], 6),
            **reasons,
        }
    )
    named = [pl.when(pl.col(name)).then(pl.lit(name)) for name in reasons]
    return (
        frame.with_columns(reasons=pl.concat_list(named).list.drop_nulls())
        .sort(["score", "item_id"], descending=[True, False])
        .select(SUSPECTS.names)
    )


def _given(cells: Cells, found: Aggregated) -> Ints:
    """Returns each item's cell with most votes; of equal ones the least probable, then the last."""
    order = np.lexsort((-cells.label, found.posterior, -cells.votes, cells.item))
    return order[cells.start]
