"""What a policy says of models: it reaches the detector, or is refused before anything is read."""

import dataclasses
import pickle
import shutil
import socket
from pathlib import Path

import presidio_analyzer
import pytest
import spacy
import yaml

import datagov
from datagov.detect.detector import config_digest
from datagov.detect.pii import PiiDetector
from datagov.detect.pii.ner.declared import ner_config
from datagov.detect.registry import describe_detectors
from datagov.errors import ConfigError
from datagov.looking import look
from datagov.policy import load_policy

TEXT = "Yesterday Zanele Qwabe went to Zoranto by train and it was late."
PRESIDIO_FORMAT = {
    "nlp_engine_name": "spacy",
    "models": [{"lang_code": "en", "model_name": "models/names-en"}],
    "ner_model_configuration": {
        "model_to_presidio_entity_mapping": {"PER": "PERSON", "GPE": "LOCATION"},
        "labels_to_ignore": ["CARDINAL", None],
        "low_score_entity_names": [None],
        "low_confidence_score_multiplier": 0.4,
    },
}


def found(detector, *texts):
    return [
        (row["category"], texts[row["cell"]][row["start"] : row["end"]])
        for row in detector.detect(list(texts)).to_pylist()
    ]


def test_a_model_of_the_policy_finds_what_no_list_has(policy_file, from_policy, declared):
    assert found(PiiDetector(), TEXT) == []
    detector = from_policy(policy_file(declared()))
    rows = detector.detect([TEXT]).to_pylist()
    assert found(detector, TEXT) == [("PERSON", "Zanele Qwabe"), ("LOCATION", "Zoranto")]
    assert {row["rule"] for row in rows} == {"NER: spacy names-en"}
    assert {round(row["score"], 6) for row in rows} == {0.85}


def test_a_file_in_presidios_format_is_read_relative_to_the_policy(
    policy_file, from_policy, models, tmp_path
):
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf/models").symlink_to(models)
    (tmp_path / "conf/presidio.yaml").write_text(yaml.safe_dump(PRESIDIO_FORMAT))
    alone = from_policy(policy_file("conf/presidio.yaml"))
    assert found(alone, TEXT) == [("PERSON", "Zanele Qwabe"), ("LOCATION", "Zoranto")]
    beside = from_policy(policy_file({"file": "conf/presidio.yaml", "entities": ["PERSON"]}))
    assert found(beside, TEXT) == [("PERSON", "Zanele Qwabe")]
    inline = from_policy(policy_file(PRESIDIO_FORMAT, name="conf/policy.yaml"))
    assert inline == alone


@pytest.mark.parametrize(
    ("settings", "score"),
    [
        ({"default_score": 0.6}, 0.6),
        ({"low_score_entity_names": ["PERSON"], "low_confidence_score_multiplier": 0.5}, 0.425),
    ],
)
def test_scores_are_those_of_presidios_configuration(detector, settings, score):
    own = detector(ner_model_configuration=settings, entities=["PERSON"])
    (row,) = own.detect([TEXT]).to_pylist()
    assert row["score"] == pytest.approx(score)


def test_labels_can_be_mapped_and_ignored(detector):
    mapping = {"PER": "CHARACTER", "GPE": "LOCATION"}
    settings = {"model_to_presidio_entity_mapping": mapping, "labels_to_ignore": ["GPE"]}
    assert found(detector(ner_model_configuration=settings), TEXT) == [
        ("CHARACTER", "Zanele Qwabe")
    ]


def test_the_detector_pickles_and_finds_the_same(detector):
    own = detector()
    copy = pickle.loads(pickle.dumps(own))
    assert copy == own
    assert config_digest(copy) == config_digest(own)
    assert copy.detect([TEXT]).equals(own.detect([TEXT]))


def test_the_digest_is_that_of_the_models_files_and_not_of_their_place(declared, models, tmp_path):
    there = PiiDetector(ner=ner_config(declared(), tmp_path))
    shutil.copytree(models, tmp_path / "copy")
    relative = [
        {"lang_code": language, "model_name": f"copy/names-{language}"} for language in ("en", "zh")
    ]
    here = PiiDetector(ner=ner_config(declared(models=relative), tmp_path))
    assert config_digest(here) == config_digest(there)
    with (tmp_path / "copy/names-en/vocab/strings.json").open("a") as handle:
        handle.write("\n")
    changed = PiiDetector(ner=ner_config(declared(models=relative), tmp_path))
    assert config_digest(changed) != config_digest(there)


def test_share_and_entities_are_in_the_digest(detector):
    digests = [
        config_digest(each)
        for each in (
            PiiDetector(),
            detector(),
            detector(share=0.5),
            detector(entities=["PERSON"]),
            detector(ner_model_configuration={"default_score": 0.7}),
        )
    ]
    assert len(set(digests)) == len(digests)


WRONG = [
    ({"nlp_engine_name": "spcay"}, "nlp_engine_name: 'spcay' is not allowed; did you mean 'spacy'"),
    ({"shares": 0.1}, "ner.shares: no such key; did you mean 'share'"),
    ({"share": 1.5}, "ner.share: 1.5 is greater than the maximum of 1"),
    ({"share": True}, "ner.share: is true or false, expected a number"),
    ({"models": []}, "ner.models: "),
    ({"models": [{"lang_code": "en"}]}, r"ner.models\[0\].model_name: is missing"),
    (
        {"models": [{"lang_code": "eng", "model_name": "names-en"}]},
        r"models\[0\].lang_code: 'eng' is no language that texts are told to be in; did you mean",
    ),
    (
        {"models": [{"lang_code": "en", "model_name": "no_such_model"}]},
        r"policy: detectors.pii.ner.models\[0\].model_name: 'no_such_model' is no installed spaCy "
        r"pipeline, and \S+/no_such_model is no folder of one; install it \(python -m spacy",
    ),
    (
        {"models": [{"lang_code": "en", "model_name": {"spacy": "a", "transformers": "b"}}]},
        "for the transformers engine, else a name",
    ),
    ({"ner_model_configuration": {"label_to_ignore": []}}, "did you mean 'labels_to_ignore'"),
    (
        {"ner_model_configuration": {"model_to_presidio_entity_mapping": {"PER": "PRESON"}}},
        "mapping.PER: 'PRESON' is no usual category; did you mean 'PERSON'",
    ),
    (
        {"ner_model_configuration": {"model_to_presidio_entity_mapping": {"PER": "a name"}}},
        "'a name' is no category; expected capitals",
    ),
    (
        {
            "ner_model_configuration": {
                "model_to_presidio_entity_mapping": {"PERR": "PERSON", "GPE": "LOCATION"}
            }
        },
        "no model has the label 'PERR'; did you mean 'PER'",
    ),
    ({"gliner": {"threshold": 0.5}}, "ner.gliner: is for the gliner engine; leave it out"),
    ({"entities": ["NRP"]}, r"entities\[0\]: no label of a model becomes 'NRP'; .* GPE, PER: map"),
    (
        {"ner_model_configuration": {"model_to_presidio_entity_mapping": {"FIGUR": "PERSON"}}},
        r"models\[0\].model_name: no label of names-en becomes one of .* it has GPE, PER",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "message"), WRONG)
def test_what_is_wrong_is_told_with_its_place_and_how_to_mend_it(
    declared, tmp_path, changes, message
):
    with pytest.raises(ConfigError, match=message):
        ner_config(declared(**changes), tmp_path)


def test_all_mistakes_are_told_at_once(declared, tmp_path):
    models = [{"lang_code": "eng", "model_name": "a"}, {"lang_code": "zh"}]
    wrong = declared(
        share=2,
        models=models,
        ner_model_configuration={"model_to_presidio_entity_mapping": {"A": 1, "B": "PRESON"}},
    )
    with pytest.raises(ConfigError) as caught:
        ner_config(wrong, tmp_path)
    lines = str(caught.value).splitlines()
    assert [line.split(": ")[1].removeprefix("detectors.pii.ner.") for line in lines] == [
        "models[0].lang_code",
        "models[1].model_name",
        "ner_model_configuration.model_to_presidio_entity_mapping.A",
        "ner_model_configuration.model_to_presidio_entity_mapping.B",
        "share",
    ]
    models = [{"lang_code": code, "model_name": f"none_{code}"} for code in ("en", "zh")]
    with pytest.raises(ConfigError) as caught:
        ner_config(declared(models=models), tmp_path)
    assert all(f"'none_{code}' is no installed" in str(caught.value) for code in ("en", "zh"))


def test_mistakes_in_a_file_name_its_lines(tmp_path):
    (tmp_path / "presidio.yaml").write_text("nlp_engine_name: spacy\nmodels:\n- lang_code: en\n")
    with pytest.raises(ConfigError, match=r"presidio.yaml:3: models\[0\].model_name: is missing"):
        ner_config("presidio.yaml", tmp_path)
    with pytest.raises(ConfigError, match=r"ner: \S+nowhere.yaml: No such file"):
        ner_config({"file": "nowhere.yaml"}, tmp_path)
    with pytest.raises(ConfigError, match=r"ner\.models: is said in the file; beside it stand"):
        ner_config({"file": "presidio.yaml", "models": []}, tmp_path)


def test_mistakes_beside_the_name_of_a_file_have_the_lines_of_the_policy(tmp_path):
    (tmp_path / "presidio.yaml").write_text("nlp_engine_name: spacy\nmodels:\n- lang_code: en\n")
    policy = tmp_path / "policy.yaml"
    policy.write_text(
        "version: 1\npurpose: pre-training\nrules:\n  pii: {action: redact}\n"
        "detectors:\n  pii:\n    ner:\n      file: presidio.yaml\n      share: 2\n"
        "      entities: [7]\n"
    )
    with pytest.raises(ConfigError) as caught:
        load_policy(policy, describe_detectors)
    at = "detectors.pii.ner"
    told = [line.split(f"{policy}:")[1] for line in str(caught.value).splitlines()]
    assert told[0].startswith(f"7: {at}: {tmp_path / 'presidio.yaml'}:3: models[0].model_name: is")
    assert told[1].startswith(f"9: {at}.share: 2 is greater than the maximum of 1")
    assert told[2].startswith(f"10: {at}.entities[0]: is a number, expected text")


@pytest.mark.parametrize("name", ["default", "spacy_multilingual", "stanza", "transformers"])
def test_presidios_own_files_lack_nothing_but_their_models(name):
    folder = Path(presidio_analyzer.__file__).parent / "conf"
    with pytest.raises(ConfigError, match=r"no installed spaCy pipeline|packages that are not in"):
        ner_config(f"{name}.yaml", folder)


@pytest.mark.parametrize("engine", ["stanza", "transformers", "gliner"])
def test_an_engine_whose_package_is_missing_is_refused(declared, tmp_path, engine):
    name = {"spacy": "a", "transformers": "b"} if engine == "transformers" else "en"
    models = [{"lang_code": "en", "model_name": name}]
    with pytest.raises(ConfigError) as caught:
        ner_config(declared(nlp_engine_name=engine, models=models), tmp_path)
    assert str(caught.value).startswith(
        f"policy: detectors.pii.ner.nlp_engine_name: {engine} needs packages that are not installed"
    )
    assert f"pip install 'presidio-analyzer[{engine}]'" in str(caught.value)


def test_models_that_cannot_be_used_are_refused(declared, models, tmp_path):
    mute = [{"lang_code": "en", "model_name": str(models / "mute")}]
    with pytest.raises(
        ConfigError, match="mute: has no pipe that finds entities, only sentencizer"
    ):
        ner_config(declared(models=mute), tmp_path)
    shutil.copytree(models / "names-en", tmp_path / "broken")
    (tmp_path / "broken/ner/model").write_bytes(b"broken")
    broken = [{"lang_code": "en", "model_name": "broken"}]
    with pytest.raises(ConfigError, match=r"ner\.models: spacy cannot load broken: .*spacy=="):
        ner_config(declared(models=broken), tmp_path)


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a network was asked for")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(spacy.cli, "download", refuse)


@pytest.mark.usefixtures("no_network")
def test_nothing_is_downloaded(declared, detector, tmp_path):
    assert found(detector(), TEXT)
    with pytest.raises(ConfigError, match="no installed spaCy pipeline"):
        ner_config(declared(models=[{"lang_code": "en", "model_name": "en_core_web_lg"}]), tmp_path)


def test_a_scan_is_refused_before_it_begins(policy_file, declared, write_jsonl, tmp_path):
    path = write_jsonl([{"text": TEXT}])
    missing = declared(models=[{"lang_code": "en", "model_name": "en_core_web_lg"}])
    with pytest.raises(ConfigError, match="en_core_web_lg"):
        datagov.scan(path, tmp_path / "release", policy=policy_file(missing))
    assert not list(tmp_path.glob("release*"))


def test_a_quick_look_is_no_sample(policy_file, declared):
    seen = look(TEXT, policy_file(declared(share=0, entities=["PERSON"])))
    assert [each.explanation.value for each in seen] == ["Zanele Qwabe"]
    assert seen[0].explanation.rule == "NER: spacy names-en"


def test_models_with_equal_files_are_one(detector):
    ner = detector().ner
    elsewhere = dataclasses.replace(ner.loading.models[0].files, path="/elsewhere")
    assert elsewhere == ner.loading.models[0].files
