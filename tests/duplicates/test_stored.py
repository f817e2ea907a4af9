"""Sketches in files: what is found among them is what is found in memory, however batched."""

import pytest
from made import pairs_at

from datagov.duplicates.find import edges_among, edges_between, joined, sketch_texts


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_edges_are_those_in_memory_whatever_the_batches(tmp_path, size):
    texts = [*pairs_at(0.7, 60, 40, seed=3), "", *pairs_at(0.6, 900, 20, seed=4)]
    batches = [sketch_texts(texts[at : at + size]) for at in range(0, len(texts), size)]
    found = edges_among(batches, tmp_path, 0.5, 0.8)
    assert found.height > 50
    assert found.equals(edges_between(joined(batches), 0.5, 0.8))


@pytest.mark.parametrize("batches", [[], [sketch_texts([])], [sketch_texts(["", ""])]])
def test_nothing_is_found_among_nothing(tmp_path, batches):
    assert edges_among(batches, tmp_path, 0.5, 0.8).is_empty()
