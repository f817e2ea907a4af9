"""Annotators: how much they did, how often they are right, and what stands out about them.

Flags point a lead at work to look at; they accuse nobody. All are judged on items that somebody
else labelled too, and only from MIN_LABELS such labels on:

- `below_chance`: right no more often than by drawing labels at random in the annotator's own
  proportions, on items of which there are several classes.
- `constant_label`: nearly always one class, where the others' labels say several.
- `disagrees_with_consensus`: even at the upper end of the 95 % interval less than half as far
  above chance as all annotators together.
- `near_copy`: nearly the same labels as another annotator, mistakes included.
- `too_fast`: median time per label less than a quarter of that of the median annotator.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from datagov.annotations.aggregation import DIGITS, Aggregated
from datagov.annotations.votes import Floats, Ints, Mask, Votes, weighted_count
from datagov.tables import ANNOTATORS

MIN_LABELS = 10
CONSTANT_SHARE = 0.98
MIXED_SHARE = 0.9
"""Items are of several classes when no class is probable for more than this share of them."""
COPY_MIN_ITEMS = 20
COPY_MIN_MISTAKES = 5
COPY_SHARE = 0.98
COPY_MAX_ALIKE = 20
"""A wrong label that more annotators share on one item is a hard item, no sign of copying."""
FAST_SHARE = 0.25
_Z_95 = 1.959964

FLAGS = ("below_chance", "constant_label", "disagrees_with_consensus", "near_copy", "too_fast")


@dataclass(frozen=True)
class Annotators:
    """What is known of the annotators.

    Attributes:
        table: Columns of ANNOTATORS, one row per annotator, sorted by id.
        flagged: Whether the labels of each annotator are to be doubted: any flag but
            `near_copy`, which may be of a good original; bool, (annotators,).
        copies: Pairs of annotators that are near copies: both ids, items both labelled, items
            they labelled the same.
    """

    table: pl.DataFrame
    flagged: Mask
    copies: tuple[tuple[str, str, int, int], ...]


def judge(votes: Votes, found: Aggregated, fast: Mask) -> Annotators:
    """Returns the table and flags.

    Args:
        votes: The votes.
        found: What they come to.
        fast: Whether each annotator is too fast, see `too_fast`; bool, (annotators,).
    """
    n_annotators = len(votes.annotator_ids)
    n_labels = np.bincount(votes.annotators, minlength=n_annotators)
    per_item = votes.per_item[votes.items]
    shared = per_item >= 2
    n_shared = np.bincount(votes.annotators[shared], minlength=n_annotators)
    alike = (found.cells.votes[found.cells.of_votes(votes)][shared] - 1) / (per_item[shared] - 1)
    with np.errstate(invalid="ignore"):
        agreement = np.bincount(votes.annotators[shared], alike, n_annotators) / n_shared
    copies = _copies(votes, found)
    copying = np.isin(np.arange(n_annotators), [i for pair in copies for i in pair[:2]])
    marks = np.array([*_against_consensus(votes, found, n_shared), copying, fast])
    flags = [[name for name, on in zip(FLAGS, row, strict=True) if on] for row in marks.T]
    table = pl.DataFrame(
        {
            "annotator_id": votes.annotator_ids,
            "labels": n_labels,
            "items": n_labels,
            "accuracy": found.accuracy,
            "agreement": pl.Series(np.round(agreement, DIGITS)).fill_nan(None),
            "flags": pl.Series(flags, dtype=pl.List(pl.String)),
        }
    ).select(ANNOTATORS.names)
    doubted = np.array([name != "near_copy" for name in FLAGS])
    ids = votes.annotator_ids
    named = tuple((ids[a], ids[b], n_items, n_same) for a, b, n_items, n_same in copies)
    return Annotators(table, marks[doubted].any(axis=0), named)


def too_fast(annotator_ids: pl.Series, times: pl.DataFrame) -> Mask:
    """Returns whether each annotator is much faster than the median one; bool, (annotators,).

    Args:
        annotator_ids: The annotators.
        times: Columns `annotator_id` and `duration_s`, one row per label; nulls are left out.
    """
    medians = (
        times.drop_nulls()
        .group_by("annotator_id")
        .agg(pl.len(), pl.col("duration_s").median())
        .filter(pl.col("len") >= MIN_LABELS)
    )
    usual = medians["duration_s"].median()
    fast = medians.filter(pl.col("duration_s") < FAST_SHARE * pl.lit(usual, pl.Float64))
    return annotator_ids.is_in(fast["annotator_id"].implode()).to_numpy()


def _against_consensus(votes: Votes, found: Aggregated, n_shared: Ints) -> tuple[Mask, Mask, Mask]:
    """Returns who is below chance, who gives one label, and who disagrees with the consensus."""
    n_annotators, n_classes = len(votes.annotator_ids), len(votes.classes)
    confusion = found.confusion
    given, n_given = _sums(confusion.annotator * n_classes + confusion.given, confusion.labels)
    true, n_true = _sums(confusion.annotator * n_classes + confusion.true, confusion.labels)
    right = np.where(confusion.given == confusion.true, confusion.labels, 0.0)
    n_right = np.bincount(confusion.annotator, right, n_annotators)
    safe = np.maximum(n_shared, 1)

    both, at_given, at_true = np.intersect1d(given, true, return_indices=True)
    by_chance = n_given[at_given] * n_true[at_true]
    chance = np.bincount(both // n_classes, by_chance, n_annotators) / safe**2
    top_given = _top(given // n_classes, n_given, n_annotators)
    top_true = _top(true // n_classes, n_true, n_annotators)
    enough = n_shared >= MIN_LABELS
    mixed = enough & (top_true <= MIXED_SHARE * n_shared)

    below = mixed & (n_right <= chance * n_shared)
    constant = mixed & (top_given >= CONSTANT_SHARE * n_shared)
    overall = n_right.sum() / max(int(n_shared.sum()), 1)
    halfway = chance + np.maximum(overall - chance, 0.0) / 2
    disagrees = enough & (_upper(n_right / safe, safe) < halfway)
    return below, constant, disagrees


def _sums(keys: Ints, weights: Floats) -> tuple[Ints, Floats]:
    distinct, index = np.unique(keys, return_inverse=True)
    return distinct, weighted_count(index, weights, len(distinct))


def _top(groups: Ints, values: Floats, n_groups: int) -> Floats:
    top = np.zeros(n_groups)
    np.maximum.at(top, groups, values)
    return top


def _upper(share: Floats, n: Ints) -> Floats:
    """Returns the upper end of Wilson's 95 % interval (Wilson 1927) of a share of n."""
    z2 = _Z_95**2
    spread = _Z_95 * np.sqrt(share * (1 - share) / n + z2 / (4 * n**2))
    upper: Floats = (share + z2 / (2 * n) + spread) / (1 + z2 / n)
    return upper


def _copies(votes: Votes, found: Aggregated) -> list[tuple[int, int, int, int]]:
    """Returns pairs of annotators, the items both labelled and those they labelled the same.

    Mistakes are what gives a copy away: pairs are looked for among labels that are probably
    wrong, on items that a third annotator labelled, and then compared on all their items.
    """
    frame = pl.DataFrame(
        {"item": votes.items, "annotator": votes.annotators, "label": votes.labels}
    )
    probable = found.cells.label[found.cells.first_best(found.posterior)]
    wrong = (votes.labels != probable[votes.items]) & (votes.per_item[votes.items] >= 3)
    mistakes = frame.filter(wrong).filter(
        pl.len().over("item", "label").is_between(2, COPY_MAX_ALIKE)
    )
    n_mistakes = np.bincount(votes.annotators[wrong], minlength=len(votes.annotator_ids))
    alike = (
        mistakes.join(mistakes, on=["item", "label"], suffix="_other")
        .filter(pl.col("annotator") < pl.col("annotator_other"))
        .group_by("annotator", "annotator_other")
        .agg(alike=pl.len())
        .filter(pl.col("alike") >= COPY_MIN_MISTAKES)
        .sort("annotator", "annotator_other")
    )
    pairs = [
        (one, other)
        for one, other, n_alike in alike.iter_rows()
        if n_alike >= COPY_SHARE * min(n_mistakes[one], n_mistakes[other])
    ]
    involved = frame.filter(pl.col("annotator").is_in({who for pair in pairs for who in pair}))
    labels_of = involved.partition_by("annotator", as_dict=True, include_key=False)
    copies = []
    for one, other in pairs:
        both = labels_of[one,].join(labels_of[other,], on="item", suffix="_other")
        n_same = int((both["label"] == both["label_other"]).sum())
        if both.height >= COPY_MIN_ITEMS and n_same >= COPY_SHARE * both.height:
            copies.append((one, other, both.height, n_same))
    return copies
