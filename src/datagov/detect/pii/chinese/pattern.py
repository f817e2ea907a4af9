"""What the patterns of all Chinese recognisers are made of.

Boundaries are "no digit or Latin letter beside it", so that they hold beside Han characters. They
are matched in text whose full-width characters are folded to ASCII.
"""

from typing import Any

import regex

from datagov.detect.pii.rules import Recogniser

BEFORE = r"(?<![0-9A-Za-z_])(?<!\d[.])"
AFTER = r"(?![0-9A-Za-z_])(?![.]\d)"
WORD_BEFORE = r"(?<!\d)(?<!\d[.A-Za-z])"
"""For numbers that a check confirms: a word may touch them, such as `ID` or `card_`."""

CJK = r"[\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40]"
"""Han letters and the punctuation of Chinese text, full-width forms folded or not."""

HAN = r"[\u3400-\u4dbf\u4e00-\u9fff]"
WEAK = 0.1
"""Score of what counts only beside one of its context words."""


def recogniser(name: str, entity: str, *patterns: Any, **more: Any) -> Recogniser:
    """Returns a recogniser whose patterns themselves say what may stand beside a match."""
    return Recogniser(
        name=name,
        entity=entity,
        patterns=patterns,
        flags=int(regex.IGNORECASE),
        minds_neighbours=True,
        **more,
    )


def as_bytes(pattern: str) -> str:
    """Returns a hyperscan pattern over UTF-8 bytes: what is not ASCII is written byte by byte."""
    return "".join(
        char if char.isascii() else "(?:" + "".join(f"\\x{b:02x}" for b in char.encode()) + ")"
        for char in pattern
    )
