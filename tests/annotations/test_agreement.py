"""Krippendorff's alpha against the paper's examples and its definition written out."""

import itertools
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagov.annotations.agreement import agreement, alpha_by_class, values_of
from datagov.errors import ConfigError

OBSERVERS = [
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
]
"""Krippendorff 2011, section C: four observers, twelve units, missing labels."""

BINARY = ["0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0"]
"""Section A: two observers, ten units, no label missing: alpha 0.095."""

NOMINAL = ["a a b b d c c c e d d a", "b a b b b c c c e d d d"]
"""Section B: two observers, twelve units, five classes: alpha 0.692."""

UNITS = st.lists(st.lists(st.integers(0, 4), max_size=5), max_size=12)


def units(observers):
    rows = [line.split() for line in observers]
    names = sorted({v for row in rows for v in row} - {"."})
    return [[names.index(v) for v in unit if v != "."] for unit in zip(*rows, strict=True)]


def arrays(labels_by_item):
    items = [i for i, values in enumerate(labels_by_item) for _ in values]
    labels = [v for values in labels_by_item for v in values]
    return np.array(items, np.int64), np.array(labels, np.int64)


def difference(scale, counts, one, other):
    if scale == "nominal":
        return float(one != other)
    if scale == "interval":
        return float(one - other) ** 2
    low, high = sorted((one, other))
    between = sum(n for value, n in counts.items() if low <= value <= high)
    return (between - (counts.get(low, 0) + counts.get(high, 0)) / 2) ** 2


def alpha_by_definition(labels_by_item, scale):
    """The coincidences of all ordered pairs of labels of an item, as the paper writes them."""
    pairs = [
        (a, b, 1 / (len(values) - 1))
        for values in labels_by_item
        if len(values) > 1
        for a, b in itertools.permutations(values, 2)
    ]
    counts = {}
    for a, _, weight in pairs:
        counts[a] = counts.get(a, 0) + weight
    n = sum(counts.values())
    if len(counts) < 2:
        return None
    observed = sum(w * difference(scale, counts, a, b) for a, b, w in pairs) / n
    expected = sum(
        counts[a] * counts[b] * difference(scale, counts, a, b) for a in counts for b in counts
    ) / (n * (n - 1))
    return 1 - observed / expected


@pytest.mark.parametrize(
    ("observers", "scale", "alpha"),
    [
        (BINARY, "nominal", 0.095),
        (NOMINAL, "nominal", 0.692),
        (OBSERVERS, "nominal", 0.743),
        (OBSERVERS, "ordinal", 0.815),
        (OBSERVERS, "interval", 0.849),
    ],
)
def test_alpha_is_the_published_one(observers, scale, alpha):
    found = agreement(*arrays(units(observers)), scale, np.arange(5.0))
    assert found.alpha == pytest.approx(alpha, abs=5e-4)
    assert found.low <= found.alpha <= found.high


@pytest.mark.parametrize("scale", ["nominal", "ordinal", "interval"])
@settings(max_examples=60, deadline=None)
@given(labels_by_item=UNITS)
def test_alpha_is_that_of_the_definition(scale, labels_by_item):
    found = agreement(*arrays(labels_by_item), scale, np.arange(5.0)).alpha
    expected = alpha_by_definition(labels_by_item, scale)
    assert found == (None if expected is None else pytest.approx(expected, abs=1e-9))


@settings(max_examples=60, deadline=None)
@given(labels_by_item=UNITS, cls=st.integers(0, 4))
def test_alpha_of_a_class_is_that_of_this_class_against_the_rest(labels_by_item, cls):
    found = alpha_by_class(*arrays(labels_by_item), 5)[cls]
    expected = alpha_by_definition([[v == cls for v in u] for u in labels_by_item], "nominal")
    assert np.isnan(found) if expected is None else found == pytest.approx(expected, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(labels_by_item=UNITS)
def test_observed_agreement_is_the_share_of_equal_pairs(labels_by_item):
    shares = [
        (len(v), np.mean([a == b for a, b in itertools.permutations(v, 2)]))
        for v in labels_by_item
        if len(v) > 1
    ]
    found = agreement(*arrays(labels_by_item))
    assert found.items == len(shares)
    if shares:
        weights, values = zip(*shares, strict=True)
        assert found.observed == pytest.approx(np.average(values, weights=weights))
    else:
        assert found.observed is None


def test_alpha_is_undefined_when_items_labelled_twice_know_one_class():
    found = agreement(*arrays([[0, 0], [0, 0, 0], [1]]))
    assert (found.alpha, found.low, found.high) == (None, None, None)
    assert found.observed == 1.0


def test_perfect_agreement_has_no_uncertainty():
    found = agreement(*arrays([[0, 0], [1, 1], [2, 2]] * 5))
    assert (found.alpha, found.low, found.high) == (1.0, 1.0, 1.0)


def test_numbers_written_differently_are_one_value():
    one = agreement(*arrays([[0, 1], [2, 2]]), "ordinal", np.array([1.0, 1.0, 2.0]))
    assert one.alpha == 1.0


def test_the_interval_covers_the_true_alpha_about_as_often_as_it_says():
    generator = np.random.default_rng(1)
    right = 0
    for _ in range(60):
        truth = generator.integers(0, 2, 150)[:, None]
        labels = np.where(generator.random((150, 3)) < 0.8, truth, 1 - truth)
        found = agreement(np.repeat(np.arange(150), 3), labels.ravel())
        # Two independent labels with error e are equal with probability 1 - 2e(1 - e).
        right += found.low <= 1 - 0.32 / 0.5 <= found.high
    assert right >= 52


def test_the_interval_is_the_same_every_time():
    arguments = arrays(units(OBSERVERS))
    assert agreement(*arguments) == agreement(*arguments)


def test_labels_that_are_no_numbers_have_no_ordinal_scale():
    with pytest.raises(ConfigError, match=r"1 of 3 classes are not; write them as numbers"):
        values_of(["1", "2", "good"], "ordinal")
    with pytest.raises(ConfigError, match="not; write them"):
        values_of(["1", "nan", "inf"], "interval")
    with pytest.raises(ConfigError, match="expected one of nominal, ordinal, interval"):
        values_of(["1"], "ratio")


def test_a_million_labels_take_seconds():
    generator = np.random.default_rng(0)
    truth = generator.integers(0, 5, 200_000)[:, None]
    noise = generator.integers(0, 5, (200_000, 5))
    labels = np.where(generator.random((200_000, 5)) < 0.8, truth, noise).ravel()
    start = time.perf_counter()
    found = agreement(np.repeat(np.arange(200_000), 5), labels)
    assert time.perf_counter() - start < 5
    assert found.alpha == pytest.approx(0.64, abs=0.01)
