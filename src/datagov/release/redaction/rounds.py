"""Redacts texts until nothing is left in them that policy takes out.

A replacement can complete a new match with what stands beside it, and what was hidden by a finding
can show once that is gone. So the new text is looked at again; what is found is carried back to
the old text, so that each text is always replaced once, from the original, with offsets that hold.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import replace as replace_fields

from datagov.policy import CATEGORY
from datagov.release.redaction.removals import Removal, Replace, Replacement, replaced

MAX_ROUNDS = 3

Find = Callable[[Mapping[int, str]], Mapping[int, Sequence[Removal]]]
"""Returns what policy would still take out of texts, by their keys."""


@dataclass(frozen=True)
class Redacted:
    """A text after redaction.

    Attributes:
        text: What is left.
        places: What was taken out, and where what replaced it stands.
        is_clean: Whether looking again finds nothing to take out.
    """

    text: str
    places: tuple[Replacement, ...]
    is_clean: bool


def redacted(
    texts: Mapping[int, str],
    removals: Mapping[int, Sequence[Removal]],
    replace: Replace,
    find: Find,
) -> dict[int, Redacted]:
    """Returns each of `texts` without its removals and what came to light after them.

    Args:
        texts: By any key.
        removals: Those of each text, by the same keys.
        replace: What stands in the place of a value.
        find: Looks at new texts.
    """
    result: dict[int, Redacted] = {}
    wanted = {key: list(removals[key]) for key in texts}
    open_keys = list(texts)
    for _ in range(MAX_ROUNDS + 1):
        for key in open_keys:
            new, places = replaced(texts[key], wanted[key], replace)
            result[key] = Redacted(new, tuple(places), is_clean=True)
        left = find({key: result[key].text for key in open_keys})
        open_keys = [key for key in open_keys if left.get(key)]
        for key in open_keys:
            before = result[key]
            wanted[key] += [old for each in left[key] for old in _carried_back(each, before.places)]
            result[key] = replace_fields(before, is_clean=False)
        if not open_keys:
            break
    return result


def _carried_back(found: Removal, places: Sequence[Replacement]) -> Iterator[Removal]:
    """Yields the removals of the original text for one that was found in the new one.

    What it touches of earlier replacements is replaced whole, and by its category.
    """
    for place in places:
        if place.start < found.end and found.start < place.end:
            yield place.removal._replace(score=math.inf, treatment=CATEGORY)
    yield found._replace(
        start=_old_start(found.start, places),
        end=_old_end(found.end, places),
        treatment=CATEGORY,
        fingerprint="",
    )


def _old_start(start: int, places: Sequence[Replacement]) -> int:
    shift = 0
    for place in places:
        if start < place.start:
            break
        if start < place.end:
            return place.removal.start
        shift = place.removal.end - place.end
    return start + shift


def _old_end(end: int, places: Sequence[Replacement]) -> int:
    shift = 0
    for place in places:
        if end <= place.start:
            break
        if end <= place.end:
            return place.removal.end
        shift = place.removal.end - place.end
    return end + shift
