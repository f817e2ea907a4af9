"""Which language a text is in: by script, and where scripts are shared by its function words.

No model: a table of Unicode blocks and lists of the commonest function words. Good enough to count
and to route by; short texts of languages that share words (Danish and Norwegian) are confused.
"""

import sys
from functools import lru_cache
from importlib import resources

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import yaml

from datagov.detect.words import WordLists, count_words
from datagov.kernel import kernel
from datagov.texts import Texts, as_texts
from datagov.utf8 import Bytes, Ints, decoded, text_buffers

UNDETERMINED = "und"
NO_LANGUAGE = "zxx"
SAMPLE_BYTES = 2048

# ISO 15924 script by first code point of a stretch; "" is common to all scripts.
_BLOCKS = (
    (0x0000, ""), (0x0041, "Latn"), (0x005B, ""), (0x0061, "Latn"), (0x007B, ""),
    (0x00C0, "Latn"), (0x0250, ""), (0x0370, "Grek"), (0x0400, "Cyrl"), (0x0530, "Armn"),
    (0x0590, "Hebr"), (0x0600, "Arab"), (0x0700, ""), (0x0750, "Arab"), (0x0780, ""),
    (0x0900, "Deva"), (0x0980, "Beng"), (0x0A00, "Guru"), (0x0A80, "Gujr"), (0x0B00, "Orya"),
    (0x0B80, "Taml"), (0x0C00, "Telu"), (0x0C80, "Knda"), (0x0D00, "Mlym"), (0x0D80, "Sinh"),
    (0x0E00, "Thai"), (0x0E80, "Laoo"), (0x0F00, "Tibt"), (0x1000, "Mymr"), (0x10A0, "Geor"),
    (0x1100, "Hang"), (0x1200, "Ethi"), (0x1380, ""), (0x1780, "Khmr"), (0x1800, "Mong"),
    (0x18B0, ""), (0x1E00, "Latn"), (0x1F00, "Grek"), (0x2000, ""), (0x3040, "Kana"),
    (0x3100, ""), (0x3130, "Hang"), (0x3190, ""), (0x31F0, "Kana"), (0x3200, ""),
    (0x3400, "Hani"), (0x4DC0, ""), (0x4E00, "Hani"), (0xA000, ""), (0xAC00, "Hang"),
    (0xD7B0, ""), (0xF900, "Hani"), (0xFB00, ""), (0xFB1D, "Hebr"), (0xFB50, "Arab"),
    (0xFE00, ""), (0xFE70, "Arab"), (0xFF00, ""), (0xFF66, "Kana"), (0xFFA0, "Hang"),
    (0xFFE0, ""), (0x20000, "Hani"), (0x32000, ""),
)  # fmt: skip
_SCRIPTS = tuple(sorted({script for _, script in _BLOCKS}, reverse=True))

_ONE_LANGUAGE = {
    "Armn": "hy", "Hebr": "he", "Beng": "bn", "Guru": "pa", "Gujr": "gu", "Orya": "or",
    "Taml": "ta", "Telu": "te", "Knda": "kn", "Mlym": "ml", "Sinh": "si", "Thai": "th",
    "Laoo": "lo", "Tibt": "bo", "Mymr": "my", "Geor": "ka", "Hang": "ko", "Ethi": "am",
    "Khmr": "km", "Mong": "mn", "Grek": "el",
}  # fmt: skip
_DENSE = frozenset(("Hani", "Kana", "Hang"))
_DEFAULT = {"Latn": UNDETERMINED, "Cyrl": "ru", "Arab": "ar", "Deva": "hi"}
MIN_LETTERS = 4
KANA_SHARE = 0.08
"""Japanese mixes Kana into Han; Chinese quotes have less."""


def identify(texts: Texts) -> pa.Array:
    """Returns a language tag (BCP 47) for each text.

    `und` when it cannot be told, `zxx` when there is nothing written in it. Looks at the first
    SAMPLE_BYTES of a text.
    """
    data, offsets = text_buffers(as_texts(texts))
    starts, ends = offsets[:-1], _sample_ends(data, offsets)
    counts = _script_counts(data, starts, ends, _script_of(), len(_SCRIPTS))
    counts[:, _SCRIPTS.index("")] = 0
    total = counts.sum(axis=1)
    # Of scripts that weigh as much the last by name counts, which is the first here.
    script = np.argmax(counts * _weights(), axis=1)
    tags = np.array([_ONE_LANGUAGE.get(name, UNDETERMINED) for name in _SCRIPTS], object)[script]
    han, kana = (counts[:, _SCRIPTS.index(name)] for name in ("Hani", "Kana"))
    dense = np.isin(script, [_SCRIPTS.index(name) for name in ("Hani", "Kana")])
    tags[dense] = np.where(kana > KANA_SHARE * (han + kana), "ja", "zh")[dense]
    by_words = (total >= MIN_LETTERS) & np.isin(script, [_SCRIPTS.index(s) for s in _by_script()])
    rows = np.flatnonzero(by_words)
    tags[rows] = _by_words(data, starts[rows], ends[rows], script[rows])
    tags[total == 0] = NO_LANGUAGE
    return pa.array(tags, pa.string())


def languages() -> list[str]:
    """Returns all tags that `identify` may return but `zxx`, sorted."""
    return sorted(
        {"ja", "zh", UNDETERMINED, *_ONE_LANGUAGE.values(), *_DEFAULT.values(), *_by_words_names()}
    )


@lru_cache(maxsize=1)
def _script_of() -> npt.NDArray[np.uint8]:
    """Returns the script of each code point, as an index into _SCRIPTS."""
    starts = np.array([start for start, _ in _BLOCKS])
    scripts = np.array([_SCRIPTS.index(script) for _, script in _BLOCKS], np.uint8)
    return np.repeat(scripts, np.diff(starts, append=sys.maxunicode + 1))


@lru_cache(maxsize=1)
def _weights() -> Ints:
    """Returns how much a character of each script weighs.

    Markup, code and names are Latin in any language, so that letters of other scripts count for
    more; and a Han, Kana or Hangul character says as much as several letters.
    """
    return np.array([1 if s == "Latn" else 5 if s in _DENSE else 2 for s in _SCRIPTS])


@kernel
def _sample_ends(data: Bytes, offsets: Ints) -> Ints:
    """Returns where the sample of each text ends: no character is cut."""
    ends = np.empty(len(offsets) - 1, np.int64)
    for text in range(len(ends)):
        end = offsets[text + 1]
        if end - offsets[text] > SAMPLE_BYTES:
            end = offsets[text] + SAMPLE_BYTES
            while data[end] & 0xC0 == 0x80:
                end -= 1
        ends[text] = end
    return ends


@kernel
def _script_counts(
    data: Bytes, starts: Ints, ends: Ints, script_of: npt.NDArray[np.uint8], n_scripts: int
) -> Ints:
    """Returns how many characters of each script each text has; int64, (texts, n_scripts)."""
    counts = np.zeros((len(starts), n_scripts), np.int64)
    for text in range(len(starts)):
        at = starts[text]
        while at < ends[text]:
            if data[at] < 0x80:
                counts[text, script_of[data[at]]] += 1
                at += 1
            else:
                code, width = decoded(data, at)
                counts[text, script_of[code]] += 1
                at += width
    return counts


@lru_cache(maxsize=1)
def _by_script() -> dict[str, dict[str, list[str]]]:
    """Returns, by script and word, the languages that have it."""
    text = resources.files("datagov").joinpath("detect", "language_words.yaml").read_text("utf-8")
    table: dict[str, dict[str, list[str]]] = {}
    for script, languages in yaml.safe_load(text).items():
        owners = table.setdefault(script, {})
        for language, words in languages.items():
            for word in dict.fromkeys(words.split()):
                owners.setdefault(word, []).append(str(language))
    return table


@lru_cache(maxsize=1)
def _by_words_names() -> list[str]:
    return sorted(
        {name for words in _by_script().values() for names in words.values() for name in names}
    )


@lru_cache(maxsize=1)
def _word_lists() -> WordLists:
    """Returns the function words, in a list for each script."""
    index = {name: i for i, name in enumerate(_by_words_names())}
    # A word that many languages share says little of each.
    return WordLists.of(
        [
            {word: [(index[n], 1 / len(names)) for n in names] for word, names in words.items()}
            for words in (_by_script().get(script, {}) for script in _SCRIPTS)
        ]
    )


def _by_words(data: Bytes, starts: Ints, ends: Ints, script: Ints) -> npt.NDArray[np.object_]:
    """Returns the language of each text, one of those that are written in its script."""
    names = np.array(_by_words_names(), object)
    scores, n_words = count_words(data, starts, ends, script, _word_lists(), len(names))
    best = scores.max(axis=1)
    default = np.array([_DEFAULT.get(name, UNDETERMINED) for name in _SCRIPTS], object)[script]
    return np.where((best == 0) | (best < 0.02 * n_words), default, names[scores.argmax(axis=1)])
