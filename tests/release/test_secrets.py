"""Secrets from scan to release: counted, replaced, and nowhere in what is published."""

import base64
from random import Random

import polars as pl
import pyarrow.parquet as pq
import pytest

from datagov.detect.secrets import SecretsDetector
from datagov.errors import ConfigError
from datagov.policy import TREATMENTS


def drawn_texts():
    """Secrets of three kinds, drawn here so that none stands in this file."""
    rng = Random(5)
    key = "".join(rng.choice("BCDFGHKMPQbcdfghkmpq0123456789") for _ in range(40))
    block = f"-----BEGIN PRIVATE KEY-----\n{base64.b64encode(b'0' + rng.randbytes(90)).decode()}\n"
    return [
        f"部署时令牌：“{key}”，再说一次：token={key}",
        f"password = 'k3J!{key[:9]}' and postgres://app:k3J!{key[:9]}@db/x",
        f"The file holds\n{block}-----END PRIVATE KEY-----\nand no more.",
        '"hook": "https://hooks.slack'
        + f'.com/services/T{key[:9].upper()}/B{key[:9].upper()}/{key[:24]}"',
    ]


@pytest.mark.parametrize("treatment", TREATMENTS)
def test_no_secret_is_found_in_what_is_released(treatment, write_jsonl, release, tmp_path):
    policy = tmp_path / "policy.yaml"
    rule = f"{{action: redact, from_score: 0.5, as: {treatment}}}"
    policy.write_text(f"version: 1\npurpose: x\nrules:\n  secrets: {rule}\n", "utf-8")
    texts = drawn_texts()
    assert set(SecretsDetector().detect(texts)["cell"].to_pylist()) == set(range(len(texts)))
    made = release(write_jsonl([{"text": text} for text in texts]), policy=policy)
    released = pq.read_table(made.out / "data")["text"].to_pylist()
    assert SecretsDetector().detect(released).num_rows == 0
    places = pl.read_parquet(made.out / "evidence/redactions/*.parquet")
    assert set(places["detector"]) == {"secrets"}
    assert set(places["treatment"]) == {treatment}
    counted = made.metrics["findings"]["secrets"].values()
    assert places.height == sum(each["counted"] for each in counted)
    if treatment == "pseudonym":
        first = released[0]
        stand_ins = {
            first[r["released_start"] : r["released_end"]]
            for r in places.filter(pl.col("position") == 0).iter_rows(named=True)
        }
        assert len(stand_ins) == 1
    assert made.metrics["left"]["secrets"] == 0
    assert made.metrics["self_scan"]["values_found"] == 0
    card = (made.out / "README.md").read_text("utf-8")
    assert "## Secrets" in card
    assert "| `PRIVATE_KEY` | 1 | 1 | 1 | 0 |" in card
    key = texts[0][7:47].encode()
    assert key.decode() in texts[0][48:]
    files = [file for file in made.out.rglob("*") if file.is_file()]
    assert not any(key in file.read_bytes() for file in files)


def test_texts_that_differ_in_their_secrets_alone_are_duplicates_once_redacted(
    write_jsonl, release
):
    values = ["k3J!x9mQpzTw", "w7B!q2nRkdVx"]
    made = release(write_jsonl([{"text": f"the note: password = '{v}' end"} for v in values]))
    assert made.metrics["records"]["dropped"] == 1
    assert made.metrics["left"]["duplicates_exact"] == 0


def test_a_misspelt_kind_of_secret_is_told(write_jsonl, release, tmp_path):
    policy = tmp_path / "policy.yaml"
    policy.write_text(
        "version: 1\npurpose: x\nrules:\n  secrets.API_TOKENS: {action: drop}\n", encoding="utf-8"
    )
    with pytest.raises(ConfigError, match=r"no category 'API_TOKENS'.*API_TOKEN"):
        release(write_jsonl([{"text": "x"}]), policy=policy)
