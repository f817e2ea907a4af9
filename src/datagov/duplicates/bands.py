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
    """Returns the keys of each record's bands, of shape (n, n_bands).

    Those of records without shingles mean nothing.
    """
    keys = np.zeros((len(sketches.hashes), cut.n_bands), np.uint32)
    _band_keys(*sketches.raw(), cut.n_rows, keys)
    return keys


@kernel
def _band_keys(
    data: Bytes,
    offsets: Ints,
    n_rows: int,
    keys: npt.NDArray[np.uint32],
) -> None:
    bins = np.empty(N_BINS, np.uint16)
    for record in range(len(keys)):
        if offsets[record] == offsets[record + 1]:
            continue
        bins_of(data[offsets[record] : offsets[record + 1]], bins)
        densify(bins)
        for band in range(keys.shape[1]):
            key = np.uint64(band)
            for row in range(band * n_rows, (band + 1) * n_rows):
                key = mixed(key ^ np.uint64(bins[row]))
            keys[record, band] = np.uint32(key >> np.uint64(32))


@kernel
def densify(bins: npt.NDArray[np.uint16]) -> None:
    """Fills the empty bins from those that are not; at least one must not be."""
    full = np.flatnonzero(bins)
    n_empty = N_BINS - len(full)
    attempt = 0
    while n_empty:
        for i in range(len(full)):
            which = mixed(np.uint64((attempt << 8) | full[i])) >> np.uint64(56)
            if bins[which] == 0:
                bins[which] = bins[full[i]]
                n_empty -= 1
        attempt += 1
