"""What is signed says what is there, to others' validators too, and the same each time."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from google.protobuf.json_format import Parse
from in_toto_attestation.predicates.provenance.v1 import provenance_pb2
from in_toto_attestation.predicates.test_result.v0 import test_result_pb2
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement
from securesystemslib.dsse import Envelope

from datagov.corpus.shards import list_shards
from datagov.errors import DatagovError, OutputError
from datagov.lineage import keys, statements
from datagov.lineage.files import sha256_file
from datagov.lineage.sign import attest
from datagov.lineage.statements import Facts, Parent

MANIFESTS = Path(__file__).parents[2] / "manifests"
Build = Callable[..., Path]


def statement_in(release: Path, name: str, pair: keys.KeyPair) -> dict[str, Any]:
    raw = (release / f"attestations/{name}.dsse.json").read_bytes()
    envelope = Envelope.from_dict(json.loads(raw))
    envelope.verify([keys.load_public_key(pair.public)], threshold=1)
    body: dict[str, Any] = json.loads(envelope.payload)
    return body


def schema_of(name: str) -> jsonschema.Draft202012Validator:
    schema = json.loads((MANIFESTS / name).read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("name", ["provenance", "accounting", "test-result"])
def test_in_totos_own_classes_accept_every_statement(
    pristine: Path, pair: keys.KeyPair, name: str
) -> None:
    body = statement_in(pristine, name, pair)
    Statement.copy_from_pb(Parse(json.dumps(body), statement_pb2.Statement())).validate()


def test_in_totos_own_messages_accept_the_standard_predicates(
    pristine: Path, pair: keys.KeyPair
) -> None:
    for name, message in (
        ("provenance", provenance_pb2.Provenance()),
        ("test-result", test_result_pb2.TestResult()),
    ):
        Parse(json.dumps(statement_in(pristine, name, pair)["predicate"]), message)


def test_subjects_are_all_files_and_the_root_and_the_same_in_all_statements(
    pristine: Path, pair: keys.KeyPair
) -> None:
    files = {
        str(path.relative_to(pristine)): sha256_file(path)
        for path in pristine.rglob("*")
        if path.is_file() and path.parent.name not in ("attestations", "lineage")
    }
    accounting = statement_in(pristine, "accounting", pair)
    root = accounting["predicate"]["merkle"]["rootHash"]
    expected = {**files, "decisions.merkle": root}
    for name in ("provenance", "accounting", "test-result"):
        about = statement_in(pristine, name, pair)["subject"]
        assert {s["name"]: s["digest"]["sha256"] for s in about} == expected
        assert [s["name"] for s in about] == sorted(expected)


def test_release_json_lists_all_other_files_and_fits_its_schema(pristine: Path) -> None:
    body = json.loads((pristine / "release.json").read_text("utf-8"))
    schema_of("release.schema.json").validate(body)
    assert body["counts"] == json.loads((pristine / "evidence/metrics.json").read_text())["records"]
    assert "release.json" not in body["files"]
    assert body["files"]["README.md"] == sha256_file(pristine / "README.md")
    assert not any(name.startswith(("attestations/", "lineage/")) for name in body["files"])


@pytest.mark.parametrize("name", ["../x", "/x", "a/../b", "a/..", "./a", ""])
def test_the_schema_refuses_names_that_leave_the_release(pristine: Path, name: str) -> None:
    body = json.loads((pristine / "release.json").read_text("utf-8"))
    body["files"] = {name: "0" * 64}
    assert not schema_of("release.schema.json").is_valid(body)


def test_accounting_fits_its_schema(pristine: Path, pair: keys.KeyPair) -> None:
    predicate = statement_in(pristine, "accounting", pair)["predicate"]
    schema_of("accounting.schema.json").validate(predicate)
    assert predicate["merkle"]["leafCount"] == 8
    assert predicate["bySource"]["网页"]["dropped"] == 1
    assert [part["part"] for part in predicate["parts"]] == [
        "part-00000",
        "part-00001",
        "part-00002",
    ]


def test_provenance_says_from_what_by_what_and_when(pristine: Path, pair: keys.KeyPair) -> None:
    predicate = statement_in(pristine, "provenance", pair)["predicate"]
    definition, run = predicate["buildDefinition"], predicate["runDetails"]
    assert definition["buildType"] == statements.BUILD_TYPE
    assert definition["externalParameters"]["policy"]["document"] == {"default": "keep"}
    assert definition["resolvedDependencies"][1] == {
        "name": "网/b.jsonl",
        "uri": "s3://bucket/b.jsonl",
        "digest": definition["resolvedDependencies"][1]["digest"],
        "annotations": {"role": "input"},
    }
    assert run["metadata"]["startedOn"] == "2026-11-23T10:00:00Z"
    assert run["metadata"]["finishedOn"] == "2026-11-23T10:30:00Z"
    assert [b["name"] for b in run["byproducts"]] == [
        "README.md",
        "conformance.json",
        "lineage/openlineage.jsonl",
        "report/index.html",
    ]


def test_gates_that_failed_are_named_and_the_suites_are_the_configuration(
    build: Build, pair: keys.KeyPair, tmp_path: Path
) -> None:
    def fail(release: Path) -> None:
        (release / "evidence/expectations/privacy.json").write_text('{"success": false}')

    body = statement_in(build(tmp_path / "r", fail), "test-result", pair)["predicate"]
    assert body["result"] == "FAILED"
    assert (body["passedTests"], body["failedTests"]) == (["accounting"], ["privacy"])
    assert [c["name"] for c in body["configuration"]] == ["accounting.json"]


def test_a_gate_that_was_skipped_is_not_said_to_have_passed(
    build: Build, pair: keys.KeyPair, tmp_path: Path
) -> None:
    def skip(release: Path) -> None:
        path = release / "evidence/expectations/privacy.json"
        path.write_text('{"success": true, "skipped": "no annotations"}')

    body = statement_in(build(tmp_path / "r", skip), "test-result", pair)["predicate"]
    assert (body["result"], body["passedTests"], body["failedTests"]) == (
        "PASSED",
        ["accounting"],
        [],
    )


def test_the_same_release_and_facts_give_the_same_bytes(
    pristine: Path, build: Build, tmp_path: Path
) -> None:
    again = build(tmp_path / "again")
    for path in pristine.rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (again / path.relative_to(pristine)).read_bytes()


def test_subjects_do_not_depend_on_when_the_run_was(
    pristine: Path, build: Build, pair: keys.KeyPair, tmp_path: Path
) -> None:
    def other_log(release: Path) -> None:
        (release / "lineage/openlineage.jsonl").write_text("{}")

    later = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
    again = build(tmp_path / "r", other_log, started=later, finished=later, invocation_id="urn:x")
    for name in ("accounting", "test-result"):
        file = f"attestations/{name}.dsse.json"
        assert (pristine / file).read_bytes() == (again / file).read_bytes()
    one, two = (statement_in(r, "provenance", pair) for r in (pristine, again))
    assert one["subject"] == two["subject"]
    assert one != two


def test_the_parent_is_in_release_json_and_among_the_dependencies(
    build: Build, pair: keys.KeyPair, tmp_path: Path
) -> None:
    release = build(tmp_path / "r", parent=Parent("demo", "0", "ab" * 32))
    body = json.loads((release / "release.json").read_text())
    schema_of("release.schema.json").validate(body)
    assert body["parent"]["version"] == "0"
    definition = statement_in(release, "provenance", pair)["predicate"]["buildDefinition"]
    assert definition["resolvedDependencies"][-1] == {
        "name": "demo@0",
        "digest": {"sha256": "ab" * 32},
        "annotations": {"role": "previous"},
    }


def test_inputs_keep_their_address_only_where_it_means_something_elsewhere(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.jsonl").write_text("{}\n")
    (found,) = statements.inputs(list_shards([str(tmp_path)]))
    assert (found.role, found.name, found.uri) == ("input", "a.jsonl", "")
    assert found.sha256 == sha256_file(tmp_path / "a.jsonl")


def test_packages_are_named_by_package_url() -> None:
    assert all(d.uri.startswith("pkg:pypi/") and "@" in d.uri for d in statements.packages())


def test_what_cannot_be_in_a_release_is_refused_by_name(
    facts: Callable[..., Facts], build: Build, pair: keys.KeyPair, tmp_path: Path
) -> None:
    changes: dict[str, tuple[type[DatagovError], Callable[[Path], object]]] = {
        "data/link": (OutputError, lambda r: (r / "data/link").symlink_to("/etc/hostname")),
        "decisions.merkle": (OutputError, lambda r: (r / "decisions.merkle").write_text("")),
        "metrics.json": (DatagovError, lambda r: (r / "evidence/metrics.json").write_text("[]")),
        "privacy.json": (
            DatagovError,
            lambda r: (r / "evidence/expectations/privacy.json").write_text('{"success": 1}'),
        ),
        "\\udcff": (OutputError, lambda r: (r / "data/\udcff").write_text("")),
    }
    for i, (name, (error, change)) in enumerate(changes.items()):
        with pytest.raises(error) as caught:
            build(tmp_path / str(i), change)
        assert name in str(caught.value)


def test_attesting_twice_leaves_what_attesting_once_does(
    release: Path, pristine: Path, facts: Callable[..., Facts], pair: keys.KeyPair
) -> None:
    attest(release, facts(), keys.load_signer(pair.private))
    for name in ("release.json", "attestations/provenance.dsse.json"):
        assert (release / name).read_bytes() == (pristine / name).read_bytes()
