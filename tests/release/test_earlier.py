"""Earlier releases that a corpus is compared with: only whole ones, each once, and all are named."""

import json
import random
import shutil

import polars as pl
import pytest

import datagov
from datagov.errors import ConfigError, InputError
from datagov.lineage.keys import fingerprint_key
from datagov.policy import DuplicateOptions
from datagov.release.earlier import load_earlier

WORDS = [f"term{i}" for i in range(2000)]
METRICS = "evidence/metrics.json"
MANIFEST = "release.json"


def texts(n, seed=1):
    rng = random.Random(seed)
    return [" ".join(rng.choices(WORDS, k=60)) for _ in range(n)]


def scan(folder, name, rows, **options):
    path = folder / f"{name}.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    options = {"id_field": "id", "name": name, "run": datagov.Run(n_workers=1), **options}
    return datagov.scan(path, folder / f"{name}.out", **options)


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """A release of twenty texts."""
    rows = [{"id": f"a{i}", "text": text} for i, text in enumerate(texts(20))]
    return scan(tmp_path_factory.mktemp("first"), "g1", rows).out


@pytest.fixture
def copy(first, tmp_path):
    return shutil.copytree(first, tmp_path / "copy")


@pytest.fixture
def corpus():
    return [{"id": "same", "text": texts(20)[0]}, {"id": "new", "text": texts(1, seed=2)[0]}]


def edit(file, change):
    body = json.loads(file.read_text())
    change(body)
    file.write_text(json.dumps(body))


def refused(*against):
    """Returns the one line with which earlier releases are refused."""
    with pytest.raises((InputError, ConfigError)) as caught:
        load_earlier(against, fingerprint_key(None), DuplicateOptions())
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize("content", ["{}", "[]", "null", "1", '{"name": "x"}', "no json", ""])
@pytest.mark.parametrize("file", [MANIFEST, METRICS])
def test_a_file_that_says_something_else_is_refused_and_named(
    content, file, copy
):
    (copy / file).write_text(content)
    message = refused(copy)
    assert message.startswith(f"{copy}: {file}: ")
    assert "take an unchanged copy" in message


def test_a_release_without_its_signals_in_the_manifest_is_not_empty_but_refused(
    copy, tmp_path, corpus
):
    def forget(body):
        body["files"] = {n: d for n, d in body["files"].items() if "/signals/" not in n}

    edit(copy / MANIFEST, forget)
    assert MANIFEST in refused(copy)


def test_metrics_with_other_numbers_are_refused(copy):
    edit(copy / METRICS, lambda body: body["duplicates"]["near"]["parameters"].update(n_bins=128))
    assert METRICS in refused(copy)


@pytest.mark.parametrize("kind", ["signals", "decisions"])
@pytest.mark.parametrize("how", ["other bytes", "gone"])
def test_evidence_that_is_not_as_it_was_is_refused(kind, how, copy):
    name = f"evidence/{kind}/part-00000.parquet"
    if how == "gone":
        (copy / name).unlink()
    else:
        (copy / name).write_bytes((copy / name).read_bytes() + b"x")
    assert name in refused(copy)


@pytest.mark.parametrize("content", [None, "{}", "null"])
def test_without_sound_statements_nothing_says_what_a_release_is(content, copy):
    file = copy / "attestations/provenance.dsse.json"
    file.unlink() if content is None else file.write_text(content)
    assert "attestations/" in refused(copy)


def test_what_is_no_release_is_told(tmp_path):
    assert "is no release" in refused(tmp_path)
    assert "is no release" in refused(tmp_path / "nowhere")


def test_the_same_release_twice_is_refused(first, copy):
    message = refused(first, copy)
    assert str(first) in message and str(copy) in message and "give each once" in message


def test_a_release_whose_own_earlier_one_is_not_given_is_told(first, tmp_path, corpus, caplog):
    second = scan(tmp_path, "g2", corpus, against=[first]).out
    rows = [{"id": "from1", "text": texts(20)[5]}, {"id": "from2", "text": corpus[1]["text"]}]
    caplog.clear()
    alone = scan(tmp_path, "g3", rows, against=[second])
    (told,) = [r.getMessage() for r in caplog.records if "was made against" in r.getMessage()]
    assert "g1@1.0.0" in told and str(second) in told and "\n" not in told
    assert alone.metrics["records"]["kept"] == 1
    caplog.clear()
    both = scan(tmp_path, "g4", rows, against=[second, first])
    assert not [r for r in caplog.records if "was made against" in r.getMessage()]
    assert both.metrics["records"]["kept"] == 0
