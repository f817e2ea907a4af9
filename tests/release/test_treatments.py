"""What stands in the place of a value, that it is nobody's, and that nothing is left to find."""

import math

import polars as pl
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagov.detect.pii import PiiDetector
from datagov.detect.pii.chinese.checks import is_resident_id, passes_luhn
from datagov.detect.pii.refusal import is_refused
from datagov.release.redaction.pseudonyms import pseudonym
from datagov.release.redaction.removals import Removal
from datagov.release.redaction.rounds import redacted
from datagov.release.redaction.treatments import mask, replacing

TREATMENTS = ("category", "mask", "hash", "pseudonym")
SEEDS = st.binary(min_size=32, max_size=32)
WORDS = st.sampled_from(["ab", "x", "1", "12", " ", "é", "中", "😀", "[", "]", "\u0301"])


def keyed(message: bytes) -> str:
    import hashlib

    return hashlib.sha256(b"key" + message).hexdigest()


replace = replacing(keyed)


@st.composite
def texts_and_removals(draw):
    text = "".join(draw(st.lists(WORDS, min_size=1, max_size=20)))
    n = len(text)
    removals = []
    for _ in range(draw(st.integers(0, 5))):
        start = draw(st.integers(0, n - 1))
        end = draw(st.integers(start + 1, n))
        category, treatment = draw(st.sampled_from("AB")), draw(st.sampled_from(TREATMENTS))
        score = draw(st.sampled_from([0.4, 0.9]))
        removals.append(Removal(start, end, category, score, "pii", treatment, "ab" * 32))
    return text, removals


@settings(deadline=None)
@given(texts_and_removals())
def test_offsets_lead_from_the_old_text_to_the_new_one_and_back(case):
    text, removals = case
    result = redacted({7: text}, {7: removals}, replace, lambda _: {})[7]
    rebuilt, at, old_at = "", 0, 0
    for old, start, end in result.places:
        assert result.text[at:start] == text[old_at : old.start]
        assert result.text[start:end] == replace(old, text[old.start : old.end])
        rebuilt += result.text[at:start] + text[old.start : old.end]
        at, old_at = end, old.end
    assert rebuilt + result.text[at:] == text
    covered = {i for r in removals for i in range(r.start, r.end)}
    assert {i for old, *_ in result.places for i in range(old.start, old.end)} == covered


@settings(deadline=None)
@given(texts_and_removals(), st.integers(0, 40), st.integers(1, 9))
def test_what_is_found_in_the_new_text_is_carried_back_to_the_old(case, start, length):
    text, removals = case
    rounds = 0

    def find(texts):
        nonlocal rounds
        rounds += 1
        end = min(start + length, len(texts[0]))
        return {0: [Removal(start, end, "C", 0.5, "pii", "mask")]} if rounds == 1 < end else {}

    first = redacted({0: text}, {0: removals}, replace, lambda _: {})[0]
    if start >= len(first.text):
        return
    second = redacted({0: text}, {0: removals}, replace, find)[0]
    assert second.is_clean
    old = {i for p in first.places for i in range(p.removal.start, p.removal.end)}
    new = {i for p in second.places for i in range(p.removal.start, p.removal.end)}
    assert old <= new
    if rounds > 1:
        touched = [p for p in first.places if p.start < start + length and start < p.end]
        by_start = {p.removal.start: p.removal for p in second.places}
        for place in touched:
            start_of = max(s for s in by_start if s <= place.removal.start)
            assert by_start[start_of].treatment == "category"


def test_a_text_that_never_comes_clean_is_said_to_be_so():
    found = {0: [Removal(0, 1, "A", 1.0)]}
    result = redacted({0: "abc"}, found, replace, lambda texts: found)
    assert not result[0].is_clean


def test_a_union_of_findings_gives_way_to_its_category_whatever_policy_says():
    removals = [
        Removal(0, 5, "A", 0.9, "pii", "pseudonym", "ab" * 32),
        Removal(3, 8, "B", 0.4, "pii", "mask"),
    ]
    assert redacted({0: "0123456789"}, {0: removals}, replace, lambda _: {})[0].text == "[A]89"


@settings(deadline=None)
@given(st.text())
def test_a_mask_keeps_the_length_and_no_letter_or_digit(text):
    masked = mask(text)
    assert len(masked) == len(text)
    assert not any(c.isalnum() for c in masked)
    assert mask(masked) == masked


SHAPED = [
    ("CREDIT_CARD", "4111 1111 1111 1111"),
    ("CN_BANK_CARD", "6222021234567890128"),
    ("CN_RESIDENT_ID", "11010519491231002X"),
    ("IBAN_CODE", "DE89 3704 0044 0532 0130 00"),
    ("CN_MOBILE", "138-0013-8000"),
    ("PHONE_NUMBER", "+44 20 7946 0958"),
    ("CREDIT_CARD", "4111111111111111"),
    ("CN_RESIDENT_ID", "110105 19491231 002X"),
    ("CN_MOBILE", "13800138000"),
    ("CN_LANDLINE", "01062345678"),
    ("PHONE_NUMBER", "(212) 555-0187"),
    ("US_SSN", "536-90-4399"),
    ("UK_NHS", "9434765919"),
    ("IN_AADHAAR", "2341 2341 2346"),
]
SPELLINGS = {
    "CN_MOBILE": (
        *("13812345678", "138-1234-5678", "+86 138 1234 5678", "(+86) 13812345678"),
        *("86-13812345678", "１３８１２３４５６７８"),
    ),
    "CREDIT_CARD": ("4111 1111 1111 1111", "4111-1111-1111-1111", "4111111111111111"),
    "CN_RESIDENT_ID": ("11010519491231002X", "110105 19491231 002x", "１１０１０５19491231002Ｘ"),
    "PHONE_NUMBER": ("+44 20 7946 0958", "+442079460958", "+44 (0)20 7946-0958"),
}


@pytest.mark.parametrize(("category", "value"), SHAPED)
@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_a_pseudonym_keeps_the_shape_and_can_be_nobodys(category, value, seed):
    new = pseudonym(category, value, seed)
    assert new == pseudonym(category, value, seed) != value
    shape = [(c.isdigit(), c.isupper(), c if not c.isalnum() else "") for c in value]
    assert [(c.isdigit(), c.isupper(), c if not c.isalnum() else "") for c in new] == shape
    assert is_refused(category, new)
    if category in ("CREDIT_CARD", "CN_BANK_CARD", "CN_RESIDENT_ID"):
        assert not passes_luhn(new) or new.startswith("00")
    assert not is_resident_id(new)


@pytest.mark.parametrize(("category", "spellings"), SPELLINGS.items())
@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_all_spellings_of_a_number_have_one_pseudonym(category, spellings, seed):
    longest = max((pseudonym(category, each, seed).upper() for each in spellings), key=len)
    for each in spellings:
        new = pseudonym(category, each, seed)
        assert len(new) == len(each)
        assert bare(longest).endswith(bare(new).lstrip("0"))


def bare(value: str) -> str:
    return "".join(filter(str.isalnum, value.upper()))


@settings(deadline=None)
@given(SEEDS, SEEDS)
def test_what_no_check_can_refuse_becomes_a_word(one, other):
    name = pseudonym("PERSON", "王小明", one)
    assert name.startswith("[PERSON ")
    assert (pseudonym("PERSON", "王小明", other) == name) == (one == other)
    assert pseudonym("EMAIL_ADDRESS", "a@b.com", one).endswith("@pseudonym.invalid")


TEXTS = [
    "Write to mary.jones@example.com or call +86 138 0013 8000; card 4111 1111 1111 1111.",
    "身份证11010519491231002X，手机13800138000。邮箱mary.jones@example.com",
    "mary.jones@example.com again, and IBAN DE89370400440532013000",
]


@pytest.mark.parametrize("treatment", TREATMENTS)
def test_nothing_is_found_in_what_is_released(treatment, write_jsonl, release, tmp_path):
    policy = tmp_path / "policy.yaml"
    policy.write_text(
        f"version: 1\npurpose: x\nrules:\n  pii: {{action: redact, as: {treatment}}}\n", "utf-8"
    )
    made = release(write_jsonl([{"text": text} for text in TEXTS]), policy=policy)
    data = pq.read_table(made.out / "data")
    texts = dict(zip(data["record_id"].to_pylist(), data["text"].to_pylist(), strict=True))
    before = dict(zip(texts, TEXTS, strict=True))
    assert PiiDetector().detect(list(texts.values())).num_rows == 0
    places = pl.read_parquet(made.out / "evidence/redactions/*.parquet")
    assert set(places["treatment"]) == {treatment}
    for row in places.iter_rows(named=True):
        new = texts[row["record_id"]][row["released_start"] : row["released_end"]]
        old = before[row["record_id"]][row["start"] : row["end"]]
        assert new != old
        if treatment == "category":
            assert new == f"[{row['category']}]"
        if treatment == "mask":
            assert new == mask(old)
    if treatment == "pseudonym":
        emails = places.filter(pl.col("category") == "EMAIL_ADDRESS")
        stand_ins = {
            texts[r["record_id"]][r["released_start"] : r["released_end"]]
            for r in emails.iter_rows(named=True)
        }
        assert len(stand_ins) == 1
        assert emails.height == 3
    treatments = made.metrics["treatments"]
    assert {row["operator"] for row in treatments} == {treatment}
    assert sum(row["values"] for row in treatments) == places.height
    assert math.isclose(made.metrics["left"]["pii"], 0)


def test_how_to_redact_is_refused_where_nothing_is_redacted(tmp_path, write_jsonl, release):
    from datagov.errors import ConfigError

    policy = tmp_path / "policy.yaml"
    policy.write_text(
        "version: 1\npurpose: x\nrules:\n  pii: {action: drop, as: mask}\n", encoding="utf-8"
    )
    with pytest.raises(ConfigError, match=r"policy\.yaml:4.*as: mask.*action: redact"):
        release(write_jsonl([{"text": "x"}]), policy=policy)
