"""Presidio's patterns of web addresses, in the form in which a kernel reads them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import regex

from datagov.detect.pii.rules import Recogniser

Ints = npt.NDArray[np.int64]
Smalls = npt.NDArray[np.int16]

_TOP_LEVEL = regex.compile(r"\(\?:([^():|\\\[\]?*+{}.]+)\)")
_BASE = r"((www\d{0,3}[.])?[a-z0-9.\-]{1,253}[.](?:TLD)(?:/[^\s()<>\"']*)?)"
_KNOWN = {
    f"(?i)(?:https?://){_BASE}": 0,
    f"(?i){_BASE}": 1,
    rf"""(?i)["\'](https?://{_BASE})["\']""": 2,
    rf"""(?i)["\']({_BASE})["\']""": 3,
}
"""Presidio's patterns with TLD for the top-level domains, and the numbers the kernel gives them."""

_N_LABEL_CHARS = 38
NO_RANK = int(np.iinfo(np.int16).max)


@dataclass(frozen=True)
class Urls:
    """The patterns in the form in which the kernel reads them.

    Attributes:
        patterns: For each of the kernel's kinds the index of the pattern; -1 if not looked for.
        children: int16, of each node of the tree of top-level domains the next by character; 0 if
            none.
        ranks: int16, of each node the place in the patterns of the domain that ends there.
    """

    patterns: Ints
    children: Smalls
    ranks: Smalls

    @classmethod
    def of(cls, recogniser: Recogniser, patterns: tuple[str, ...]) -> "Urls | None":
        """Returns the patterns of a recogniser, if they are those that the kernel knows."""
        kinds = [_kind(pattern) for pattern in patterns]
        if not kinds or None in kinds or recogniser.validate or recogniser.invalidate:
            return None
        if not recogniser.flags & regex.IGNORECASE:
            return None
        domains = {tuple(_domains(pattern)) for pattern in patterns}
        if len(domains) != 1:
            return None
        by_kind = np.full(len(_KNOWN), -1, np.int64)
        for index, kind in enumerate(kinds):
            by_kind[kind] = index
        return cls(by_kind, *_tree([each for each in domains.pop() if each.isascii()]))


def _kind(pattern: str) -> int | None:
    domains = "|".join(f"(?:{each})" for each in _domains(pattern))
    return _KNOWN.get(pattern.replace(domains, "TLD", 1)) if domains else None


def _domains(pattern: str) -> list[str]:
    """Returns the alternatives between which the pattern chooses, in its order."""
    return [each for each in _TOP_LEVEL.findall(pattern) if each != "https"]


def _tree(domains: list[str]) -> tuple[Smalls, Smalls]:
    nodes: list[dict[int, int]] = [{}]
    ends: dict[int, int] = {}
    for rank, domain in enumerate(domains):
        node = 0
        for char in domain.lower():
            label = LABELS[ord(char)]
            if label not in nodes[node]:
                nodes[node][label] = len(nodes)
                nodes.append({})
            node = nodes[node][label]
        ends.setdefault(node, rank)
    children = np.zeros((len(nodes), _N_LABEL_CHARS), np.int16)
    for node, following in enumerate(nodes):
        for label, child in following.items():
            children[node, label] = child
    ranks = np.full(len(nodes), NO_RANK, np.int16)
    for node, rank in ends.items():
        ranks[node] = rank
    return children, ranks


def _labels() -> npt.NDArray[np.int8]:
    labels = np.full(256, -1, np.int8)
    for i in range(10):
        labels[ord("0") + i] = i
    for i in range(26):
        labels[ord("a") + i] = labels[ord("A") + i] = 10 + i
    labels[ord("-")] = 36
    labels[ord(".")] = 37
    return labels


LABELS = _labels()
"""Of each byte its number among those that a host name has; -1 for others."""


def ends_of_hosts(urls: Urls, data: bytes) -> Ints:
    """Returns where top-level domains of `urls` end behind what may be a host: bytes, ascending."""
    # numba takes a second to import.
    from datagov.detect.pii.url_kernel import find_hosts

    return find_hosts(urls, data)
