"""Bands: keys that similar records are likely to share, so that only those are compared.

Locality-sensitive hashing of sketches (Leskovec, Rajaraman and Ullman, Mining of Massive Datasets,
section 3.4): the 256 bins are cut into bands of some rows, and records that agree in all rows of a
band are candidates. Bins that are empty take the value of one that is not (Mai et al. 2019, On
densification for minwise hashing, UAI: each full bin fills the bins that it hits first), so that
two records agree in a bin with the probability of their Jaccard similarity, however short.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from datagov.duplicates.sketches import N_BINS, Sketches, bins_of
from datagov.duplicates.tokens import mixed
from datagov.kernel import kernel
from datagov.utf8 import Bytes, Ints

MISS_WEIGHT = 0.98
"""What a missed pair costs against a needless comparison, of 1: comparing is cheap here."""

_STEPS = 1000

_N_FILLERS = 64
_MANY = 40
"""Full bins from which on `fillers` are asked; of fewer most would be asked in vain."""


@dataclass(frozen=True)
class Banding:
    """How the bins are cut.

    Attributes:
        n_bands: Keys per record.
        n_rows: Bins per key.
    """

    n_bands: int
    n_rows: int

    def chance(self, jaccard: float) -> float:
        """Returns the probability that records of a similarity share a band."""
        return float(1 - (1 - jaccard**self.n_rows) ** self.n_bands)


@lru_cache(maxsize=16)
def banding(threshold: float, miss_weight: float = MISS_WEIGHT) -> Banding:
    """Returns the cut with the least weighted chance of errors around a threshold.

    Errors are the pairs below the threshold that are compared and those above that are not, both
    integrated over their similarity, as in datasketch's MinHashLSH.

    Args:
        threshold: Jaccard similarity, in (0, 1].
        miss_weight: Weight of what is missed, in [0, 1]; the other errors weigh the rest.
    """
    below = np.linspace(0, threshold, _STEPS)
    above = np.linspace(threshold, 1, _STEPS)

    def cost(cut: Banding) -> float:
        needless = np.trapezoid(1 - (1 - below**cut.n_rows) ** cut.n_bands, below)
        missed = np.trapezoid((1 - above**cut.n_rows) ** cut.n_bands, above)
        return float((1 - miss_weight) * needless + miss_weight * missed)

    cuts = [
        Banding(n_bands, n_rows)
        for n_bands in range(1, N_BINS + 1)
        for n_rows in range(1, N_BINS // n_bands + 1)
    ]
    return min(cuts, key=cost)


def band_keys(sketches: Sketches, cut: Banding) -> npt.NDArray[np.uint32]:
    """Returns the keys of each record's bands, of shape (n, n_bands), those of one band together.

    Those of records without shingles mean nothing.
    """
    keys = np.zeros((cut.n_bands, len(sketches.hashes)), np.uint32).T
    _band_keys(*sketches.raw(), cut.n_rows, fillers(), keys)
    return keys


@kernel
def _band_keys(
    data: Bytes,
    offsets: Ints,
    n_rows: int,
    filled_by: Bytes,
    keys: npt.NDArray[np.uint32],
) -> None:
    bins = np.empty(N_BINS, np.uint16)
    for record in range(len(keys)):
        if offsets[record] == offsets[record + 1]:
            continue
        bins_of(data[offsets[record] : offsets[record + 1]], bins)
        densify(bins, filled_by)
        for band in range(keys.shape[1]):
            key = np.uint64(band)
            four = np.uint64(0)
            for row in range(n_rows):
                four = four << np.uint64(16) | np.uint64(bins[band * n_rows + row])
                if row % 4 == 3 or row == n_rows - 1:
                    key = mixed(key ^ four)
            keys[record, band] = np.uint32(key >> np.uint64(32))


@kernel
def densify(bins: npt.NDArray[np.uint16], filled_by: Bytes) -> None:
    """Fills the empty bins from those that are not; at least one must not be.

    Args:
        bins: Of one record.
        filled_by: See `fillers`.
    """
    full = np.flatnonzero(bins)
    n_empty = N_BINS - len(full)
    if len(full) >= _MANY:
        is_full = bins != 0
        for which in range(N_BINS):
            if is_full[which]:
                continue
            for i in range(_N_FILLERS):
                if is_full[filled_by[which, i]]:
                    bins[which] = bins[filled_by[which, i]]
                    n_empty -= 1
                    break
    attempt = 0
    while n_empty:
        for i in range(len(full)):
            hit = _hit(attempt, full[i])
            if bins[hit] == 0:
                bins[hit] = bins[full[i]]
                n_empty -= 1
        attempt += 1


@lru_cache(maxsize=1)
def fillers() -> Bytes:
    """Returns which bins would fill each bin, the first first, of shape (N_BINS, some).

    With many full bins it is soon told from these which one fills an empty bin: sooner than by
    trying all full ones until none is empty.
    """
    filled_by = np.zeros((N_BINS, _N_FILLERS), np.uint8)
    _fillers(filled_by)
    return filled_by


@kernel
def _fillers(filled_by: Bytes) -> None:
    n_known = np.zeros(N_BINS, np.int64)
    attempt = 0
    while n_known.min() < _N_FILLERS:
        for i in range(N_BINS):
            hit = _hit(attempt, i)
            if n_known[hit] < _N_FILLERS:
                filled_by[hit, n_known[hit]] = i
                n_known[hit] += 1
        attempt += 1


@kernel
def _hit(attempt: int, full: int) -> np.uint64:
    """Returns the bin that a full bin hits in an attempt to fill one."""
    return mixed(np.uint64((attempt << 8) | full)) >> np.uint64(56)
