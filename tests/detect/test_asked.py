"""What is looked for follows the languages and the rules of the policy."""

import pytest

from datagov.detect.pii import PiiDetector
from datagov.detect.registry import describe_detectors, detectors
from datagov.policy import load_policy

TEXT = (
    "Codice fiscale RSSMRA85T10A562S, mail ann@example.org, vedi http://www.example.com il "
    "12/03/1985, 税号91350100M000100Y43"
)


def found(tmp_path, rules: str, options: str = "{}") -> set[str]:
    path = tmp_path / "policy.yaml"
    path.write_text(
        f"version: 1\npurpose: x\nrules: {{{rules}}}\ndetectors: {{pii: {options}}}\n", "utf-8"
    )
    loaded = load_policy(path, describe_detectors)
    (pii,) = (each for each in detectors(loaded) if isinstance(each, PiiDetector))
    return set(pii.detect([TEXT])["category"].to_pylist())


@pytest.mark.parametrize("languages", ["[it]", "[en, it]", "[all]"])
def test_the_entities_of_a_language_that_is_named_are_looked_for(tmp_path, languages):
    kinds = found(tmp_path, "pii: {action: redact}", f"{{languages: {languages}}}")
    assert {"IT_FISCAL_CODE", "EMAIL_ADDRESS"} <= kinds
    assert "URL" not in kinds


def test_what_a_rule_takes_out_by_name_is_looked_for(tmp_path):
    rules = "pii.URL: {action: redact}, pii.DATE_TIME: {action: drop}, pii.UUID: {action: keep}"
    rules += ", pii.CN_USCC: {action: quarantine}"
    assert {"URL", "DATE_TIME", "CN_USCC", "EMAIL_ADDRESS"} <= found(tmp_path, rules)
    assert found(tmp_path, rules, "{entities: [EMAIL_ADDRESS]}") == {
        *("URL", "DATE_TIME", "CN_USCC", "EMAIL_ADDRESS")
    }


def test_without_them_only_the_default_set_is_looked_for(tmp_path):
    assert found(tmp_path, "pii: {action: redact}") == {"EMAIL_ADDRESS"}
