"""Texts as they come: Arrow, polars, pandas or plain strings, taken as one Arrow array."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import polars as pl
import pyarrow as pa

from datagov.errors import InputError

Texts: TypeAlias = pa.Array | pa.ChunkedArray | pl.Series | Sequence[str]


def as_texts(texts: Texts) -> pa.Array:
    """Returns `texts` as one `large_string` array without nulls (a null becomes an empty text).

    Raises:
        InputError: Not several texts, or one of them is none or cannot be written as UTF-8.
    """
    if isinstance(texts, pl.Series):
        texts = texts.to_arrow()
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    if not isinstance(texts, pa.Array):
        texts = _array(texts)
    kind = texts.type.value_type if pa.types.is_dictionary(texts.type) else texts.type
    if kind not in (pa.string(), pa.large_string(), pa.string_view(), pa.null()):
        raise InputError(f"texts: are of type {kind}; expected strings")
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


def _array(texts: Any) -> pa.Array:
    if isinstance(texts, str | bytes):
        raise InputError("texts: is one text, not several; put it in a list: [text]")
    if isinstance(texts, Mapping):
        raise InputError(_no_list(texts))
    try:
        return pa.array(texts, pa.large_string())
    except (pa.ArrowInvalid, pa.ArrowTypeError, TypeError, UnicodeEncodeError) as error:
        raise InputError(_wrong(texts) or f"texts: cannot be taken as strings: {error}") from error


def _wrong(texts: Any) -> str | None:
    """Returns what is wrong with the first text that is none."""
    if not isinstance(texts, Sequence):
        return _no_list(texts)
    for index, text in enumerate(texts):
        if text is None:
            continue
        if not isinstance(text, str):
            return f"texts[{index}]: expected a string, got {type(text).__name__}"
        try:
            text.encode()
        except UnicodeEncodeError as error:
            return (
                f"texts[{index}]: holds half of a surrogate pair at character {error.start}, which "
                "UTF-8 cannot hold; replace it, as by text.encode(errors='replace').decode()"
            )
    return None


def _no_list(texts: Any) -> str:
    kind = type(texts).__name__
    return f"texts: expected a list, an Arrow array or a Series of strings, got {kind}"
