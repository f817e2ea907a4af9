"""Items of evaluation sets from `--benchmark` to release: found, counted, removed, never quoted."""

import base64
import gzip
import hashlib
import json

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

import datagov
from datagov.errors import ConfigError, InputError
from datagov.release.benchmarks import load_benchmarks
from datagov.tables import CONTAMINATION

KEY = b"k" * 32
ITEMS = [
    {
        "id": "bio-17",
        "question": "A gardener crosses a tall pea plant that is heterozygous for height with a "
        "short pea plant and grows forty offspring; what share of these offspring would you "
        "expect to be short according to the laws of Mendel?",
        "answer": "one half of them, since the short parent gives only recessive alleles",
    },
    {
        "id": "zh-1",
        "question": "北宋时期活字印刷术的发明者是谁？他用什么材料制作活字？",
        "answer": "毕昇",
    },
    {"id": "tiny", "question": "Why?", "answer": "Because."},
]
FILLER = "The committee met in the old town hall and spoke of drains, taxes and the new bridge."
TEXTS = [
    FILLER,
    f"{FILLER} Exercise: {ITEMS[0]['question']} Solution: {ITEMS[0]['answer']}. {FILLER[::-1]}",
    "练习：" + ITEMS[1]["question"] + "答案是毕昇，他用胶泥制作活字，这是众所周知的事情。",
    "A gardener crosses a tall pea plant that is heterozygous for height with a short pea plant "
    "and grows forty offspring; that took him a year and was a pleasure for all his children.",
]


def write_items(path, rows=ITEMS):
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    match path.suffix:
        case ".gz":
            path.write_bytes(gzip.compress(lines))
        case ".zst":
            path.write_bytes(zstandard.compress(lines))
        case ".parquet":
            pq.write_table(pa.Table.from_pylist(rows), path)
        case ".csv" | ".tsv":
            separator = "," if path.suffix == ".csv" else "\t"
            pl.DataFrame(rows).write_csv(path, separator=separator)
        case _:
            path.write_bytes(lines)
    return path


@pytest.fixture
def corpus(write_jsonl):
    return write_jsonl([{"text": text} for text in TEXTS])


@pytest.fixture
def scanned(corpus, release, tmp_path):
    items = write_items(tmp_path / "sets/exam.jsonl")
    return release(corpus, benchmarks=[items])


def touched(made):
    table = pl.read_parquet(made.out / "evidence/contamination.parquet")
    return table.select("position", "benchmark", "item", "score").rows()


def test_records_that_hold_an_item_are_dropped_and_the_others_stay(scanned, corpus):
    starts = [0, *[i + 1 for i, b in enumerate(corpus.read_bytes()) if b == ord("\n")]][:-1]
    found = touched(scanned)
    assert [row[:3] for row in found if row[3] >= 0.8] == [
        (starts[1], "exam", 0),
        (starts[2], "exam", 1),
    ]
    decisions = pl.read_parquet(scanned.out / "evidence/decisions/*.parquet")
    reasons = dict(decisions.select("position", "reasons").rows())
    assert [reasons[start] for start in starts] == [
        [], ["benchmarks.overlap"], ["benchmarks.overlap"], [],
    ]  # fmt: skip
    assert pq.read_table(scanned.out / "data")["text"].to_pylist() == [TEXTS[0], TEXTS[3]]
    assert scanned.ok


def test_places_are_those_of_the_question(scanned):
    table = pq.read_table(scanned.out / "evidence/contamination.parquet")
    assert table.schema == CONTAMINATION
    row = max(table.to_pylist(), key=lambda each: each["score"])
    assert TEXTS[1][row["start"] : row["end"]] == ITEMS[0]["question"].rstrip("?")


def test_metrics_card_and_report_count_and_quote_nothing(scanned, tmp_path):
    (numbers,) = scanned.metrics["benchmarks"]
    sha256 = hashlib.sha256((tmp_path / "sets/exam.jsonl").read_bytes()).hexdigest()
    n_touched = len({row[2] for row in touched(scanned)})
    assert numbers["sha256"] == sha256
    assert (numbers["items"], numbers["unseen"]) == (3, 1)
    assert (numbers["items_touched"], numbers["records_removed"]) == (n_touched, 2) == (2, 2)
    card = (scanned.out / "README.md").read_text("utf-8")
    assert "| exam | 3 | 1 | 2 |" in card
    page = (scanned.out / "report/index.html").read_text("utf-8")
    assert 'id="benchmarks"' in page
    for file in [card, page, *(p.read_bytes() for p in (scanned.out / "evidence").rglob("*.*"))]:
        text = file if isinstance(file, str) else file.decode("latin-1")
        assert "heterozygous" not in text
    (statement,) = (scanned.out / "attestations").glob("*provenance*")
    payload = json.loads(statement.read_text())["payload"]
    made_from = json.loads(base64.b64decode(payload))["predicate"]["buildDefinition"]
    roles = {
        each["annotations"]["role"]: each["digest"]["sha256"]
        for each in made_from["resolvedDependencies"]
        if each["annotations"]["role"] == "benchmark"
    }
    assert roles == {"benchmark": sha256}


@pytest.mark.parametrize("ending", ["jsonl", "jsonl.gz", "jsonl.zst", "parquet", "csv", "tsv"])
def test_every_format_gives_the_same_items(ending, tmp_path):
    path = write_items(tmp_path / f"exam.{ending}")
    ((benchmark, index),) = load_benchmarks([str(path)], KEY).items()
    assert (benchmark.name, benchmark.n_items, benchmark.n_unseen) == ("exam", 3, 1)
    plain = write_items(tmp_path / "plain.jsonl")
    ((_, other),) = load_benchmarks([str(plain)], KEY).items()
    assert index.totals.tolist() == other.totals.tolist()


def test_without_benchmarks_there_is_no_table_and_no_evidence_of_them_is_used(
    corpus, release, tmp_path, scanned
):
    plain = release(corpus, "plain")
    assert not (plain.out / "evidence/contamination.parquet").exists()
    assert plain.metrics["benchmarks"] == []
    assert plain.metrics["records"]["dropped"] == 0


def test_two_workers_and_small_splits_give_the_same_bytes(release, tmp_path, write_jsonl):
    path = write_jsonl([{"text": f"{i} {TEXTS[i % 4]} {i * 7}"} for i in range(60)])
    sets = [write_items(tmp_path / "a/exam.csv"), write_items(tmp_path / "b/exam.parquet")]
    once = release(path, "one", benchmarks=sets)
    run = datagov.Run(n_workers=2, split_bytes=1500)
    again = release(path, "two", benchmarks=sets[::-1], run=run)
    name = "evidence/contamination.parquet"
    assert (once.out / name).read_bytes() == (again.out / name).read_bytes()
    assert once.metrics == again.metrics
    assert [each["name"] for each in once.metrics["benchmarks"]] == ["a/exam", "b/exam"]


def test_a_policy_without_the_rule_keeps_and_still_reports(corpus, release, tmp_path):
    policy = tmp_path / "policy.yaml"
    policy.write_text("version: 1\npurpose: x\nrules:\n  pii: {action: redact}\n")
    made = release(corpus, policy=policy, benchmarks=[write_items(tmp_path / "exam.jsonl")])
    assert made.metrics["records"]["kept"] == 4
    assert made.metrics["benchmarks"][0]["items_left"] == 2


def test_of_two_near_duplicates_the_one_without_the_item_stays(release, write_jsonl, tmp_path):
    body = " ".join(f"{FILLER} It was day {i} of the long debate." for i in range(40))
    question = ITEMS[0]["question"] + " " + ITEMS[0]["answer"]
    path = write_jsonl([{"text": f"{body} {question} The end of it all."}, {"text": body}])
    made = release(path, benchmarks=[write_items(tmp_path / "exam.jsonl")])
    assert pq.read_table(made.out / "data")["text"].to_pylist() == [body]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("exam.jsonl", b"", "is empty|no items"),
        ("exam.jsonl", b'{"question": "a b c d e f g"}\n{"question": \n', "mend it"),
        ("exam.jsonl", b'{"id": "a", "n": 4}\n', "no texts to look for; it has id, n"),
        ("exam.jsonl.gz", b"no gzip", "mend it"),
        ("exam.parquet", b"PAR1 is not enough", "mend it"),
        ("exam.txt", b"What is it?", "has no columns"),
        ("exam.pdf", b"What is it?", "unknown format"),
        ("exam.jsonl", b'{"question": "\xff\xfe a b c d e f"}\n', "mend it|UTF-8"),
    ],
)  # fmt: skip
def test_what_is_no_evaluation_set_is_refused_before_anything_is_read(
    name, content, message, corpus, release, tmp_path
):
    path = tmp_path / "sets" / name
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        release(corpus, benchmarks=[path])
    assert not (tmp_path / "release.work").exists()


def test_a_missing_file_and_two_of_one_name_are_refused(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        load_benchmarks([str(tmp_path / "exam.csv")], KEY)
    one = write_items(tmp_path / "x/set/exam.csv")
    two = write_items(tmp_path / "y/set/exam.csv")
    with pytest.raises(ConfigError, match="'set/exam' too"):
        load_benchmarks([str(one), str(two)], KEY)
