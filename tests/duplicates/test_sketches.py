"""Sketches: what counts as the same text, and how well they estimate Jaccard's similarity."""

import random
import unicodedata

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from made import WORDS, pairs_at, true_jaccard

from datagov.corpus.batch import Cells
from datagov.duplicates.sketches import MAX_SET, N_BINS, likeness, no_sketches, sketch

KEY = b"k" * 32


def jaccard(sketches, one=0, other=1):
    return float(likeness(sketches, sketches, np.array([[one, other]])).jaccard[0])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hello, World!", "hello   world"),
        ("Straße", "STRASSE"),
        ("ﬁne", "fine"),
        ("ＡＢＣ１２３", "abc123"),
        ("漢字編碼與電腦", "汉字编码与电脑"),
        ("soft\u00adhyphen zero\u200bwidth", "softhyphen zerowidth"),
        ("Σίσυφος", "ΣΊΣΥΦΟΣ"),
        ("שלום עולם", "שלום, עולם!"),
        ("👍🏽 ok", "👍🏽, OK"),
        ("a\x00b", "a b"),
    ],
)
def test_texts_that_read_alike_are_alike(sketched, one, other):
    assert jaccard(sketched([one, other])) == 1


@given(st.text(max_size=80))
@example("À㊀ é㍿ ü㋿ å①")
@settings(max_examples=60, deadline=None)
def test_composed_and_decomposed_texts_have_one_sketch(text):
    forms = [unicodedata.normalize(form, text) for form in ("NFC", "NFD")]
    cells = Cells(pa.array([0, 1]), pa.array(["t"] * 2), pa.array(forms, pa.large_string()))
    one, other = sketch(cells, 2, KEY).hashes.to_pylist()
    assert one == other


@pytest.mark.parametrize("text", ["明月", "明月几时", "สวัสดี", "hi", "ok then", "一", "7"])
def test_short_texts_of_any_script_have_shingles(sketched, text):
    assert sketched([text]).n_shingles.to_pylist()[0] > 0
    assert jaccard(sketched([text, text])) == 1


@pytest.mark.parametrize("text", ["", "   ", "!!!", "\u200b", "...\n---"])
def test_texts_without_tokens_are_like_none(sketched, text):
    sketches = sketched([text, text])
    assert sketches.n_shingles.to_pylist() == [0, 0]
    assert jaccard(sketches) == 0


def test_one_character_of_difference_shows(sketched):
    assert 0 < jaccard(sketched(["床前明月光疑是地上霜", "床前看月光疑是地上霜"])) < 1
    assert 0 < jaccard(sketched(["one two three four", "one two three five"])) < 1


def test_the_fields_of_a_record_are_taken_together(sketched):
    both = Cells(pa.array([0, 0]), pa.array(["a", "b"]), pa.array(["x y", "z"], pa.large_string()))
    assert sketch(both, 1, KEY).hashes[0] == sketched(["x y z"]).hashes[0]


def test_a_record_without_texts_has_an_empty_sketch():
    cells = Cells(pa.array([1]), pa.array(["a"]), pa.array(["x"], pa.large_string()))
    assert [bool(each) for each in sketch(cells, 3, KEY).hashes.to_pylist()] == [False, True, False]
    assert no_sketches(2).hashes.to_pylist() == [b"", b""]


def test_sketches_depend_on_the_key(sketched):
    assert sketched(["one two"], b"a" * 32).hashes != sketched(["one two"], b"b" * 32).hashes


@given(st.lists(st.text(max_size=40), max_size=8), st.integers(0, 7))
@settings(max_examples=40, deadline=None)
def test_each_record_is_sketched_by_itself(texts, cut):
    def sketches(some):
        n = len(some)
        cells = Cells(
            pa.array(range(n), pa.int64()),
            pa.array(["t"] * n, pa.string()),
            pa.array(some, pa.large_string()),
        )
        return sketch(cells, n, KEY).hashes.to_pylist()

    assert sketches(texts) == sketches(texts[:cut]) + sketches(texts[cut:])


@pytest.mark.parametrize("similarity", [0.2, 0.5, 0.8, 0.95])
def test_the_estimate_has_the_bias_and_spread_of_minhash(sketched, similarity):
    from datasketch import MinHash

    n_pairs = 200
    texts = pairs_at(similarity, 1500, n_pairs, seed=5)
    sketches = sketched(texts)
    assert min(sketches.n_shingles.to_pylist()) > MAX_SET
    pairs = np.arange(2 * n_pairs).reshape(-1, 2)
    true = np.array([true_jaccard(texts[i], texts[j]) for i, j in pairs])
    errors = likeness(sketches, sketches, pairs).jaccard - true
    spread = np.sqrt(true * (1 - true) / N_BINS).mean()
    assert abs(errors.mean()) < 4 * spread / np.sqrt(n_pairs)
    assert errors.std() < 1.25 * spread
    # The same for datasketch's own, on a tenth of the pairs: it is slow.
    theirs = []
    for i, j in pairs[:20]:
        hashes = []
        for text in (texts[i], texts[j]):
            words = text.split()
            minhash = MinHash(num_perm=N_BINS)
            minhash.update_batch(
                [" ".join(words[k : k + 5]).encode() for k in range(len(words) - 4)]
            )
            hashes.append(minhash)
        theirs.append(hashes[0].jaccard(hashes[1]))
    assert np.abs(np.array(theirs) - (errors[:20] + true[:20])).max() < 8 * spread


def test_the_similarity_of_short_texts_is_exact(sketched):
    words = WORDS[:40]
    changed = [*words[:20], "changed", *words[21:]]
    # Of 40 tokens and 39 pairs one and two are lost, and as many new; 5-grams are sampled.
    sketches = sketched([" ".join(words[:30]), " ".join(changed[:30])])
    n = sketches.n_shingles.to_pylist()
    value = jaccard(sketches)
    common = round(value / (1 + value) * sum(n))
    assert value == pytest.approx(common / (sum(n) - common), abs=1e-6)


@pytest.mark.parametrize("n_tokens", [200, 2_000, 20_000])
def test_the_number_of_shingles_is_estimated(sketched, n_tokens):
    text = " ".join(random.Random(n_tokens).choices(WORDS, k=n_tokens))
    n = sketched([text]).n_shingles.to_pylist()[0]
    brief = 2 * n_tokens * (48 / n_tokens) ** 2 if 48 / n_tokens > 1 / 16 else 0
    assert n == pytest.approx(n_tokens - 4 + brief, rel=0.3)


def test_length_moves_the_shingles_without_a_jump(sketched):
    """Two texts of about one length are compared by about the same, whatever the length."""
    words = random.Random(3).sample(WORDS, 400)
    for n in range(10, 380, 7):
        text = " ".join(words[:n])
        longer = " ".join([*words[:n], "end"])
        assert jaccard(sketched([text, longer])) > 0.75


def test_a_contained_text_is_told(sketched):
    words = random.Random(3).sample(WORDS, 900)
    sketches = sketched([" ".join(words), " ".join(words[:500])])
    found = likeness(sketches, sketches, np.array([[0, 1]]))
    assert found.second[0] > 0.85
    assert found.first[0] < 0.7


def test_fifty_megabytes_in_one_text(sketched):
    text = "abc " * 12_500_000
    assert sketched([text]).n_shingles.to_pylist()[0] < 10
