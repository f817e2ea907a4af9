"""Shared passages from policy to release: exact places, containment in clusters, same bytes."""

import itertools
import random

import polars as pl
import pyarrow.parquet as pq
import pytest

import datagov
from datagov.errors import ConfigError
from datagov.tables import PASSAGES

SYLLABLES = ("ba", "de", "fi", "go", "ku", "la", "me", "ni", "po", "ru", "sa", "te")
WORDS = ["".join(each) for each in itertools.product(SYLLABLES, repeat=3)]
POLICY = """
version: 1
purpose: x
duplicates: {passages: true, passage_tokens: %d%s}
rules:
  duplicates.exact: {action: drop}
  duplicates.near: {action: drop, from_score: 0.8}
  duplicates.contained: {action: %s, from_score: 0.9}
"""


def words(n, seed):
    return " ".join(random.Random(seed).choices(WORDS, k=n))


@pytest.fixture
def policy(tmp_path):
    def write(tokens=50, more="", contained="keep"):
        path = tmp_path / f"policy{tokens}{contained}.yaml"
        path.write_text(POLICY % (tokens, more, contained), "utf-8")
        return path

    return write


LAW = words(70, 1)
SHORT = words(20, 2)
NAME = "Zhang Wei-Ling of 14 Canal Street"
TEXTS = [
    f"{words(200, 3)} {LAW} {words(200, 4)}",
    f"{words(90, 5)} {LAW.upper()} {words(10, 6)} {SHORT}",
    SHORT,
    f"{words(300, 7)}",
    f"{LAW} {NAME}",
]


def passages(made):
    table = pq.read_table(made.out / "evidence/passages.parquet")
    assert table.schema == PASSAGES
    return table.to_pylist()


@pytest.fixture
def scanned(write_jsonl, release, policy):
    rows = [{"id": f"r{i}", "text": text, "n": i} for i, text in enumerate(TEXTS)]
    return release(write_jsonl(rows), policy=policy(), id_field="id")


def test_places_are_exact_on_both_sides_and_short_texts_are_found_whole(scanned):
    text_of = {f"r{i}": text for i, text in enumerate(TEXTS)}
    found = {}
    for row in passages(scanned):
        sides = [
            text_of[row[f"record_id_{side}"]][row[f"start_{side}"] : row[f"end_{side}"]].lower()
            for side in "ab"
        ]
        assert sides[0] == sides[1]
        assert (row["field_a"], row["field_b"]) == ("text", "text")
        found[row["record_id_a"], row["record_id_b"]] = (sides[0], row["n_tokens"])
    assert found == {
        ("r0", "r1"): (LAW, 70),
        ("r0", "r4"): (LAW, 70),
        ("r1", "r4"): (LAW, 70),
        ("r1", "r2"): (SHORT, 20),
    }


def test_metrics_and_report_count_and_quote_nothing(scanned):
    numbers = scanned.metrics["passages"]
    assert (numbers["passages"], numbers["records"]) == (4, 4)
    assert numbers["tokens"] == sum(len(text.replace("-", " ").split()) for text in TEXTS)
    assert numbers["shared_tokens"] == 3 * 70 + 2 * 20
    page = (scanned.out / "report/index.html").read_text("utf-8")
    assert 'id="passages"' in page
    assert "shared by 4 records" in (scanned.out / "README.md").read_text("utf-8")
    everything = [p for p in scanned.out.rglob("*") if p.is_file() and p.parent.name != "data"]
    assert not any(b"Canal Street" in p.read_bytes() for p in everything)


def test_containment_has_its_exact_share_and_does_what_policy_says(write_jsonl, release, policy):
    rows = [{"text": text} for text in TEXTS]
    made = release(write_jsonl(rows), policy=policy(contained="drop"))
    duplicates = pl.read_parquet(made.out / "evidence/duplicates.parquet")
    removed = duplicates.filter(~pl.col("keep"))
    assert removed["kind"].to_list() == ["contained"] * 2
    assert removed["similarity"].to_list() == pytest.approx([1.0, 70 / 77])
    assert made.metrics["duplicates"]["contained"]["removed"] == 2
    kept = pq.read_table(made.out / "data")["text"].to_pylist()
    assert kept == [TEXTS[0], TEXTS[1], TEXTS[3]]


@pytest.mark.parametrize("first", [0, 1])
def test_what_stands_in_two_records_is_contained_whichever_of_them_stays(
    write_jsonl, release, policy, first
):
    one = words(3000, 21).split()
    other = [word if i % 100 else "qu" for i, word in enumerate(one)]
    excerpts = [" ".join(one[at : at + 55]) for at in range(110, 2900, 100)]
    both = [" ".join(one), " ".join(other[:-1])]
    rows = [{"text": text} for text in (both[first], both[1 - first], *excerpts)]
    made = release(write_jsonl(rows), policy=policy(contained="drop"))
    duplicates = pl.read_parquet(made.out / "evidence/duplicates.parquet")
    by_kind = duplicates.filter(~pl.col("keep")).group_by("kind").agg(pl.col("similarity").min())
    assert dict(by_kind.rows())["contained"] == 1.0
    assert made.metrics["duplicates"]["contained"]["removed"] == len(excerpts)
    assert made.metrics["duplicates"]["near"]["removed"] == 1


def test_equal_records_count_once_and_those_with_a_repeated_id_not_at_all(
    write_jsonl, release, policy
):
    texts = [TEXTS[0], TEXTS[0], TEXTS[1], TEXTS[4]]
    ids = ["a", "b", "c", "a"]
    rows = [{"id": name, "text": text} for name, text in zip(ids, texts, strict=True)]
    made = release(write_jsonl(rows), policy=policy(), id_field="id", max_reject_rate=1.0)
    pairs = {(row["record_id_a"], row["record_id_b"]) for row in passages(made)}
    assert pairs == {("a", "c")}


def test_passages_of_other_cells_and_lengths(write_jsonl, release, policy):
    chat = [
        {"messages": [{"role": "user", "content": c} for c in (words(9, 50 + i), f"x {LAW}")]}
        for i in range(3)
    ]
    made = release(write_jsonl(chat), policy=policy(30, ", near: false"), text_fields=["messages"])
    found = passages(made)
    assert [row["n_tokens"] for row in found] == [71] * 3
    assert {row["field_a"] for row in found} == {"messages[1].content"}
    assert {row["start_b"] for row in found} == {0}
    assert made.metrics["duplicates"].keys() == {"exact", "normalised"}


def test_workers_splits_and_order_do_not_change_what_is_found(write_jsonl, release, policy):
    texts = [f"{words(40 + i, 100 + i)} {LAW if i % 3 else SHORT} {i}" for i in range(40)]
    texts += [SHORT, words(12, 9), f"{words(12, 9)} {words(60, 10)}", texts[4], ""]
    path = write_jsonl([{"id": str(i), "text": text} for i, text in enumerate(texts)])
    once = release(path, "one", policy=policy(contained="drop"), id_field="id")
    run = datagov.Run(n_workers=2, split_bytes=3000)
    again = release(path, "two", policy=policy(contained="drop"), id_field="id", run=run)
    for name in ("evidence/passages.parquet", "evidence/duplicates.parquet"):
        assert (once.out / name).read_bytes() == (again.out / name).read_bytes()
    assert once.metrics == again.metrics
    assert once.metrics["passages"]["passages"] > 40
    turned = write_jsonl(
        [{"id": str(i), "text": text} for i, text in reversed(list(enumerate(texts)))],
        "turned/texts.jsonl",
    )
    other = release(turned, "three", policy=policy(contained="drop"), id_field="id")

    def connected(made):
        sides = [{row["record_id_a"], row["record_id_b"]} for row in passages(made)]
        return set().union(*sides)

    # Of equal records another one stays.
    assert connected(other) - {"4", "43"} == connected(once) - {"4", "43"}


def test_parts_of_a_corpus_meet(write_jsonl, release, policy, monkeypatch):
    from datagov.corpus import splits

    rows = [{"text": f"{words(30, i)} {LAW}"} for i in range(6)]
    path = write_jsonl(rows)
    whole = release(path, "whole", policy=policy())
    monkeypatch.setattr(splits, "MIN_PART_BYTES", 1200)
    parted = release(path, "parted", policy=policy())
    assert len(parted.metrics["parts"]) > 2
    assert passages(parted) == passages(whole)
    assert len(passages(whole)) == 15


def test_a_killed_run_goes_on(write_jsonl, release, policy, tmp_path, monkeypatch):
    from datagov import scanning

    path = write_jsonl([{"text": text} for text in TEXTS])
    whole = release(path, "whole", policy=policy())

    def die(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(scanning, "attest", die)
    with pytest.raises(KeyboardInterrupt):
        release(path, policy=policy())
    monkeypatch.undo()
    again = release(path, policy=policy())
    assert passages(again) == passages(whole)
    assert again.metrics == whole.metrics


def test_without_the_option_nothing_is_looked_for(write_jsonl, release):
    made = release(write_jsonl([{"text": text} for text in TEXTS]))
    assert made.metrics["passages"] is None
    assert not (made.out / "evidence/passages.parquet").exists()


@pytest.mark.parametrize("texts", [[""], ["!"], ["a"] * 5, [words(49, 1)], ["汉字" * 400] * 2])
def test_texts_that_share_nothing_give_an_empty_table(texts, write_jsonl, release, policy):
    made = release(write_jsonl([{"text": text} for text in texts]), policy=policy())
    assert passages(made) == []


def test_a_length_below_what_can_be_found_is_refused(write_jsonl, release, policy):
    with pytest.raises(ConfigError, match=r"passage_tokens.*8 or more"):
        release(write_jsonl([{"text": "x"}]), policy=policy(7))
