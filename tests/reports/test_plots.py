import itertools
import re

from hypothesis import given
from hypothesis import strategies as st

from datagov.reports.facts import OUTCOMES
from datagov.reports.plots import SMALLEST, flow, heat, stacked

RECORDS = st.fixed_dictionaries({name: st.integers(0, 10**12) for name in OUTCOMES}).map(
    lambda counts: counts | {"read": sum(counts.values())}
)


@given(RECORDS)
def test_every_outcome_that_has_records_has_a_ribbon_that_can_be_seen(records):
    drawn = flow(records, OUTCOMES)
    assert {r["name"]: r["n"] for r in drawn["ribbons"]} == {
        name: records[name] for name in OUTCOMES if records[name]
    }
    assert all(ribbon["height"] >= SMALLEST for ribbon in drawn["ribbons"])
    bottoms = [ribbon["y"] + ribbon["height"] for ribbon in drawn["ribbons"]]
    assert all(ribbon["y"] >= 0 for ribbon in drawn["ribbons"])
    assert max(bottoms, default=0) <= drawn["height"] + 0.02
    labels = [ribbon["label_y"] for ribbon in drawn["ribbons"]]
    assert all(b - a >= 20 for a, b in itertools.pairwise(labels))


@given(RECORDS)
def test_paths_are_numbers_and_path_commands_only(records):
    for ribbon in flow(records, OUTCOMES)["ribbons"]:
        assert re.fullmatch(r"M[-\d. ]+C[-\d. ]+L[-\d. ]+C[-\d. ]+Z", ribbon["path"])


@given(RECORDS)
def test_a_stacked_bar_is_full(records):
    drawn = stacked(records, OUTCOMES, records["read"])
    assert sum(s["width"] for s in drawn) <= 100.1
    assert not records["read"] or sum(s["width"] for s in drawn) >= 99.9


def test_heat_keeps_every_finding_when_it_has_too_few_columns():
    by_source = {"a": {"x": 5, "y": 1, "z": 1}, "b": {"y": 3}, "c": {"z": 1}}
    drawn = heat(by_source, n_rows=2, n_columns=1)
    assert drawn["columns"] == ["x"]
    assert drawn["n_others"] == 2
    assert [(row["source"], row["total"]) for row in drawn["rows"]] == [("a", 7), ("b", 3)]
    assert [[cell["n"] for cell in row["cells"]] for row in drawn["rows"]] == [[5, 2], [0, 3]]
    assert drawn["rows"][0]["cells"][0]["shade"] == 1
    assert drawn["more"] == 1


def test_no_findings_give_no_heat():
    assert heat({}, 5, 5)["rows"] == []
