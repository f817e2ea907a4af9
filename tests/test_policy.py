"""Declared inputs: every mistake is told at once, with file, line, field and the mend."""

import dataclasses
import datetime as dt
import json
import re
from pathlib import Path

import polars as pl
import pytest
import yaml

import datagov
from datagov.declared import Mistake, manifest, parse
from datagov.detect.pii import PiiDetector
from datagov.detect.registry import describe_detectors, detectors
from datagov.detect.secrets import SecretsDetector
from datagov.errors import ConfigError
from datagov.policy import load_policy
from datagov.sources.licences import CLASSES, check_expression, classify
from datagov.sources.registry import load_registry, path_matches, source_ids
from datagov.sources.verdicts import check_purpose, describe, verdicts
from datagov.tables import ACTIONS

GUIDE = Path(__file__).parents[1] / "docs/guides/data-engineer.md"
EXAMPLES = Path(datagov.__file__).parent / "manifests/examples"


def told(path, text, load):
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        load(path)
    return str(error.value).splitlines()


def told_of_rule(tmp_path, rule: str) -> str:
    """Returns the one mistake that is told of a policy with this rule."""
    text = f"version: 1\npurpose: x\nrules:\n  {rule}\n"
    (line,) = told(tmp_path / "p.yaml", text, lambda path: load_policy(path, describe_detectors))
    return line


def test_the_default_policy_is_the_example():
    assert load_policy(EXAMPLES / "policy.yaml", describe_detectors) == load_policy(
        None, describe_detectors
    )


def test_the_most_specific_rule_and_the_highest_step_count():
    policy = load_policy(None, describe_detectors)
    assert policy.action("restricted", "chemical", 0.49) == "keep"
    assert policy.action("restricted", "chemical", 0.5) == "quarantine"
    assert policy.action("restricted", "chemical", 0.8) == "drop"
    scores = pl.Series([0.1, 0.5, 0.8], dtype=pl.Float32)
    found = policy.actions("restricted", pl.Series(["chemical"] * 3), scores)
    assert [ACTIONS[i] for i in found["severity"]] == ["keep", "quarantine", "drop"]
    assert policy.actions("nothing", pl.Series([], dtype=pl.String), pl.Series([])).is_empty()


def test_a_class_of_personal_information_stands_between_category_and_detector(tmp_path):
    path = tmp_path / "p.yaml"
    path.write_text(
        """version: 1
purpose: x
rules:
  pii: {action: redact}
  pii.personal: {action: keep}
  pii.sensitive: {action: quarantine, from_score: 0.5}
  pii.medical_health: {action: drop}
  pii.UK_NHS: {action: redact}
  restricted: {action: keep}
""",
        encoding="utf-8",
    )
    policy = load_policy(path, describe_detectors)
    names = ["UK_NHS", "SENSITIVE_HEALTH", "CREDIT_CARD", "EMAIL_ADDRESS", "MY_OWN", "URL"]
    expected = ["redact", "drop", "quarantine", "keep", "keep", "redact"]
    assert [policy.action("pii", name, 0.9) for name in names] == expected
    found = policy.actions("pii", pl.Series(names), pl.Series([0.9] * 6, dtype=pl.Float32))
    assert [ACTIONS[i] for i in found["severity"]] == expected
    assert policy.action("pii", "CREDIT_CARD", 0.4) == "keep"
    assert policy.action("restricted", "sensitive", 1.0) == "keep"


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("pii.medical_helth", "pii has no class 'medical_helth'; did you mean 'medical_health'?"),
        ("pii.EMIAL_ADDRESS", "no category 'EMIAL_ADDRESS'; did you mean 'EMAIL_ADDRESS'?"),
        ("pii.badge_number", "pii has no category 'badge_number'"),
        ("restricted.nuclaer", "no category 'nuclaer'; did you mean 'nuclear'?"),
        ("quality.sensitive", "quality has no category 'sensitive'"),
        ("secrets.API_TOKN", "did you mean 'API_TOKEN'?"),
        ("sources.undeclard", "did you mean 'undeclared'?"),
    ],
)
def test_a_rule_that_no_finding_can_meet_is_told_with_the_nearest(tmp_path, rule, message):
    line = told_of_rule(tmp_path, f"{rule}: {{action: drop}}")
    assert message in line


def test_which_categories_there_are_depends_on_the_options(tmp_path):
    text = "version: 1\npurpose: x\nrules:\n  pii.IT_FISCAL_CODE: {action: drop}\n"
    told(tmp_path / "p.yaml", text, lambda path: load_policy(path, describe_detectors))
    (tmp_path / "p.yaml").write_text(text + "detectors:\n  pii: {languages: [en, it]}\n")
    policy = load_policy(tmp_path / "p.yaml", describe_detectors)
    assert policy.action("pii", "IT_FISCAL_CODE", 0.0) == "drop"


def test_what_a_rule_may_name_is_every_category_that_a_detector_can_find():
    found = describe_detectors({}, Path()).categories
    assert {"EMAIL_ADDRESS", "URL", "SENSITIVE_HEALTH", "PERSON", "CN_MOBILE"} <= set(found["pii"])
    assert found["quality"] == {"empty", "symbols", "garbled", "repeated_lines"}


def test_wrong_options_of_a_detector_are_told_with_the_mistakes_in_rules(tmp_path):
    text = """version: 1
purpose: x
rules:
  quality.emty: {action: drop}
detectors:
  pii: {entitis: [URL], min_score: high, languages: [xx]}
"""
    lines = told(tmp_path / "p.yaml", text, lambda path: load_policy(path, describe_detectors))
    said = "\n".join(lines)
    for message in ("did you mean 'empty'", "did you mean 'entities'", "a number", "'xx'"):
        assert message in said


def test_all_wrong_names_in_options_are_told_at_once_with_their_lines(tmp_path):
    text = """version: 1
purpose: x
rules:
  pii.EMIAL_ADDRESS: {action: drop}
  pii.IT_FISCAL_CODE: {action: drop}
detectors:
  secrets: {min_score: 7}
  pii:
    languages: [en, zz]
    entities: [EMAIL_ADRESS]
    phone_regions: [CH, XX, UK]
    min_score: 2
    without: ["IpRecognizer: IPv5"]
    context_only: [UK_NSH]
    ner:
      nlp_engine_name: spacy
      share: 2
      models: [{lang_code: eng, model_name: x}]
"""
    lines = told(tmp_path / "p.yaml", text, lambda path: load_policy(path, describe_detectors))
    said = [line.removeprefix(f"{tmp_path / 'p.yaml'}:") for line in lines]
    expected = [
        "7: detectors.secrets.min_score: 7 is no score; expected a number above 0, at most 1",
        "9: detectors.pii.languages[1]: Presidio has no recogniser for 'zz'",
        "10: detectors.pii.entities[0]: 'EMAIL_ADRESS' is not known; did you mean 'EMAIL_ADDRESS'?",
        "11: detectors.pii.phone_regions[1]: 'XX' is not known; expected ISO 3166-1",
        "11: detectors.pii.phone_regions[2]: 'UK' is not known; did you mean 'GB'?",
        "12: detectors.pii.min_score: 2 is greater than the maximum of 1",
        "13: detectors.pii.without[0]: 'IpRecognizer: IPv5' is not known; did you mean 'IpReco",
        "14: detectors.pii.context_only[0]: 'UK_NSH' is not known; did you mean 'UK_NHS'?",
        "17: detectors.pii.ner.share: 2 is greater than the maximum of 1",
        "18: detectors.pii.ner.models[0].lang_code: 'eng' is no language",
    ]
    assert len(said) == len(expected)
    assert all(line.startswith(each) for line, each in zip(said, expected, strict=True)), said
    without_ner = text[: text.index("    ner:")]
    lines = told(
        tmp_path / "p.yaml", without_ner, lambda path: load_policy(path, describe_detectors)
    )
    assert "did you mean 'EMAIL_ADDRESS'" in lines[0]
    assert not any("IT_FISCAL_CODE" in line for line in lines)


@pytest.mark.parametrize("score", ["0", "-1", "1.5"])
def test_a_score_that_nothing_or_everything_reaches_is_no_threshold(tmp_path, score):
    for detector in ("pii", "secrets", "restricted"):
        option = f"{{{detector}: {{min_score: {score}}}}}"
        text = f"version: 1\npurpose: x\nrules: {{}}\ndetectors: {option}\n"
        (line,) = told(
            tmp_path / "p.yaml", text, lambda path: load_policy(path, describe_detectors)
        )
        assert f"detectors.{detector}.min_score: {score}" in line


@pytest.mark.parametrize(
    ("languages", "message"),
    [
        ("zh", "Chinese is always looked for and needs no entry"),
        ("zh-CN", "Chinese is always looked for and needs no entry"),
        ("Spanish", "'Spanish'; did you mean 'es'?"),
        ("Deutsch", "did you mean 'de'?"),
        ("en_US", "did you mean 'en'?"),
        ("fr", "it has them for de, en, es"),
        ("en, all", "'all' stands alone"),
    ],
)
def test_a_language_that_is_not_one_of_presidios_is_told_with_what_to_write(
    tmp_path, languages, message
):
    text = "version: 1\npurpose: x\nrules: {}\ndetectors: {pii: {languages: [LANGUAGES]}}\n"
    (line,) = told(
        tmp_path / "p.yaml",
        text.replace("LANGUAGES", languages),
        lambda path: load_policy(path, describe_detectors),
    )
    assert message in line


def test_an_entity_of_another_language_is_told_with_the_language(tmp_path):
    text = "version: 1\npurpose: x\nrules: {}\ndetectors: {pii: {entities: [IT_FISCAL_CODE]}}\n"
    (line,) = told(tmp_path / "p.yaml", text, lambda path: load_policy(path, describe_detectors))
    assert "'IT_FISCAL_CODE' is of another language; add 'it' to languages" in line


def test_an_empty_option_is_left_out(tmp_path):
    path = tmp_path / "p.yaml"
    path.write_text(
        "version: 1\npurpose: x\nrules: {}\n"
        "detectors: {pii: {languages: , min_score: , ner: }, secrets: {min_score: }}\n"
    )
    loaded = {type(each): each for each in detectors(load_policy(path, describe_detectors))}
    assert loaded[PiiDetector] == PiiDetector()
    assert loaded[SecretsDetector] == SecretsDetector()


@pytest.mark.parametrize(
    ("action", "hint"),
    [
        ("mask", "write action: redact, as: mask"),
        ("hash", "write action: redact, as: hash"),
        ("pseudonym", "write action: redact, as: pseudonym"),
        ("replace", "write action: redact, as: category"),
        ("quarantin", "did you mean 'quarantine'?"),
    ],
)
def test_an_action_that_is_a_treatment_is_told_as_it_is_written(tmp_path, action, hint):
    line = told_of_rule(tmp_path, f"pii: {{action: {action}}}")
    assert line.endswith(f"'{action}' is not allowed; {hint}")


def test_a_misspelt_detector_is_told_once(tmp_path):
    text = "version: 1\npurpose: x\nrules:\n  secret: {action: redact}\n"
    (line,) = told(tmp_path / "p.yaml", text, lambda path: load_policy(path, describe_detectors))
    assert line.endswith("no such detector; did you mean 'secrets'?")


def test_mistakes_stand_in_order_of_lines_and_places():
    declared = parse("x", "a: [" + ", ".join("0123456789ab") + "]")
    places = [("a", 10), ("a", 2), ("a", 1)]
    wrong = [Mistake(place, f"own.yaml:{n}: x") for place in places for n in (10, 5)]
    with pytest.raises(ConfigError) as error:
        declared.refuse(wrong)
    assert str(error.value).splitlines() == [
        f"x:1: a[{i}]: own.yaml:{n}: x" for i in (1, 2, 10) for n in (5, 10)
    ]


def test_the_policy_in_the_guide_is_valid_as_it_is_written(tmp_path):
    (text,) = re.findall(r"```yaml\n(version: 1\n.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    path = tmp_path / "policy.yaml"
    path.write_text(text, "utf-8")
    loaded = {each.name: each for each in detectors(load_policy(path, describe_detectors))}
    assert loaded["pii"].min_score == 0.3
    assert loaded["pii"].languages == ("en", "it")


def test_every_option_of_personal_information_is_described():
    options = json.loads(manifest("policy.schema.json"))["$defs"]["pii"]["properties"]
    assert set(options) == {field.name for field in dataclasses.fields(PiiDetector)}
    assert all(option["description"] for option in options.values())
    guide = GUIDE.read_text("utf-8")
    assert all(f"`{name}`" in guide for name in options)


def test_all_mistakes_within_one_rule_are_told(tmp_path):
    text = "version: 1\npurpose: x\nrules:\n  pii: {action: redct, from_score: 4}\n"
    lines = told(tmp_path / "p.yaml", text, lambda path: load_policy(path, describe_detectors))
    assert len(lines) == 2


def test_all_mistakes_of_a_policy_are_told_at_once(tmp_path):
    text = """version: 1
purpos: x
rules:
  pii: {action: redct}
  quality.empty: {action: redact}
  qualty: {action: drop}
  pii.URL: {action: drop, from_score: 2}
detectors:
  pyy: {}
"""
    lines = told(tmp_path / "p.yaml", text, lambda path: load_policy(path, describe_detectors))
    name = tmp_path / "p.yaml"
    assert [line.split(": ")[0] for line in lines] == [f"{name}:{n}" for n in (1, 2, 4, 5, 6, 7, 9)]
    assert "did you mean 'purpose'?" in lines[1]
    assert "did you mean 'redact'?" in lines[2]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("a: [1", "not YAML"),
        ("a: 1\na: 2\n", "stands twice"),
        ("&a [*a]", "YAML"),
    ],
)
def test_what_is_no_yaml_is_told_with_its_line(tmp_path, text, message):
    lines = told(tmp_path / "p.yaml", text, lambda path: load_policy(path, describe_detectors))
    assert message in lines[0]


def test_norway_stays_norway_and_dates_stay_text():
    value = parse("x", "a: NO\nb: 2026-10-01\nc: 1_000\nd: true\ne: 0o17\nf: 1.5\ng: ~").value
    assert value == {
        "a": "NO", "b": "2026-10-01", "c": "1_000", "d": True, "e": "0o17", "f": 1.5, "g": None,
    }  # fmt: skip


def test_the_example_registries_are_valid():
    assert len(load_registry(EXAMPLES / "sources.yaml").sources) == 2
    assert len(load_registry(EXAMPLES / "demo-sources.yaml").sources) == 3


def test_all_mistakes_of_a_registry_are_told_at_once(tmp_path):
    document = yaml.safe_load(
        (EXAMPLES / "sources.yaml").read_text().replace("{country: NO}", '{country: "NO"}')
    )
    first, second = document["sources"]
    for source in document["sources"]:
        for period in (source["acquisition_x"]["collected"], source["provenance"]):
            for key in list(period):
                if hasattr(period[key], "isoformat"):
                    period[key] = period[key].isoformat()
    first["use"]["license"] = ["Foo-1.0"]
    first["declared_by_x"]["date"] = "2026-02-30"
    first["provenance"]["origin-geography"] = [{"country": "XX"}]
    second["id"] = "encyclopedia"
    second["declared_by_x"]["date"] = "2026-02-20"
    second.pop("legal_basis_x")
    second["retention_until_x"] = "2028-10-01"
    second["provenance"]["generation-period"] = {"start": "2026-01-01", "end": "2025-01-01"}
    lines = told(tmp_path / "s.yaml", yaml.safe_dump(document, sort_keys=False), load_registry)
    text = "\n".join(lines)
    for message in (
        "'Foo-1.0' is no SPDX expression", "'2026-02-30' is no date", "'XX' is no country",
        "stands twice", "legal_basis_x: is missing", "ends (2025-01-01) before it starts",
    ):  # fmt: skip
        assert message in text


def test_what_breaks_the_schema_hides_no_other_mistake_of_its_entry(tmp_path):
    document = yaml.load((EXAMPLES / "sources.yaml").read_text(), yaml.BaseLoader)
    first, second = document["sources"]
    first["acquisition_x"]["class"] = "stolen"
    first["personal_information_x"] = {"contains": "maybe"}
    first["use"]["license"] = ["Foo-1.0", ["MIT"]]
    first["provenance"].pop("origin-geography")
    first["provenance"]["date"] = "2026-13-01"
    first["use"]["storage-allowed"] = [{"country": "XX"}]
    second["id"] = first["id"]
    second["declared_by_x"] = "me"
    lines = told(tmp_path / "s.yaml", yaml.safe_dump(document, sort_keys=False), load_registry)
    text = "\n".join(lines)
    for message in (
        "'stolen' is not allowed", "contains: ", "'Foo-1.0' is no SPDX expression",
        "license[1]: is a list", "origin-geography: is missing", "'2026-13-01' is no date",
        "'XX' is no country", "stands twice", "declared_by_x: is text",
    ):  # fmt: skip
        assert message in text


def registry_of(tmp_path, **changes):
    document = (EXAMPLES / "demo-sources.yaml").read_text()
    path = tmp_path / "s.yaml"
    for old, new in changes.items():
        document = document.replace(old, new)
    path.write_text(document)
    return load_registry(path)


def test_a_source_is_found_by_column_then_by_path(tmp_path):
    import pyarrow as pa

    text = (EXAMPLES / "demo-sources.yaml").read_text()
    path = tmp_path / "s.yaml"
    path.write_text(
        text.replace(
            "    title: Messages", '    match: {paths: ["mail/**/*.txt"]}\n    title: Messages'
        )
    )
    registry = load_registry(path)
    table = pa.table({"source": ["essays", "nobody", None]})
    assert source_ids(registry, table, pa.array(["a.jsonl"] * table.num_rows)).to_pylist() == [
        "essays",
        "undeclared",
        "undeclared",
    ]
    assert source_ids(registry, table, pa.array(["mail/x/a.txt"] * table.num_rows)).to_pylist() == [
        "essays",
        "support",
        "support",
    ]
    assert (
        source_ids(load_registry(None), table, pa.array(["a"] * table.num_rows)).to_pylist()
        == ["undeclared"] * 3
    )


@pytest.mark.parametrize(
    ("name", "pattern", "fits"),
    [
        ("web/a.jsonl", "web/*.jsonl", True),
        ("web/x/a.jsonl", "web/*.jsonl", False),
        ("web/x/y/a.jsonl", "web/**/*.jsonl", True),
        ("web/a.jsonl", "web/**/*.jsonl", True),
        ("网页/甲.txt", "网页/?.txt", True),
    ],
)
def test_paths_match_by_segments(name, pattern, fits):
    assert path_matches(name, pattern) is fits


@pytest.mark.parametrize(
    ("expression", "licence_class", "choice"),
    [
        ("CC0-1.0", "allow", "CC0-1.0"),
        ("MIT OR GPL-3.0-only", "attribution", "MIT"),
        ("MIT AND GPL-3.0-only", "share_alike", "MIT AND GPL-3.0-only"),
        ("CC-BY-NC-4.0", "review", "CC-BY-NC-4.0"),
        ("LicenseRef-ours", "unknown", "LicenseRef-ours"),
        ("NOASSERTION", "deny", "NOASSERTION"),
        ("(MIT OR NONE) AND CC-BY-4.0", "attribution", "MIT AND CC-BY-4.0"),
    ],
)
def test_and_takes_the_worst_and_or_the_best(expression, licence_class, choice):
    assert check_expression(expression) is None
    verdict = classify([expression])
    assert (verdict.licence_class, verdict.choice) == (licence_class, choice)
    assert licence_class in CLASSES


@pytest.mark.parametrize("expression", ["", "Foo", "MIT AND", "MIT MIT"])
def test_what_is_no_expression_is_told(expression):
    assert check_expression(expression)


def test_a_declaration_that_the_scan_contradicts_is_named(tmp_path):
    registry = registry_of(tmp_path)
    policy = load_policy(None, describe_detectors)
    found = verdicts(registry, policy, dt.date(2026, 1, 1))
    described = describe(registry, found, {"essays": {"pii": 300}}, policy)
    (essays,) = [s for s in described["sources"] if s["id"] == "essays"]
    assert essays["contradictions"][0]["found"] == "300 findings of personal information"


def test_dates_are_judged_on_the_given_day(tmp_path):
    registry = registry_of(tmp_path)
    policy = load_policy(None, describe_detectors)
    before = verdicts(registry, policy, dt.date(2099, 12, 31))["support"]
    after = verdicts(registry, policy, dt.date(2100, 1, 1))["support"]
    assert "retention_expired" not in before
    assert "retention_expired" in after


@pytest.mark.parametrize(
    ("purpose", "is_slip"),
    [("pre-trainig", True), ("pretraining", True), ("post-training", False), ("evaluation", False)],
)
def test_a_purpose_that_differs_by_a_slip_is_refused(tmp_path, purpose, is_slip):
    path = tmp_path / "policy.yaml"
    path.write_text(f"version: 1\npurpose: {purpose}\nrules: {{}}\n")
    policy = load_policy(path, describe_detectors)
    registry = load_registry(EXAMPLES / "sources.yaml")
    if not is_slip:
        check_purpose(registry, policy)
        return
    with pytest.raises(ConfigError, match=f"permits 'pre-training', .* purpose is '{purpose}'"):
        check_purpose(registry, policy)


def test_what_may_be_true_or_false_is_told_as_yaml_has_it(tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_text("version: 1\npurpose: x\nrules: {}\nduplicates: {near: maybe}\n")
    with pytest.raises(ConfigError, match=r"duplicates\.near: is text, expected true or false"):
        load_policy(path, describe_detectors)
