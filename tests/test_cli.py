"""The command line as a user meets it: exit codes, one-line errors, nothing that helps a leak."""

import json
import logging
import os
import re
import subprocess
import sys
import time
from functools import lru_cache
from pathlib import Path

import click
import pytest

import datagov
from datagov.beam import spawning
from datagov.cli import main
from datagov.progress import pace, scanning


def run(*arguments, code=0, capsys=None):
    with pytest.raises(SystemExit) as ended:
        main([str(a) for a in arguments])
    assert ended.value.code == code
    return capsys.readouterr() if capsys else None


@pytest.fixture
def made(write_jsonl, tmp_path, capsys):
    corpus = write_jsonl([{"text": f"Sentence number {i}."} for i in range(30)])
    out = tmp_path / "out"
    printed = run("-q", "scan", corpus, "--out", out, "--workers", 1, "--json", capsys=capsys)
    return corpus, out, json.loads(printed.out)


def test_scan_then_verify(made, capsys):
    corpus, out, report = made
    assert report["records"]["read"] == report["records"]["kept"] == 30
    printed = run("verify", out, "--key", report["public_key"], "--corpus", corpus, capsys=capsys)
    assert "checks hold" in printed.out


def test_quiet_is_taken_before_and_behind_the_command(made, tmp_path, capsys):
    corpus, _, _ = made
    for number, arguments in enumerate((("-q", "scan"), ("scan", "-q"), ("scan",))):
        command = (*arguments, corpus, "--out", tmp_path / f"q{number}", "--workers", 1)
        printed = run(*command, capsys=capsys)
        assert ("published" in printed.err) == ("-q" not in arguments)


def test_a_flipped_byte_is_named(made, capsys):
    _, out, report = made
    target = next((out / "data").iterdir())
    data = bytearray(target.read_bytes())
    data[len(data) // 2] ^= 1
    target.write_bytes(bytes(data))
    printed = run("verify", out, "--key", report["public_key"], code=1, capsys=capsys)
    assert f"data/{target.name}" in printed.out


def test_a_changed_text_with_mended_digests_is_still_found(made, capsys):
    """The signature covers the digests, so that mending them breaks it."""
    _, out, report = made
    listing = json.loads((out / "release.json").read_text())
    listing["counts"] = {}
    (out / "release.json").write_text(json.dumps(listing))
    printed = run("verify", out, "--key", report["public_key"], code=1, capsys=capsys)
    assert "release.json" in printed.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["scan", "nowhere.jsonl"], "nowhere.jsonl: no such file or folder"),
        (["scan", "{corpus}", "--text-field", "body"], "has no column 'body'; it has text"),
        (["scan", "{corpus}", "--policy", "none.yaml"], "none.yaml: no such file"),
        (["scan", "{corpus}", "--key", "none.pem"], "none.pem: no such file"),
        (["scan", "{corpus}", "--fingerprint-key", "none.key"], "none.key: no such file"),
        (["scan", "foo://x"], "foo://x: unknown protocol 'foo'"),
        (["scan", "gdrive://x"], "gdrive:// needs a driver: "),
        (["scan", "{corpus}", "--runner", "Nope"], "--runner Nope: no such runner; expected one"),
        (["scan", "{corpus}", "--runner", "FlinkRuner"], "did you mean 'FlinkRunner'?"),
        (["scan", "{corpus}", "--runner", "no.such.Runner"], "not installed"),
        (["scan", "{corpus}", "--", "--direct_num_workers=x"], "flags behind --: argument"),
        (["scan", "{corpus}", "--", "--direct_num_worker=2"], "mean --direct_num_workers?"),
        (["scan", "{corpus}", "--", "--job_name=x", "left"], "'left' is no flag; expected --flag="),
        (["scan", "{corpus}", "--name", ""], "--name: is empty"),
        (["scan", "{corpus}", "--release-version", " "], "--release-version: is empty"),
        (["scan", "{corpus}", "--text-field", "a", "--text-field", "a"], "a: given twice"),
        (["scan", "{corpus}", "--out", "{corpus}/x"], "texts.jsonl is no folder"),
        (["scan", "{corpus}", "--out", "/proc/x"], "/proc/x.work: cannot be made"),
        (["scan", "{corpus}", "--out", "n" * 300], "cannot be made (File name too long)"),
        (["scan", "{corpus}", "--out", "bad\udcff"], "is not UTF-8; choose another"),
        (["scan", "{corpus}", "--", "--direct_running_mode=multi_threading"], "loses records"),
        (["scan", "{corpus}", "--workers", "0"], "expected 1 or more"),
        (["verify", "nowhere", "--key", "k.pem"], "nowhere: is no directory"),
        (["annotations", "x.docx", "--item", "i", "--annotator", "a", "--label", "l", "--out", "o"],
         "x.docx: no such file"),
    ],
)  # fmt: skip
def test_wrong_use_is_one_line_and_exit_2(arguments, message, write_jsonl, capsys, tmp_path,
                                          monkeypatch):  # fmt: skip
    monkeypatch.chdir(tmp_path)
    corpus = write_jsonl([{"text": "a"}])
    printed = run(*[a.format(corpus=corpus) for a in arguments], code=2, capsys=capsys)
    assert message in printed.err
    assert len(printed.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (b"gone.jsonl", "is a link to nothing"),
        (b"\xff.jsonl", r"\xff.jsonl: the name is not UTF-8"),
    ],
)
def test_files_of_a_folder_that_cannot_be_named_or_opened_are_told(
    name, message, write_jsonl, capsys, tmp_path
):
    corpus = write_jsonl([{"text": "a"}]).parent
    path = os.fsencode(corpus) + b"/" + name
    if b"gone" in name:
        Path(os.fsdecode(path)).symlink_to("nowhere")
    else:
        Path(os.fsdecode(path)).write_text('{"text": "a"}\n')
    printed = run("-q", "scan", corpus, "--out", tmp_path / "r", code=2, capsys=capsys)
    assert message in printed.err
    assert len(printed.err.splitlines()) == 1


def test_all_that_is_wrong_with_registry_policy_keys_and_flags_is_told_at_once(
    write_jsonl, tmp_path, capsys
):
    (tmp_path / "p.yaml").write_text("version: 1\npurpose: x\nrules: {pi: {action: drop}}\n")
    (tmp_path / "s.yaml").write_text("version: 1\nsources: []\n")
    printed = run(
        "scan", write_jsonl([{"text": "a"}]), "--policy", tmp_path / "p.yaml", "--sources",
        tmp_path / "s.yaml", "--key", "none.pem", "--workers", 0, code=2, capsys=capsys,
    )  # fmt: skip
    for message in ("did you mean 'pii'", "s.yaml:2", "none.pem", "--workers 0"):
        assert message in printed.err


SECRET = "622848012345678901"


def _trace_of(told: str) -> Path:
    (line,) = [each for each in told.splitlines() if each.startswith("datagov: ")]
    trace = Path(re.search(r"the trace is in (\S+);", line)[1])
    assert trace.stat().st_mode & 0o777 == 0o600
    assert SECRET in trace.read_text()
    return trace


@pytest.mark.parametrize(
    ("broken", "step"),
    [
        ("datagov.scanning.plan", ""),
        ("datagov.scanning.evaluate", ""),
        ("datagov.beam.transforms.scan_unit", " in scanning a split"),
        ("datagov.beam.transforms.materialise", " in writing a part"),
        ("datagov.beam.transforms.unify", " in the pipeline"),
    ],
)
def test_what_nobody_foresaw_is_one_line_without_a_word_of_the_corpus(
    broken, step, write_jsonl, tmp_path, capsys, monkeypatch
):
    def fail(*_, **__):
        raise ValueError(f"{SECRET} is not in range")

    monkeypatch.setattr(broken, fail)
    corpus = write_jsonl([{"text": "A sentence."}])
    printed = run(
        "-q", "scan", corpus, "--out", tmp_path / "r", "--workers", 1, code=3, capsys=capsys
    )
    assert len(printed.err.splitlines()) == 1
    assert f"a fault of ours{step}: " in printed.err
    assert SECRET not in printed.err + printed.out
    _trace_of(printed.err).unlink()


def test_a_registry_column_that_no_shard_has_is_told(write_jsonl, release, caplog):
    logging.getLogger("datagov").propagate = True
    registry = Path(datagov.__file__).parent / "manifests/examples/demo-sources.yaml"
    release(write_jsonl([{"text": "A sentence."}]), sources=registry)
    assert "source_field is 'source', and no shard has such a column" in caplog.text


def _break_workers(statement, tmp_path, monkeypatch):
    """Breaks in worker processes what this process has whole, by what they run first."""
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "sitecustomize.py").write_text(
        "import os, sys\n"
        "if {'datagov.beam.worker', 'datagov.beam.spawner'} & {*sys.orig_argv}:\n"
        "    import datagov.beam.transforms as transforms\n"
        f"    def fail(*_):\n        {statement}\n"
        "    transforms.scan_unit = fail\n"
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(broken), *sys.path]))
    monkeypatch.setattr(spawning, "start", lru_cache(spawning.start.__wrapped__))


def test_a_killed_worker_is_told_with_what_to_do(write_jsonl, tmp_path, capfd, monkeypatch):
    _break_workers("os.kill(os.getpid(), 9)", tmp_path, monkeypatch)
    corpus = write_jsonl([{"text": "A sentence."}])
    with pytest.raises(SystemExit) as ended:
        main(["-q", "scan", str(corpus), "--out", str(tmp_path / "r"), "--workers", "2"])
    assert ended.value.code == 3
    assert "for lack of memory; run the same command again" in capfd.readouterr().err


def test_worker_processes_say_nothing_on_stderr(write_jsonl, tmp_path, capfd, monkeypatch):
    """Beam prints the trace of every error of a worker there, and a trace may quote the corpus."""
    _break_workers(f"raise ValueError('{SECRET}')", tmp_path, monkeypatch)
    corpus = write_jsonl([{"text": "A sentence."}])
    with pytest.raises(SystemExit) as ended:
        main(["-q", "scan", str(corpus), "--out", str(tmp_path / "r"), "--workers", "2"])
    assert ended.value.code == 3
    printed = capfd.readouterr()
    assert len(printed.err.splitlines()) == 1
    assert "a fault of ours in scanning a split: ValueError" in printed.err
    assert SECRET not in printed.err
    _trace_of(printed.err)
    log = tmp_path / "r.work/workers.log"
    assert "Traceback" in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600


def test_a_run_that_is_stopped_says_so_and_how_to_go_on(monkeypatch, capsys, tmp_path):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("datagov.scanning.scan", stop)
    printed = run("scan", tmp_path, code=130, capsys=capsys)
    assert "the same command goes on" in printed.err


def test_a_release_without_records_passes_no_control_and_the_run_says_so(tmp_path, capsys, release):
    (tmp_path / "c.csv").write_text("text,n\n")
    printed = run(
        "scan", tmp_path / "c.csv", "--out", tmp_path / "r", "--workers", 1, capsys=capsys
    )
    assert "no record was read: the release is empty" in printed.err
    report = json.loads((tmp_path / "r/conformance.json").read_text())
    assert report["summary"]["pass"] == report["summary"]["not_applicable"] == 0


@pytest.mark.parametrize("arguments", [["--help"], ["scan", "--help"], ["--version"], ["nope"]])
def test_what_needs_no_work_loads_nothing_heavy(arguments):
    code = (
        "import sys, datagov.cli\n"
        f"try: datagov.cli.main({arguments!r})\n"
        "except SystemExit: print(*sys.modules)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    heavy = {
        "apache_beam", "presidio_analyzer", "great_expectations", "numba", "polars", "pyarrow",
        "numpy", "spacy", "yaml", "jsonschema",
    }  # fmt: skip
    assert not heavy & set(loaded.stdout.split())


def test_every_command_teaches_with_an_example(capsys):
    for name, command in main.commands.items():
        printed = run(name, "--help", capsys=capsys).out
        assert f"datagov {name}" in printed or name == "demo"
        for option in command.params:
            assert not isinstance(option, click.Option) or option.help


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ((30_000_000, 60_000_000, 10.0), "3.0 MB/s, 0:20 left"),
        ((1_000_000, 8_000_000_000, 1.0), "1.0 MB/s, 2:13:20 left"),
        ((30_000, 60_000, 10.0), "3 kB/s, 0:20 left"),
        ((0, 5, 30.0), "no split finished yet"),
    ],
)
def test_a_log_line_has_rate_and_remaining_time(numbers, words):
    assert pace(*numbers) == words


def test_a_bar_has_rate_and_remaining_time_and_counts_nothing_that_was_there(tmp_path, capsys):
    splits = [(tmp_path / "a", 50_000_000), (tmp_path / "b", 50_000_000)]
    (tmp_path / "a").touch()
    with scanning(splits, lambda: 0, 1, bars=True):
        time.sleep(0.6)
    first, *_, last = [p for p in capsys.readouterr().err.split("\r") if "scan" in p]
    assert "50.0M/100M [00:00<?, ?B/s]" in first
    assert "50.0M/100M" in last


def test_keygen_makes_keys_that_scan_and_verify_take(write_jsonl, tmp_path, capsys):
    keys = tmp_path / "keys"
    with pytest.raises(SystemExit):
        main(["keygen", str(keys)])
    assert (keys / "signing.pem").stat().st_mode & 0o777 == 0o600
    corpus = write_jsonl([{"text": "A sentence."}])
    out = tmp_path / "out"
    run("-q", "scan", corpus, "--out", out, "--workers", 1, "--key", keys / "signing.pem",
        "--fingerprint-key", keys / "fingerprint.key", capsys=capsys)  # fmt: skip
    run("verify", out, "--key", keys / "signing.pub.pem", capsys=capsys)


def test_annotations_inside_a_corpus_are_assessed(write_jsonl, release, tmp_path):
    rows = [
        {
            "text": f"Text {i} seen by {a}.",
            "item": f"i{i}",
            "who": a,
            "says": "yes" if i % 2 else "no",
        }
        for i in range(12)
        for a in ("ann", "bob", "cy")
    ]
    rows[0]["says"] = "yes"
    policy = tmp_path / "policy.yaml"
    text = (Path(datagov.__file__).parent / "manifests/examples/policy.yaml").read_text()
    policy.write_text(text + "\nannotations: {item: item, annotator: who, label: says}\n")
    result = release(write_jsonl(rows), policy=policy)
    assert result.metrics["annotations"]["items"] == 12
    assert result.metrics["annotations"]["alpha"] > 0.8
    assert (result.out / "evidence/annotations/suspects.parquet").exists()


def test_chats_and_several_fields_are_scanned_and_redacted(write_jsonl, release):
    chat = [{"role": "user", "content": "I am ann@example.org"}, {"role": "bot", "content": "Hi"}]
    result = release(write_jsonl([{"messages": chat, "n": 1}]), text_fields=["messages"])
    import polars as pl

    (row,) = pl.read_parquet(result.out / "data/*.parquet").to_dicts()
    assert [turn["content"] for turn in row["messages"]] == ["I am [EMAIL_ADDRESS]", "Hi"]
    assert row["n"] == 1


def test_a_quick_look_says_what_why_and_what_becomes_of_it(tmp_path, capsys):
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear Ann,\n我的手机号是13812345678。\n", encoding="utf-8-sig")
    with pytest.raises(SystemExit) as ended:
        main(["pii", str(letter), "--json"])
    assert ended.value.code == 0
    seen = json.loads(capsys.readouterr().out)
    (mobile,) = [each for each in seen if each["category"] == "CN_MOBILE"]
    assert (mobile["line"], mobile["column"], mobile["value"]) == (2, 7, "13812345678")
    assert mobile["context"] == "手机"
    assert mobile["action"] == "redact"
    assert mobile["classes"] == ["personal"]


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"\xff\xfe\x00", "byte 0: no UTF-8 text"), (None, "is a folder")],
)
def test_what_is_no_text_is_refused_in_one_line(tmp_path, capsys, content, message):
    path = tmp_path / "it"
    path.mkdir() if content is None else path.write_bytes(content)
    printed = run("pii", path, code=2, capsys=capsys)
    assert message in printed.err
    assert len(printed.err.splitlines()) == 1
