"""How far behind its end what stands there can decide on a match of a pattern."""

import re._constants as sre  # type: ignore[import-not-found]
import re._parser as sre_parser  # type: ignore[import-not-found]
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from datagov.detect.pii.supersets import parsed

_ASSERTIONS = (sre.ASSERT, sre.ASSERT_NOT)


@lru_cache(maxsize=1024)
def look_ahead(pattern: str) -> int:
    """Returns the most code points behind its end that a match can depend on.

    At least the one that tells whether there is a boundary.
    """
    return _of_part(parsed(pattern))


def _of_part(part: Any) -> int:
    most = 1
    for kind, value in part:
        for inner in _parts(value):
            width = inner.getwidth()[1] if kind in _ASSERTIONS and value[0] > 0 else 0
            most = max(most, width + _of_part(inner))
    return most


def _parts(value: Any) -> Iterator[Any]:
    """Yields the patterns that what `re` notes of a node holds."""
    if isinstance(value, sre_parser.SubPattern):
        yield value
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _parts(each)
