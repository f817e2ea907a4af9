"""A release verifies as it was signed, and in no other state."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datagov.errors import ConfigError, InputError, VerificationError
from datagov.lineage import keys
from datagov.lineage.checks import Check, VerificationReport
from datagov.lineage.statements import Dependency, Parent
from datagov.lineage.verify import verify

Build = Callable[..., Path]
Parts = dict[str, list[tuple[str, str, str, str]]]


def failures(release: Path, pair: keys.KeyPair, **options: Any) -> tuple[Check, ...]:
    return verify(release, pair.public, **options).failures


def files_of(release: Path) -> list[str]:
    return sorted(str(p.relative_to(release)) for p in release.rglob("*") if p.is_file())


def edit_json(path: Path, change: Callable[[Any], object]) -> None:
    body = json.loads(path.read_text("utf-8"))
    change(body)
    path.write_text(json.dumps(body), "utf-8")


# --- as it was signed


def test_a_release_verifies_as_it_was_signed(pristine: Path, pair: keys.KeyPair) -> None:
    report = verify(pristine, pair.public)
    assert report.ok, report.failures
    assert report.key_id == pair.key_id
    assert {check.name for check in report.checks} == {
        "signature",
        "statement",
        "files",
        "manifest",
        "counts",
        "merkle",
        "gates",
        "byproducts",
    }
    report.require()
    json.dumps(report.as_json())


def test_a_copy_elsewhere_verifies_and_verifying_changes_nothing(
    release: Path, pair: keys.KeyPair
) -> None:
    before = {name: (release / name).read_bytes() for name in files_of(release)}
    assert verify(release, pair.public).ok
    assert {name: (release / name).read_bytes() for name in files_of(release)} == before


def test_a_release_of_nothing_verifies(build: Build, pair: keys.KeyPair, tmp_path: Path) -> None:
    def only_rejects(release: Path) -> None:
        (release / "evidence/rejects.parquet").unlink()

    release = build(tmp_path / "r", only_rejects, parts={})
    assert failures(release, pair) == ()


def test_a_release_without_gates_log_or_reports_verifies(
    build: Build, pair: keys.KeyPair, tmp_path: Path
) -> None:
    def bare(release: Path) -> None:
        for name in ("evidence/expectations", "lineage", "report"):
            shutil.rmtree(release / name)
        (release / "README.md").unlink()

    release = build(tmp_path / "r", bare)
    assert failures(release, pair) == ()
    assert not (release / "attestations/test-result.dsse.json").exists()


def test_a_release_in_json_lines_verifies(build: Build, pair: keys.KeyPair, tmp_path: Path) -> None:
    def as_lines(release: Path) -> None:
        for path in (release / "data").iterdir():
            lines = [json.dumps(row) for row in pq.read_table(path).to_pylist()]
            path.with_suffix(".jsonl").write_text("\n".join(lines))
            path.unlink()

    assert failures(build(tmp_path / "r", as_lines), pair) == ()


def test_a_failed_gate_does_not_make_a_release_unverifiable(
    build: Build, pair: keys.KeyPair, tmp_path: Path
) -> None:
    def fail(release: Path) -> None:
        (release / "evidence/expectations/privacy.json").write_text('{"success": false}')

    assert failures(build(tmp_path / "r", fail), pair) == ()


# --- one flipped byte


def test_one_flipped_bit_in_any_file_is_detected_and_the_file_named(
    release: Path, pair: keys.KeyPair
) -> None:
    for name in files_of(release):
        path = release / name
        content = path.read_bytes()
        for at in {0, len(content) // 3, len(content) // 2, len(content) - 1}:
            flipped = bytearray(content)
            flipped[at] ^= 1
            path.write_bytes(flipped)
            assert name in {check.file for check in failures(release, pair)}
        path.write_bytes(content)
    assert verify(release, pair.public).ok


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_any_damage_anywhere_is_detected_and_the_file_named(
    release: Path, pair: keys.KeyPair, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(files_of(release)))
    path = release / name
    content = path.read_bytes()
    at = data.draw(st.integers(0, len(content)))
    n_removed = data.draw(st.integers(0, 8))
    put = data.draw(st.binary(max_size=8))
    damaged = content[:at] + put + content[at + n_removed :]
    path.write_bytes(damaged)
    try:
        named = {check.file for check in failures(release, pair)}
    finally:
        path.write_bytes(content)
    assert (name in named) == (damaged != content)


def test_a_removed_file_is_named(release: Path, pair: keys.KeyPair) -> None:
    for name in files_of(release):
        content = (release / name).read_bytes()
        (release / name).unlink()
        assert name in {check.file for check in failures(release, pair)}
        (release / name).write_bytes(content)


@pytest.mark.parametrize(
    "name",
    [
        "extra.txt",
        ".hidden",
        "data/part-00009.parquet",
        "data/deep/er/x",
        "lineage/other.jsonl",
        "attestations/provenance.json",
        "attestations/copy.dsse.json",
        "attestations/deep/provenance.dsse.json",
        "decisions.merkle",
        "数据.txt",
    ],
)
def test_a_file_too_many_is_named(release: Path, pair: keys.KeyPair, name: str) -> None:
    (release / name).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(release / "attestations/provenance.dsse.json", release / name)
    assert [check.file for check in failures(release, pair)] == [name]


def test_a_file_whose_name_is_not_unicode_is_reported_in_json(
    release: Path, pair: keys.KeyPair
) -> None:
    (release / os.fsdecode(b"\xff.txt")).write_text("")
    report = verify(release, pair.public)
    assert len(report.failures) == 1
    json.dumps(report.as_json(), ensure_ascii=False).encode()


def test_what_is_no_regular_file_is_named_and_not_followed(
    release: Path, pair: keys.KeyPair, tmp_path: Path
) -> None:
    data = release / "data/part-00000.parquet"
    data.rename(tmp_path / "same-bytes")
    data.symlink_to(tmp_path / "same-bytes")
    (release / "loop").symlink_to(".")
    os.mkfifo(release / "pipe")
    named = {check.file for check in failures(release, pair)}
    assert {"data/part-00000.parquet", "loop", "pipe"} <= named


def test_an_attestation_that_is_a_symbolic_link_is_not_believed(
    release: Path, pair: keys.KeyPair, tmp_path: Path
) -> None:
    path = release / "attestations/accounting.dsse.json"
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    assert "attestations/accounting.dsse.json" in {c.file for c in failures(release, pair)}


# --- keys and statements


def test_a_foreign_key_is_a_failure_that_names_both_keys(
    pristine: Path, pair: keys.KeyPair, tmp_path: Path
) -> None:
    other = keys.generate(tmp_path)
    report = verify(pristine, other.public)
    assert report.key_id == other.key_id
    first = report.failures[0]
    assert (first.name, first.field) == ("signature", "signatures[0].keyid")
    assert pair.key_id in first.detail
    assert other.key_id in first.detail
    with pytest.raises(VerificationError, match="more"):
        report.require()


def test_an_unsigned_release_is_a_failure(release: Path, pair: keys.KeyPair) -> None:
    shutil.rmtree(release / "attestations")
    assert [check.file for check in failures(release, pair)] == ["attestations/"]


def test_statements_of_another_release_are_a_failure(
    release: Path, build: Build, pair: keys.KeyPair, tmp_path: Path
) -> None:
    def other_card(other: Path) -> None:
        (other / "README.md").write_text("# Another\n")

    other = build(tmp_path / "other", other_card)
    name = "attestations/accounting.dsse.json"
    shutil.copy(other / name, release / name)
    assert name in {check.file for check in failures(release, pair)}


def test_a_statement_under_the_name_of_another_is_a_failure(
    release: Path, pair: keys.KeyPair
) -> None:
    name = "attestations/accounting.dsse.json"
    shutil.copy(release / "attestations/provenance.dsse.json", release / name)
    (check, *_) = failures(release, pair)
    assert (check.file, check.field) == (name, "payload.predicateType")


def test_without_provenance_the_log_and_reports_count_as_not_checked(
    release: Path, pair: keys.KeyPair
) -> None:
    (release / "attestations/provenance.dsse.json").write_text("{}")
    named = {(check.name, check.file) for check in failures(release, pair)}
    assert ("files", "lineage/openlineage.jsonl") in named
    assert ("byproducts", "attestations/provenance.dsse.json") in named


def test_what_is_not_there_is_wrong_usage(
    pristine: Path, pair: keys.KeyPair, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="no directory"):
        verify(tmp_path / "missing", pair.public)
    with pytest.raises(ConfigError, match=r"signing\.pem: is a private key"):
        verify(pristine, pair.private)


# --- signed, but not true


METRICS = "evidence/metrics.json"


@pytest.mark.parametrize(
    ("change", "file", "field"),
    [
        (lambda m: m["records"].update(kept=4), METRICS, "records.kept"),
        (lambda m: m["records"].update(read=11), METRICS, "records.read"),
        (lambda m: m["records"].update(rejected=1, read=9), METRICS, "records.rejected"),
        (lambda m: m["by_source"]["网页"].update(kept=0, dropped=2),
         METRICS, "by_source.网页.dropped"),
        (lambda m: m["by_source"]["网页"].update(read=3), METRICS, "by_source.网页.read"),
        (lambda m: m["by_source"].pop("网页"), METRICS, "by_source.网页.kept"),
        (lambda m: m["parts"][1].update(dropped=0, rejected=2),
         METRICS, "parts.part-00001.dropped"),
        (lambda m: m["parts"].pop(), METRICS, "parts.part-00002.dropped"),
        (lambda m: m["parts"][0].update(kept=3), "data/part-00000.parquet", ""),
        (lambda m: m["parts"][0].update(quarantined=0), "quarantine/part-00000.parquet", ""),
        (lambda m: m["parts"][2].update(kept=1, dropped=0), "data/part-00002", ""),
        (lambda m: m["records"].update(kept="3"), METRICS, ""),
        (lambda m: m["records"].update(kept=True), METRICS, ""),
        (lambda m: m["records"].update(kept=-1), METRICS, ""),
        (lambda m: m["parts"].append(m["parts"][0]), METRICS, ""),
    ],
)  # fmt: skip
def test_a_wrong_number_is_found_though_it_is_signed(
    build: Build,
    pair: keys.KeyPair,
    tmp_path: Path,
    change: Callable[[Any], object],
    file: str,
    field: str,
) -> None:
    release = build(tmp_path / "r", lambda r: edit_json(r / METRICS, change))
    found = failures(release, pair)
    assert (file, field) in {(check.file, check.field) for check in found}
    assert {check.name for check in found} <= {"counts", "accounting"}


@pytest.mark.parametrize("folder", ["data", "quarantine", "evidence/decisions"])
def test_a_record_too_few_is_found_though_it_is_signed(
    build: Build, pair: keys.KeyPair, tmp_path: Path, folder: str
) -> None:
    def drop_one(release: Path) -> None:
        path = release / folder / "part-00000.parquet"
        pq.write_table(pq.read_table(path).slice(1), path)

    found = failures(build(tmp_path / "r", drop_one), pair)
    assert found
    assert {check.name for check in found} == {"counts"}


def test_a_file_of_no_part_is_found_though_it_is_signed(
    build: Build, pair: keys.KeyPair, tmp_path: Path
) -> None:
    def add(release: Path) -> None:
        shutil.copy(release / "data/part-00000.parquet", release / "data/part-00007.parquet")
        shutil.copy(release / "data/part-00000.parquet", release / "data/part-00000.copy.parquet")

    named = {check.file for check in failures(build(tmp_path / "r", add), pair)}
    assert named == {"data/part-00007.parquet", "data/part-00000.copy.parquet"}


def test_a_decision_that_is_there_twice_is_found(
    build: Build, pair: keys.KeyPair, tmp_path: Path
) -> None:
    def repeat(release: Path) -> None:
        path = release / "evidence/decisions/part-00000.parquet"
        table = pq.read_table(path)
        pq.write_table(table.take([0, 0, *range(2, table.num_rows)]), path)

    names = {check.name for check in failures(build(tmp_path / "r", repeat), pair)}
    assert "merkle" in names


@pytest.mark.parametrize(("row", "digest"), [(0, ""), (4, "ab" * 32)])
def test_an_output_digest_that_contradicts_the_action_is_found(
    build: Build, pair: keys.KeyPair, tmp_path: Path, row: int, digest: str
) -> None:
    def change(release: Path) -> None:
        path = release / "evidence/decisions/part-00000.parquet"
        table = pq.read_table(path)
        rows = table.to_pylist()
        rows[row]["output_digest"] = digest
        pq.write_table(table.from_pylist(rows, schema=table.schema), path)

    (check,) = failures(build(tmp_path / "r", change), pair)
    assert check.file == "evidence/decisions/part-00000.parquet"


# --- malicious manifests, signed by the trusted key


def resign(release: Path, pair: keys.KeyPair, change: Callable[[str, Any], object]) -> None:
    """Signs all statements of a release again after a change."""
    from datagov.lineage import dsse

    for path in (release / "attestations").iterdir():
        statement = dsse.unseal(path.read_bytes(), keys.load_public_key(pair.public))
        change(path.name, statement)
        path.write_bytes(dsse.seal(statement, keys.load_signer(pair.private)))


def accept(release: Path, pair: keys.KeyPair, name: str, content: bytes) -> None:
    """Puts `content` into a file and signs that it belongs there."""

    def sign_for(file: str) -> None:
        digest = hashlib.sha256((release / file).read_bytes()).hexdigest()

        def change(_: str, statement: Any) -> None:
            for subject in statement["subject"]:
                if subject["name"] == file:
                    subject["digest"]["sha256"] = digest

        resign(release, pair, change)

    (release / name).write_bytes(content)
    sign_for(name)
    if name != "release.json":
        digest = hashlib.sha256(content).hexdigest()
        edit_json(release / "release.json", lambda body: body["files"].update({name: digest}))
        sign_for("release.json")


@pytest.mark.parametrize(
    "content", [b"", b"PAR1PAR1", b"PAR1 nonsense \xff\xff\xff\x7fPAR1", b"\xff" * 100]
)
@pytest.mark.parametrize(
    "name",
    [
        "evidence/decisions/part-00000.parquet",
        "evidence/rejects.parquet",
        "data/part-00000.parquet",
        "quarantine/part-00000.parquet",
    ],
)
def test_nonsense_that_is_signed_is_a_failure_that_names_the_file(
    release: Path, pair: keys.KeyPair, name: str, content: bytes
) -> None:
    accept(release, pair, name, content)
    found = failures(release, pair, row_digests=texts_of)
    assert {check.file for check in found} == {name}


def test_a_table_of_other_columns_that_is_signed_is_a_failure_that_names_the_file(
    release: Path, pair: keys.KeyPair
) -> None:
    name = "evidence/decisions/part-00001.parquet"
    other = (release / "data/part-00001.parquet").read_bytes()
    accept(release, pair, name, other)
    assert {check.file for check in failures(release, pair)} == {name}


@pytest.mark.parametrize("name", ["../secret", "/etc/hostname", "data/../../secret", "", "."])
def test_names_that_leave_the_release_are_missing_files_and_never_opened(
    release: Path, pair: keys.KeyPair, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = release.parent / "secret"
    secret.write_text("secret")
    digest = hashlib.sha256(b"secret").hexdigest()
    opened: list[str] = []
    original = Path.open

    def spy(self: Path, *args: Any, **kwargs: Any) -> Any:
        opened.append(str(self.resolve()))
        return original(self, *args, **kwargs)

    def add(_: str, statement: Any) -> None:
        statement["subject"].append({"name": name, "digest": {"sha256": digest}})

    edit_json(release / "release.json", lambda body: body["files"].update({name: digest}))
    resign(release, pair, add)
    monkeypatch.setattr(Path, "open", spy)
    found = failures(release, pair)
    assert ("files", name, "is missing") in {(c.name, c.file, c.detail) for c in found}
    assert str(secret) not in opened
    assert "/etc/hostname" not in opened


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s["subject"].append({"name": "a"}),
        lambda s: s["subject"].append("a"),
        lambda s: s["subject"].append(s["subject"][0]),
        lambda s: s.update(subject={}),
        lambda s: s.update(subject=[]),
        lambda s: s.update(subject=7),
        lambda s: s.update(predicate=[]),
        lambda s: s.update(_type="other"),
        lambda s: s.pop("predicate"),
        lambda s: s["predicate"].update(buildDefinition=[], runDetails=7, configuration=5),
        lambda s: s["predicate"].update(buildDefinition={"resolvedDependencies": [1, {}]}),
        lambda s: s["predicate"].update(runDetails={"byproducts": [1, {"name": 1}], "metadata": 1}),
        lambda s: s.update(predicate={}),
        lambda s: s["subject"].append({"name": "attestations/x", "digest": {"sha256": "0"}}),
        lambda s: s["subject"].append(
            {"name": "attestations/provenance.dsse.json", "digest": {"sha256": "0"}}
        ),
    ],
)  # fmt: skip
def test_misshapen_statements_that_are_signed_are_failures_and_no_tracebacks(
    release: Path, pair: keys.KeyPair, change: Callable[[Any], object]
) -> None:
    resign(release, pair, lambda _, statement: change(statement))
    assert failures(release, pair)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b'{"parent": 7}',
        b'{"parent": {"digest": 7}}',
        b'{"records": 7, "by_source": {"a": 1}, "parts": [1]}',
        b'{"records": {}, "by_source": {"a": []}, "parts": [{"part": 1}]}',
        b'{"records": null, "by_source": [], "parts": {}}',
    ],
)
@pytest.mark.parametrize("name", ["release.json", METRICS, "evidence/expectations/privacy.json"])
def test_misshapen_files_that_are_signed_are_failures_and_no_tracebacks(
    release: Path, pair: keys.KeyPair, name: str, content: bytes
) -> None:
    accept(release, pair, name, content)
    assert name in {check.file for check in failures(release, pair)}


def test_a_parent_that_the_provenance_does_not_name_is_a_failure(
    build: Build, pair: keys.KeyPair, tmp_path: Path
) -> None:
    release = build(tmp_path / "r", parent=Parent("demo", "0", "ab" * 32))
    assert failures(release, pair) == ()

    def forget(name: str, statement: Any) -> None:
        if name.startswith("provenance"):
            statement["predicate"]["buildDefinition"]["resolvedDependencies"].pop()

    resign(release, pair, forget)
    assert [(c.file, c.field) for c in failures(release, pair)] == [("release.json", "parent")]


# --- output digests and corpus


def texts_of(path: Path, parameters: Mapping[str, Any]) -> Iterator[str]:
    (field,) = parameters["flags"]["text_field"]
    for text in pq.read_table(path)[field].to_pylist():
        yield hashlib.sha256(text.encode()).hexdigest()


def test_output_digests_are_recomputed_from_data_with_the_signed_parameters(
    pristine: Path, pair: keys.KeyPair
) -> None:
    report = verify(pristine, pair.public, row_digests=texts_of)
    assert report.ok, report.failures
    assert report.checks[-1].name == "outputs"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda rows: rows[::-1], "row 0"),
        (lambda rows: [*rows[:-1], {"text": "other"}], "row 2"),
        (lambda rows: rows[:-1], "row 2"),
        (lambda rows: [*rows, rows[0]], ""),
    ],
)
def test_a_record_in_data_that_nobody_decided_about_is_found(
    build: Build,
    pair: keys.KeyPair,
    tmp_path: Path,
    change: Callable[[list[Any]], list[Any]],
    field: str,
) -> None:
    def swap(release: Path) -> None:
        path = release / "data/part-00000.parquet"
        table = pq.read_table(path)
        pq.write_table(table.from_pylist(change(table.to_pylist())), path)

    found = failures(build(tmp_path / "r", swap), pair, row_digests=texts_of)
    (check,) = [c for c in found if c.name == "outputs"]
    assert (check.file, check.field) == ("data/part-00000.parquet", field)


def corpus_facts(corpus: Path) -> tuple[Dependency, ...]:
    from datagov.corpus.shards import list_shards
    from datagov.lineage.statements import inputs

    return inputs(list_shards([str(corpus)]))


def test_the_corpus_is_checked_shard_by_shard(
    build: Build, pair: keys.KeyPair, tmp_path: Path
) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for name in ("a.jsonl", "b.jsonl", "数据.jsonl"):
        (corpus / name).write_text(f'{{"text": "{name}"}}\n')
    release = build(tmp_path / "r", dependencies=corpus_facts(corpus))
    inputs = [str(corpus)]
    report = verify(release, pair.public, corpus=inputs)
    assert report.ok, report.failures
    assert report.checks[-1].name == "corpus"
    (corpus / "a.jsonl").write_text("{}\n")
    (corpus / "b.jsonl").unlink()
    (corpus / "c.jsonl").write_text("{}\n")
    found = failures(release, pair, corpus=inputs)
    assert [(c.file, c.detail.split()[1]) for c in found] == [
        ("a.jsonl", "changed"),
        ("b.jsonl", "missing"),
        ("c.jsonl", "not"),
    ]
    with pytest.raises(InputError):
        verify(release, pair.public, corpus=[str(tmp_path / "missing")])


def test_a_report_reads_as_lines_and_json() -> None:
    checks = (
        Check("files", True, "all fine"),
        Check("counts", False, "states 1", "evidence/metrics.json", "records.kept"),
    )
    report = VerificationReport("r", "k", checks)
    assert [check.line() for check in checks] == [
        "files: all fine",
        "counts: evidence/metrics.json, records.kept: states 1",
    ]
    assert report.as_json()["checks"][1]["field"] == "records.kept"
    assert not report.as_json()["ok"]
    with pytest.raises(
        VerificationError, match=r"^r: counts: evidence/metrics\.json, records\.kept"
    ):
        report.require()


@pytest.mark.parametrize("name", ["more", "data/more", "report/empty/deep", "evidence/labels"])
def test_an_empty_folder_that_was_added_is_named(
    release: Path, pair: keys.KeyPair, name: str
) -> None:
    (release / name).mkdir(parents=True)
    (failure,) = failures(release, pair)
    assert (failure.name, failure.file) == ("files", f"{name}/")
    assert "is too many" in failure.detail
