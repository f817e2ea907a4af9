"""Near duplicates through a whole scan: found across files, in any cut, and the best one stays."""

import hashlib
import random
import shutil
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import datagov
from datagov.duplicates.find import find
from datagov.errors import ConfigError, InputError

WORDS = [f"term{i}" for i in range(4000)]
RULES = """
  duplicates.exact: {action: drop}
  duplicates.normalised: {action: drop}
  duplicates.near: {action: drop, from_score: 0.7}
  duplicates.contained: {action: quarantine, from_score: 0.9}
"""

SHARES = ("near_from", "contained_from")


def sentence(rng, n):
    return " ".join(rng.choices(WORDS, k=n))


def changed(rng, text, n_changes):
    words = text.split()
    for at in rng.sample(range(len(words)), n_changes):
        words[at] = "changed"
    return " ".join(words)


@pytest.fixture
def policy(tmp_path):
    def write(extra="", rules=RULES):
        path = tmp_path / f"policy-{abs(hash((extra, rules)))}.yaml"
        path.write_text(f"version: 1\npurpose: pre-training\nrules:{rules}{extra}\n")
        return path

    return write


@pytest.fixture
def corpus(write_jsonl):
    """Three files with originals, copies, edited copies and parts of originals, all mixed."""
    rng = random.Random(4)
    rows = []
    for i in range(60):
        text = sentence(rng, 150)
        rows.append({"id": f"{i}-original", "text": text})
        if i % 3 == 0:
            rows.append({"id": f"{i}-copy", "text": text})
        if i % 4 == 0:
            rows.append({"id": f"{i}-edited", "text": changed(rng, text, 3)})
        if i % 5 == 0:
            rows.append({"id": f"{i}-part", "text": " ".join(text.split()[:100])})
    rng.shuffle(rows)
    for name, part in zip("abc", (rows[:30], rows[30:70], rows[70:]), strict=True):
        path = write_jsonl(part, f"corpus/{name}.jsonl")
    return path.parent


def table(result, name):
    return pl.read_parquet(result.out / f"evidence/{name}")


def files(release: Path):
    return {
        str(path.relative_to(release)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(release.rglob("*"))
        if path.is_file() and path.parent.name != "attestations"
    }


def test_copies_edits_and_parts_are_found_across_files(corpus, release, policy):
    result = release(corpus, policy=policy(), id_field="id")
    members = table(result, "duplicates.parquet")
    clusters = dict(members.select("record_id", "cluster_id").iter_rows())
    kinds = dict(members.select("record_id", "kind").iter_rows())
    for i in range(60):
        mates = {f"{i}-{kind}" for kind in ("original", "copy", "edited", "part")} & set(clusters)
        assert len({clusters[mate] for mate in mates}) <= 1
        expected = {"original"} | {
            kind for kind, n in (("copy", 3), ("edited", 4), ("part", 5)) if i % n == 0
        }
        assert mates == ({f"{i}-{kind}" for kind in expected} if len(expected) > 1 else set())
    assert len(set(clusters.values())) == sum(any(i % n == 0 for n in (3, 4, 5)) for i in range(60))
    assert {kinds[name] for name in kinds if name.endswith("-copy")} <= {"exact", "near"}
    decisions = table(result, "decisions/part-00000.parquet")
    dropped = decisions.filter(pl.col("action") == "drop")["record_id"].to_list()
    assert sum(name.endswith("-original") for name in dropped) < 60
    assert result.metrics["duplicates"]["near"]["residual_rate"] == 0


def test_workers_and_splits_change_no_byte(corpus, release, policy):
    one = release(corpus, "one", policy=policy(), name="x")
    other = release(
        corpus, "other", policy=policy(), name="x", run=datagov.Run(n_workers=2, split_bytes=9_000)
    )
    assert files(one.out) == files(other.out)


def test_what_stays_is_what_policy_prefers(write_jsonl, release, policy):
    rng = random.Random(1)
    text = sentence(rng, 120)
    rows = [
        {"id": "old", "text": text, "day": "2020-01-01"},
        {"id": "new", "text": changed(rng, text, 1), "day": "2024-01-01T10:00:00"},
        {"id": "long", "text": text + " and more", "day": "2022-01-01"},
    ]
    path = write_jsonl(rows)

    def stays(prefer):
        extra = f"\nduplicates: {{prefer: [{prefer}], date_column: day}}"
        result = release(path, prefer, policy=policy(extra), id_field="id")
        return table(result, "duplicates.parquet").filter("keep")["record_id"].to_list()

    assert stays("newest") == ["new"]
    assert stays("oldest") == ["old"]
    assert stays("length") == ["long"]


def test_thousands_of_times_the_same_line_are_one_cluster(write_jsonl, release, policy):
    path = write_jsonl([{"text": "the very same line"}] * 3000 + [{"text": "some other line"}])
    result = release(path, policy=policy())
    assert result.metrics["records"]["kept"] == 2
    assert result.metrics["duplicates"]["exact"]["records"] == 3000


@pytest.mark.slow
def test_a_million_times_the_same_line_is_one_cluster(write_jsonl, release, policy):
    path = write_jsonl([{"text": "the very same line"}] * 1_000_000)
    result = release(path, policy=policy())
    assert result.metrics["records"]["kept"] == 1


def test_templates_with_one_word_of_difference_are_one_cluster(write_jsonl, release, policy):
    rng = random.Random(2)
    template = sentence(rng, 80)
    path = write_jsonl([{"text": f"{template} number {i}"} for i in range(300)])
    members = table(release(path, policy=policy()), "duplicates.parquet")
    assert members["cluster_id"].n_unique() == 1
    assert members.height == 300


def test_without_near_nothing_is_sketched(corpus, release, policy):
    result = release(corpus, policy=policy("\nduplicates: {near: false}"))
    assert set(table(result, "duplicates.parquet")["kind"]) == {"exact"}
    assert "near" not in result.metrics["duplicates"]
    assert table(result, "signals/part-00000.parquet")["sketch"].bin.size().max() == 0


def test_what_an_earlier_release_has_is_not_taken_again(write_jsonl, release, policy):
    rng = random.Random(3)
    old = [sentence(rng, 100) for _ in range(20)]
    first = release(write_jsonl([{"text": text} for text in old], "one/a.jsonl"), "first")
    rows = [
        {"id": "same", "text": old[0]},
        {"id": "loud", "text": old[1].upper()},
        {"id": "edited", "text": changed(rng, old[2], 1)},
        {"id": "new", "text": sentence(rng, 100)},
    ]
    path = write_jsonl(rows, "two/b.jsonl")
    shutil.rmtree(path.parents[1] / "one")
    result = release(path, "second", policy=policy(), id_field="id", against=[first.out])
    decided = dict(
        table(result, "decisions/part-00000.parquet").select("record_id", "action").iter_rows()
    )
    assert decided == {"same": "drop", "loud": "drop", "edited": "drop", "new": "keep"}
    assert not table(result, "duplicates.parquet")["keep"].any()
    statement = (result.out / "attestations/provenance.dsse.json").read_text()
    assert "payload" in statement


@pytest.mark.parametrize("damage", ["no release", "changed", "other key", "other sketches"])
def test_an_index_that_cannot_be_compared_is_refused_and_named(
    damage, write_jsonl, release, tmp_path, monkeypatch
):
    path = write_jsonl([{"text": "some text that is long enough"}])
    first = release(path, "first").out
    options = {}
    if damage == "no release":
        first = tmp_path
    elif damage == "changed":
        with (first / "evidence/signals/part-00000.parquet").open("ab") as file:
            file.write(b"x")
    elif damage == "other key":
        key = tmp_path / "other.key"
        key.write_text("11" * 32 + "\n")
        key.chmod(0o600)
        options["fingerprint_key_file"] = key
    else:
        monkeypatch.setattr("datagov.release.earlier.VERSION", "0")
    with pytest.raises((ConfigError, InputError), match=str(first)):
        release(path, "second", against=[first], **options)


@pytest.mark.parametrize("threshold", ["0", "1.5", "-0.1", "half"])
def test_thresholds_outside_their_range_are_told(threshold, corpus, release, policy):
    with pytest.raises(ConfigError, match=r"duplicates\.near_from"):
        release(corpus, policy=policy(f"\nduplicates: {{near_from: {threshold}}}"))


def test_preferring_dates_needs_their_column(corpus, release, policy):
    with pytest.raises(ConfigError, match="date_column"):
        release(corpus, policy=policy("\nduplicates: {prefer: [newest]}"))


def of_a_template(n):
    """Records of one header each with words of its own: few alike by .8 and more, all by .5."""
    rng = random.Random(9)
    header = sentence(rng, 60)
    return [
        {"id": f"{i}", "text": f"{header}\n{sentence(rng, 5 if i % 2 else 20)}"} for i in range(n)
    ]


def test_of_what_a_template_makes_alike_one_stays_however_files_are_named(
    write_jsonl, release, policy, tmp_path
):
    rows = of_a_template(600)
    rules = policy(rules="\n  duplicates.near: {action: drop, from_score: 0.8}\n")
    one, other = tmp_path / "one", tmp_path / "other"
    key = tmp_path / "fingerprint.key"
    key.write_text("11" * 32 + "\n")
    key.chmod(0o600)
    for number in range(4):
        quarter = rows[150 * number : 150 * (number + 1)]
        path = write_jsonl(quarter, f"{number}.jsonl")
        for folder, name in ((one, number), (other, 9 - number)):
            folder.mkdir(exist_ok=True)
            shutil.copy(path, folder / f"{name}.jsonl")
    kept = []
    for folder in (one, other):
        made = release(
            folder, f"{folder.name}-release", policy=rules, id_field="id", fingerprint_key_file=key
        )
        decisions = pl.read_parquet(made.out / "evidence/decisions/*.parquet")
        stays = set(decisions.filter(pl.col("action") == "keep")["record_id"])
        # Of 65 words 60 in common: few stay, as the samples that the key draws will have it.
        assert 1 <= sum(int(record) % 2 for record in stays) <= 6
        kept.append(stays)
    assert kept[0] == kept[1]


@pytest.mark.parametrize(
    ("rules", "extra", "line", "told"),
    [
        (
            "\n  duplicates.near: {action: drop, from_score: 0.3}",
            "\nduplicates: {near_from: 0.5}",
            4,
            "rules.duplicates.near.from_score: 0.3 is less than near_from, 0.5",
        ),
        (
            "\n  duplicates.contained:\n  - {action: drop, from_score: 0.7}",
            "",
            5,
            "rules.duplicates.contained[0].from_score: 0.7 is less than contained_from, 0.8",
        ),
        (
            RULES,
            "\nduplicates:\n  source_priority: [nosuch]",
            10,
            "duplicates.source_priority[0]: no such source 'nosuch'; no source is declared: give "
            "the registry by --sources",
        ),
        (
            RULES,
            "\nduplicates:\n  prefer: [newest]\n  date_column: txt",
            11,
            "duplicates.date_column: no shard has a column 'txt'; did you mean 'text'?",
        ),
        (
            RULES,
            "\nduplicates: {near_from: .nan}",
            9,
            "duplicates.near_from: is .nan, which nothing can be compared with; expected a number",
        ),
    ],
)
def test_settings_that_can_do_nothing_are_told_with_their_place(
    rules, extra, line, told, corpus, release, policy
):
    path = policy(extra, rules)
    with pytest.raises(ConfigError) as caught:
        release(corpus, policy=path)
    assert str(caught.value).startswith(f"{path}:{line}: {told}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        *(({name: value}, name) for name in SHARES for value in (0, -1, 1.5, float("nan"), "0.5")),
        ({"chains": "foo"}, "'direct' or 'linked'"),
    ],
)
def test_a_notebook_is_told_what_is_allowed(options, told):
    with pytest.raises(ConfigError, match=f"{told}.*(expected|$)"):
        find(["one text", "one text"], **options)


def test_a_notebook_may_ask_for_what_is_equal_alone():
    assert find(["one text", "one text"], near_from=1, contained_from=1).height == 2


def test_a_notebook_may_leave_out_what_is_contained():
    words = [f"word{i}" for i in range(40)]
    texts = [" ".join(words), " ".join(words[:37])]
    assert set(find(texts, near_from=0.89)["kind"]) == {"contained"}
    assert find(texts, near_from=0.89, contained_from=None).is_empty()


@given(st.lists(st.sampled_from(["a b c d e f", "a b c d e g", "x", "x y", "", "!", "一二三"])))
def test_equal_texts_share_what_stays_for_the_first_of_them(texts):
    members = find(texts)
    kept = dict(members.select("record", "kept").iter_rows())
    distinct = list(dict.fromkeys(texts))
    first = [texts.index(each) for each in distinct]
    among = dict(find(distinct).select("record", "kept").iter_rows())
    for i, text in enumerate(texts):
        own = distinct.index(text)
        if own in among:
            assert kept[i] == first[among[own]]
        elif text not in ("", "!") and texts.count(text) > 1:
            assert kept[i] == first[own]
        else:
            assert i not in kept
    rows = {row["record"]: row for row in members.to_dicts()}
    for i, row in rows.items():
        if i != row["kept"] and texts[i] == texts[row["kept"]]:
            assert (row["kind"], row["similarity"]) == ("near", 1)
            assert rows[row["kept"]]["similarity"] == 1
