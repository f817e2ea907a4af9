"""CSV: a record with wrong quotes costs itself, not what follows."""

import pytest

from datagov.corpus.options import ReadOptions
from datagov.corpus.read import read


@pytest.fixture
def rows_of(tmp_path, whole):
    def rows(content: str | bytes, options=None):
        path = tmp_path / "a.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        batches = list(read(whole(path), options or ReadOptions()))
        texts = [t for b in batches if b.table.num_rows for t in b.table["text"].to_pylist()]
        rejects = [(r["reason"], r["position"]) for b in batches for r in b.rejects.to_pylist()]
        return texts, rejects, [p for b in batches for p in b.positions.to_pylist()]

    return rows


LATER = [f'"row {i}, with ""words""",{i}' for i in range(1000)]


@pytest.mark.parametrize("bad", ['"a"b,2', '"never closed,2'])
def test_a_wrong_quote_costs_its_own_record(rows_of, bad):
    texts, rejects, positions = rows_of("\n".join(["text,n", "first,1", bad, *LATER]) + "\n")
    assert texts == ["first", *(f'row {i}, with "words"' for i in range(1000))]
    assert rejects == [("bad_csv", 1)]
    assert positions == [0, *range(2, 1002)]


def test_a_quote_never_closed_costs_its_own_record(rows_of):
    later = [f"row {i},{i}" for i in range(100)]
    texts, rejects, _ = rows_of("\n".join(["text,n", '"open,1', *later]))
    assert (len(texts), rejects) == (100, [("bad_csv", 0)])


def test_lines_that_a_quote_joins_to_a_record_of_other_width_each_count(rows_of):
    texts, rejects, _ = rows_of('text,n\n"open,1\nrow,2\nrow,3",x,4\nlast,5\n')
    assert (texts, rejects) == (["last"], [("bad_csv", 0), ("bad_csv", 1), ("bad_csv", 2)])


def test_a_line_too_long_is_passed_over(rows_of):
    options = ReadOptions(max_record_bytes=50)
    texts, rejects, _ = rows_of("text\nfirst\n" + "x" * 999 + "\nlast\n", options)
    assert (texts, rejects) == (["first", "last"], [("too_large", 1)])


@pytest.mark.parametrize("content", [b"text,\xff\nhello,1\n", b'"text"x,n\nhello,1\n'])
def test_a_header_that_names_no_columns_makes_the_shard_unreadable(rows_of, content):
    assert rows_of(content) == ([], [("unreadable_shard", 0)], [])


def test_columns_of_one_name_are_rejected_row_by_row(rows_of):
    assert rows_of("text,a,a\nhello,1,2\nbye,1,2\n")[:2] == (
        [],
        [("repeated_column", 0), ("repeated_column", 1)],
    )
