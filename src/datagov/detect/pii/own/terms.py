"""Lists of terms: carried packed, told apart by digest, unpacked once per process."""

import hashlib
import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field

MAX_TERM = 512
"""Code points of the longest term."""


@dataclass(frozen=True)
class Terms:
    """An ordered list of terms; two with equal digests are equal.

    A detector is hashed and sent to workers, so that a list of 100,000 terms must weigh little.

    Attributes:
        digest: SHA-256 of the terms in their order, in hex.
        n_terms: How many there are.
        max_length: Code points of the longest.
        packed: The terms, compressed.
    """

    digest: str
    n_terms: int
    max_length: int
    packed: bytes = field(repr=False, compare=False)

    @classmethod
    def of(cls, terms: Iterable[str]) -> "Terms":
        """Returns the list of `terms`; of equal ones the first stays."""
        values = list(dict.fromkeys(terms))
        body = json.dumps(values, ensure_ascii=False).encode("utf-8", "surrogatepass")
        longest = max(map(len, values), default=0)
        return cls(hashlib.sha256(body).hexdigest(), len(values), longest, zlib.compress(body))

    def values(self) -> list[str]:
        """Returns the terms in their order."""
        values: list[str] = json.loads(
            zlib.decompress(self.packed).decode("utf-8", "surrogatepass")
        )
        return values
