"""What a pair of duplicates has that differs, in a sentence."""

from collections.abc import Mapping
from typing import Any

from datagov.reports.wording import count, share

_SORTS = {
    "number": ("number", "numbers"),
    "capitalised": ("capitalised word", "capitalised words"),
    "word": ("word", "words"),
    "character": ("character", "characters"),
    "sign": ("sign", "signs"),
}


def differing(example: Mapping[str, Any]) -> str:
    """Returns the summary of an example, such as `2 numbers replaced, of 212 and 212 words.`"""
    parts = [
        f"{_listed(example[key])} {said}"
        for key, said in (
            ("moved", "moved"),
            ("replaced", "replaced"),
            ("only_duplicate", "only in the duplicate"),
            ("only_stays", "only in the record that stays"),
        )
        if example[key]
    ]
    told = "; ".join(parts) or "No difference found"
    is_part = example["kind"] == "contained"
    n_words = example["words"]
    told += f", of {count(n_words['duplicate'])}"
    told += " words." if is_part else f" and {count(n_words['stays'])} words."
    if not example["is_whole"]:
        told += " The texts are long, and not all of them was compared."
    return told + (_place(example) if is_part else "")


def _place(example: Mapping[str, Any]) -> str:
    whole = example["stays"]["n_chars"]
    length = share(min(example["duplicate"]["n_chars"], whole), whole)
    told = f" The duplicate is {length} as long as the record that stays"
    if example["stands_from"] is None:
        return f"{told}, and was not met in what was compared of it."
    return f"{told}, and stands in it from character {count(example['stands_from'] + 1)} on."


def _listed(counts: Mapping[str, int]) -> str:
    named = [
        f"{count(n)} {_SORTS[sort][n != 1]}"
        for sort, n in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"
