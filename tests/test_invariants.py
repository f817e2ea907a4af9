"""DESIGN section 6: each invariant has a test here that fails when it breaks."""

import gzip
import hashlib
import json
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import datagov
from datagov import scanning
from datagov.demo import PERSONAL_VALUES, make_corpus
from datagov.errors import AccountingError, OutputError
from datagov.release import accounting
from datagov.release.decisions import decided
from datagov.sources.registry import SourceRegistry

SIX = ("kept", "redacted", "dropped", "quarantined", "rejected")


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The demo corpus, and its release made inside this process."""
    folder = tmp_path_factory.mktemp("demo")
    corpus = make_corpus(folder)
    result = scan_demo(corpus, folder / "release", datagov.Run(n_workers=1))
    return corpus, result


def scan_demo(corpus, out, run):
    return datagov.scan(
        corpus.data,
        out,
        sources=corpus.sources,
        policy=corpus.policy,
        id_field="id",
        run=run,
        name="demo",
    )


def digests(release: Path) -> dict[str, str]:
    """Digests of everything but the attestations, which say when they were made."""
    return {
        str(path.relative_to(release)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(release.rglob("*"))
        if path.is_file() and path.parent.name != "attestations"
    }


# 1. Every record is accounted for.


def test_read_is_the_sum_of_outcomes_in_total_per_source_and_per_part(demo):
    metrics = demo[1].metrics
    tallies = [metrics["records"], *metrics["by_source"].values(), *metrics["parts"]]
    for tally in tallies:
        assert tally["read"] == sum(tally[name] for name in SIX)
    assert metrics["records"]["read"] == sum(t["read"] for t in metrics["by_source"].values())
    assert metrics["records"]["read"] == len(
        (demo[0].data / "texts.jsonl").read_text().splitlines()
    )


def test_a_lost_decision_stops_the_run():
    signals = pl.DataFrame(
        {
            "shard": ["a", "a"],
            "position": [0, 1],
            "source_id": ["s", "s"],
            "language": ["en", "en"],
            "n_bytes": [1, 1],
        }
    )
    reasons = pl.DataFrame(
        schema={"shard": pl.String, "position": pl.Int64, "severity": pl.Int8, "reason": pl.String}
    )
    decisions = decided(signals, reasons).with_columns(output_digest=pl.lit("x"))
    findings = pl.DataFrame(
        schema={
            "detector": pl.String, "category": pl.String, "shard": pl.String,
            "position": pl.Int64, "severity": pl.Int8,
        }
    )  # fmt: skip
    summary = {"records": 2, "rejects": 0, "text_bytes": 2}
    rejects = pa.table({"shard": pa.array([], pa.string()), "reason": pa.array([], pa.string())})
    with pytest.raises(AccountingError, match="2 records were read, 1 decided"):
        accounting.count_unit(
            summary, decisions.head(1), findings, signals, rejects, SourceRegistry()
        )


def test_counts_are_a_monoid():
    one = accounting.Counts({("records", "read"): 2, ("languages", "en"): 1})
    other = accounting.Counts({("records", "read"): 3})
    assert one + accounting.Counts() == one
    assert one + other == other + one
    assert accounting.Counts.from_json((one + other).as_json()) == one + other


# 2. Nothing is published by halves.


def test_a_run_that_dies_before_publishing_leaves_no_release_and_is_continued(
    write_jsonl, release, tmp_path, monkeypatch, caplog
):
    path = write_jsonl([{"text": f"A sentence, number {i}."} for i in range(50)])
    reference = release(path, "whole")

    def die(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(scanning, "attest", die)
    with pytest.raises(KeyboardInterrupt):
        release(path)
    assert not (tmp_path / "release").exists()
    monkeypatch.undo()
    with caplog.at_level("INFO", logger="datagov"):
        release(path)
    assert "reused 1 of 1 splits" in caplog.text
    assert digests(tmp_path / "release").keys() == digests(reference.out).keys()
    assert not (tmp_path / "release.work").exists()


def test_an_existing_release_is_not_written_over(write_jsonl, release):
    path = write_jsonl([{"text": "A sentence that is kept."}])
    release(path)
    with pytest.raises(OutputError, match="exists already"):
        release(path)


def test_a_folder_that_another_run_is_building_is_refused(write_jsonl, release, tmp_path):
    path = write_jsonl([{"text": "A sentence that is kept."}])
    with (
        scanning.claim(tmp_path / "release"),
        pytest.raises(OutputError, match="another run is building"),
    ):
        release(path)


# 3. Same input, same config, same bytes.


def test_worker_processes_and_split_sizes_do_not_change_a_byte(demo, tmp_path):
    corpus, result = demo
    other = scan_demo(corpus, tmp_path / "b", datagov.Run(n_workers=2, split_bytes=7_000))
    assert digests(other.out) == digests(result.out)


def test_statements_have_the_same_subjects_whenever_they_are_made(demo, tmp_path):
    corpus, result = demo
    other = scan_demo(corpus, tmp_path / "b", datagov.Run(n_workers=1, split_bytes=20_000))
    assert subjects(other.out) == subjects(result.out)


def subjects(release: Path):
    import base64

    envelope = json.loads((release / "attestations/provenance.dsse.json").read_text())
    return json.loads(base64.b64decode(envelope["payload"]))["subject"]


# 4. No raw personal value outside data/ and quarantine/.


def test_planted_values_are_nowhere_but_in_quarantine(demo):
    release = demo[1].out
    for path in release.rglob("*"):
        if not path.is_file() or path.is_relative_to(release / "quarantine"):
            continue
        texts = pq.read_table(path).to_pylist() if path.suffix == ".parquet" else path.read_text()
        for value in PERSONAL_VALUES:
            assert value not in str(texts), f"{value} in {path.relative_to(release)}"


def test_an_id_that_names_a_person_is_keyed_in_evidence(write_jsonl, release):
    path = write_jsonl(
        [{"id": "ann@example.org", "text": "One text."}, {"id": "b", "text": "Another text."}]
    )
    out = release(path, id_field="id").out
    ids = pl.read_parquet(out / "evidence/decisions/*.parquet")["record_id"].to_list()
    assert ids[0].startswith("keyed:")
    assert ids[1] == "b"
    assert pl.read_parquet(out / "data/*.parquet")["id"].to_list() == ["ann@example.org", "b"]


# 5. Bad input never stops the run and never vanishes.


def test_every_kind_of_bad_input_is_rejected_with_reason_and_place(tmp_path, release):
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    good = [json.dumps({"id": f"g{i}", "text": f"A good sentence, number {i}."}) for i in range(60)]
    bad = [
        '{"id": "x1", "text": ',
        "[1, 2]",
        '{"id": "x2", "text": null}',
        '{"id": "x3", "text": "half a pair \\ud83d"}',
        '{"id": "g1", "text": "An id that was there before."}',
        '{"text": "No id at all."}',
    ]
    content = "\n".join([*good, *bad]).encode() + b'\n{"id": "x5", "text": "\xff\xfe"}\n'
    (corpus / "a.jsonl").write_bytes(content)
    whole = gzip.compress(
        "\n".join(f'{{"id": "z{i}", "text": "t {i}"}}' for i in range(9)).encode()
    )
    (corpus / "b.jsonl.gz").write_bytes(whole[:-12])
    (corpus / "c.parquet").write_bytes(b"PAR1 this is no footer PAR1")
    result = release(corpus, id_field="id", max_reject_rate=0.5)
    rejects = pl.read_parquet(result.out / "evidence/rejects.parquet")
    assert set(rejects["reason"]) == {
        "bad_json", "null_text", "lone_surrogate", "duplicate_id", "null_id", "invalid_utf8",
        "truncated", "unreadable_shard",
    }  # fmt: skip
    assert result.metrics["records"]["rejected"] == rejects.height
    first_bad = rejects.filter(pl.col("reason") == "bad_json").sort("position").row(0, named=True)
    assert content[first_bad["position"] :].startswith(bad[0].encode())


def test_too_many_rejects_fail_the_run_but_not_the_release(write_jsonl, release):
    path = write_jsonl([{"text": "A good sentence."}, "no json"])
    result = release(path)
    assert not result.ok
    assert result.out.exists()


# 6. A verdict never says more than the evidence.


def test_without_a_registry_no_control_about_sources_passes(write_jsonl, release):
    path = write_jsonl([{"text": "A text of which nobody says where it is from."}])
    report = json.loads((release(path).out / "conformance.json").read_text())
    passed = {r["control"] for r in report["results"] if r["verdict"] == "pass"}
    assert not passed & {"4.1.2a-01", "4.1.2b-01", "4.1.2b-02", "6.1b-02", "4.1.2f-01"}
    assert all(r["evidence"] for r in report["results"] if r["verdict"] == "pass")
