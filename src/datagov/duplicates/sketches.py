"""Sketches: half a kilobyte per record that tells how much of two records' shingles are the same.

**Shingles.** Short texts are compared by their tokens and pairs of them, long ones by runs of five;
in between by a sample of each, which moves with length, so that two texts of about one length
are always compared by about the same. Whether a shingle is in a sample depends on its hash alone.

**Sketch.** A record of up to 127 different shingles keeps them all: of those that were taken its
similarity is exact, but of 15 to 48 words these are a sample (errors of .065 were seen). Of
others one-permutation hashing (Li, Owen and Zhang 2012, NIPS) keeps the least hash in each of 256
bins; the share of equal bins among those that are not empty on both sides estimates Jaccard's
similarity without bias, with a standard deviation of at most 0.032.

Hashes depend on a secret seed: a sketch of a short text must not tell its words.
"""

import unicodedata
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from datagov.corpus.batch import Cells
from datagov.duplicates.tokens import CHARS_PER_WORD, Buffers, mixed, seed_of, tables
from datagov.duplicates.tokens import tokenise as _tokenise
from datagov.kernel import kernel
from datagov.utf8 import Bytes, Ints

Floats = npt.NDArray[np.float64]
Shares = npt.NDArray[np.float32]

N_BINS = 256
MAX_SET = 127
"""Records of up to this many shingles keep them all."""

VERSION = f"3-unicode-{unicodedata.unidata_version}"
"""Its number goes up when sketches of the same text would differ from those before. Characters that
Python's version of Unicode does not know are hashed by those that do in another way."""

BRIEF_WORDS = 48.0
"""Texts of fewer words are compared by tokens and pairs; from here on they fade out."""

LONG = 5
"""Tokens of the shingles of long texts."""

_FEW = 4 * MAX_SET
_FADED = 1 / 256
"""Samples smaller than this are left out."""

_BIN_BYTES = 2 * N_BINS
_BIN_SHIFT = np.uint32(24)
_VALUE = np.uint32((1 << 24) - 1)
_ROLL = np.uint64(0x9E3779B97F4A7C15)
_SINGLE = np.uint64(0xA0761D6478BD642F)
_PAIR = np.uint64(0xE7037ED1A0B428DB)
_STORED = np.uint32(65535)
_ALL = 4294967296.0


@dataclass(frozen=True)
class Sketches:
    """Sketches of records.

    Attributes:
        hashes: large_binary: the hashes of a record's shingles as ascending uint32, or 256 uint16,
            one per bin, 0 where it is empty: 512 bytes, which no set of hashes has. A record
            without tokens has an empty one.
        n_shingles: int64: how many different shingles a record has; exact up to 127, then an
            estimate with a standard deviation of some 6 %.
    """

    hashes: pa.Array
    n_shingles: pa.Array

    def raw(self) -> tuple[Bytes, Ints]:
        """Returns the bytes of all sketches, and the n + 1 offsets that part them."""
        _, offsets_buffer, values = self.hashes.buffers()
        n = len(self.hashes)
        offsets = np.frombuffer(offsets_buffer, np.int64)[self.hashes.offset :][: n + 1]
        data = np.frombuffer(values, np.uint8) if values is not None else np.zeros(0, np.uint8)
        return data, offsets


def sketch(cells: Cells, n_rows: int, key: bytes) -> Sketches:
    """Returns the sketch of each record.

    Args:
        cells: The texts; those of one record are taken one after another.
        n_rows: How many records there are; one without texts has an empty sketch.
        key: The secret that hashes depend on.
    """
    buffers = Buffers.of(cells, n_rows)
    out = np.empty(n_rows * _BIN_BYTES, np.uint8)
    offsets = np.zeros(n_rows + 1, np.int64)
    n_shingles = np.zeros(n_rows, np.int64)
    _sketch_all(
        buffers.data,
        buffers.starts,
        buffers.ends,
        buffers.records,
        *tables(),
        seed_of(key, b"shingles"),
        np.empty(buffers.max_tokens, np.uint32),
        out,
        offsets,
        n_shingles,
    )
    data = pa.py_buffer(out[: offsets[-1]].copy())
    array = pa.Array.from_buffers(pa.large_binary(), n_rows, [None, pa.py_buffer(offsets), data])
    return Sketches(array, pa.array(n_shingles))


def no_sketches(n_rows: int) -> Sketches:
    """Returns empty sketches, as of records without text."""
    return Sketches(
        pa.repeat(pa.scalar(b"", pa.large_binary()), n_rows), pa.repeat(pa.scalar(0), n_rows)
    )


@kernel
def _sketch_all(
    data: Bytes,
    starts: Ints,
    ends: Ints,
    records: Ints,
    kind: Bytes,
    folded: npt.NDArray[np.uint32],
    expansions: npt.NDArray[np.uint32],
    seed: np.uint64,
    tokens: npt.NDArray[np.uint32],
    out: Bytes,
    offsets: Ints,
    n_shingles: Ints,
) -> None:
    bins = np.empty(N_BINS, np.uint32)
    some = np.empty(_FEW, np.uint32)
    for record in range(len(records) - 1):
        at = offsets[record]
        n, words = tokens_of(
            data,
            starts,
            ends,
            records[record],
            records[record + 1],
            kind,
            folded,
            expansions,
            seed,
            tokens,
        )
        few, many = weights(words)
        # A token begins three shingles at most.
        if n <= len(some) // 3:
            size = sort_unique(some, shingles(tokens, n, few, many, seed, some, False))
            if size <= MAX_SET:
                out[at : at + 4 * size] = some[:size].view(np.uint8)
                offsets[record + 1] = at + 4 * size
                n_shingles[record] = size
                continue
        bins[:] = np.uint32(0xFFFFFFFF)
        shingles(tokens, n, few, many, seed, bins, True)
        n_shingles[record] = _stored(bins, out[at : at + _BIN_BYTES].view(np.uint16))
        offsets[record + 1] = at + _BIN_BYTES


@kernel
def tokens_of(
    data: Bytes,
    starts: Ints,
    ends: Ints,
    first: int,
    last: int,
    kind: Bytes,
    folded: npt.NDArray[np.uint32],
    expansions: npt.NDArray[np.uint32],
    seed: np.uint64,
    tokens: npt.NDArray[np.uint32],
) -> tuple[int, float]:
    """Writes the tokens of the texts `first:last`, taken as one.

    Returns:
        Their number, and how many words they weigh.
    """
    n = n_alone = 0
    for text in range(first, last):
        n, more = _tokenise(
            data, starts[text], ends[text], kind, folded, expansions, seed, tokens, n
        )
        n_alone += more
    return n, n - n_alone + n_alone / CHARS_PER_WORD


@kernel
def weights(words: float) -> tuple[float, float]:
    """Returns the share of its short and of its long shingles that a text is compared by."""
    few = many = 1.0
    if words > BRIEF_WORDS:
        few = (BRIEF_WORDS / words) ** 3
    else:
        many = (words / BRIEF_WORDS) ** 3
    return few if few >= _FADED else 0.0, many if many >= _FADED else 0.0


@kernel
def _note(
    value: np.uint64, threshold: np.uint64, out: npt.NDArray[np.uint32], m: int, binned: bool
) -> int:
    """Notes a shingle if it is in the sample: in its bin, or at `out[m]`."""
    value = mixed(value)
    if value & np.uint64(0xFFFFFFFF) >= threshold:
        return m
    top = np.uint32(value >> np.uint64(32))
    if binned:
        which = top >> _BIN_SHIFT
        out[which] = min(out[which], top & _VALUE)
    else:
        out[m] = top
    return m + 1


@kernel
def shingles(
    tokens: npt.NDArray[np.uint32],
    n: int,
    few: float,
    many: float,
    seed: np.uint64,
    out: npt.NDArray[np.uint32],
    binned: bool,
) -> int:
    """Notes the shingles of `tokens[:n]` that are in the sample; returns how many.

    Of the short ones a share of `few` is, of the long ones a share of `many`. They go to `out`, one
    after another or, if `binned`, the least of each bin into it.
    """
    m = 0
    if few > 0:
        threshold = np.uint64(few * _ALL)
        for i in range(n):
            token = np.uint64(tokens[i])
            m = _note((token ^ seed) * _SINGLE, threshold, out, m, binned)
            if i + 1 < n:
                pair = (token ^ seed) * _PAIR + np.uint64(tokens[i + 1])
                m = _note(pair * _ROLL, threshold, out, m, binned)
    if many > 0 and n >= LONG:
        threshold = np.uint64(many * _ALL)
        leaving = np.uint64(1)
        for _ in range(LONG):
            leaving *= _ROLL
        rolling = np.uint64(0)
        for i in range(n):
            rolling = rolling * _ROLL + np.uint64(tokens[i])
            if i >= LONG:
                rolling -= np.uint64(tokens[i - LONG]) * leaving
            if i >= LONG - 1:
                m = _note(rolling ^ seed, threshold, out, m, binned)
    return m


@kernel
def sort_unique(values: npt.NDArray[np.uint32], m: int) -> int:
    """Sorts `values[:m]` and drops what repeats; returns how many are left."""
    if m == 0:
        return 0
    if m <= _FEW:
        _sort_few(values, m)
    else:
        values[:m].sort()
    size = 1
    for i in range(1, m):
        if values[i] != values[size - 1]:
            values[size] = values[i]
            size += 1
    return size


@kernel
def _sort_few(values: npt.NDArray[np.uint32], m: int) -> None:
    """Sorts `values[:m]`, hashes all: by their highest byte, then each past its neighbours."""
    places = np.zeros(N_BINS + 1, np.int64)
    before = values[:m].copy()
    for value in before:
        places[(value >> _BIN_SHIFT) + 1] += 1
    for i in range(N_BINS):
        places[i + 1] += places[i]
    for value in before:
        which = value >> _BIN_SHIFT
        values[places[which]] = value
        places[which] += 1
    for i in range(1, m):
        value = values[i]
        at = i
        while at > 0 and values[at - 1] > value:
            values[at] = values[at - 1]
            at -= 1
        values[at] = value


@kernel
def _stored(bins: npt.NDArray[np.uint32], out: npt.NDArray[np.uint16]) -> int:
    """Writes the bins as they are kept; returns the estimated number of different shingles.

    The least of k values is exponential with rate k, cut off at 1: the maximum-likelihood rate is
    the number of bins that hold something by the sum of all least values, 1 for an empty bin.
    """
    n_filled = 0
    total = 0.0
    for i in range(N_BINS):
        if bins[i] > _VALUE:
            out[i] = 0
            total += 1.0
        else:
            out[i] = np.uint16(bins[i] % _STORED + np.uint32(1))
            n_filled += 1
            total += (bins[i] + 0.5) / 16777216.0
    return int(N_BINS * n_filled / total + 0.5)


@dataclass(frozen=True)
class Likeness:
    """How alike the members of pairs are; float32 arrays, one value per pair.

    Attributes:
        jaccard: Share of the shingles of either that both have.
        first: Share of the first one's shingles that the second has.
        second: Share of the second one's shingles that the first has.
    """

    jaccard: Shares
    first: Shares
    second: Shares


def likeness(one: Sketches, other: Sketches, pairs: Ints) -> Likeness:
    """Returns how alike `one[i]` and `other[j]` are for each row (i, j) of `pairs`.

    Of the shingles taken exact where both have at most 127. Records without shingles are like none.

    Args:
        one: Sketches of the first members.
        other: Sketches of the second members; may be `one`.
        pairs: int64, of shape (n, 2).
    """
    n_first = one.n_shingles.to_numpy()[pairs[:, 0]].astype(np.float64)
    n_second = other.n_shingles.to_numpy()[pairs[:, 1]].astype(np.float64)
    jaccard = np.zeros(len(pairs), np.float64)
    _jaccards(*one.raw(), *other.raw(), pairs, jaccard)
    common = jaccard / (1 + jaccard) * (n_first + n_second)
    first = np.minimum(1, common / np.maximum(1, n_first))
    second = np.minimum(1, common / np.maximum(1, n_second))
    return Likeness(jaccard.astype(np.float32), first.astype(np.float32), second.astype(np.float32))


@kernel
def _jaccards(
    data_one: Bytes,
    offsets_one: Ints,
    data_other: Bytes,
    offsets_other: Ints,
    pairs: Ints,
    jaccard: Floats,
) -> None:
    left = np.empty(N_BINS, np.uint16)
    right = np.empty(N_BINS, np.uint16)
    for row in range(len(pairs)):
        i, j = pairs[row]
        one = data_one[offsets_one[i] : offsets_one[i + 1]]
        other = data_other[offsets_other[j] : offsets_other[j + 1]]
        if len(one) == 0 or len(other) == 0:
            continue
        if len(one) != _BIN_BYTES and len(other) != _BIN_BYTES:
            jaccard[row] = jaccard_of_sets(one.view(np.uint32), other.view(np.uint32))
        else:
            bins_of(one, left)
            bins_of(other, right)
            jaccard[row] = _jaccard_of_bins(left, right)


@kernel
def bins_of(sketch: Bytes, bins: npt.NDArray[np.uint16]) -> None:
    """Writes the bins of a sketch that is not empty, whichever form it has."""
    if len(sketch) == _BIN_BYTES:
        bins[:] = sketch.view(np.uint16)
        return
    bins[:] = 0
    values = sketch.view(np.uint32)
    for i in range(len(values) - 1, -1, -1):
        bins[values[i] >> _BIN_SHIFT] = np.uint16((values[i] & _VALUE) % _STORED + np.uint32(1))


@kernel
def jaccard_of_sets(one: npt.NDArray[np.uint32], other: npt.NDArray[np.uint32]) -> float:
    """Returns the similarity of two ascending arrays, neither of them empty."""
    i = j = common = 0
    while i < len(one) and j < len(other):
        common += one[i] == other[j]
        step = one[i] <= other[j]
        j += one[i] >= other[j]
        i += step
    return common / (len(one) + len(other) - common)


@kernel
def _jaccard_of_bins(one: npt.NDArray[np.uint16], other: npt.NDArray[np.uint16]) -> float:
    same = filled = 0
    for i in range(N_BINS):
        filled += (one[i] | other[i]) != 0
        same += (one[i] == other[i]) & (one[i] != 0)
    return same / filled
