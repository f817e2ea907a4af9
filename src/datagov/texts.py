"""Texts as they come: Arrow, polars or plain strings, taken as one Arrow array."""

from collections.abc import Sequence
from typing import TypeAlias

import polars as pl
import pyarrow as pa

Texts: TypeAlias = pa.Array | pa.ChunkedArray | pl.Series | Sequence[str]


def as_texts(texts: Texts) -> pa.Array:
    """Returns `texts` as one `large_string` array without nulls (a null becomes an empty text)."""
    if isinstance(texts, pl.Series):
        texts = texts.to_arrow()
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    if not isinstance(texts, pa.Array):
        texts = pa.array(texts, pa.large_string())
    array = texts.cast(pa.large_string())
    return array.fill_null("") if array.null_count else array


class Strings(dict[int, str]):
    """The texts of a `large_string` array by index, each made a string when first asked for."""

    def __init__(self, texts: pa.Array) -> None:
        super().__init__()
        self._texts = texts

    def __missing__(self, index: int) -> str:
        text: str = self._texts[index].as_py()
        self[index] = text
        return text
