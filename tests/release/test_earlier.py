"""Earlier releases that a corpus is compared with: whole ones, each once, and all named."""

import hashlib
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
from datagov.reports.aggregates import cluster_sizes, copies

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
def test_a_file_that_says_something_else_is_refused_and_named(content, file, copy):
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
    assert message == f"{copy}: is the same release as {first}; give each once"


def test_a_release_whose_own_earlier_one_is_not_given_is_told(first, tmp_path, corpus, caplog):
    second = scan(tmp_path, "g2", corpus, against=[first]).out
    rows = [{"id": "from1", "text": texts(20)[5]}, {"id": "from2", "text": corpus[1]["text"]}]
    caplog.clear()
    alone = scan(tmp_path, "g3", rows, against=[second])
    (told,) = [r.getMessage() for r in caplog.records if "was made against" in r.getMessage()]
    assert told.startswith(f"{second} was made against g1@1.0.0 ")
    assert "\n" not in told
    assert alone.metrics["records"]["kept"] == 1
    caplog.clear()
    both = scan(tmp_path, "g4", rows, against=[second, first])
    assert not [r for r in caplog.records if "was made against" in r.getMessage()]
    assert both.metrics["records"]["kept"] == 0


@pytest.fixture(scope="module")
def beside(first, tmp_path_factory):
    """A release of what stands in the first one, equal and nearly, of two alike, and others."""
    old = texts(20)
    other = texts(3, seed=2)
    rows = [
        {"id": "same", "text": old[0]},
        {"id": "loud", "text": old[1].upper()},
        {"id": "edited", "text": f"{old[2]} more"},
        {"id": "new", "text": other[0]},
        {"id": "new-again", "text": other[0]},
    ]
    folder = tmp_path_factory.mktemp("beside")
    policy = folder / "policy.yaml"
    rules = "".join(f"\n  duplicates.{k}: {{action: drop}}" for k in ("exact", "normalised"))
    policy.write_text(f"version: 1\npurpose: training\nrules:{rules}\n")
    return scan(folder, "g2", rows, against=[first], policy=policy)


def test_each_duplicate_of_an_earlier_record_names_it(beside, first):
    table = pl.read_parquet(beside.out / "evidence/duplicates.parquet")
    digest = hashlib.sha256((first / MANIFEST).read_bytes()).hexdigest()
    earlier = table.filter(pl.col("earlier_digest").is_not_null())
    assert set(earlier.select("earlier_release", "earlier_digest").iter_rows()) == {
        ("g1@1.0.0", digest)
    }
    named = dict(earlier.select("record_id", "earlier_record_id").iter_rows())
    assert named == {"same": "a0", "loud": "a1", "edited": "a2"}
    assert set(table.filter(pl.col("earlier_digest").is_null())["record_id"]) == {
        "new",
        "new-again",
    }


def test_numbers_beside_an_earlier_release(beside):
    metrics = beside.metrics
    (earlier,) = metrics["earlier_releases"]
    assert earlier["duplicates"] == {"exact": 1, "normalised": 1, "near": 1}
    assert metrics["duplicates"]["normalised"]["by_redaction"] == 0
    # `edited` is left beside the text that it repeats; `new` is the only other one in data/.
    assert metrics["duplicates"]["near"]["residual_rate"] == 0.5
    evidence = beside.out / "evidence"
    assert [(r["label"], r["clusters"]) for r in cluster_sizes(evidence)] == [("2", 1)]
    assert copies(evidence) == {"undeclared": {"earlier release g1@1.0.0": 3, "undeclared": 1}}


def test_report_and_card_name_the_earlier_release(beside, first):
    digest = hashlib.sha256((first / MANIFEST).read_bytes()).hexdigest()
    for file in ("report/index.html", "README.md"):
        text = (beside.out / file).read_text()
        assert "earlier release" in text.lower()
        assert digest in text
        assert "no record of this corpus is a near duplicate of another one, or" not in text


def test_what_redaction_made_equal_to_an_earlier_text_is_counted(tmp_path):
    def mail(who):
        return f"Please write to {who} about the red boat in the harbour, before noon today."

    first = scan(tmp_path, "g1", [{"id": "a", "text": mail("john.doe@example.com")}]).out
    rows = [{"id": "b", "text": mail("mary.poppins@example.org")}]
    second = scan(tmp_path, "g2", rows, against=[first])
    assert second.metrics["duplicates"]["normalised"]["removed"] == 1
    assert second.metrics["duplicates"]["normalised"]["by_redaction"] == 1
