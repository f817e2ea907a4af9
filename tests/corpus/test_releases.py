"""Releases that lie in a corpus folder are no part of the corpus."""

import logging

import pytest

from datagov.corpus.shards import list_shards
from datagov.errors import InputError


@pytest.fixture
def corpus(write_jsonl, release):
    """A folder with a file, and with a release of that file."""
    path = write_jsonl([{"text": "a"}, {"text": "b"}], "corpus/sub/texts.jsonl")
    release(path, "corpus/first.release")
    return path.parent.parent


@pytest.mark.parametrize("pattern", ["", "/**/*.json*", "/*"])
def test_a_release_in_a_folder_is_passed_over_and_told(corpus, pattern, caplog):
    logging.getLogger("datagov").propagate = True
    (corpus / "own.jsonl").write_text('{"text": "c"}\n')
    with caplog.at_level(logging.WARNING, "datagov"):
        shards = list_shards([f"{corpus}{pattern}"])
    assert {shard.name for shard in shards} <= {"own.jsonl", "sub/texts.jsonl"}
    told = {r.getMessage() for r in caplog.records if "a release of datagov" in r.getMessage()}
    assert told == (
        {"first.release: passed over, a release of datagov; name its data/ folder to scan that"}
        if pattern != "/*"
        else set()
    )


def test_the_data_of_a_release_can_be_named(corpus):
    for given in ("first.release/data", "first.release/data/*.parquet"):
        (shard,) = list_shards([str(corpus / given)])
        assert shard.name == "part-00000.parquet"


def test_a_release_itself_is_refused_with_what_to_name_instead(corpus):
    with pytest.raises(InputError, match="nothing but releases of datagov; name the data/ folder"):
        list_shards([str(corpus / "first.release")])


def test_a_release_json_of_somebody_else_is_a_file_like_others(write_jsonl):
    path = write_jsonl([{"text": "a", "format": "x"}], "corpus/release.json")
    for content in ('{"text": "a"}\n', "{broken", "[]", '{"format": "other"}'):
        path.write_text(content)
        assert [shard.name for shard in list_shards([str(path.parent)])] == ["release.json"]
