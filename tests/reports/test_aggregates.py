import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from datagov.reports import aggregates
from datagov.tables import CONTAMINATION, DECISIONS, DUPLICATES, FINDINGS, PASSAGES


def finding(i: int, fingerprint: str, category: str = "EMAIL_ADDRESS", detector: str = "pii"):
    return {
        "record_id": f"r{i}",
        "shard": "s",
        "position": i,
        "field": "text",
        "detector": detector,
        "category": category,
        "rule": "r",
        "start": 0,
        "end": 1,
        "score": 0.5,
        "fingerprint": fingerprint,
        "excerpt": f"e{i}",
    }


def decision(i: int, source: str, action: str = "keep", reasons: tuple[str, ...] = ()):
    return {
        "record_id": f"r{i}",
        "shard": "s",
        "position": i,
        "source_id": source,
        "action": action,
        "reasons": list(reasons),
        "input_digest": "",
        "output_digest": "",
    }


@pytest.fixture
def evidence(tmp_path):
    def write(parts: list[list[dict]], table: str, schema: pa.Schema):
        (tmp_path / table).mkdir(exist_ok=True)
        for i, rows in enumerate(parts):
            pq.write_table(
                pa.Table.from_pylist(rows, schema), tmp_path / f"{table}/part-{i:05}.parquet"
            )
        return tmp_path

    return write


def test_shared_passages_are_counted_by_pair_of_sources(evidence):
    folder = evidence(
        [[decision(0, "web"), decision(1, "law")], [decision(2, "web")]], "decisions", DECISIONS
    )
    assert aggregates.shared_by_sources(folder, 9) == []
    rows = [
        {
            f"{name}_{side}": value
            for side, i in zip("ab", pair, strict=True)
            for name, value in {
                "record_id": f"r{i}", "shard": "s", "position": i, "field": "text",
                "start": 0, "end": 99,
            }.items()
        }
        | {"n_tokens": n}
        for pair, n in (((0, 1), 60), ((1, 2), 50), ((0, 2), 90))
    ]  # fmt: skip
    pq.write_table(pa.Table.from_pylist(rows, PASSAGES), folder / "passages.parquet")
    assert aggregates.shared_by_sources(folder, 9) == [
        {"one": "law", "other": "web", "passages": 2, "tokens": 110, "longest": 60},
        {"one": "web", "other": "web", "passages": 1, "tokens": 90, "longest": 90},
    ]


def test_touched_items_come_with_most_records_first(tmp_path):
    rows = [
        {
            "record_id": f"r{i}", "shard": "s", "position": i, "benchmark": benchmark, "item": item,
            "score": score, "n_matched": 5, "field": "text", "start": 0, "end": 9,
        }
        for i, (benchmark, item, score) in enumerate(
            [("b", 7, 0.6), ("a", 7, 0.9), ("b", 7, 0.8), ("a", 1, 0.9), ("a", 0, 1.0)]
        )
    ]  # fmt: skip
    assert aggregates.touched_items(tmp_path, 3) == []
    table = pa.Table.from_pylist(rows, CONTAMINATION)
    pq.write_table(table, tmp_path / "contamination.parquet")
    found = [
        (r["benchmark"], r["item"], r["records"]) for r in aggregates.touched_items(tmp_path, 3)
    ]
    assert found == [("b", 7, 2), ("a", 0, 1), ("a", 1, 1)]


def test_samples_show_different_values_and_at_most_five(evidence):
    rows = [finding(i, f"f{i % 8}") for i in range(40)]
    found = aggregates.samples(evidence([rows], "findings", FINDINGS))
    assert list(found) == ["pii.EMAIL_ADDRESS"]
    chosen = [row["fingerprint"] for row in found["pii.EMAIL_ADDRESS"]]
    assert chosen == ["f0", "f1", "f2", "f3", "f4"]


def test_samples_do_not_depend_on_how_findings_lie_in_parts(evidence, tmp_path):
    rows = [finding(i, f"f{i * 7 % 11}", "ABC"[i % 3]) for i in range(60)]
    whole = aggregates.samples(evidence([rows], "findings", FINDINGS))
    split = evidence([rows[40:], [], rows[:13], rows[13:40]], "findings", FINDINGS)
    assert aggregates.samples(split) == whole


def test_only_spans_are_sampled(evidence):
    rows = [finding(1, "a", "empty", "quality"), finding(2, "b", "nuclear", "restricted")]
    assert list(aggregates.samples(evidence([rows], "findings", FINDINGS))) == [
        "restricted.nuclear"
    ]


def test_no_findings_give_no_samples(evidence):
    assert aggregates.samples(evidence([[]], "findings", FINDINGS)) == {}


def test_findings_are_counted_by_the_source_of_their_record(evidence):
    evidence(
        [
            [finding(0, "a"), finding(0, "b"), finding(1, "c", "empty", "quality")],
            [finding(2, "d")],
        ],
        "findings",
        FINDINGS,
    )
    root = evidence(
        [[decision(0, "wiki"), decision(1, "网页")], [decision(2, "wiki")]], "decisions", DECISIONS
    )
    assert aggregates.findings_by_source(root) == {
        "wiki": {"pii.EMAIL_ADDRESS": 3},
        "网页": {"quality.empty": 1},
    }


def test_a_record_counts_for_each_of_its_reasons_with_its_one_action(evidence):
    root = evidence(
        [
            [decision(0, "w", "drop", ("a", "b")), decision(1, "w", "redact", ("a",))],
            [decision(2, "w", "redact", ("a",)), decision(3, "w")],
        ],
        "decisions",
        DECISIONS,
    )
    assert aggregates.actions_by_reason(root) == [
        {"reason": "a", "n": 3, "drop": 1, "redact": 2},
        {"reason": "b", "n": 1, "drop": 1},
    ]


def test_clusters_are_binned_by_size_and_none_is_lost(tmp_path):
    sizes = [2, 2, 3, 4, 7, 8, 1000]
    rows = [
        {
            "record_id": f"{c}-{i}",
            "shard": "s",
            "position": i,
            "cluster_id": str(c),
            "kind": "exact",
            "similarity": 1.0,
            "keep": not i,
        }
        for c, size in enumerate(sizes)
        for i in range(size)
    ]
    pq.write_table(pa.Table.from_pylist(rows, DUPLICATES), tmp_path / "duplicates.parquet")
    found = aggregates.cluster_sizes(tmp_path)
    assert [row["label"] for row in found] == ["2", "3", "4 to 7", "8 to 15", "512 to 1,023"]
    assert sum(row["clusters"] for row in found) == len(sizes)
    assert sum(row["records"] for row in found) == sum(sizes)


def test_without_annotations_there_are_no_annotators(tmp_path):
    assert aggregates.worst_annotators(tmp_path, 5) == []
    assert aggregates.top_suspects(tmp_path, 5) == []


def test_the_worst_annotators_come_first(tmp_path):
    (tmp_path / "annotations").mkdir()
    pl.DataFrame({"annotator_id": ["c", "b", "a"], "accuracy": [0.9, 0.1, 0.1]}).write_parquet(
        tmp_path / "annotations/annotators.parquet"
    )
    assert [row["annotator_id"] for row in aggregates.worst_annotators(tmp_path, 2)] == ["a", "b"]
