"""Two masked texts with what differs marked: a stretch around the first changes, and counts of all.

Pure: masked tokens in, what `evidence/duplicate_examples.json` says of a pair out.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from datagov.duplicates.differences import BOTH, FIRST, SECOND, Differences, Run, differences
from datagov.release.masked_tokens import SIGN, SORTS, MaskedTokens

SHOWN_CHANGES = 8
"""Changes of a pair that are shown; all are counted."""

CONTEXT_TOKENS = 10
"""Tokens in common that are shown on each side of a change."""

CHANGED_TOKENS = 40
"""Tokens of a change that are shown."""

MOVED_TOKENS = 5
"""Tokens in a row that were moved if both texts have them, in different places."""

NAMES = {BOTH: "both", FIRST: "duplicate", SECOND: "stays"}

Mask = npt.NDArray[np.bool_]

Change = list[Run]
"""Runs without one in common between them."""


def marked(first: MaskedTokens, second: MaskedTokens, *, is_part: bool) -> dict[str, Any]:
    """Returns how a duplicate differs from the record that stays.

    Args:
        first: Of the duplicate.
        second: Of the record that stays.
        is_part: Whether the first should stand in the second: then what is around it is no change.

    Returns:
        `is_whole` (whether all that matters was compared), `words` (of both, as far as they were),
        `stands_from` (code points before what they have in common in the second; None if there is
        nothing), `changes` and how many of them are shown, `moved`, `replaced`, `only_duplicate`
        and `only_stays` (tokens by sort), and `runs`, each with what it is `in`, its masked `text`
        and how many words are `left_out` behind it.
    """
    found = differences(first.hashes, second.hashes)
    runs = _comparable(found, first, second, is_part=is_part)
    changes = _changes(runs)
    common = [run.start for run in runs if run.where == BOTH]
    of = {FIRST: first, SECOND: second, BOTH: second}
    return {
        "is_whole": _is_whole(found, first)
        and (is_part or (_has_end(found, second) and found.start == 0)),
        "words": {
            NAMES[FIRST]: _n_words(first, 0, found.n_first),
            NAMES[SECOND]: _n_words(second, found.start, found.end),
        },
        "stands_from": int(second.starts[common[0]]) if common else None,
        "changes": len(changes),
        "shown_changes": min(len(changes), SHOWN_CHANGES),
        **_counts(changes, of),
        "runs": list(_shown(runs, changes, of)),
    }


def _is_whole(found: Differences, first: MaskedTokens) -> bool:
    return first.whole and found.n_first == len(first.shapes)


def _has_end(found: Differences, second: MaskedTokens) -> bool:
    return second.whole and found.end == len(second.shapes)


def _comparable(
    found: Differences, first: MaskedTokens, second: MaskedTokens, *, is_part: bool
) -> list[Run]:
    """Returns the runs but for what stands ahead of or behind all that was compared."""
    common = [i for i, run in enumerate(found.runs) if run.where == BOTH]
    if not common:
        return list(found.runs)
    no_change = {
        (SECOND, -1): is_part or found.start > 0,
        (SECOND, 1): is_part or not _is_whole(found, first) or not _has_end(found, second),
        (FIRST, 1): not _has_end(found, second),
    }
    sides = [-1 if i < common[0] else int(i > common[-1]) for i in range(len(found.runs))]
    return [
        run
        for run, side in zip(found.runs, sides, strict=True)
        if not no_change.get((run.where, side))
    ]


def _changes(runs: Sequence[Run]) -> list[Change]:
    changes: list[Change] = []
    before = BOTH
    for run in runs:
        if run.where != BOTH:
            if before == BOTH:
                changes.append([])
            changes[-1].append(run)
        before = run.where
    return changes


def _counts(changes: Sequence[Change], of: Mapping[str, MaskedTokens]) -> dict[str, dict[str, int]]:
    """Returns how many tokens of each sort were moved, were replaced, or stand in one text alone.

    A token is replaced where the same change has one of its sort in the other text.
    """
    moved = {side: _in_other(changes, of, side) for side in (FIRST, SECOND)}
    replaced: Counter[str] = Counter()
    alone: dict[str, Counter[str]] = {FIRST: Counter(), SECOND: Counter()}
    for change in changes:
        sorts = {FIRST: Counter[str](), SECOND: Counter[str]()}
        for run in change:
            sorts[run.where] += _sorts(of[run.where], run, ~moved[run.where])
        replaced += sorts[FIRST] & sorts[SECOND]
        alone[FIRST] += sorts[FIRST] - sorts[SECOND]
        alone[SECOND] += sorts[SECOND] - sorts[FIRST]
    runs = [run for change in changes for run in change if run.where == FIRST]
    return {
        "moved": dict(sum((_sorts(of[FIRST], run, moved[FIRST]) for run in runs), Counter[str]())),
        "replaced": dict(replaced),
        f"only_{NAMES[FIRST]}": dict(alone[FIRST]),
        f"only_{NAMES[SECOND]}": dict(alone[SECOND]),
    }


def _in_other(changes: Sequence[Change], of: Mapping[str, MaskedTokens], side: str) -> Mask:
    """Returns for each token of one text if it was moved from or to a change of the other."""
    grams = {
        gram
        for change in changes
        for run in change
        if run.where != side
        for _, gram in _grams(of[run.where], run)
    }
    found = np.zeros(len(of[side].shapes), np.bool_)
    for change in changes:
        for run in change:
            for at, gram in _grams(of[side], run) if run.where == side else ():
                found[at : at + MOVED_TOKENS] |= gram in grams
    return found


def _grams(tokens: MaskedTokens, run: Run) -> Iterator[tuple[int, bytes]]:
    for at in range(run.start, run.end - MOVED_TOKENS + 1):
        yield at, tokens.hashes[at : at + MOVED_TOKENS].tobytes()


def _sorts(tokens: MaskedTokens, run: Run, counts: Mask) -> Counter[str]:
    sorts = tokens.sorts[run.start : run.end][counts[run.start : run.end]]
    return Counter(SORTS[sort] for sort in sorts.tolist())


def _n_words(tokens: MaskedTokens, start: int, end: int) -> int:
    return int((tokens.sorts[start:end] != SORTS.index(SIGN)).sum())


def _shown(
    runs: Sequence[Run], changes: Sequence[Change], of: Mapping[str, MaskedTokens]
) -> Iterator[dict[str, Any]]:
    """Yields runs up to the last change that is shown and the one behind it, long ones cut."""
    end = runs.index(changes[:SHOWN_CHANGES][-1][-1]) + 2 if changes else 1
    for i, run in enumerate(runs[:end]):
        tokens = of[run.where]
        head, tail = (CONTEXT_TOKENS, CONTEXT_TOKENS) if run.where == BOTH else (CHANGED_TOKENS, 0)
        head = 0 if run.where == BOTH and i == 0 and changes else head
        tail = 0 if i + 1 in (end, len(runs)) else tail
        if run.end - run.start <= head + tail:
            yield _part(run.where, tokens, run.start, run.end, run.end)
            continue
        yield _part(run.where, tokens, run.start, run.start + head, run.end - tail)
        if tail:
            yield _part(run.where, tokens, run.end - tail, run.end, run.end)


def _part(where: str, tokens: MaskedTokens, start: int, end: int, left_out: int) -> dict[str, Any]:
    return {
        "in": NAMES[where],
        "text": "".join(tokens.shapes[start:end]),
        "left_out": _n_words(tokens, end, left_out),
    }
