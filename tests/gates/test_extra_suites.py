import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from datagov.errors import ConfigError
from datagov.gates.frames import ACCOUNTING, Frames
from datagov.gates.run import run_gates
from datagov.gates.suites import load_suites

MakeRelease = Callable[..., Path]


def suite(
    name: str = "mine",
    table: str = "metrics",
    kind: str = "expect_column_values_to_be_between",
    meta: dict[str, Any] | None = None,
    **kwargs: Any,
) -> dict[str, Any]:
    return {
        "name": name,
        "expectations": [{"type": kind, "kwargs": kwargs}],
        "meta": {"table": table} | (meta or {}),
    }


def folder_with(tmp_path: Path, *documents: object) -> Path:
    folder = tmp_path / "suites"
    folder.mkdir()
    for i, document in enumerate(documents):
        text = document if isinstance(document, str) else json.dumps(document, ensure_ascii=False)
        (folder / f"s{i}.json").write_text(text, "utf-8")
    return folder


def test_a_users_suites_run_beside_ours(make_release: MakeRelease, tmp_path: Path) -> None:
    folder = folder_with(
        tmp_path,
        suite("few_drops", column="records.dropped", max_value=0),
        suite("only_wiki", "decisions", "expect_column_values_to_be_in_set",
              column="source_id", value_set=["wiki"]),
        suite("rows", "decisions", "expect_table_row_count_to_be_between", min_value=5),
        suite("no_finding", "findings", "expect_column_values_to_be_unique", column="record_id"),
    )  # fmt: skip
    gates = {gate.name: gate for gate in run_gates(make_release(), extra_dir=folder)}
    assert len(gates) == len(load_suites()) + 4
    assert gates["rows"].success
    assert gates["rows"].expectations[0].observed == "5"
    assert gates["no_finding"].success
    assert not gates["few_drops"].success
    assert gates["few_drops"].expectations[0].observed == "records.dropped = 1"
    assert not gates["only_wiki"].success
    assert gates["only_wiki"].expectations[0].observed == "1 of 5 rows do not hold"


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ('{"name": "x",\n "meta": }', r"s0\.json: line 2, column 10: broken JSON"),
        ("[]", "expected an object"),
        ({"name": "x"}, r"s0\.json: meta: missing"),
        (suite(name="../x", column="left.pii", max_value=0), "name: expected lower-case"),
        (suite(table="metric", column="left.pii", max_value=0), "did you mean 'metrics'"),
        ({"name": "x", "meta": {"table": "metrics"}, "expectations": []}, "an empty gate"),
        (
            {"name": "x", "meta": {"table": "metrics"}, "expectations": [{"kwargs": {}}]},
            r"expectations\[0\]\.type: missing",
        ),
        (
            suite(kind="expect_column_values_to_be_betwen", column="left.pii", max_value=0),
            r"expectations\[0\]\.type: .* did you mean 'expect_column_values_to_be_between'",
        ),
        (
            suite(column="left.pii", maxvalue=0),
            r"expectations\[0\]\.kwargs\.maxvalue: .* did you mean 'max_value'",
        ),
        (suite(column="left.pii"), "cannot both be None"),
        (suite(max_value=1), "column field required"),
        (suite(name="accounting", column="left.pii", max_value=0), "already the name of"),
        (suite(meta={"skip": {"because": "x"}}, column="a", max_value=0), r"meta\.skip: expected"),
        (suite(meta={"aspects": "nulls"}, column="a", max_value=0), r"meta\.aspects"),
    ],
)
def test_a_broken_suite_is_named_with_its_field_before_any_release_is_read(
    tmp_path: Path, document: object, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        load_suites(folder_with(tmp_path, document))


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    folder = folder_with(
        tmp_path, "{", suite(kind="expect_nothing", column="x"), suite(table="nowhere", column="x")
    )
    with pytest.raises(ConfigError) as caught:
        load_suites(folder)
    lines = str(caught.value).splitlines()
    assert [Path(line.split(":")[0]).name for line in lines] == ["s0.json", "s1.json", "s2.json"]


def test_an_unknown_column_is_refused_with_the_nearest(
    make_release: MakeRelease, tmp_path: Path
) -> None:
    for table, column, hint in [
        ("metrics", "left.pi", "left.pii"),
        ("decisions", "source", "source_id"),
        ("accounting", "acounted", "accounted"),
        ("detectors", "versions", "version"),
    ]:
        (tmp_path / table).mkdir()
        folder = folder_with(tmp_path / table, suite(table=table, column=column, min_value=0))
        where = rf"s0\.json: expectations\[0\]\.kwargs: '{column}' is no column of table {table}"
        with pytest.raises(ConfigError, match=f"{where}; did you mean '{hint}'"):
            run_gates(make_release(name=f"r-{table}"), extra_dir=folder)


def test_an_expectation_that_does_not_fit_its_column_is_a_config_error(
    make_release: MakeRelease, tmp_path: Path
) -> None:
    folder = folder_with(tmp_path, suite(table="decisions", column="source_id", min_value=3))
    with pytest.raises(ConfigError, match=r"expectations\[0\]: .* cannot be evaluated") as caught:
        run_gates(make_release(), extra_dir=folder)
    assert "wiki" not in str(caught.value)


def test_an_unknown_number_never_passes(make_release: MakeRelease, tmp_path: Path) -> None:
    folder = folder_with(tmp_path, suite(column="annotations.alpha", min_value=0))
    release = make_release({"annotations": None})
    gate = next(gate for gate in run_gates(release, extra_dir=folder) if gate.name == "mine")
    assert not gate.success
    assert gate.expectations[0].observed == "annotations.alpha = unknown"


def test_a_folder_that_is_missing_or_empty_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such folder"):
        load_suites(tmp_path / "nowhere")
    with pytest.raises(ConfigError, match="holds no expectation suite"):
        load_suites(tmp_path)


@pytest.mark.parametrize("table", ["decisions", "accounting"])
def test_a_column_that_no_release_has_is_refused_before_there_is_one(
    tmp_path: Path, table: str
) -> None:
    folder = folder_with(
        tmp_path,
        suite("one", table, column="sourceid", min_value=0),
        suite("two", table, column="scop", min_value=0),
    )
    with pytest.raises(ConfigError, match="is no column of table") as caught:
        load_suites(folder)
    assert len(str(caught.value).splitlines()) == 2


def test_the_columns_of_accounting_are_those_that_it_has(make_release: MakeRelease) -> None:
    assert Frames(make_release()).frame("accounting", None).columns == list(ACCOUNTING)
