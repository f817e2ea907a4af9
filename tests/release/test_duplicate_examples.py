"""Examples of duplicates through a whole scan: what is marked, and that nothing raw is shown."""

import json
import random

import pytest

import datagov
from datagov.demo import PERSONAL_VALUES

WORDS = [f"zqword{chr(97 + i % 26)}{chr(97 + i // 26 % 26)}" for i in range(600)]
HAN = [chr(code) for code in range(0x4E00, 0x4E00 + 900)]
ARABIC = [chr(code) * 4 for code in range(0x0627, 0x063B)]
NAMES = ("Katharina Blum", "Theodor Blank", "王小明", "李大伟")

POLICY = """
version: 1
purpose: pre-training
rules:
  pii: {action: keep}
  duplicates.exact: {action: drop}
  duplicates.near: {action: drop, from_score: 0.7}
  duplicates.contained: {action: keep}
"""


def edited(rng, tokens, new):
    tokens = list(tokens)
    for value in new:
        tokens.insert(rng.randrange(20, len(tokens) - 20), value)
    return tokens


@pytest.fixture
def policy(tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY + "duplicates: {passages: true}\n")
    return path


@pytest.fixture
def corpus(write_jsonl):
    """Two files: texts in three scripts, each with an edited copy that names and reaches people."""
    rng = random.Random(5)
    rows = []
    for i in range(30):
        tokens = rng.choices(WORDS, k=150)
        values = [rng.choice(NAMES), rng.choice(PERSONAL_VALUES)]
        rows.append({"id": f"{i}-one", "text": " ".join(edited(rng, tokens, values))})
        rows.append({"id": f"{i}-other", "text": " ".join(edited(rng, tokens, ["🦊", "Anna"]))})
        if i % 3 == 0:
            rows.append({"id": f"{i}-part", "text": " ".join(tokens[40:95])})
    for i in range(5):
        tokens = rng.choices(HAN, k=300)
        rows.append({"id": f"{i}-han", "text": "".join(edited(rng, tokens, [NAMES[2]]))})
        rows.append({"id": f"{i}-han2", "text": "".join(edited(rng, tokens, [NAMES[3], "7"]))})
        tokens = rng.choices(ARABIC, k=150)
        rows.append({"id": f"{i}-ar", "text": " ".join(tokens)})
        rows.append({"id": f"{i}-ar2", "text": " ".join(edited(rng, tokens, ["jroe@example.com"]))})
    rng.shuffle(rows)
    write_jsonl(rows[:60], "corpus/a.jsonl")
    return write_jsonl(rows[60:], "corpus/b.jsonl").parent


def pairs(result):
    return json.loads((result.out / "evidence/duplicate_examples.json").read_text("utf-8"))["pairs"]


def test_examples_are_of_several_kinds_and_clusters(corpus, release, policy):
    found = pairs(release(corpus, policy=policy, id_field="id"))
    assert len(found) == 12
    assert {pair["kind"] for pair in found} == {"near", "contained"}
    assert len({pair["stays"]["record_id"] for pair in found}) == 12
    for pair in found:
        one, other = (pair[side]["record_id"].split("-") for side in ("duplicate", "stays"))
        assert one[0] == other[0]
        assert one != other
        assert pair["duplicate"]["action"] == ("drop" if pair["kind"] == "near" else "keep")
        assert pair["changes"] or pair["kind"] == "contained"
        assert len(pair["runs"]) > 1 or not pair["changes"]


def test_nothing_of_the_texts_is_shown_but_shapes(corpus, release, policy):
    result = release(corpus, policy=policy, id_field="id")
    files = [
        path
        for path in result.out.rglob("*")
        if path.is_file() and path.relative_to(result.out).parts[0] not in ("data", "quarantine")
    ]
    assert {"duplicate_examples.json", "index.html"} <= {path.name for path in files}
    for path in files:
        content = path.read_bytes()
        for value in (*NAMES, *PERSONAL_VALUES, *WORDS):
            assert value.encode() not in content, (path.name, value)
    assert result.metrics["self_scan"]["values_found"] == 0
    shown = "".join(run["text"] for pair in pairs(result) for run in pair["runs"])
    assert set(shown) <= set("xX某#@.-+ 🦊¶")


def test_workers_and_splits_change_no_example(corpus, release, policy):
    one = release(corpus, "one", policy=policy, id_field="id")
    run = datagov.Run(n_workers=2, split_bytes=9_000)
    other = release(corpus, "other", policy=policy, id_field="id", run=run)
    file = "evidence/duplicate_examples.json"
    assert (one.out / file).read_bytes() == (other.out / file).read_bytes()


def test_examples_are_among_the_files_that_the_release_vouches_for(corpus, release, policy):
    result = release(corpus, policy=policy, id_field="id")
    file = "evidence/duplicate_examples.json"
    assert file in json.loads((result.out / "release.json").read_text("utf-8"))["files"]
    text = (result.out / file).read_text("utf-8")
    (result.out / file).write_text(text.replace('"near"', '"fear"'), "utf-8")
    assert not datagov.verify(result.out, key=result.public_key).ok


def test_without_near_duplicates_there_is_no_example_and_the_report_says_so(write_jsonl, release):
    path = write_jsonl([{"text": "one thing"}, {"text": "quite another story"}] * 2)
    result = release(path)
    assert pairs(result) == []
    page = (result.out / "report/index.html").read_text("utf-8")
    assert "There are none: no record of this corpus is a near duplicate" in page


def test_where_nobody_looks_for_them_there_are_none(write_jsonl, release, tmp_path):
    policy = tmp_path / "exact.yaml"
    policy.write_text(POLICY + "duplicates: {near: false}\n")
    result = release(write_jsonl([{"text": "one thing"}]), policy=policy)
    assert not (result.out / "evidence/duplicate_examples.json").exists()
    assert "what differs marked" not in (result.out / "report/index.html").read_text("utf-8")


def test_duplicates_of_an_earlier_release_are_no_examples(corpus, release, policy):
    earlier = release(corpus, "earlier", policy=policy, id_field="id")
    result = release(corpus, "later", policy=policy, id_field="id", against=[earlier.out])
    assert result.metrics["records"]["kept"] == 0
    assert pairs(result) == []


def test_fields_of_a_record_are_compared_as_one_text(write_jsonl, release, policy):
    words = WORDS[:80]
    rows = [
        {"q": "what is 3", "a": " ".join(words)},
        {"q": "what is 4", "a": " ".join(words)},
    ]
    (pair,) = pairs(release(write_jsonl(rows), policy=policy, text_fields=["q", "a"]))
    assert pair["replaced"] == {"number": 1}
    assert [run["in"] for run in pair["runs"]] == ["both", "duplicate", "stays", "both"]
    assert pair["runs"][1]["text"] == "# ¶ "
