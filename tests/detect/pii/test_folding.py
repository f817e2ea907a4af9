"""Folding: one code point stays one, and what is worth folding is found wherever it stands."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from datagov.detect.pii.folding import _table, fold, folded

CHARS = st.sampled_from("a1 é中，。！\u3000ＡＺ０９＠＋－٣۵௧ſK İ𝟘😀\U00010fff") | st.characters(
    exclude_categories=["Cs"]
)
TEXTS = st.lists(st.text(CHARS, max_size=8), max_size=6)


def is_worth_folding(text: str) -> bool:
    """True if a look-alike of a letter, a digit or a sign of addresses and numbers stands in it."""
    return any(_table().get(ord(c)) and (c.isalnum() or c in "＠＋－") for c in text)


@given(TEXTS, st.integers(0, 2))
def test_texts_with_look_alikes_are_folded_and_no_others(texts, skipped):
    array = pa.array(texts, pa.large_string()).slice(skipped)
    expected = [fold(t) if is_worth_folding(t) else t for t in texts[skipped:]]
    assert folded(array).to_pylist() == expected
    assert [len(t) for t in expected] == [len(t) for t in texts[skipped:]]
