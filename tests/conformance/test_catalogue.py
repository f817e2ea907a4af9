import json
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from datagov.conformance.catalogue import load_catalogue
from datagov.conformance.rules import RULES
from datagov.errors import ConfigError

OURS = files("datagov") / "conformance" / "catalogue.yaml"


def test_all_68_controls_are_there_once_by_clause() -> None:
    catalogue = load_catalogue()
    families = Counter(control.id.split("-")[0] for control in catalogue.controls)
    assert families == {
        "4.1.2a": 12,
        "4.1.2b": 5,
        "4.1.2c": 4,
        "4.1.2d": 6,
        "4.1.2e": 11,
        "3.1.2c": 8,
        "4.1.2f": 3,
        "6.1b": 9,
        "4.2.4a": 2,
        "6.1d": 1,
        "6.1f": 2,
        "6.1g": 2,
        "6.1j": 1,
        "4.1.3d": 2,
    }
    assert len({control.id for control in catalogue.controls}) == 68
    modes = Counter(control.mode for control in catalogue.controls)
    assert modes == {"computed": 41, "mixed": 18, "declared": 9}
    assert Counter(c.profile for c in catalogue.controls) == {"core": 58, "neighbour": 10}


def test_schemas_are_schemas() -> None:
    for name in ("controls", "conformance-report"):
        text = (files("datagov") / f"manifests/{name}.schema.json").read_text("utf-8")
        Draft202012Validator.check_schema(json.loads(text))


def test_every_rule_belongs_to_a_control_and_the_rest_say_what_would_answer_them() -> None:
    controls = {control.id: control for control in load_catalogue().controls}
    assert set(RULES) <= set(controls)
    for control_id in set(controls) - set(RULES):
        control = controls[control_id]
        assert control.mode == "declared" or control.answered_by, control_id


def test_no_number_stands_without_its_origin_and_what_one_page_claims_is_off() -> None:
    for control in load_catalogue().controls:
        for parameter in control.parameters.values():
            assert parameter.origin
            assert parameter.enabled or parameter.status in ("single_page", "setting")
            assert parameter.status != "single_page" or not parameter.enabled
            if "TC260-003" in parameter.origin and parameter.enabled:
                assert parameter.status in ("quoted", "repeated", "memory")


def test_the_digest_is_that_of_the_file(tmp_path: Path) -> None:
    copy = tmp_path / "copy.yaml"
    copy.write_bytes(OURS.read_bytes())
    assert load_catalogue(copy) == load_catalogue()
    copy.write_bytes(OURS.read_bytes() + b"# a comment\n")
    assert load_catalogue(copy).digest != load_catalogue().digest


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("mode",), "guessed", r"controls\[0\]\.mode"),
        (("verdicts",), {"pass": "always"}, r"controls\[0\]\.verdicts: 'fail' is a required"),
        (("id",), "4.1.2a-02", "4.1.2a-02 stands twice"),
        (("mode",), "declared", "'attestation' is a required"),
        (("parameters",), {"n": {"value": 1}}, r"parameters\.n: 'origin' is a required"),
        (
            ("parameters",),
            {"n": {"value": 1, "origin": "x", "status": "single_page"}},
            "'enabled' is a required",
        ),
    ],
)
def test_a_wrong_catalogue_is_refused_with_the_field(
    tmp_path: Path, path: tuple[str, ...], value: object, message: str
) -> None:
    document = yaml.safe_load(OURS.read_text("utf-8"))
    document["controls"][0][path[0]] = value
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(yaml.safe_dump(document, allow_unicode=True), "utf-8")
    with pytest.raises(ConfigError, match=message):
        load_catalogue(wrong)


def test_broken_yaml_is_refused_with_its_line(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("a: 1\nb: [\n", "utf-8")
    with pytest.raises(ConfigError, match=r"wrong\.yaml: line 3, column 1: broken YAML"):
        load_catalogue(wrong)
