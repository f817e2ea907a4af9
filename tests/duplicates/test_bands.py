"""Bands: how the bins are cut, and that similar records share one as often as theory says."""

from itertools import count

import numpy as np
import pytest
from datasketch.lsh import _optimal_param
from hypothesis import given
from hypothesis import strategies as st
from made import pairs_at, true_jaccard

from datagov.duplicates.bands import Banding, band_keys, banding, densify, fillers
from datagov.duplicates.sketches import N_BINS
from datagov.duplicates.tokens import mixed


@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.65, 0.8, 0.9])
@pytest.mark.parametrize("miss_weight", [0.5, 0.9])
def test_the_cut_is_datasketchs(threshold, miss_weight):
    theirs = _optimal_param(threshold, N_BINS, 1 - miss_weight, miss_weight)
    ours = banding(threshold, miss_weight)
    assert (ours.n_bands, ours.n_rows) == theirs


@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.7, 0.8, 0.9])
def test_a_tenth_above_the_threshold_nothing_is_missed(threshold):
    assert banding(threshold).chance(threshold + 0.1) > 0.995


@given(st.sets(st.integers(0, N_BINS - 1), min_size=1))
def test_densifying_fills_every_bin_from_those_that_are_full(full):
    bins = np.zeros(N_BINS, np.uint16)
    bins[sorted(full)] = [1000 + i for i in sorted(full)]
    before = bins.copy()
    densify(bins, fillers())
    assert (bins > 0).all()
    assert set(bins.tolist()) == {1000 + i for i in full}
    assert (bins[sorted(full)] == before[sorted(full)]).all()


@given(st.sets(st.integers(0, N_BINS - 1), min_size=1))
def test_what_fills_a_bin_is_what_hits_it_first_among_the_full(full):
    bins = np.zeros(N_BINS, np.uint16)
    bins[sorted(full)] = [1000 + i for i in sorted(full)]
    expected = bins.copy()
    for attempt in count():
        if (expected > 0).all():
            break
        for i in sorted(full):
            which = int(mixed(np.uint64(attempt << 8 | i))) >> 56
            expected[which] = expected[which] or 1000 + i
    densify(bins, fillers())
    assert bins.tolist() == expected.tolist()


@pytest.mark.parametrize(("similarity", "n_tokens"), [(0.6, 40), (0.6, 1500), (0.35, 1500)])
def test_pairs_share_a_band_as_often_as_theory_says(sketched, similarity, n_tokens):
    n_pairs = 300
    texts = pairs_at(similarity, n_tokens, n_pairs, seed=8)
    cut = Banding(8, 4)
    keys = band_keys(sketched(texts), cut)
    met = (keys[0::2] == keys[1::2]).any(axis=1).mean()
    if n_tokens > 1000:
        true = np.mean([true_jaccard(*texts[i : i + 2]) for i in range(0, 2 * n_pairs, 2)])
    else:
        # Tokens and pairs of them: very nearly the similarity that was asked for.
        true = similarity
    chance = cut.chance(true)
    assert met == pytest.approx(chance, abs=4 * np.sqrt(chance * (1 - chance) / n_pairs) + 0.03)
