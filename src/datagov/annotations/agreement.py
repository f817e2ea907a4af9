"""How far annotators agree: Krippendorff's alpha for nominal, ordinal and interval labels.

K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), section C: any number of
annotators, missing labels allowed. Chance agreement comes from the labels as they are used.

All three metrics are sums over items of what an item contributes. The ordinal difference of the
paper (section E) is the interval difference of mid-ranks: the sum of n_g from c to k less half of
both ends is rank(k) - rank(c), where rank(k) counts the labels below k and half of those at k.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from datagov.annotations.votes import Floats, Ints
from datagov.errors import ConfigError

Scale = Literal["nominal", "ordinal", "interval"]
SCALES: tuple[Scale, ...] = get_args(Scale)

BOOTSTRAP_ROUNDS = 1000
BOOTSTRAP_ROUNDS_LARGE = 200
LARGE = 50_000
"""From so many distinct kinds of items on there are fewer rounds; the interval is narrow then."""
SEED = 20240901
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Agreement:
    """Agreement over the items that at least two annotators labelled.

    Attributes:
        alpha: Krippendorff's alpha; 1 is perfect, 0 is chance. None when it is not defined:
            no item has two labels, or only one class is in use on those that have.
        low: Lower end of the 95 % interval, from resampling items.
        high: Its upper end.
        observed: Share of pairs of labels of one item that are equal, an item counted by its
            labels as in the paper; None without pairs.
        items: Items with at least two labels.
    """

    alpha: float | None
    low: float | None
    high: float | None
    observed: float | None
    items: int


def agreement(
    items: Ints, labels: Ints, scale: Scale = "nominal", values: Floats | None = None
) -> Agreement:
    """Returns the agreement of labels and its interval.

    The interval is the percentile bootstrap over items, with a fixed seed: whole items are drawn
    with replacement, chance agreement is computed anew each time. (Hayes and Krippendorff 2007
    draw pairs of labels instead, which takes pairs within an item for independent.) A draw in
    which only one class is left counts as perfect agreement.

    Args:
        items: Index of the item of each label, from 0; int64.
        labels: Index of the class of each label, from 0; int64.
        scale: How far apart two classes are: differ or not, by rank, by value.
        values: Number that each class is, for `ordinal` and `interval`; float64, (classes,).
    """
    if values is not None:
        # Classes that are written differently but are one number are one class.
        values, rank = np.unique(values, return_inverse=True)
        labels = rank[labels]
    n_classes = int(labels.max(initial=-1)) + 1 if values is None else len(values)
    cells = _Cells.of(items, labels, n_classes)
    n_items = int(cells.repeats.sum())
    if not n_items:
        return Agreement(None, None, None, None, 0)
    observed = 1.0 - _disagreement(cells, cells.repeats, "nominal", None)[0]
    alpha = _alpha(cells, cells.repeats, scale, values)
    if alpha is None:
        return Agreement(None, None, None, observed, n_items)
    low, high = _interval(cells, scale, values)
    return Agreement(alpha, low, high, observed, n_items)


def alpha_by_class(items: Ints, labels: Ints, n_classes: int) -> Floats:
    """Returns alpha of each class against all others together; float64, (classes,).

    NaN for a class that is on no item with two labels, or the only one there.
    """
    cells = _Cells.of(items, labels, n_classes)
    weights = cells.repeats[cells.kind]
    sizes = cells.sizes[cells.kind]
    differing = weights * cells.count * (sizes - cells.count) / (sizes - 1)
    observed = np.bincount(cells.label, differing, n_classes)
    totals = np.bincount(cells.label, weights * cells.count, n_classes)
    n = totals.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        alphas: Floats = 1.0 - observed * (n - 1) / (totals * (n - totals))
    return alphas


def values_of(classes: Sequence[str], scale: Scale) -> Floats | None:
    """Returns the number that each class is, None for `nominal`.

    Raises:
        ConfigError: A class of an ordinal or interval scale is no finite number.
    """
    if scale not in SCALES:
        raise ConfigError(f"scale {scale!r} is unknown; expected one of {', '.join(SCALES)}")
    if scale == "nominal":
        return None
    values = np.array([_number(each) for each in classes], np.float64)
    n_bad = int((~np.isfinite(values)).sum())
    if n_bad:
        raise ConfigError(
            f"scale {scale!r} needs labels that are numbers; {n_bad} of {len(classes)} classes "
            "are not; write them as numbers or use scale 'nominal'"
        )
    return values


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


@dataclass(frozen=True)
class _Cells:
    """Items with two labels and more, those with equal counts of each class taken together.

    Attributes:
        kind: Index of the kind of item of each cell; int64, (cells,), non-decreasing.
        label: Class of each cell, likewise.
        count: How many labels of that class an item of that kind has; float64, (cells,).
        sizes: Labels of an item of each kind; float64, (kinds,).
        repeats: How many items are of each kind; int64, (kinds,).
        n_classes: Number of classes.
    """

    kind: Ints
    label: Ints
    count: Floats
    sizes: Floats
    repeats: Ints
    n_classes: int

    @classmethod
    def of(cls, items: Ints, labels: Ints, n_classes: int) -> "_Cells":
        per_item = np.bincount(items)
        keys, counts = np.unique(
            (items * n_classes + labels)[per_item[items] >= 2], return_counts=True
        )
        item, label = np.divmod(keys, max(n_classes, 1))
        _, start = np.unique(item, return_index=True)
        kind_of, first, repeats = _kinds(label * (len(items) + 1) + counts, start)
        taken = np.isin(start, first)
        length = np.diff(np.append(start, len(item)))
        cell = np.repeat(taken, length)
        kind = np.repeat(kind_of[taken], length[taken])
        order = np.argsort(kind, kind="stable")
        sizes = per_item[item[first]].astype(float)
        return cls(
            kind[order],
            label[cell][order],
            counts[cell][order].astype(float),
            sizes,
            repeats,
            n_classes,
        )


def _kinds(codes: Ints, start: Ints) -> tuple[Ints, Ints, Ints]:
    """Groups equal runs of codes.

    Returns the group of each run, the first position of each group's first run, and how many
    runs each group has. Groups are numbered by (length, codes).
    """
    length = np.diff(np.append(start, len(codes)))
    group_of = np.empty(len(start), np.int64)
    first, repeats = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    n_groups = 0
    for size in np.unique(length):
        runs = np.flatnonzero(length == size)
        rows = codes[start[runs][:, None] + np.arange(size)]
        order = np.lexsort(rows.T[::-1])
        rows = rows[order]
        new = np.append(True, (rows[1:] != rows[:-1]).any(axis=1))
        group_of[runs[order]] = n_groups + np.cumsum(new) - 1
        begins = np.flatnonzero(new)
        first.append(start[runs[order[begins]]])
        repeats.append(np.diff(np.append(begins, len(runs))))
        n_groups += len(begins)
    return group_of, np.concatenate(first), np.concatenate(repeats)


def _disagreement(
    cells: _Cells, weights: Ints, scale: Scale, values: Floats | None
) -> tuple[float, float]:
    """Returns the observed and the expected disagreement, D_o and D_e of the paper.

    `weights` says how many items of each kind there are; int64, (kinds,).
    """
    labels = weights[cells.kind] * cells.count
    totals = np.bincount(cells.label, weights=labels, minlength=cells.n_classes)
    n = float(totals.sum())
    n_kinds = len(cells.sizes)
    if scale == "nominal":
        squares = np.bincount(cells.kind, weights=cells.count**2, minlength=n_kinds)
        differing = cells.sizes**2 - squares
        expected = n * n - float((totals**2).sum())
    else:
        value = values if scale == "interval" else np.cumsum(totals) - totals / 2
        if value is None:
            raise ConfigError("scale 'interval' needs the value of each class")
        # Differences do not change when all values move; near 0 they lose least.
        value = value - float((totals * value).sum()) / n
        weighted = cells.count * value[cells.label]
        sums = np.bincount(cells.kind, weights=weighted, minlength=n_kinds)
        squares = np.bincount(cells.kind, weights=weighted * value[cells.label], minlength=n_kinds)
        differing = 2 * (cells.sizes * squares - sums**2)
        expected = 2 * (n * float((totals * value**2).sum()) - float((totals * value).sum()) ** 2)
    observed = float((weights * differing / (cells.sizes - 1)).sum())
    return observed / n, expected / (n * (n - 1))


def _alpha(cells: _Cells, weights: Ints, scale: Scale, values: Floats | None) -> float | None:
    labels = cells.label[weights[cells.kind] > 0]
    if (labels == labels[0]).all():
        return None
    observed, expected = _disagreement(cells, weights, scale, values)
    return 1.0 - observed / expected


def _interval(cells: _Cells, scale: Scale, values: Floats | None) -> tuple[float, float]:
    generator = np.random.default_rng(SEED)
    n_items = int(cells.repeats.sum())
    shares = cells.repeats / n_items
    n_rounds = BOOTSTRAP_ROUNDS if len(shares) < LARGE else BOOTSTRAP_ROUNDS_LARGE
    alphas = np.ones(n_rounds)
    for i in range(n_rounds):
        alpha = _alpha(cells, generator.multinomial(n_items, shares), scale, values)
        if alpha is not None:
            alphas[i] = alpha
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(alphas, [tail, 1 - tail])
    return float(low), float(high)
