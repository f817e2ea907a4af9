"""One run of bytes for many texts, and the way back to cells and code points."""

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from datagov.detect.text_buffer import TextBuffer

TEXTS = st.lists(
    st.text(st.sampled_from("a1 \n\0é汉字😀e\u0301עָ\u200f"), max_size=150), min_size=1, max_size=8
)


def buffer_of(texts: list[str]) -> TextBuffer:
    return TextBuffer.of(pa.array(texts, pa.large_string()))


@settings(deadline=None)
@given(TEXTS, st.data())
def test_every_character_is_found_again_by_its_byte_position(
    texts: list[str], data: st.DataObject
) -> None:
    buffer = buffer_of(texts)
    cell = data.draw(st.integers(0, len(texts) - 1))
    at = data.draw(st.integers(0, len(texts[cell])))
    position = int(buffer.starts[cell]) + len(texts[cell][:at].encode())
    positions = np.array([position], np.int64)
    assert buffer.cells(positions).tolist() == [cell]
    assert buffer.offsets(np.array([cell]), positions).tolist() == [at]
    assert buffer.positions(np.array([cell]), np.array([at])).tolist() == [position]


@settings(deadline=None)
@given(TEXTS)
def test_texts_lie_between_separators(texts: list[str]) -> None:
    buffer = buffer_of(texts)
    for text, start, end in zip(texts, buffer.starts, buffer.ends, strict=True):
        assert buffer.data[start:end].decode() == text
        assert buffer.data[start - 1 : start] == buffer.data[end : end + 1] == b"\n"


def test_slices_of_arrays_are_read_from_their_offset() -> None:
    texts = pa.array(["nought", "汉1", "two"], pa.large_string()).slice(1)
    buffer = TextBuffer.of(texts)
    assert buffer.data == "\n汉1\ntwo\n".encode()
    assert buffer.offsets(np.array([0]), np.array([4])).tolist() == [1]


def test_no_texts_make_an_empty_buffer() -> None:
    buffer = buffer_of([])
    nothing = np.array([], np.int64)
    assert buffer.cells(nothing).tolist() == buffer.offsets(nothing, nothing).tolist() == []
