"""Tokens: what is hashed eight bytes at a time is what would be, letter by letter."""

import string

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tokenised import tokens

from datagov.duplicates.words_at_once import behind_ascii, eight, leading_word
from datagov.kernel import kernel

LETTERS = "abzABZ059é\u0434ſａＺ９ﬁ"
FOLDED = str.maketrans({"ａ": "a", "Ｚ": "z", "９": "9"})
BYTES = st.lists(st.sampled_from(b"azAZ09@[`{/: \x00\x7f\x80\xc3\xff"), min_size=8, max_size=8)


@kernel
def looked_at(data, at):
    return leading_word(eight(data, at))


@kernel
def beyond(data, at, end):
    return behind_ascii(data, at, end)


@given(BYTES, st.integers(0, 9))
@example(list(b"abcdefgh"), 3)
@example(list(b"ABCDEFG "), 0)
def test_a_leading_word_is_the_letters_and_digits_in_lower_case(chunk, before):
    data = bytes(before) + bytes(chunk)
    run, size = looked_at(np.frombuffer(data, np.uint8), before)
    alnum = (string.ascii_letters + string.digits).encode()
    want = bytes(chunk[: next((i for i, byte in enumerate(chunk) if byte not in alnum), 8)])
    assert int(size) == len(want)
    assert int(run).to_bytes(8, "little") == want.lower().ljust(8, b"\0")


def test_every_byte_begins_a_word_or_does_not():
    alnum = (string.ascii_letters + string.digits).encode()
    for byte in range(256):
        _, size = looked_at(np.frombuffer(bytes([byte]) * 8, np.uint8), 0)
        assert int(size) == (8 if byte in alnum else 0), byte


@given(st.lists(st.sampled_from(b"a \x7f\x80\xff"), max_size=30), st.data())
def test_ascii_ends_where_a_byte_is_beyond_it(values, data):
    end = data.draw(st.integers(0, len(values)))
    at = data.draw(st.integers(0, end))
    want = next((i for i in range(at, end) if values[i] >= 0x80), end)
    assert beyond(np.array(values, np.uint8), at, end) == want


@given(st.lists(st.text(st.sampled_from(LETTERS), min_size=1, max_size=30), max_size=6))
def test_equal_words_and_no_others_have_equal_tokens(words):
    found = tokens(" ".join(words))
    folded = [word.translate(FOLDED).casefold() for word in words]
    assert len(found) == len(words)
    assert [found.index(token) for token in found] == [folded.index(word) for word in folded]


@given(
    st.text(st.sampled_from(LETTERS), min_size=1, max_size=30), st.integers(0, 20), st.text("x ")
)
def test_a_token_does_not_depend_on_where_its_word_stands(word, before, behind):
    alone = tokens(word)
    assert tokens("," * before + word) == alone
    assert tokens("é" * before + " " + word + " " + behind)[before > 0 :][:1] == alone


@pytest.mark.parametrize("size", [7, 8, 9, 15, 16, 17, 24, 40])
def test_each_letter_of_a_long_word_counts_alone_and_beside_each_other(size):
    word = "a" * size
    letters = "bcdqz07"
    changed = {word}
    for i in range(size):
        changed |= {word[:i] + one + word[i + 1 :] for one in letters}
        for j in range(i + 1, size):
            changed |= {word[:i] + c + word[i + 1 : j] + c + word[j + 1 :] for c in letters}
    found = tokens(" ".join(sorted(changed)))
    # By chance some 5,500 hashes of 32 bits hold .004 pairs of equal ones.
    assert len(set(found)) == len(found) == len(changed)


@pytest.mark.parametrize("text", ["a©", "©a", "5°", "a®©", "a©中", "©"])
@pytest.mark.parametrize("times", [1, 2, 3, 10, 999])
def test_no_text_has_more_tokens_than_there_is_room_for(text, times):
    assert len(tokens(text * times)) == len(text) * times


def test_a_character_alone_is_no_word_of_two_letters():
    letters = string.ascii_lowercase + string.digits
    codes = [ord(one) | ord(other) << 8 for one in letters for other in letters]
    alone = [chr(code) for code in codes if "\u4e00" <= chr(code) <= "\u7aff"]
    assert len(alone) > 900
    assert not set(tokens(" ".join(alone))) & set(
        tokens(" ".join(one + other for one in letters for other in letters))
    )


@pytest.mark.parametrize("ignored", "\u00ad\u034f\u115f\u17b5\u180b\u200d\u3164\ufe0f\U000e0100")
def test_what_is_ignored_in_a_word_is_not_there(ignored):
    assert tokens(f"co{ignored}operate") == tokens("cooperate")
