"""A quick look shows what a scan would find, at once, and says what it cannot look at."""

import dataclasses
import logging
import time

import pytest

from datagov.detect.pii.explain import Explanation
from datagov.detect.registry import describe_detectors
from datagov.errors import ConfigError
from datagov.looking import _placed, look
from datagov.policy import load_policy

KEY = "AKIA5F3QJ2WZKX7H4LMN"
ADDRESS = "mysql://root:Zx9!kLm2@81.92.103.5/app"


def policy_of(tmp_path, rules):
    path = tmp_path / "policy.yaml"
    path.write_text(f"version: 1\npurpose: x\nrules: {rules}\n", "utf-8")
    return path


def test_secrets_are_shown_with_what_their_score_rests_on():
    (key,) = look(f"the key is {KEY}", None)
    assert (key.detector, key.explanation.category, key.action) == (
        "secrets",
        "CLOUD_KEY",
        "redact",
    )
    assert (key.explanation.rule, key.explanation.value) == ("aws-access-key", KEY)
    assert "begins and is as long as nothing else" in key.explanation.check
    assert key.as_json()["detector"] == "secrets"
    assert "secret" in "\n".join(key.lines())


def test_secrets_and_personal_information_stand_in_order_of_place():
    found = [(e.detector, e.explanation.value) for e in look(ADDRESS, None)]
    assert found == [("secrets", "Zx9!kLm2"), ("pii", "81.92.103.5")]


@pytest.mark.parametrize(
    ("rules", "n_found"),
    [
        ("{secrets: {action: keep}}", 0),
        ("{pii: {action: redact}}", 0),
        ("{secrets: {action: keep}, secrets.CLOUD_KEY: {action: drop}}", 1),
    ],
)
def test_secrets_that_policy_only_keeps_are_left_out(tmp_path, rules, n_found):
    assert len(look(KEY, policy_of(tmp_path, rules))) == n_found


def test_everything_holds_secrets_that_policy_only_keeps_and_of_any_score(tmp_path):
    policy = policy_of(tmp_path, "{secrets: {action: keep}}")
    found = look(f"{KEY} AKIAIOSFODNN7EXAMPLE", policy, everything=True)
    secrets = [each.explanation for each in found if each.detector == "secrets"]
    assert [each.value for each in secrets] == [KEY, "AKIAIOSFODNN7EXAMPLE"]
    assert "an example" in secrets[1].check


def test_a_place_is_told_by_its_line_and_column(tmp_path):
    path = tmp_path / "many.txt"
    path.write_text("x\ny a@example.org\n" * 500, "utf-8")
    found = look(str(path), None)
    assert [(e.line, e.column) for e in found] == [(2 * i + 2, 3) for i in range(500)]


def test_places_cost_no_more_the_farther_back_they_are():
    n = 50_000
    row = Explanation(0, 1, "URL", "x", 1.0, "r", None, "", "", ())
    policy = load_policy(None, describe_detectors)
    text = "x" * 400 + "\n"
    found = [("pii", dataclasses.replace(row, start=401 * i, end=401 * i + 1)) for i in range(n)]
    start = time.perf_counter()
    seen = list(_placed(text * n, found, policy))
    # From the beginning each time, it would be 500 GB to read.
    assert time.perf_counter() - start < 20
    assert [(e.line, e.column) for e in seen] == [(i + 1, 1) for i in range(n)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the text is empty"),
        ("lone \udced\udca0\udc80 a@b.com", "character 6: no UTF-8 text"),
        ("lone \ud800 a@b.com", "character 6: no UTF-8 text"),
    ],
)
def test_what_is_no_text_is_refused_in_one_line(text, message):
    with pytest.raises(ConfigError, match=message) as error:
        look(text, None)
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("nofile.txt", True),
        ("data/letters", True),
        ("./letter", True),
        ("../数据/信.md", True),
        ("write to letter.txt", False),
        ("12/05/1990", False),
        ("a.b@example.md", False),
        ("https://example.org/a", False),
        (ADDRESS, False),
        ("我的手机号是13812345678", False),
        ("汉" * 200, False),
    ],
)
def test_what_looks_like_a_file_that_is_not_there_is_noted(text, is_told, caplog, monkeypatch):
    monkeypatch.setattr(logging.getLogger("datagov"), "propagate", True)
    look(text, None)
    told = {"no file has this name: it is looked at as a text"} if is_told else set()
    assert {record.message for record in caplog.records} == told
