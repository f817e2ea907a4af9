"""Databases of many patterns: compiled once per machine, found again, never trusted blindly."""

from pathlib import Path

import pytest

from datagov.detect import multipattern
from datagov.detect.multipattern import (
    CASELESS,
    SOM,
    Expression,
    Literals,
    find,
    find_literals,
)
from datagov.errors import ConfigError

NUMBERS = (Expression(7, r"\d{3}\b", 0), Expression(9, "ab", CASELESS))


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    multipattern._database.cache_clear()
    return tmp_path / "datagov"


def test_all_ends_are_reported_with_the_expression() -> None:
    hits = find(NUMBERS, b"123 aB 4567")
    assert list(zip(hits.ids.tolist(), hits.ends.tolist(), strict=True)) == [
        (7, 3),
        (9, 6),
        (7, 11),
    ]


def test_starts_are_reported_on_request() -> None:
    hits = find((Expression(1, "b+", SOM),), b"abb")
    assert set(hits.starts.tolist()) == {1}


def test_nothing_found_gives_empty_arrays() -> None:
    hits = find(NUMBERS, b"")
    assert hits.ids.shape == hits.starts.shape == hits.ends.shape == (0,)


def test_a_database_is_kept_for_the_next_process(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find(NUMBERS, b"1")
    assert [path.suffix for path in cache.iterdir()] == [".hs"]
    multipattern._database.cache_clear()
    monkeypatch.setattr(multipattern, "_compiled", None)
    assert find(NUMBERS, b"123").ends.tolist() == [3]


def test_a_damaged_database_is_compiled_again(cache: Path) -> None:
    find(NUMBERS, b"1")
    (path,) = cache.iterdir()
    path.write_bytes(path.read_bytes()[:-40])
    multipattern._database.cache_clear()
    assert find(NUMBERS, b"123").ends.tolist() == [3]


def test_other_flags_make_another_database(cache: Path) -> None:
    find((Expression(1, "a", 0),), b"A")
    find((Expression(1, "a", CASELESS),), b"A")
    assert len(list(cache.iterdir())) == 2


def test_an_unwritable_cache_costs_time_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert find(NUMBERS, b"123").ends.tolist() == [3]


def test_a_pattern_that_does_not_compile_is_named_with_the_reason() -> None:
    with pytest.raises(ConfigError, match=r"expression 9, 'a\(b': .*[Mm]issing close parenthesis"):
        find((Expression(7, "a", 0), Expression(9, "a(b", 0)), b"")


def test_literals_are_found_in_either_case_and_kept_for_the_next_process(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    literals = Literals.of([b"a.b", "é".encode()])
    multipattern._literal_database.cache_clear()
    hits = find_literals(literals, "A.B axb é É".encode())
    assert list(zip(hits.ids.tolist(), hits.ends.tolist(), strict=True)) == [(0, 3), (1, 10)]
    multipattern._literal_database.cache_clear()
    monkeypatch.setattr(multipattern, "_compiled_literals", None)
    assert find_literals(literals, b"a.b").ends.tolist() == [3]
    assert literals != Literals.of([b"a.", b"b"])
