"""Presidio's weak pattern of health-insurance numbers, in linear time.

It asks of each word whether a digit follows in the same run of letters, digits and hyphens, however
long that is: most words have none, and `regex` would look through a long run once for each of them.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import regex

if TYPE_CHECKING:
    from datagov.detect.pii.gating import Ints

PATTERN = r"\b(?=[A-Z0-9-]{6,20}\b)(?=[A-Z0-9-]*[A-Z])(?=[A-Z0-9-]*\d)[A-Z]{1,5}-?[A-Z0-9]{5,14}\b"

# The first two look-aheads say nothing of six to twenty characters that begin with a letter.
_PARTS = {
    loose: (
        regex.compile(r"\b[A-Z]{1,5}-?[A-Z0-9]{5,14}\b", flags),
        regex.compile(r"[A-Z0-9-]*\d?", flags),
        regex.compile(r"(?r)\d", flags),
    )
    for loose, flags in ((False, regex.I), (True, regex.I | regex.ASCII))
}


def member_ids(text: str, start: int, stop: int, loose: bool) -> "Iterator[regex.Match[str]]":
    """Yields the matches of `PATTERN` that lie within a stretch.

    Args:
        text: The whole text: the digit may stand behind the stretch.
        start, stop: The stretch, in code points.
        loose: Whether letters outside ASCII are no word characters.
    """
    candidate, run, last_digit = _PARTS[loose]
    run_end = digit_end = start
    match = candidate.search(text, start, stop)
    while match:
        begin = match.start()
        if begin >= run_end:
            run_end = run.match(text, begin).end()
            digit = last_digit.search(text, begin, run_end)
            digit_end = digit.end() if digit else begin
        if begin < digit_end:
            yield match
            begin = match.end() - 1
        match = candidate.search(text, begin + 1, stop)


def ends_of_member_ids(data: bytes, digits: "Ints") -> "Ints":
    """Returns where in folded texts, with these digits, matches of `PATTERN` may end, ascending."""
    # numba takes a second to import.
    from datagov.detect.pii.member_id_kernel import find_ends

    return find_ends(data, digits)
