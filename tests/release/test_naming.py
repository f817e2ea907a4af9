"""Ids and names of shards that are, or hold, personal values, and the search for any left."""

import base64
import json

import polars as pl
import pytest

import datagov
from datagov.detect.pii import PiiDetector
from datagov.release import evidence, naming, selfscan
from datagov.release.naming import personal

MAIL, MOBILE, PHONE = "zebra.secret77@mailhost5.org", "13812345678", "+14155550123"


@pytest.mark.parametrize(
    "name",
    [
        MAIL, MOBILE, PHONE, "DE89370400440532013000", "11010519491231002X", "4111111111111111",
        f"user-{MOBILE}", f"export_{MOBILE}", f"{MAIL}_2024-11-25", f"2024_{MAIL}",
        f"chat-log_{MOBILE}_3",
    ],
)  # fmt: skip
def test_a_value_is_found_in_a_name_whatever_it_is_joined_to_others_with(name):
    detector = PiiDetector(entities=naming.IDENTIFIERS)
    assert personal(["a1", name, "b"], (detector,)) == [1]


@pytest.mark.parametrize(
    "name",
    [
        "r17", "part-00000-of-00100", "550e8400-e29b-41d4-a716-446655440000", "2024-11-25T10-00",
        "10.1234/abc.99", "0000123456", "John_Smith_diary", "en_wiki_20240101",
    ],
)  # fmt: skip
def test_what_names_a_record_alone_stays_readable(name):
    assert personal([name], (PiiDetector(entities=naming.IDENTIFIERS),)) == []


@pytest.fixture
def corpus(write_jsonl):
    rows = [
        {"id": MAIL, "text": "One text."},
        {"id": MOBILE, "text": "Another text."},
        {"id": "b", "text": f"A third text, write to {MAIL}."},
    ]
    write_jsonl(rows, f"corpus/{MAIL}.jsonl")
    more = [{"id": "c", "text": "A fourth text."}, {"id": MOBILE, "text": "A fifth text."}]
    return write_jsonl(more, f"corpus/{MOBILE}/z.jsonl").parent.parent


def contents(out):
    """Yields the name and text of every published file beside the data."""
    for path in out.rglob("*"):
        name = path.relative_to(out).as_posix()
        if not path.is_file() or name.startswith(("data/", "quarantine/")):
            continue
        if path.suffix == ".parquet":
            yield name, str(pl.read_parquet(path).to_dicts())
        elif name.endswith(".dsse.json"):
            yield name, base64.b64decode(json.loads(path.read_text())["payload"]).decode()
        else:
            yield name, path.read_text()


def test_ids_and_shards_that_name_a_person_are_keyed_alike_in_all_evidence(corpus, release):
    result = release(corpus, id_field="id", max_reject_rate=1.0)
    for name, content in contents(result.out):
        assert MAIL not in content, name
        assert MOBILE not in content, name
    decisions = pl.read_parquet(result.out / "evidence/decisions/*.parquet")
    assert decisions["record_id"].str.starts_with("keyed:").to_list().count(True) == 2
    assert "b" in decisions["record_id"]
    findings = pl.read_parquet(result.out / "evidence/findings/*.parquet")
    signals = pl.read_parquet(result.out / "evidence/signals/*.parquet")
    for table in (findings, signals):
        assert set(table["record_id"]) <= set(decisions["record_id"])
        assert set(table["shard"]) <= set(decisions["shard"])
    assert {MAIL, MOBILE} <= set(pl.read_parquet(result.out / "data/*.parquet")["id"])
    scan = result.metrics["self_scan"]
    assert (scan["values_found"], scan["files_with_values"]) == (0, [])
    assert scan["files"] >= 20
    assert datagov.verify(result.out, result.public_key, [str(corpus)]).ok


def test_ids_that_were_keyed_are_still_told_apart(corpus, release):
    result = release(corpus, id_field="id", max_reject_rate=1.0)
    assert result.metrics["rejects"] == {"duplicate_id": 1}


def test_sources_are_told_by_the_true_path_of_a_shard(corpus, release, tmp_path):
    from pathlib import Path

    text = (Path(datagov.__file__).parent / "manifests/examples/demo-sources.yaml").read_text()
    registry = tmp_path / "s.yaml"
    match = f'    match: {{paths: ["{MOBILE}/*.jsonl"]}}\n    title: Messages'
    registry.write_text(text.replace("    title: Messages", match))
    result = release(corpus, sources=registry, max_reject_rate=1.0)
    assert result.metrics["by_source"]["support"]["read"] == 2


def test_annotators_are_keyed_as_ids_are(write_jsonl, release, tmp_path):
    rows = [
        {"text": f"Text {i} seen by many.", "item": f"i{i}", "who": who, "says": "y"}
        for i in range(6)
        for who in ("ann@example.org", "bob@example.org", "cy")
    ]
    policy = tmp_path / "p.yaml"
    policy.write_text(
        "version: 1\npurpose: x\nrules: {pii: {action: keep}}\n"
        "annotations: {item: item, annotator: who, label: says}\n"
    )
    out = release(write_jsonl(rows), policy=policy).out
    for name, content in contents(out):
        assert "@example.org" not in content, name
    annotators = pl.read_parquet(out / "evidence/annotations/annotators.parquet")["annotator_id"]
    assert sorted(name[:6] for name in annotators) == ["cy", "keyed:", "keyed:"]


def verdict_of_self_scan(out):
    report = json.loads((out / "conformance.json").read_text())
    (found,) = [each for each in report["results"] if each["control"] == "4.1.2d-06"]
    return found["verdict"]


def test_the_control_passes_for_files_without_values(corpus, release):
    assert verdict_of_self_scan(release(corpus, id_field="id").out) == "pass"


def test_an_id_that_is_not_keyed_fails_the_control(corpus, release, monkeypatch):
    monkeypatch.setattr(evidence, "shown", lambda ids, _config: ids)
    result = release(corpus, id_field="id")
    assert (
        "evidence/decisions/part-00000.parquet" in result.metrics["self_scan"]["files_with_values"]
    )
    assert verdict_of_self_scan(result.out) == "fail"


def test_a_shard_that_is_not_keyed_fails_the_control(corpus, release, monkeypatch):
    monkeypatch.setattr(datagov.scanning, "shown_shards", lambda shards, _config: tuple(shards))
    result = release(corpus, id_field="id")
    assert "attestations/" in result.metrics["self_scan"]["files_with_values"]
    assert verdict_of_self_scan(result.out) == "fail"


@pytest.mark.parametrize("name", ["README.md", "report/index.html", "evidence/sources.json"])
def test_a_value_of_the_corpus_in_any_published_file_fails_the_control(
    name, corpus, release, monkeypatch
):
    def leaking(staging, *rest):
        path = staging / name
        text = path.read_text()
        leak = {"README.md": f"{text}\n{MAIL}\n", "report/index.html": f"{text}<b>{MAIL}</b>"}
        path.write_text(leak.get(name, json.dumps({"x": MAIL, "sources": []})))
        return selfscan.self_scan(staging, *rest)

    monkeypatch.setattr(datagov.scanning, "self_scan", leaking)
    result = release(corpus, id_field="id")
    assert result.metrics["self_scan"]["files_with_values"] == [name]
    assert verdict_of_self_scan(result.out) == "fail"


def test_a_column_that_is_an_address_fails_the_control(write_jsonl, release):
    result = release(write_jsonl([{"text": "One text.", MAIL: 1}]))
    assert result.metrics["self_scan"]["files_with_values"] == ["evidence/metrics.json"]


def test_what_the_registry_declares_is_published_on_purpose(write_jsonl, release, tmp_path):
    from pathlib import Path

    text = (Path(datagov.__file__).parent / "manifests/examples/demo-sources.yaml").read_text()
    assert "@" in text
    address = next(word.strip("\"',}") for word in text.split() if "@" in word)
    registry = tmp_path / "s.yaml"
    registry.write_text(text)
    path = write_jsonl([{"text": f"Write to {address} today.", "source": "essays"}])
    assert release(path, sources=registry).metrics["self_scan"]["values_found"] == 0


def test_a_rule_for_dates_in_texts_hides_no_id_that_holds_one(write_jsonl, release, tmp_path):
    policy = tmp_path / "policy.yaml"
    policy.write_text(
        "version: 1\npurpose: x\nrules:\n  pii.DATE_TIME: {action: redact}\n", encoding="utf-8"
    )
    corpus = write_jsonl([{"id": "2024-02-03", "text": "born on 2024-02-03 in town"}])
    made = release(corpus, policy=policy, id_field="id")
    decisions = pl.read_parquet(made.out / "evidence/decisions/*.parquet")
    assert decisions["record_id"].to_list() == ["2024-02-03"]
    assert decisions["action"].to_list() == ["redact"]
    assert made.metrics["self_scan"]["values_found"] == 0
