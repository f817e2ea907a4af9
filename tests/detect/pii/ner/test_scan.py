"""A scan with models: equal bytes however it is run, and coverage that adds up."""

import base64
import hashlib
import json
import random
from pathlib import Path

import polars as pl
import pytest

import datagov
from datagov.detect.language import identify
from datagov.detect.pii.ner.declared import ner_config
from datagov.detect.pii.ner.routing import routes


def digests(release: Path) -> dict[str, str]:
    """Digests of everything but the attestations, which say when they were made."""
    return {
        str(path.relative_to(release)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(release.rglob("*"))
        if path.is_file() and path.parent.name != "attestations"
    }


def card(release: Path) -> str:
    return (release / "README.md").read_text("utf-8").replace("\\", "")


def findings(release: Path) -> pl.DataFrame:
    found = pl.read_parquet(release / "evidence/findings/*.parquet")
    return found.filter(pl.col("rule").str.starts_with("NER: "))


@pytest.fixture
def rows(corpus):
    return [{"id": f"r{i}", "text": text} for i, text in enumerate(corpus)]


def test_workers_and_splits_do_not_change_a_byte(
    write_jsonl, policy_file, declared, rows, tmp_path
):
    for i in range(3):
        write_jsonl(rows[i::3], f"corpus/part-{i}.jsonl")
    policy = policy_file(declared(share=0.6), {"quality": {"action": "keep"}})
    runs = [datagov.Run(n_workers=1), datagov.Run(n_workers=2, split_bytes=2_000)]
    one, two = (
        datagov.scan(tmp_path / "corpus", tmp_path / f"{i}", policy=policy, name="n", run=run)
        for i, run in enumerate(runs)
    )
    assert findings(one.out).height > 50
    assert digests(two.out) == digests(one.out)


def test_coverage_is_counted_once_per_text(release, write_jsonl, policy_file, declared, rows):
    twice = [*rows, rows[0] | {"text": "Yesterday the id of the first came again, by train."}]
    result = release(
        write_jsonl(twice), policy=policy_file(declared(share=0.6)), id_field="id",
        max_reject_rate=1,
    )  # fmt: skip
    ner = result.metrics["ner"]
    assert result.metrics["records"]["rejected"] == 1
    assert {k: ner[k] for k in ("engine", "share", "entities")} == {
        "engine": "spacy", "share": 0.6, "entities": ["LOCATION", "PERSON"],
    }  # fmt: skip
    assert [(m["language"], m["name"], m["version"]) for m in ner["models"]] == [
        ("en", "names-en", "0.0.0"),
        ("zh", "names-zh", "0.0.0"),
    ]
    texts = pl.Series([row["text"] for row in rows]).to_arrow()
    expected = dict.fromkeys(("covered", "not_sampled", "no_model", "nothing_written"), 0)
    n_bytes = dict(expected)
    for route, text in zip(
        routes(texts, ner_config(declared(share=0.6), Path())), rows, strict=True
    ):
        expected[route.state] += 1
        n_bytes[route.state] += len(text["text"].encode())
    assert ner["texts"] == expected
    assert ner["bytes"] == n_bytes
    assert expected["covered"] > 50
    assert sum(ner["texts"].values()) == len(rows)
    assert ner["records"] == {
        "covered": expected["covered"],
        "partly": 0,
        "not_covered": len(rows) - expected["covered"],
    }
    assert sum(each["texts"] for each in ner["by_language"].values()) == expected["covered"]
    assert set(ner["by_language"]) == {"en", "zh"}


def test_card_and_report_say_which_model_ran_and_how_much_it_read(
    release, write_jsonl, policy_file, declared, rows
):
    result = release(write_jsonl(rows), policy=policy_file(declared()), id_field="id")
    n = result.metrics["ner"]["records"]
    n_records = sum(n.values())
    said = (
        "A model looked for LOCATION, PERSON: spacy (en: names-en 0.0.0; zh: names-zh 0.0.0). "
        f"It looked at {n['covered']} of {n_records} records"
    )
    assert said in card(result.out)
    report = (result.out / "report/index.html").read_text("utf-8")
    assert said in report
    assert "languages without a model were passed over: fr 1." in card(result.out)
    assert "unless a rule, a list or a model knows them" in card(result.out)
    assert "unless a rule, a list or a model knows them" in report


def test_without_a_model_card_and_report_say_so(release, write_jsonl, rows):
    result = release(write_jsonl(rows), id_field="id")
    assert result.metrics["ner"] is None
    said = "No model for named entities ran: names of persons were found without a model"
    assert said in card(result.out)
    assert said in (result.out / "report/index.html").read_text("utf-8")


def test_names_are_redacted_and_the_words_beside_them_stay(
    release, write_jsonl, policy_file, declared, rows
):
    result = release(
        write_jsonl(rows),
        policy=policy_file(
            declared(), {"quality": {"action": "keep"}, "pii.PERSON": {"action": "redact"}}
        ),
        id_field="id",
    )
    released = pl.read_parquet(result.out / "data/*.parquet")
    text = "\n".join(released["text"])
    assert not [name for name in ("Qwabe", "Mthembu", "Okonjo", "慕容雪") if name in text]
    assert "[PERSON]" in text
    assert "We met [PERSON] at the station of [LOCATION] in the morning." in text
    counts = result.metrics["records"]
    assert counts["redacted"] > 90
    assert "redaction.incomplete" not in result.metrics["actions_by_reason"]
    assert result.metrics["self_scan"]["values_found"] == 0


def test_a_sample_knows_no_order_of_records(
    release, write_jsonl, policy_file, declared, rows, tmp_path
):
    policy = policy_file(declared(share=0.4))
    mixed = random.Random(2).sample(rows, len(rows))
    one = release(write_jsonl(rows, "a/texts.jsonl"), "one", policy=policy, id_field="id")
    two = release(write_jsonl(mixed, "b/texts.jsonl"), "two", policy=policy, id_field="id")
    columns = ["record_id", "start", "end", "category", "rule", "fingerprint"]
    assert findings(one.out)[columns].sort(columns).equals(findings(two.out)[columns].sort(columns))
    assert one.metrics["ner"] == two.metrics["ner"]


def test_a_record_of_several_texts_can_be_covered_in_part(
    release, write_jsonl, policy_file, declared
):
    fr = "La plupart des gens sont dans la gare et les trains sont en retard depuis hier."
    en = "Yesterday Zanele Qwabe went to Zoranto by train and it was late."
    rows = [
        {"a": en, "b": fr},
        {"a": en + " So.", "b": ""},
        {"a": fr + " Oui.", "b": fr + " Non."},
    ]
    assert identify([en, fr]).to_pylist() == ["en", "fr"]
    result = release(write_jsonl(rows), policy=policy_file(declared()), text_fields=("a", "b"))
    ner = result.metrics["ner"]
    assert ner["records"] == {"covered": 1, "partly": 1, "not_covered": 1}
    assert ner["texts"] == {
        "covered": 2, "not_sampled": 0, "no_model": 3, "nothing_written": 1,
    }  # fmt: skip
    assert ner["without_model"] == {
        "fr": {"texts": 3, "records": 2, "bytes": 3 * len(fr) + 10},
    }
    assert "whole, and a part of 1 more" in card(result.out)


def test_provenance_names_the_models_and_verifies(
    release, write_jsonl, policy_file, declared, rows
):
    result = release(write_jsonl(rows), policy=policy_file(declared()), id_field="id")
    assert datagov.verify(result.out, result.public_key).ok
    statements = [
        json.loads(base64.b64decode(json.loads(path.read_text())["payload"]))
        for path in (result.out / "attestations").glob("*.json")
    ]
    (provenance,) = (s for s in statements if "slsa.dev/provenance" in s["predicateType"])
    models = [
        (each["name"], each["digest"]["sha256"])
        for each in provenance["predicate"]["buildDefinition"]["resolvedDependencies"]
        if each["annotations"]["role"] == "model"
    ]
    assert models == [
        (f"{model['name']}@{model['version']}", model["sha256"])
        for model in result.metrics["ner"]["models"]
    ]
