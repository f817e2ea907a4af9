"""Web addresses as Presidio's four patterns find them, by one kernel instead of a regex engine.

The patterns are by far the most frequent ones, and alternate between hundreds of top-level domains;
what they match can be said in a few lines: a run of letters, digits, dots and hyphens up to the
last dot that a top-level domain follows, then a path. The kernel reads texts that folding leaves as
they are. Patterns that are not the known ones, in another release of Presidio, are matched
themselves.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from datagov.detect.pii.spaces_kernel import Bytes, run_end, run_start
from datagov.detect.pii.url_patterns import LABELS, NO_RANK, Urls
from datagov.kernel import kernel

Ints = npt.NDArray[np.int64]
Smalls = npt.NDArray[np.int16]

_MAX_HOST = 253


@dataclass(frozen=True)
class UrlMatches:
    """Matches, ordered by stretch, pattern and place.

    Attributes:
        starts: First byte of each.
        ends: One past the last byte.
        patterns: Index of the pattern.
        stretches: Index of the stretch without blanks that it lies in.
    """

    starts: Ints
    ends: Ints
    patterns: Ints
    stretches: Ints


def find_hosts(urls: Urls, data: bytes) -> Ints:
    """Returns where the first top-level domain ends behind each dot that one follows.

    Before the dot stands what a host name can hold.
    """
    return _hosts(np.frombuffer(data, np.uint8), urls.children, urls.ranks)


def find_urls(urls: Urls, data: bytes, places: Ints, lows: Ints, highs: Ints) -> UrlMatches:
    """Returns the matches around `places`; linear in the length of the stretches.

    Args:
        urls: What to look for.
        data: Texts, UTF-8.
        places: Byte positions, ascending, at which possible matches end.
        lows: First byte of the text of each place.
        highs: One past the last byte of it.
    """
    array = np.frombuffer(data, np.uint8)
    starts, stops = _stretches(array, places, lows, highs)
    found = np.empty((4, 4 * len(starts)), np.int64)
    n = _match(array, starts, stops, urls.patterns, urls.children, urls.ranks, found)
    if n > found.shape[1]:
        found = np.empty((4, n), np.int64)
        _match(array, starts, stops, urls.patterns, urls.children, urls.ranks, found)
    return UrlMatches(*found[:, :n])


_DOT = ord(".")
_SLASH = ord("/")


@kernel
def _hosts(data: Bytes, children: Smalls, ranks: Smalls) -> Ints:
    ends = np.empty(len(data) + 1, np.int64)
    n = 0
    for dot in range(1, len(data) - 1):
        if data[dot] != _DOT or LABELS[data[dot - 1]] < 0 or LABELS[data[dot + 1]] < 0:
            continue
        end = _first_domain_end(data, dot + 1, children, ranks)
        if end > 0:
            ends[n] = end
            n += 1
    return ends[:n]


@kernel
def _first_domain_end(data: Bytes, at: int, children: Smalls, ranks: Smalls) -> int:
    """Returns where the shortest top-level domain ends that begins here; -1 if none does."""
    node = 0
    while at < len(data) and LABELS[data[at]] >= 0:
        node = children[node, LABELS[data[at]]]
        at += 1
        if node == 0:
            break
        if ranks[node] != NO_RANK:
            return at
    return -1


@kernel
def _stretches(data: Bytes, places: Ints, lows: Ints, highs: Ints) -> tuple[Ints, Ints]:
    """Returns the stretches without blanks around `places`."""
    starts = np.empty(len(places), np.int64)
    stops = np.empty(len(places), np.int64)
    n, done = 0, 0
    for i in range(len(places)):
        place, low, high = places[i], lows[i], highs[i]
        if place <= done:
            continue
        at = max(done, low)
        while place < high and data[place] & 0xC0 == 0x80:
            place += 1
        start, _ = run_start(data, place, at, place - at)
        stop = done = run_end(data, place, high)
        starts[n], stops[n] = start, stop
        n += 1
    return starts[:n], stops[:n]


_IN_PATH = np.ones(256, np.bool_)
_IN_PATH[list(b"()<>\"'")] = False
"""Bytes with which a path goes on; white space ends a stretch anyway."""


@kernel
def _is_quote(byte: int) -> bool:
    return byte == 0x22 or byte == 0x27


@kernel
def _scheme(data: Bytes, at: int, stop: int) -> int:
    """Returns where `http://` or `https://` ends that begins here; -1 if none does."""
    if at + 7 > stop:
        return -1
    if data[at] | 32 != 0x68 or data[at + 1] | 32 != 0x74 or data[at + 2] | 32 != 0x74:
        return -1
    if data[at + 3] | 32 != 0x70:
        return -1
    at += 4
    if data[at] | 32 == 0x73:
        at += 1
    if at + 3 > stop or data[at] != 0x3A or data[at + 1] != _SLASH or data[at + 2] != _SLASH:
        return -1
    return at + 3


@kernel
def _quoted_and_with_scheme(data: Bytes, start: int, stop: int) -> tuple[bool, bool]:
    """Returns whether a stretch holds a quotation mark, and whether a scheme's end: most do not."""
    quoted = with_scheme = False
    for at in range(start, stop):
        quoted |= _is_quote(data[at])
        with_scheme |= data[at] == _SLASH and data[at - 1] == 0x3A
    return quoted, with_scheme


@kernel
def _host_end(data: Bytes, at: int, stop: int) -> int:
    while at < stop and LABELS[data[at]] >= 0:
        at += 1
    return at


@kernel
def _behind_www(data: Bytes, at: int, stop: int) -> int:
    """Returns where `www.` ends that begins here, with up to three digits; -1 if none does."""
    if at + 4 > stop:
        return -1
    if data[at] | 32 != 0x77 or data[at + 1] | 32 != 0x77 or data[at + 2] | 32 != 0x77:
        return -1
    at += 3
    n_digits = 0
    while at < stop and n_digits < 3 and 0x30 <= data[at] <= 0x39:
        at += 1
        n_digits += 1
    return at + 1 if at < stop and data[at] == _DOT else -1


@kernel
def _path_end(data: Bytes, at: int, stop: int) -> int:
    """Returns where the path ends that begins here; `at` itself if none does."""
    if at < stop and data[at] == _SLASH:
        at += 1
        while at < stop and _IN_PATH[data[at]]:
            at += 1
    return at


@kernel
def _domain_end(
    data: Bytes, at: int, stop: int, quoted: bool, children: Smalls, ranks: Smalls
) -> int:
    """Returns where the path ends behind the first top-level domain, by rank, that fits here."""
    node = 0
    best = NO_RANK
    result = -1
    i = at
    while i < stop:
        label = LABELS[data[i]]
        node = children[node, label] if label >= 0 else 0
        if node == 0:
            break
        i += 1
        if ranks[node] < best:
            end = _path_end(data, i, stop)
            if not quoted:
                best, result = ranks[node], end
            elif end < stop and _is_quote(data[end]):
                best, result = ranks[node], end + 1
    return result


@kernel
def _last_dot(data: Bytes, at: int, host_end: int, children: Smalls, ranks: Smalls) -> int:
    """Returns the last dot of a run that a top-level domain follows; -1 if none does."""
    dot = host_end - 1
    while dot > at:
        if data[dot] == _DOT and _first_domain_end(data, dot + 1, children, ranks) > 0:
            return dot
        dot -= 1
    return -1


@kernel
def _address(
    data: Bytes, at: int, stop: int, last: int, quoted: bool, children: Smalls, ranks: Smalls
) -> int:
    """Returns where the address ends that begins here; -1 if none does.

    Its last dot is `last` or one before it. With `quoted`, one past the quotation mark that must
    follow.
    """
    behind = _behind_www(data, at, stop)
    for attempt in range(2):
        first = behind if attempt == 0 else at
        if first < 0:
            continue
        dot = min(last, first + _MAX_HOST)
        while dot > first:
            if data[dot] == _DOT:
                end = _domain_end(data, dot + 1, stop, quoted, children, ranks)
                if end >= 0:
                    return end
            dot -= 1
    return -1


@kernel
def _match(
    data: Bytes,
    starts: Ints,
    stops: Ints,
    patterns: Ints,
    children: Smalls,
    ranks: Smalls,
    found: Ints,
) -> int:
    """Fills `found` with starts, ends, patterns and stretches, as rows, of all matches.

    Returns how many there are; those for which there is no room are left out.
    """
    n = 0
    for i in range(len(starts)):
        quoted, with_scheme = _quoted_and_with_scheme(data, starts[i], stops[i])
        for kind in range(4):
            if patterns[kind] < 0 or (kind >= 2 and not quoted):
                continue
            if kind % 2 == 0 and not with_scheme:
                continue
            at, stop, host_end, last = starts[i], stops[i], starts[i], -1
            while at < stop:
                begin = at
                if kind >= 2:
                    begin = at + 1 if _is_quote(data[at]) else -1
                if begin >= 0 and kind % 2 == 0:
                    begin = _scheme(data, begin, stop) if data[begin] | 32 == 0x68 else -1
                end = -1
                if 0 <= begin < stop:
                    if begin >= host_end and LABELS[data[begin]] < 0:
                        host_end, last = begin, -1
                    elif begin >= host_end:
                        host_end = _host_end(data, begin, stop)
                        last = _last_dot(data, begin, host_end, children, ranks)
                    if last > begin:
                        end = _address(data, begin, stop, last, kind >= 2, children, ranks)
                if end < 0:
                    # No address begins behind the last dot of a run.
                    at = max(at + 1, host_end) if kind == 1 and last <= at else at + 1
                    continue
                if n < found.shape[1]:
                    found[0, n], found[1, n], found[2, n], found[3, n] = at, end, patterns[kind], i
                n += 1
                at = end
    return n
