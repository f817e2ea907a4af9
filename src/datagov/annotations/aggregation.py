"""The most probable label of each item: Dawid and Skene's model of annotators' errors.

A. P. Dawid and A. M. Skene, "Maximum Likelihood Estimation of Observer Error-Rates Using the EM
Algorithm", Applied Statistics 28 (1979). Started from the shares of votes; counts are smoothed,
so that an annotator with few labels is not believed to be infallible.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

MAX_ROUNDS = 100
TOLERANCE = 1e-6
SMOOTHING = 0.01
MAX_CELLS = 50_000_000
"""Beyond so many cells of confusion matrices the shares of votes are taken as they are."""

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Aggregated:
    """What the labels of all annotators come to.

    Attributes:
        posterior: Probability of each class for each item; float64, (items, classes).
        accuracy: Probability that each annotator gives the right label; float64, (annotators,).
        rounds: Rounds of EM; 0 when votes were only counted.
    """

    posterior: Floats
    accuracy: Floats
    rounds: int


def vote_shares(items: Ints, labels: Ints, n_items: int, n_classes: int) -> Floats:
    """Returns the share of each class among the labels of each item; float64, (items, classes)."""
    flat = np.bincount(items * n_classes + labels, minlength=n_items * n_classes)
    counts = flat.reshape(n_items, n_classes).astype(float)
    shares: Floats = counts / counts.sum(axis=1, keepdims=True)
    return shares


def dawid_skene(items: Ints, annotators: Ints, labels: Ints) -> Aggregated:
    """Returns posteriors and accuracies.

    Args:
        items: Index of the item of each label; every index from 0 on has a label.
        annotators: Index of its annotator, likewise.
        labels: Index of its class, likewise.

    Complexity: rounds x labels x classes in time.
    """
    n_items, n_annotators = int(items.max()) + 1, int(annotators.max()) + 1
    n_classes = int(labels.max()) + 1
    posterior = vote_shares(items, labels, n_items, n_classes)
    rounds = 0
    if n_classes > 1 and n_annotators * n_classes * n_classes <= MAX_CELLS:
        change = np.inf
        while change >= TOLERANCE and rounds < MAX_ROUNDS:
            previous = posterior
            posterior = _expected(posterior, items, annotators, labels, n_annotators)
            change = np.abs(posterior - previous).max()
            rounds += 1
    right = posterior[items, labels]
    sums = np.bincount(annotators, weights=right, minlength=n_annotators)
    accuracy = sums / np.bincount(annotators, minlength=n_annotators)
    return Aggregated(posterior, accuracy, rounds)


def _expected(
    posterior: Floats, items: Ints, annotators: Ints, labels: Ints, n_annotators: int
) -> Floats:
    """Returns the posterior after one round: error rates from it, then it from error rates."""
    n_classes = posterior.shape[1]
    confusion = np.zeros((n_annotators, n_classes, n_classes))  # annotator, given, true
    np.add.at(confusion, (annotators, labels), posterior[items])
    confusion += SMOOTHING
    confusion /= confusion.sum(axis=1, keepdims=True)
    prior = posterior.sum(axis=0) + SMOOTHING
    log_posterior = np.tile(np.log(prior / prior.sum()), (len(posterior), 1))
    np.add.at(log_posterior, items, np.log(confusion)[annotators, labels])
    log_posterior -= log_posterior.max(axis=1, keepdims=True)
    posterior = np.exp(log_posterior)
    posterior /= posterior.sum(axis=1, keepdims=True)
    return posterior
