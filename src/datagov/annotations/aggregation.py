"""The most probable label of each item, by vote and by Dawid and Skene's model.

A. P. Dawid and A. M. Skene, "Maximum Likelihood Estimation of Observer Error-Rates Using the EM
Algorithm", Applied Statistics 28 (1979). Two things are added, for data with few labels per
annotator: error rates are learnt only from items with two labels and more, for a single label
says nothing about who gave it; and each annotator's error rates are drawn towards those of all
annotators together, as if PRIOR_LABELS labels more of each true class had been seen from an
average annotator (the mean under a Dirichlet prior).

All is sparse: a cell is a class that an item may have, a pair is a label beside a cell of its
item. Thousands of classes cost no more than a few, as long as items have few different labels.
"""

from dataclasses import dataclass

import numpy as np

from datagov.annotations.votes import Floats, Ints, Mask, Votes, weighted_count

MAX_ROUNDS = 100
TOLERANCE = 1e-5
"""EM ends when the posterior of an item changes by less than this, on average over items."""
PRIOR_LABELS = 2.0
PRIOR_CELL = 0.01
"""What is added to each cell of the error rates of all annotators together, in labels."""
DIGITS = 6
"""Decimals of what leaves this module: the last bits of exp and log differ between machines."""
MAX_PAIRS = 8_000_000
"""Up to so many pairs all classes are possible for all items; beyond, only those given to it."""


@dataclass(frozen=True)
class Cells:
    """The classes that each item may have, sorted by item and class.

    Attributes:
        item: Index of the item of each cell; int64, (cells,), non-decreasing.
        label: Index of its class, likewise.
        votes: How many annotators gave that class to that item; int64, (cells,).
        start: First cell of each item; int64, (items,). Each item has a cell.
        all_classes: Whether each item has a cell for each class.
    """

    item: Ints
    label: Ints
    votes: Ints
    start: Ints
    all_classes: bool

    def of_votes(self, votes: Votes) -> Ints:
        """Returns the cell of each vote; int64, (votes,)."""
        n_classes = len(votes.classes)
        keys = self.item * n_classes + self.label
        return np.searchsorted(keys, votes.items * n_classes + votes.labels)

    def first_best(self, scores: Floats | Ints) -> Ints:
        """Returns each item's cell of the highest score; of equal ones the first class."""
        best = np.maximum.reduceat(scores, self.start)
        hits = np.flatnonzero(scores == best[self.item])
        _, first = np.unique(self.item[hits], return_index=True)
        return hits[first]


@dataclass(frozen=True)
class Confusion:
    """How often each annotator gave one class where another is true, as expected by the model.

    Attributes:
        annotator: Index of the annotator; int64, (entries,).
        true: Index of the true class, likewise.
        given: Index of the class given, likewise.
        labels: Expected number of labels; float64, (entries,). Sums to the labels of the
            annotator on items with two labels and more.
    """

    annotator: Ints
    true: Ints
    given: Ints
    labels: Floats


@dataclass(frozen=True)
class Aggregated:
    """What the votes come to.

    Attributes:
        cells: The classes that each item may have.
        posterior: Probability of each cell; float64, (cells,), sums to 1 in each item. Share of
            votes if nothing could be learnt.
        accuracy: Probability that a label of each annotator is right; float64, (annotators,).
            NaN if nothing could be learnt.
        confusion: Error rates of the annotators, as counts.
        rounds: Rounds of EM; 0 if nothing could be learnt: no item has two labels.
    """

    cells: Cells
    posterior: Floats
    accuracy: Floats
    confusion: Confusion
    rounds: int


def count_votes(votes: Votes, *, all_classes: bool) -> Cells:
    """Returns the cells of all items: every class, or the classes that annotators gave to it."""
    n_items, n_classes = len(votes.item_ids), len(votes.classes)
    keys = votes.items * n_classes + votes.labels
    if all_classes:
        counts = np.bincount(keys, minlength=n_items * n_classes)
        keys = np.arange(n_items * n_classes)
    else:
        keys, counts = np.unique(keys, return_counts=True)
    item, label = np.divmod(keys, n_classes)
    start = np.searchsorted(item, np.arange(n_items))
    return Cells(item, label, counts, start, all_classes)


def majority_vote(votes: Votes) -> Ints:
    """Returns the class that most annotators gave to each item; int64, (items,).

    Of classes with equal votes the first by name.
    """
    cells = count_votes(votes, all_classes=False)
    return cells.label[cells.first_best(cells.votes)]


def dawid_skene(votes: Votes) -> Aggregated:
    """Returns posteriors, accuracies and error rates. There must be at least one vote.

    Starts from the shares of votes. Deterministic. An item with a single label gets its posterior
    from the error rates that its annotator shows on other items.

    Complexity: rounds x pairs in time, pairs in memory; there are votes x classes pairs, or
    fewer (MAX_PAIRS).
    """
    n_classes, n_annotators = len(votes.classes), len(votes.annotator_ids)
    cells = count_votes(votes, all_classes=len(votes.items) * n_classes <= MAX_PAIRS)
    per_item = votes.per_item
    posterior = cells.votes / per_item[cells.item]
    taught = per_item >= 2
    pairs = _Pairs.of(votes, cells, taught)
    if not taught.any():
        unknown = np.full(n_annotators, np.nan)
        return Aggregated(cells, posterior, unknown, pairs.confusion(posterior), 0)
    change, rounds = np.inf, 0
    while change >= TOLERANCE and rounds < MAX_ROUNDS:
        previous = posterior
        posterior = _round(posterior, cells, pairs, taught)
        change = np.abs(posterior - previous).sum() / len(per_item)
        rounds += 1
    posterior = np.round(posterior, DIGITS)
    accuracy = np.round(_accuracy(pairs, posterior, n_annotators), DIGITS)
    return Aggregated(cells, posterior, accuracy, pairs.confusion(posterior), rounds)


@dataclass(frozen=True)
class _Pairs:
    """Each label beside each cell of its item, and the error rate that joins the two.

    A slot is (annotator, true class, given class), as far as one occurs; a row is its first two,
    a pool its last two.

    Attributes:
        cell: Cell of each pair; int64, (pairs,).
        slot: Slot of each pair, likewise.
        learns: Whether the item of each cell teaches about annotators; bool, (cells,).
        annotator, true, given: What each slot is; int64, (slots,).
        row, pool: Row and pool of each slot, likewise.
        pool_true: True class of each pool; int64, (pools,).
        n_classes: Number of classes.
    """

    cell: Ints
    slot: Ints
    learns: Mask
    annotator: Ints
    true: Ints
    given: Ints
    row: Ints
    pool: Ints
    pool_true: Ints
    n_classes: int

    @classmethod
    def of(cls, votes: Votes, cells: Cells, taught: Mask) -> "_Pairs":
        n_classes = len(votes.classes)
        length = np.diff(np.append(cells.start, len(cells.item)))[votes.items]
        ends = np.cumsum(length)
        first = cells.start[votes.items] - (ends - length)
        cell = np.repeat(first, length) + np.arange(ends[-1])
        rows = np.repeat(votes.annotators * n_classes, length) + cells.label[cell]
        slots, slot = _numbered(rows * n_classes + np.repeat(votes.labels, length))
        rows, given = np.divmod(slots, n_classes)
        annotator, true = np.divmod(rows, n_classes)
        _, row = _numbered(rows)
        pools, pool = _numbered(true * n_classes + given)
        learns = taught[cells.item]
        return cls(
            cell, slot, learns, annotator, true, given, row, pool, pools // n_classes, n_classes
        )

    def counts(self, posterior: Floats) -> Floats:
        """Returns the expected labels of each slot, from items that teach; float64, (slots,)."""
        weights = np.where(self.learns, posterior, 0.0)[self.cell]
        return weighted_count(self.slot, weights, len(self.row))

    def confusion(self, posterior: Floats) -> Confusion:
        """Returns the counts with what they are counts of."""
        return Confusion(self.annotator, self.true, self.given, self.counts(posterior))


def _numbered(keys: Ints) -> tuple[Ints, Ints]:
    """Returns the sorted distinct keys, and for each key its index among them."""
    distinct, index = np.unique(keys, return_inverse=True)
    return distinct, index


def _round(posterior: Floats, cells: Cells, pairs: _Pairs, taught: Mask) -> Floats:
    """Returns the posterior after one round: error rates from it, then it from error rates."""
    rates = _error_rates(pairs, pairs.counts(posterior))
    known = np.where(pairs.learns, posterior, 0.0)
    prior = weighted_count(cells.label, known, pairs.n_classes) + 1.0
    logits = np.log(prior / prior.sum())[cells.label]
    logits += weighted_count(pairs.cell, np.log(rates)[pairs.slot], len(cells.item))
    logits -= np.maximum.reduceat(logits, cells.start)[cells.item]
    likely: Floats = np.exp(logits)
    likely /= np.add.reduceat(likely, cells.start)[cells.item]
    return likely


def _error_rates(pairs: _Pairs, counts: Floats) -> Floats:
    """Returns the probability of each slot's given class, for its annotator and true class."""
    pooled = weighted_count(pairs.pool, counts, len(pairs.pool_true))
    pooled_rows = weighted_count(pairs.pool_true, pooled, pairs.n_classes)
    pooled = (pooled + PRIOR_CELL) / (pooled_rows + PRIOR_CELL * pairs.n_classes)[pairs.pool_true]
    rows = weighted_count(pairs.row, counts, int(pairs.row[-1]) + 1)
    rates: Floats = (counts + PRIOR_LABELS * pooled[pairs.pool]) / (rows[pairs.row] + PRIOR_LABELS)
    return rates


def _accuracy(pairs: _Pairs, posterior: Floats, n_annotators: int) -> Floats:
    """Returns the share of labels that are right, drawn towards that of all like error rates."""
    counts = pairs.counts(posterior)
    right = np.where(pairs.true == pairs.given, counts, 0.0)
    overall = right.sum() / counts.sum()
    n_right = weighted_count(pairs.annotator, right, n_annotators)
    n_labels = weighted_count(pairs.annotator, counts, n_annotators)
    accuracy: Floats = (n_right + PRIOR_LABELS * overall) / (n_labels + PRIOR_LABELS)
    return accuracy
