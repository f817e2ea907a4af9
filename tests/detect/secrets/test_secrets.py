"""Secrets: those of a known form are found exactly, placeholders and hashes are not."""

import base64
import hashlib
import itertools
import pickle
import time
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_secrets import (
    ANNOUNCED,
    BASE62,
    CONSONANTS,
    DIGITS,
    KINDS,
    Made,
    draw,
    made,
    mixed,
    password,
    pem,
    uuid,
)

from datagov.detect.secrets import CATEGORIES, SecretsDetector
from datagov.detect.secrets.detector import RULES

SEEDS = st.integers(0, 2**32)
SURROUNDINGS = st.sampled_from(
    [
        (" ", " "), ("\n", "\n"), ("密钥", "。"), ("令牌：“", "”"), ("🔑", "🙂"),
        ("「", "」"), ("(", ")"), ("\t", ","), ("見よ", "です"), ("é ", " é"), ("<b>", "</b>"),
        ('"', '"'), ("`", "`"), ("它是", "，请保密"), ("\ufeff", "\u200b"), ("=", ";"),
    ]
)  # fmt: skip
WORDS = st.text(st.sampled_from("ab c de 中文，。🙂\n\té:"), max_size=40)


def found(text, **options):
    spans = SecretsDetector(**options).detect([text]).to_pylist()
    return [(s["rule"], text[s["start"] : s["end"]], round(s["score"], 3)) for s in spans]


def best(text):
    return max((score for *_, score in found(text, min_score=0.0)), default=0.0)


@pytest.mark.parametrize("rule", KINDS)
@given(seed=SEEDS, around=SURROUNDINGS, before=WORDS, after=WORDS)
def test_a_secret_is_found_with_its_exact_span_wherever_it_stands(
    rule, seed, around, before, after
):
    secret = made(rule, seed)
    text = f"{before}{around[0]}{secret.value}{around[1]}{after}"
    spans = SecretsDetector().detect([text]).to_pylist()
    (span,) = [s for s in spans if s["rule"] == rule]
    start = len(before) + len(around[0])
    assert (span["start"], span["end"]) == (start, start + len(secret.value))
    assert span["category"] == secret.category
    assert span["score"] >= 0.89


@pytest.mark.parametrize("rule", ANNOUNCED)
@given(seed=SEEDS, before=WORDS, after=WORDS)
def test_a_value_is_found_by_what_stands_beside_it(rule, seed, before, after):
    secret = made(rule, seed)
    text = f"{before}\n{secret.text}\n{after}"
    start = len(before) + 1 + len(secret.before)
    (span,) = SecretsDetector().detect([text]).to_pylist()
    assert (span["rule"], span["category"]) == (rule, secret.category)
    assert (span["start"], span["end"]) == (start, start + len(secret.value))
    assert 0.5 <= span["score"] < 1


CHECKED = ["github-token", "npm-token", "gitlab-routable-token", "grafana-token", "age-secret-key"]


@pytest.mark.parametrize("rule", CHECKED)
@given(seed=SEEDS, from_end=st.integers(1, 20))
def test_only_a_checksum_that_holds_makes_sure(rule, seed, from_end):
    value = made(rule, seed).value
    at = len(value) - from_end
    one, other = ("Q", "P") if rule == "age-secret-key" else ("7", "4")
    changed = value[:at] + (other if value[at] == one else one) + value[at + 1 :]
    assert best(value) == 1
    assert best(changed) < 1


@given(st.lists(SEEDS, max_size=4), st.lists(SEEDS, max_size=4))
def test_texts_are_looked_at_one_by_one(one, other):
    rules = [*KINDS, *ANNOUNCED]

    def texts(seeds):
        return [f"密码 {made(rules[seed % len(rules)], seed).text}"[seed % 7 :] for seed in seeds]

    a, b = texts(one), texts(other)
    detect = SecretsDetector().detect
    moved = [{**s, "cell": s["cell"] + len(a)} for s in detect(b).to_pylist()]
    assert detect(a + b).to_pylist() == detect(a).to_pylist() + moved


@pytest.mark.parametrize(
    "text",
    [
        "AWS_ACCESS_KEY_ID=" + "AK" + "IAIOSFODNN7EXAMPLE",
        "aws_secret_access_key = " + "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEX" + "AMPLEKEY",
        'api_key = "<your key>"', 'api_key = "YOUR_API_KEY_GOES_HERE_12345"', "API_KEY=${API_KEY}",
        "password: xxxxxxxx", "password = changeme123", 'password: "P@ssw0rd!"', "密码：********",
        "password=%(password)s", "pwd = getpass()", "password = config.db.password2",
        "password: string", "postgres://postgres:postgres@localhost/app", "密码：123456",
        "mysql://user:password@host/db", "https://user:pass@example.com/",
        "alice ALL = NOPASSWD: $HOME2/s3/mk", "token: ${{ secrets.T }}",
        "https://user:" + "k3J!x9mQpz@example.com/", "curl -u admin:admin http://localhost",
        "docker run -u 1000:1000 x", "Authorization: Basic " + "dXNlcm5hbWU6cGFzc3dvcmQ=",
        "the token is required", "const secret = require('./secret2')", "compass=ab12cd34",
        "private_key: /etc/ssl/private/key2.pem", "token = self.tokens[12345678]",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE...\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\n(your key here)\n-----END PRIVATE KEY-----",
        "next_page_token = 8f2e61c0b7a94d35", "csrf_token: '4f9a1c77e2b80d36a5'",
        "ghp" + "_" + "x" * 36, "sk-" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    ],
)  # fmt: skip
def test_a_placeholder_or_example_is_no_secret(text):
    assert found(text) == []


def test_hashes_identifiers_and_images_are_no_secrets():
    rng = Random(1)
    digest = hashlib.sha512(b"x").digest()
    lines = [
        f"commit {hashlib.sha1(b'x').hexdigest()}",
        f"sha256:{hashlib.sha256(b'x').hexdigest()}",
        f'"integrity": "sha512-{base64.b64encode(digest).decode()}"',
        f"id: {uuid(rng)}",
        f"![x](data:image/png;base64,{base64.b64encode(rng.randbytes(9000)).decode()})",
        f"md5sum: {hashlib.md5(b'x').hexdigest()}  file",
        f"<a href='/static/app.{draw(rng, BASE62, 20)}.js'>",
        f"ssh-rsa {base64.b64encode(rng.randbytes(270)).decode()} bob@laptop",
        f"-----BEGIN CERTIFICATE-----\n{base64.b64encode(rng.randbytes(500)).decode()}\n"
        "-----END CERTIFICATE-----",
        f"public_key = {base64.b64encode(rng.randbytes(32)).decode()}",
    ]
    assert found("\n".join(lines)) == []


@pytest.mark.parametrize(
    "form",
    [
        "密码：{}", "密码是“{}”", "初始口令为 {} 。", "DB_PASSWORD={}", "dbPassword: '{}'",
        "password := `{}`", "<password>{}</password>", "PASS => \"{}\"", 'config["pwd"] = "{}"',
        '{{\\"password\\": \\"{}\\"}}', "the password is {}.", "password: str = '{}'",
        "mysql_password = b'{}'", "PGPASSWORD={} psql", "密碼＝{}", "パスワード：「{}」",
    ],
)  # fmt: skip
@given(SEEDS)
def test_passwords_are_found_however_they_are_assigned(form, seed):
    value = password(Random(seed))
    assert [each for _, each, _ in found(form.format(value))] == [value]


@pytest.mark.parametrize(
    "form",
    [
        'api_key = "{}"', "API-KEY: {}", "clientSecret: '{}',", "密钥：{}", "access_token={}&x=1",
        '"secretKey":"{}"', "SECRET_KEY = '{}'", "https://x.org/?api_key={}&lang=en",
        "app_secret：“{}”", 'ENV["AUTH_TOKEN"] = "{}"', "私钥为{}，勿外传",
    ],
)  # fmt: skip
@given(SEEDS)
def test_keys_are_found_however_they_are_assigned(form, seed):
    value = mixed(Random(seed), 32)
    assert [each for _, each, _ in found(form.format(value))] == [value]


@given(SEEDS)
def test_the_secret_that_goes_with_a_key_id_is_found_beside_it(seed):
    rng = Random(seed)
    for rule, n in (("aws-access-key", 40), ("alibaba-access-key", 30), ("tencent-secret-id", 32)):
        # No character twice: of drawn ones a few in a million repeat too many to look random.
        others = sorted({*CONSONANTS, *DIGITS} - {*"q7Zx"})
        secret = "".join(rng.sample(others, n - 4)) + "q7Zx"
        key = made(rule, seed).value
        assert [each for _, each, _ in found(f"{key},{secret}\n")] == [key, secret]


def test_a_key_without_its_end_is_found_as_far_as_it_goes():
    block = pem(Random(3))
    cut = block[: len(block) // 2]
    assert found(f"{cut}\n\nMore text follows here.") == [("private-key-block", cut, 0.7)]


def test_one_key_is_one_value_however_it_is_laid_out():
    normalise = SecretsDetector().normalise
    block, in_json = pem(Random(4)), pem(Random(4), line_end="\\n")
    assert found(in_json)[0][1] == in_json
    assert normalise("PRIVATE_KEY", block) == normalise("PRIVATE_KEY", in_json)
    assert normalise("PRIVATE_KEY", block.replace("\n", "\r\n  ")) == normalise(
        "PRIVATE_KEY", block
    )
    assert normalise("CLOUD_KEY", "a%2Bb%3D") == "a+b="
    assert normalise("WEBHOOK", "https://x/y") == normalise("WEBHOOK", "x/y")


@given(st.lists(st.tuples(SEEDS, WORDS), max_size=8))
def test_spans_are_sorted_and_apart(seeds):
    rules = [*KINDS, *ANNOUNCED]
    text = "".join(made(rules[s % len(rules)], s).text + gap for s, gap in seeds)
    spans = SecretsDetector(min_score=0).detect([text]).to_pylist()
    assert all(a["end"] <= b["start"] for a, b in itertools.pairwise(spans))


@given(st.lists(st.tuples(SEEDS, WORDS), max_size=6))
def test_nothing_is_found_in_what_was_redacted(seeds):
    rules = [*KINDS, *ANNOUNCED]
    text = "".join(made(rules[s % len(rules)], s).text + gap + "\n" for s, gap in seeds)
    for span in reversed(SecretsDetector().detect([text]).to_pylist()):
        text = f"{text[: span['start']]}[{span['category']}]{text[span['end'] :]}"
    assert found(text) == []


@given(st.text(), st.integers(0, 3))
def test_any_text_is_taken(text, n):
    SecretsDetector(min_score=0).detect([text] * n)


@pytest.mark.parametrize("unit", ["a", "7", "\0", "-", "密码", "ghp_", "eyJhbG.", "password="])
def test_a_long_text_of_nothing_holds_no_secret(unit):
    assert SecretsDetector().detect([unit * 20_000]).num_rows == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit",
    [
        "a", "7", "\0", "密码", "ghp_", "-eyJ0eXAiOiJKV1Qi", "eyJ0eXAiOiJKV1Qi.", "password=",
        "-----BEGIN PRIVATE KEY-----\n", "PuTTY-User-Key-File-3: ", "https://user:p4ss", "; pwd=",
        "-----BEGIN PRIVATE KEY-----\n" + "QUJD" * 500, 'token = "', "basic QUJD", "AccountKey=",
    ],
)  # fmt: skip
def test_time_grows_with_the_length_alone(unit):
    detector = SecretsDetector()

    def seconds(n_chars):
        text = unit * (n_chars // len(unit))
        begin = time.process_time()
        detector.detect([text])
        return time.process_time() - begin

    seconds(1000)
    # Quadratic time would be sixty-four times as much.
    assert seconds(1_600_000) < 24 * seconds(200_000) + 0.1


def test_the_detector_travels_to_workers():
    detector = SecretsDetector(min_score=0.2)
    assert pickle.loads(pickle.dumps(detector)) == detector


def test_every_rule_has_a_name_of_its_own_and_a_known_category():
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert {rule.category for rule in RULES} == set(CATEGORIES)


@given(SEEDS, st.sampled_from([0.3, 0.5, 0.6, 0.7, 0.9]))
def test_a_threshold_leaves_out_what_is_below_it_and_nothing_else(seed, min_score):
    rules = [*KINDS, *ANNOUNCED]
    text = made(rules[seed % len(rules)], seed).text + " password = 'summer2019!'"
    above = [each for each in found(text, min_score=0.0) if each[2] >= min_score]
    assert found(text, min_score=min_score) == above


def test_a_secret_is_made_anew_for_each_seed():
    assert made("jwt", 1) == made("jwt", 1) != made("jwt", 2)
    assert isinstance(made("jwt", 1), Made)
