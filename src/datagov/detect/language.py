"""Which language a text is in: by script, and where scripts are shared by its function words.

No model: a table of Unicode blocks and lists of the commonest function words. Good enough to count
and to route by; short texts of languages that share words (Danish and Norwegian) are confused.
"""

from functools import lru_cache
from importlib import resources

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import regex
import yaml

from datagov.texts import Texts, as_texts

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
_SCRIPTS = tuple(sorted({script for _, script in _BLOCKS}))
_STARTS = np.array([start for start, _ in _BLOCKS])
_SCRIPT_OF_BLOCK = np.array([_SCRIPTS.index(script) for _, script in _BLOCKS])

_ONE_LANGUAGE = {
    "Armn": "hy", "Hebr": "he", "Beng": "bn", "Guru": "pa", "Gujr": "gu", "Orya": "or",
    "Taml": "ta", "Telu": "te", "Knda": "kn", "Mlym": "ml", "Sinh": "si", "Thai": "th",
    "Laoo": "lo", "Tibt": "bo", "Mymr": "my", "Geor": "ka", "Hang": "ko", "Ethi": "am",
    "Khmr": "km", "Mong": "mn", "Grek": "el",
}  # fmt: skip
_DENSE = frozenset(("Hani", "Kana", "Hang"))
_DEFAULT = {"Latn": UNDETERMINED, "Cyrl": "ru", "Arab": "ar", "Deva": "hi"}
_WORD = regex.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
MIN_LETTERS = 4
KANA_SHARE = 0.08
"""Japanese mixes Kana into Han; Chinese quotes have less."""


def identify(texts: Texts) -> pa.Array:
    """Returns a language tag (BCP 47) for each text.

    `und` when it cannot be told, `zxx` when there is nothing written in it. Looks at the first
    SAMPLE_BYTES of a text.
    """
    array = as_texts(texts)
    samples = [_sample(array[i]) for i in range(len(array))]
    counts = _script_counts(samples)
    tags = [_tag(sample, row) for sample, row in zip(samples, counts, strict=True)]
    return pa.array(tags, pa.string())


def languages() -> list[str]:
    """Returns all tags that `identify` may return but `zxx`, sorted."""
    by_words = {name for words in _function_words().values() for name in _names(words)}
    return sorted(
        {"ja", "zh", UNDETERMINED, *_ONE_LANGUAGE.values(), *_DEFAULT.values(), *by_words}
    )


def _names(words: dict[str, list[tuple[str, float]]]) -> set[str]:
    return {language for owners in words.values() for language, _ in owners}


def _sample(text: pa.Scalar) -> str:
    head = memoryview(text.as_buffer())[:SAMPLE_BYTES]
    return bytes(head).decode("utf-8", "ignore")


def _script_counts(samples: list[str]) -> npt.NDArray[np.int64]:
    """Returns, for each sample, how many of its characters are of each script."""
    lengths = [len(sample) for sample in samples]
    points = np.frombuffer("".join(samples).encode("utf-32-le"), np.uint32)
    scripts = _SCRIPT_OF_BLOCK[np.searchsorted(_STARTS, points, side="right") - 1]
    rows = np.repeat(np.arange(len(samples)), lengths)
    n = len(_SCRIPTS)
    return np.bincount(rows * n + scripts, minlength=len(samples) * n).reshape(-1, n)


def _tag(sample: str, counts: npt.NDArray[np.int64]) -> str:
    by_script = dict(zip(_SCRIPTS, counts.tolist(), strict=True))
    by_script.pop("")
    total = sum(by_script.values())
    if total == 0:
        return NO_LANGUAGE
    han, kana = by_script["Hani"], by_script["Kana"]
    # Markup, code and names are Latin in any language, so that letters of other scripts count
    # for more; and a Han, Kana or Hangul character says as much as several letters.
    weights = {s: n * (1 if s == "Latn" else 5 if s in _DENSE else 2) for s, n in by_script.items()}
    script = max(weights, key=lambda name: (weights[name], name))
    if script in ("Hani", "Kana"):
        return "ja" if kana > KANA_SHARE * (han + kana) else "zh"
    if script in _ONE_LANGUAGE:
        return _ONE_LANGUAGE[script]
    if total < MIN_LETTERS:
        return UNDETERMINED
    return _by_words(sample, script)


@lru_cache(maxsize=1)
def _function_words() -> dict[str, dict[str, list[tuple[str, float]]]]:
    """Returns, by script and word, the languages that have it, each with a weight."""
    text = resources.files("datagov").joinpath("detect", "language_words.yaml").read_text("utf-8")
    table: dict[str, dict[str, list[tuple[str, float]]]] = {}
    for script, languages in yaml.safe_load(text).items():
        owners: dict[str, list[str]] = {}
        for language, words in languages.items():
            for word in dict.fromkeys(words.split()):
                owners.setdefault(word, []).append(str(language))
        # A word that many languages share says little of each.
        table[script] = {
            word: [(language, 1 / len(names)) for language in names]
            for word, names in owners.items()
        }
    return table


def _by_words(sample: str, script: str) -> str:
    table = _function_words().get(script, {})
    scores: dict[str, float] = {}
    words = _WORD.findall(sample.lower())
    for word in words:
        for language, weight in table.get(word, ()):
            scores[language] = scores.get(language, 0.0) + weight
    if not scores or max(scores.values()) < 0.02 * len(words):
        return _DEFAULT.get(script, UNDETERMINED)
    return max(sorted(scores), key=lambda language: scores[language])
