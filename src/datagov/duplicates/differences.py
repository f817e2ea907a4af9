"""What two texts have in common and where they differ, as runs of tokens.

A longest common subsequence (Wagner and Fischer 1974) by a compiled kernel, with the two texts cut
to a size that bounds its time whatever they hold; Python's difflib takes minutes for two texts of
one word. Runs in common that are shorter than what is changed on both sides count as changed: that
two sentences both have a comma makes them no easier to compare.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from datagov.kernel import kernel
from datagov.utf8 import Ints

Hashes = npt.NDArray[np.uint64]

MOST_TOKENS = 5_000
"""Of the first text that are compared; as many of the second and MARGIN on either side."""

MARGIN = 1_000

GRAM = 8
"""Tokens in a row that tell where one text stands in the other."""

BOTH, FIRST, SECOND = "both", "first", "second"


@dataclass(frozen=True)
class Run:
    """Tokens that stand in both texts or in one.

    Attributes:
        where: BOTH, FIRST or SECOND.
        start: Of the first token, in the text it is in; of BOTH in the second.
        end: One past the last.
    """

    where: str
    start: int
    end: int


@dataclass(frozen=True)
class Differences:
    """The runs of two texts in order; of a replaced stretch what stands in the first comes first.

    Attributes:
        runs: In order.
        n_first: Tokens of the first text that were compared, from its beginning.
        start: First token of the second text that was compared.
        end: One past its last.
    """

    runs: tuple[Run, ...]
    n_first: int
    start: int
    end: int


def differences(first: Hashes, second: Hashes) -> Differences:
    """Returns the runs of two texts, given a hash of each of their tokens.

    What is compared is the beginning of the first and the stretch of the second that it is most
    like: all of both unless they are long.
    """
    n_first = min(len(first), MOST_TOKENS)
    start, end = 0, len(second)
    if end > n_first + 2 * MARGIN:
        shift = _shift(first[:n_first], second)
        start = max(0, shift - MARGIN)
        end = min(end, max(shift, 0) + n_first + MARGIN)
    steps = _steps(first[:n_first], second[start:end])
    return Differences(tuple(_runs(_joined(steps), start)), n_first, start, end)


def _shift(first: Hashes, second: Hashes) -> int:
    """Returns how much later than in the first text its passages stand in the second."""
    n = min(GRAM, len(first))
    if n == 0:
        return 0
    grams, at = np.unique(_grams(first, n), return_index=True)
    found, at_second = np.unique(_grams(second, n), return_index=True)
    _, i, j = np.intersect1d(grams, found, assume_unique=True, return_indices=True)
    return int(np.median(at_second[j] - at[i])) if len(i) else 0


def _grams(tokens: Hashes, n: int) -> Hashes:
    windows = np.lib.stride_tricks.sliding_window_view(tokens, n)
    odd = np.uint64(0x9FB21C651E98DF25)
    weights = np.cumprod(np.full(n, odd, np.uint64))
    grams: Hashes = (windows * weights).sum(axis=1, dtype=np.uint64)
    return grams


@kernel
def _steps(first: Hashes, second: Hashes) -> Ints:
    """Returns runs as rows (tokens of the first, of the second, 1 if they are equal), in order."""
    n, m = len(first), len(second)
    # Whether to leave out a token of the first, where two are not equal.
    leave_first = np.zeros((n, m), np.bool_)
    length = np.zeros(m + 1, np.int32)
    for i in range(n - 1, -1, -1):
        diagonal = 0
        for j in range(m - 1, -1, -1):
            below = length[j]
            if first[i] == second[j]:
                length[j] = diagonal + 1
            else:
                leave_first[i, j] = below >= length[j + 1]
                length[j] = max(below, length[j + 1])
            diagonal = below
    runs = np.zeros((n + m + 1, 3), np.int64)
    at = -1
    i = j = 0
    while i < n or j < m:
        equal = i < n and j < m and first[i] == second[j]
        if at < 0 or runs[at, 2] != equal:
            at += 1
            runs[at, 2] = equal
        if equal or j == m or (i < n and leave_first[i, j]):
            i += 1
            runs[at, 0] += 1
            if not equal:
                continue
        j += 1
        runs[at, 1] += 1
    return runs[: at + 1]


def _joined(steps: Ints) -> list[list[int]]:
    """Returns the runs, those that are equal by chance joined with the changes around them."""
    joined: list[list[int]] = []
    for n_first, n_second, equal in steps.tolist():
        joined.append([n_first, n_second, equal])
        while len(joined) > 2 and not joined[-1][2] and _by_chance(*joined[-3:]):
            before, between, after = joined[-3:]
            joined[-3:] = [[sum(column) for column in zip(before, between, after, strict=True)]]
            joined[-1][2] = 0
    return joined


def _by_chance(before: list[int], equal: list[int], after: list[int]) -> bool:
    return 2 * equal[0] <= min(max(before[:2]), max(after[:2]))


def _runs(joined: list[list[int]], start: int) -> list[Run]:
    runs = []
    i, j = 0, start
    for n_first, n_second, equal in joined:
        if equal:
            runs.append(Run(BOTH, j, j + n_second))
        else:
            runs.append(Run(FIRST, i, i + n_first))
            runs.append(Run(SECOND, j, j + n_second))
        i, j = i + n_first, j + n_second
    return [run for run in runs if run.end > run.start]
