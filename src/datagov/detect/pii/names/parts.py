"""Parts of a name in Latin script: words, initials and particles, and which of them a list has."""

from functools import lru_cache

import regex

from datagov.detect.pii.names.lists import given_names, surnames, words

_LETTER = r"[[\p{L}\p{M}]--[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]]"
"""Text of scripts without blanks may follow a name at once. Sets are those of `regex.V1`."""

TOKEN = regex.compile(
    rf"\p{{Lu}}{_LETTER}*+(?:(?!['’]s\b)['’\-](?!\p{{M}}){_LETTER}++)*+(?!\d)", regex.V1
)
INITIAL = regex.compile(r"\p{Lu}\.(?:[ \-]?\p{Lu}\.)*|(?![IVX]{2})\p{Lu}{1,2}(?= \p{Lu}\p{Ll})")
_PARTICLE = regex.compile(
    r"(?:(?:de l[oa]s|de|da|do|dos|das|del|della|di|du|van|von|der|den|ten|ter|zu|zur|la|le|el|al"
    r"|bin|ibn|bint|y|e|af|av|of the|vom"
    r"|DE L[OA]S|DE|DA|DO|DOS|DAS|DEL|DELLA|DI|DU|VAN|VON|DER|DEN|TEN|TER|ZU|ZUR) ){1,3}"
)
_SURNAMES = regex.compile(
    r"(?:Mc|Mac|[OD]['’])?\p{Lu}\p{Ll}{3,}(?:-\p{Lu}\p{Ll}+)?(?: \p{Lu}\p{Ll}{3,})?"
    rf"(?!{_LETTER}|[\d'’\-])(?! \p{{Lu}}\p{{Ll}})",
    regex.V1,
)
"""What ends a name after words that are known: no list has all surnames."""

_THIRD = regex.compile(rf"\p{{Lu}}{_LETTER}{{1,5}}+(?![\d'’\-]| \p{{Lu}})", regex.V1)
"""A third name in Korea and Vietnam, where a surname comes first."""

_OF = regex.compile(r"^[OD]['’](?=\p{Lu})")
_NUMERAL = regex.compile(r"[IVX]+")
_MAX_TOKENS = 5


def rest(text: str, at: int) -> tuple[int, int, int]:
    """Returns where the names behind a name end, and how many are known surnames and not."""
    end, n_known, n_unknown = at, 0, 0
    for _ in range(_MAX_TOKENS):
        if text[at : at + 1] != " ":
            break
        at += 1
        initial = INITIAL.match(text, at)
        if initial and text[initial.end() : initial.end() + 1] == " ":
            at = initial.end()
            continue
        particle = _PARTICLE.match(text, at)
        token = TOKEN.match(text, particle.end() if particle else at)
        if not token:
            break
        word = token.group()
        if len(word) < 2 or _is_no_surname(word):
            break
        if _is_surname(word) or word in given_names():
            n_known += _is_surname(word)
            n_unknown += not _is_surname(word)
        elif n_known or n_unknown:
            end = _past_surnames(text, token.start()) or end
            break
        else:
            n_unknown += 1
        end = at = token.end()
    return end, n_known, n_unknown


def _past_surnames(text: str, start: int) -> int | None:
    """Returns where one or two words end that no list has and that end a name."""
    more = _SURNAMES.match(text, start)
    if more is None or any(word in no_surnames() for word in more.group().split(" ")):
        return None
    end: int = more.end()
    return end


def _is_no_surname(word: str) -> bool:
    """True for words such as those in `Robert Koch-Institut`, and for abbreviations.

    Not for numbers of kings (XIV), nor for surnames in capitals (KIM, DUPONT).
    """
    if shown(word.rsplit("-", 1)[-1]) in no_surnames():
        return True
    if not word.isupper() or _NUMERAL.fullmatch(word):
        return False
    return not _is_surname(word)


def _is_surname(word: str) -> bool:
    return shown(word) in surnames() or shown(word) in words("short_surnames")


@lru_cache(maxsize=1)
def no_surnames() -> frozenset[str]:
    """Returns the words in capitals that are no surnames behind a given name."""
    return words("no_surname") | words("no_part") | words("things")


def _is_of_three(words_before: str) -> bool:
    """True for such as `Kim Jong`, behind which a third short name ends the whole."""
    return words_before.split(" ")[0] in words("surnames_before_two")


def is_known(word: str) -> bool:
    """True if a list has a word, or what follows its O', or each half that a hyphen joins."""
    return _is_listed(word) or all(map(_is_listed, _OF.sub("", word).split("-")))


def _is_listed(word: str) -> bool:
    return is_given(word) or shown(word) in surnames()


def is_given(word: str) -> bool:
    """True if a list has a word as a given name."""
    return shown(word) in given_names()


def shown(word: str) -> str:
    """Returns a word as lists have it: in capitals it is written otherwise."""
    return word.title() if word.isupper() else word


def name_at(
    text: str, start: int, *, need_known: bool, is_titled: bool = False
) -> tuple[int, int, bool] | None:
    """Returns the end of the name that begins here, its number of words, and if one is known.

    Args:
        text: The whole text.
        start: Where the name would begin.
        need_known: Whether a name counts only if a list has one of its words.
        is_titled: Whether a title stands before, and makes a surname also of a word for a house.
    """
    at, n_tokens, known = start, 0, False
    end = start
    while n_tokens < _MAX_TOKENS - 1:
        initial = INITIAL.match(text, at)
        if initial and text[initial.end() : initial.end() + 1] == " ":
            at = initial.end() + 1
            continue
        if n_tokens == 2 and _is_of_three(text[start:end]) and (third := _THIRD.match(text, at)):
            return third.end(), 3, known
        particle = _PARTICLE.match(text, at) if n_tokens else None
        token = TOKEN.match(text, particle.end() if particle else at)
        word = token.group() if token else ""
        # Half a name is worse than a word too many: Friedrich List, Anna Bar.
        stops = words("no_part") if n_tokens == 1 else no_surnames()
        if not token or (word in stops and not (is_titled and not n_tokens and _is_surname(word))):
            break
        is_listed = is_known(word)
        if n_tokens > 1 and not is_listed:
            more = _past_surnames(text, token.start())
            if more:
                end, n_tokens = more, n_tokens + 1
            break
        known |= is_listed
        n_tokens += 1
        end = token.end()
        if text[end : end + 1] != " ":
            break
        at = end + 1
    if not n_tokens or (need_known and not known):
        return None
    if all(word in words("no_title_name") for word in text[start:end].split(" ")):
        return None
    return end, n_tokens, known
