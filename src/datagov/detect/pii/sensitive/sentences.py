"""Where sentences and records end, in Latin and in CJK punctuation."""

import regex

REACH = 300
"""Code points on each side of a place that are looked at; a longer sentence is cut there."""

# Not behind an initial or a title; a line that goes on in small letters is one sentence.
_END = (
    r"(?:(?<!\b\p{Lu}\p{Ll}?)(?<!\b(?:Mrs|Mme|Prof|Sra|Dra|No|Nos|Nr))[.!?](?=[\"'”’)\]]{0,2}(?:\s|$))"
    r"|[。！？!?．｡؟।]|[；;](?=\s|[^\x00-\x7f])"
    r"|(?<![\p{Ll},]\r?)\r?\n|\n(?!\p{Ll}))"
)
_FORWARD = regex.compile(_END)
_BACKWARD = regex.compile(f"(?r){_END}")
_BLANK_LINE = regex.compile(r"\n[ \t\r]*\n")
_BLANK_LINE_BACK = regex.compile(r"(?r)\n[ \t\r]*\n")


def sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """Returns the bounds of the sentence around `text[start:end]`, in code points."""
    return _around(text, start, end, _BACKWARD, _FORWARD)


def record(text: str, start: int, end: int) -> tuple[int, int]:
    """Returns the bounds of the block of lines around a field, up to blank lines."""
    return _around(text, start, end, _BLANK_LINE_BACK, _BLANK_LINE)


def _around(
    text: str, start: int, end: int, back: regex.Pattern[str], ahead: regex.Pattern[str]
) -> tuple[int, int]:
    low, high = max(0, start - REACH), min(len(text), end + REACH)
    # An end is told by what follows it: the search runs on past the place.
    ends = (match.end() for match in back.finditer(text, low, start + 3))
    first = next((place for place in ends if place <= start), low)
    behind = ahead.search(text, end, high)
    return first, behind.start() if behind else high
