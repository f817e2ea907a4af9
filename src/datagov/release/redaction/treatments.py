"""What stands in the place of a value: its category, a mask, a keyed hash or a pseudonym.

category   `[EMAIL_ADDRESS]`
mask       `****@*******.***`: length, separators and white space stay
hash       `[EMAIL_ADDRESS 5f1c…]`: the first 128 bits of the finding's fingerprint, so that the
           value can be found again in evidence/findings, and by nobody without the key otherwise
pseudonym  the same for the same value all over the corpus; see `pseudonyms`
"""

import unicodedata
from collections.abc import Callable

from datagov.policy import CATEGORY, HASH, MASK, PSEUDONYM
from datagov.release.redaction.pseudonyms import pseudonym
from datagov.release.redaction.removals import Removal, Replace, by_category

HASH_CHARS = 32

Keyed = Callable[[bytes], str]
"""Returns a keyed digest in hex."""


def mask(value: str) -> str:
    """Returns `value` with everything but white space, punctuation and symbols as an asterisk."""
    return "".join(c if c.isspace() or unicodedata.category(c)[0] in "PSZ" else "*" for c in value)


def replacing(keyed: Keyed) -> Replace:
    """Returns the function that carries out the treatment of each removal."""

    def masked(removal: Removal, value: str) -> str:
        return mask(value)

    def hashed(removal: Removal, value: str) -> str:
        return f"[{removal.category} {removal.fingerprint[:HASH_CHARS]}]"

    def renamed(removal: Removal, value: str) -> str:
        seed = bytes.fromhex(keyed(b"pseudonym\0" + removal.fingerprint.encode()))
        return pseudonym(removal.category, value, seed)

    ways = {CATEGORY: by_category, MASK: masked, HASH: hashed, PSEUDONYM: renamed}
    return lambda removal, value: ways[removal.treatment](removal, value)
