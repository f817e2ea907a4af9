"""Every mistake in a policy's own recognisers and lists is told at once, with file and line."""

import json
from pathlib import Path

import presidio_analyzer
import pytest

from datagov.declared import manifest
from datagov.detect.pii import PiiDetector
from datagov.detect.pii.own.recognisers import load_recognisers
from datagov.detect.registry import describe_detectors, detectors
from datagov.errors import ConfigError
from datagov.looking import look
from datagov.policy import load_policy

POLICY = """version: 1
purpose: x
rules:
  pii: {{action: redact}}
{rules}detectors:
  pii:
{options}
"""


@pytest.fixture
def policy(tmp_path):
    def load(options="", rules="", **files):
        for name, content in files.items():
            content = content if isinstance(content, bytes) else content.encode()
            (tmp_path / name.replace("_", ".")).write_bytes(content)
        indented = "\n".join(f"    {line}" for line in options.splitlines())
        path = tmp_path / "policy.yaml"
        path.write_text(POLICY.format(options=indented, rules=rules), "utf-8")
        return load_policy(path, describe_detectors)

    return load


def told(load, *args, **files):
    with pytest.raises(ConfigError) as error:
        load(*args, **files)
    return str(error.value)


def test_the_example_is_looked_for_as_a_policy_says(policy, tmp_path):
    loaded = policy(
        "recognisers: [own.yaml]\ndeny: {STAFF: staff.txt}\nallow: [Kingfisher]",
        "  pii.BADGE_NUMBER: {action: drop}\n  pii.STAFF: {action: quarantine}\n",
        own_yaml=manifest("examples/recognisers.yaml"),
        staff_txt="Ann Baker\n",
    )
    text = "EMP-123456 is Ann Baker of project Bluebird, not of project Kingfisher"
    found = look(text, tmp_path / "policy.yaml")
    seen = [(e.explanation.category, e.explanation.value, e.action) for e in found]
    assert [each for each in seen if each[0] != "PERSON"] == [
        ("BADGE_NUMBER", "EMP-123456", "drop"),
        ("STAFF", "Ann Baker", "quarantine"),
        ("PROJECT", "Bluebird", "redact"),
    ]
    (detector,) = (each for each in detectors(loaded) if isinstance(each, PiiDetector))
    assert detector.deny[0].patterns[0].terms.n_terms == 1


def test_terms_in_a_policy_are_not_in_the_document_that_is_published(policy):
    loaded = policy("deny:\n  STAFF: [Ann Baker]\n  X: {terms: [Jo Doe], score: 0.5}\nallow: [Kim]")
    shown = json.dumps(loaded.document)
    assert not any(name in shown for name in ("Baker", "Doe", "Kim"))
    assert loaded.document["detectors"]["pii"]["deny"]["X"] == {"score": 0.5, "n_terms": 1}


OWN = r"""recognizers:
  - name: One
    supported_entity: BADGE
    patterns:
      - {name: p, regex: '(a', score: 0.5}
      - {name: p, regex: '.*', score: 1.5}
  - name: One
    supported_entity: personal
    supported_entities: [A]
    deny_list: ['', " x"]
    deny_list_score: 2
  - name: deny
    supported_language: english
    context: [a]
    typo: 1
  - {name: Two, type: predefined, supported_entity: X, deny_list: [x], global_regex_flags: 64}
"""


def test_all_mistakes_are_told_at_once(policy):
    message = told(
        policy,
        "recognisers: [own.yaml, none.yaml]\n"
        "deny:\n  A: none.txt\n  B: empty.txt\n  C: latin.txt\n  D: {score: 0.5}\n  E: ['']\n"
        "allow: {terms: ['(', '.*'], match: regex}",
        "  pii.SAFF: {action: drop}\n",
        own_yaml=OWN,
        empty_txt="\r\n  \n",
        latin_txt="Ann\nJosé\n".encode("latin-1"),
    )
    for expected in (
        "own.yaml:5: recognizers[0].patterns[0].name: 'p' stands 2 times",
        "own.yaml:5: recognizers[0].patterns[0].regex: position 2: missing )",
        "own.yaml:6: recognizers[0].patterns[1].regex: matches the empty text",
        "own.yaml:6: recognizers[0].patterns[1].score: 1.5 is greater than the maximum of 1",
        "own.yaml:7: recognizers[1].name: 'One' stands 2 times",
        "own.yaml:7: recognizers[1]: expected one of supported_entity and supported_entities",
        "own.yaml:8: recognizers[1].supported_entity: 'personal' names a class",
        "own.yaml:10: recognizers[1].deny_list[0]: is empty",
        "own.yaml:10: recognizers[1].deny_list[1]: has blanks at its ends",
        "own.yaml:11: recognizers[1].deny_list_score: 2 is greater than the maximum of 1",
        "own.yaml:12: recognizers[2]: has neither patterns nor a deny_list",
        "'english' is no language",
        "own.yaml:15: recognizers[2].typo: no such key",
        "own.yaml:16: recognizers[3].type: 'predefined' is not allowed",
        "own.yaml:16: recognizers[3].global_regex_flags: 64 has flags beside",
        "none.yaml: no such file",
        "none.txt: no such file",
        "empty.txt: holds no term",
        "latin.txt:2: byte 7 is not UTF-8",
        "deny.D: names no terms",
        "deny.E[0]: is empty",
        "pattern 1: position 1: missing )",
        "pattern 2: matches the empty text",
    ):
        assert expected in message, f"{expected}\n{message}"
    assert all(line.startswith(str(message.split(":")[0])) for line in message.splitlines())


def test_a_misspelt_category_is_told_with_the_nearest(policy):
    rules = "  pii.BADGE_NUMBR: {action: drop}\n  pii.EMIAL_ADDRESS: {action: drop}\n"
    message = told(
        policy, "recognisers: [own.yaml]", rules, own_yaml=manifest("examples/recognisers.yaml")
    )
    assert "did you mean 'BADGE_NUMBER'?" in message
    assert "did you mean 'EMAIL_ADDRESS'?" in message


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("entities: [EMAIL_ADRESS]", "did you mean 'EMAIL_ADDRESS'?"),
        ("languages: [xx]", "no recogniser for 'xx'"),
        ("recognizers: [own.yaml]", "did you mean 'recognisers'?"),
        ("recognisers: own.yaml", "expected a list"),
        ("deny: {A: {fil: x}}", "no such key"),
        ("allow: {terms: [a], match: fuzzy}", "'fuzzy' is not allowed"),
        ("deny: {'a b': [x]}", "letters, digits"),
        ("deny: {sensitive: [x]}", "names a class"),
    ],
)
def test_unknown_options_are_told_before_anything_is_read(policy, options, expected):
    with pytest.raises(ConfigError) as error:
        detectors(policy(options))
    assert expected in str(error.value)


def test_a_name_that_is_taken_is_refused(policy):
    text = "recognizers: [{name: EmailRecognizer, supported_entity: X, deny_list: [x]}]"
    with pytest.raises(ConfigError, match="EmailRecognizer"):
        detectors(policy("recognisers: [own.yaml]", own_yaml=text))


def test_the_example_is_valid_and_files_of_presidio_are_read(tmp_path):
    own = tmp_path / "own.yaml"
    own.write_text(manifest("examples/recognisers.yaml"), "utf-8")
    theirs = Path(presidio_analyzer.__file__).parent / "conf/example_recognizers.yaml"
    assert [each.entity for each in load_recognisers(own)] == ["BADGE_NUMBER", "PROJECT"]
    assert [each.entity for each in load_recognisers(theirs)] == ["ZIP", "TITLE"]
