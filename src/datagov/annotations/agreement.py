"""How far annotators agree: Krippendorff's alpha, for nominal labels.

K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), section C: any number of
annotators, missing labels allowed. Chance agreement comes from the labels as they are used.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BOOTSTRAP_ROUNDS = 1000
SEED = 20240901
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Agreement:
    """Agreement over the items that at least two annotators labelled.

    Attributes:
        alpha: Krippendorff's alpha; 1 is perfect, 0 is chance. None when it is not defined:
            no item has two labels, or only one class is in use.
        low: Lower end of the 95 % interval, from resampling items.
        high: Its upper end.
        observed: Share of pairs of labels of one item that are equal; None without pairs.
        items: Items with at least two labels.
    """

    alpha: float | None
    low: float | None
    high: float | None
    observed: float | None
    items: int


def agreement(items: Ints, labels: Ints) -> Agreement:
    """Returns the agreement of labels.

    Args:
        items: Index of the item of each label, from 0.
        labels: Index of the class of each label, from 0.
    """
    counts = _counts(items, labels)
    counts = counts[counts.sum(axis=1) >= 2]
    n_items = len(counts)
    if not n_items:
        return Agreement(None, None, None, None, 0)
    disagreement, sizes = _disagreement(counts)
    alpha = _alpha(disagreement.sum(), counts.sum(axis=0))
    observed = 1.0 - float(disagreement.sum() / sizes.sum())
    if alpha is None:
        return Agreement(None, None, None, observed, n_items)
    low, high = _interval(counts, disagreement)
    return Agreement(alpha, low, high, observed, n_items)


def _counts(items: Ints, labels: Ints) -> Ints:
    """Returns how often each class was given to each item; int64, (items, classes)."""
    n_items = int(items.max(initial=-1)) + 1
    n_classes = int(labels.max(initial=-1)) + 1
    flat = np.bincount(items * n_classes + labels, minlength=n_items * n_classes)
    return flat.reshape(n_items, n_classes)


def _disagreement(counts: Ints) -> tuple[Floats, Floats]:
    """Returns per item the disagreeing pairs, each weighted by 1 / (labels - 1), and its labels.

    The sum of the first is n times the observed disagreement of the paper.
    """
    sizes = counts.sum(axis=1).astype(float)
    equal = (counts * (counts - 1)).sum(axis=1)
    return (sizes * (sizes - 1) - equal) / (sizes - 1), sizes


def _alpha(disagreement: float, totals: Ints) -> float | None:
    n = float(totals.sum())
    expected = (n * n - float((totals.astype(float) ** 2).sum())) / (n - 1)
    if expected == 0:
        return None
    return 1.0 - float(disagreement) / expected


def _interval(counts: Ints, disagreement: Floats) -> tuple[float, float]:
    """Returns the 95 % interval of alpha over resamples of items, with a fixed seed."""
    generator = np.random.default_rng(SEED)
    n_items = len(counts)
    alphas = []
    for _ in range(BOOTSTRAP_ROUNDS if n_items <= 100_000 else BOOTSTRAP_ROUNDS // 10):
        weights = np.bincount(generator.integers(0, n_items, n_items), minlength=n_items)
        alpha = _alpha(float(weights @ disagreement), weights @ counts)
        alphas.append(1.0 if alpha is None else alpha)
    low, high = np.quantile(alphas, [0.025, 0.975])
    return float(low), float(high)
