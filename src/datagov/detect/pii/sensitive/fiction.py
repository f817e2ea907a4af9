"""Whether a stretch of text tells of persons whom somebody made up.

Who retells a film writes "he is gay" of a role, and in a play everybody speaks as one. What is said
so of "him" or "her", or between quotation marks, is nobody's; of a person given by name, or of the
writer, it may be so all the same.
"""

import regex

BLOCK = 1000
"""Code points of a stretch; one more on each side is looked at."""

_ENOUGH = 3
"""Different words on films and books near one another, so that a text is about such."""

_WORKS = frozenset(
    (
        *("film", "movie", "flick", "cinema", "novel", "sitcom", "sequel", "prequel", "remake"),
        *("blockbuster", "thriller", "comedy", "screenplay"),
    )
)
"""One of them is needed: roles, scenes, casts and episodes are in hospitals and courts too."""

_SPEAKERS = 3

_WORD = regex.compile(
    r"(?i)\b(film|movie|plot|character|scene|screenplay|scriptwriter|screenwriter|script|starring"
    r"|sequel|prequel|audience|comedy|thriller|cast|role|protagonist|heroine|villain|novel|episode"
    r"|sitcom|cinema|onscreen|storyline|subplot|dialogue|blockbuster|remake|flick|played by"
    r"|directed by|fictional)s?\b"
)
_STAGE = regex.compile(
    r"(?m)^[ \t\[(]*(?:Exeunt|Exit|Re-enter|Enter|Aside|ACT [IVX\d]|SCENE [IVX\d]|(?:INT|EXT)\. )"
    r"(?!:)\b"
)
_SPEAKER = regex.compile(r"(?m)^[ \t]*[A-Z][A-Z'’. ]{2,25}[ \t]*\r?$")
_QUOTED = regex.compile(r"(?r)[\"“„«‘][^\"“”„«»]{0,60}")


class Fiction:
    """One text, asked about places in it; what was seen is remembered, so that it stays linear."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._seen: dict[int, tuple[bool, bool]] = {}

    def is_retold(self, at: int) -> bool:
        """True if what stands around a place is about films, books or a play."""
        return any(self._near(at))

    def is_spoken(self, at: int) -> bool:
        """True if what ends at a place is said by a role: in a play, or quoted from a film."""
        is_about, is_play = self._near(at)
        return is_play or (is_about and bool(_QUOTED.match(self.text, max(0, at - 80), at)))

    def _near(self, at: int) -> tuple[bool, bool]:
        block = at // BLOCK
        if block not in self._seen:
            low, high = max(0, (block - 1) * BLOCK), (block + 2) * BLOCK
            words = {match[1].lower() for match in _WORD.finditer(self.text, low, high)}
            is_play = (
                _STAGE.search(self.text, low, high) is not None
                and sum(1 for _ in _SPEAKER.finditer(self.text, low, high)) >= _SPEAKERS
            )
            is_about = len(words) >= _ENOUGH and not words.isdisjoint(_WORKS)
            self._seen[block] = is_about, is_play
        return self._seen[block]
