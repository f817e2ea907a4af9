"""Engines whose packages need not be installed: what of the policy reaches them, with stand-ins."""

import json
import types
from typing import ClassVar

import pytest
import spacy
from presidio_analyzer.nlp_engine import huggingface_token_pipe, stanza_nlp_engine
from presidio_analyzer.predefined_recognizers.ner import gliner_recognizer

from datagov.detect.pii import PiiDetector
from datagov.detect.pii.ner import declared, engines, files, offline
from datagov.detect.pii.ner.declared import ner_config
from datagov.errors import ConfigError, DatagovError

TEXT = "😀 Yesterday Zanele Qwabe went to the station and it was late, they said."
AT = TEXT.index("Zanele Qwabe")
SETTINGS = {
    "model_to_presidio_entity_mapping": {"PER": "PERSON", "MISC": "NRP"},
    "labels_to_ignore": ["O"],
    "aggregation_strategy": "simple",
    "stride": 9,
    "alignment_mode": "contract",
    "default_score": 0.7,
}


@pytest.fixture(autouse=True)
def packages(monkeypatch):
    """All packages count as installed, and no model is loaded yet."""
    engines._loaded.cache_clear()
    monkeypatch.setattr(declared, "installed", lambda engine: (f"{engine}==1",))


@pytest.fixture
def hub_model(tmp_path):
    (tmp_path / "bert").mkdir()
    (tmp_path / "bert/config.json").write_text(json.dumps({"model_type": "bert"}))
    spacy.blank("en").to_disk(tmp_path / "blank")
    return tmp_path


def spans(ner):
    rows = PiiDetector(ner=ner).detect([TEXT]).to_pylist()
    return [
        (row["category"], TEXT[row["start"] : row["end"]], round(row["score"], 3), row["rule"])
        for row in rows
        if row["rule"].startswith("NER")
    ]


TRANSFORMERS = {
    "nlp_engine_name": "transformers",
    "models": [{"lang_code": "en", "model_name": {"spacy": "blank", "transformers": "./bert"}}],
    "ner_model_configuration": SETTINGS,
}


class Pipeline:
    """What transformers' pipeline() returns."""

    def __init__(self, asked, fails=False):
        self.asked = asked
        self.fails = fails
        labels = {0: "O", 1: "B-PER", 2: "I-PER", 3: "B-MISC"}
        self.model = types.SimpleNamespace(config=types.SimpleNamespace(id2label=labels))

    def __call__(self, texts):
        if self.fails:
            raise RuntimeError("out of memory")
        found = [{"entity_group": "PER", "start": AT, "end": AT + 12, "score": 0.93}]
        return found if isinstance(texts, str) else [found for _ in texts]


@pytest.fixture
def transformers(monkeypatch):
    made = []

    def pipeline(**asked):
        made.append(Pipeline(asked))
        return made[-1]

    monkeypatch.setattr(huggingface_token_pipe, "hf_pipeline", pipeline)
    monkeypatch.setattr(huggingface_token_pipe, "_pipeline_device", lambda: -1)
    monkeypatch.setattr(offline.OfflineTransformers, "is_available", True)
    return made


def test_a_transformers_model_is_what_presidio_makes_of_the_policy(transformers, hub_model):
    ner = ner_config(TRANSFORMERS, hub_model)
    assert transformers[0].asked == {
        "task": "token-classification",
        "model": str(hub_model / "bert"),
        "revision": "main",
        "aggregation_strategy": "simple",
        "stride": 9,
        "device": -1,
    }
    assert spans(ner) == [("PERSON", "Zanele Qwabe", 0.93, "NER: transformers bert")]
    assert ner.entities == ("NRP", "PERSON")


def test_a_transformers_model_that_fails_is_no_text_without_names(transformers, hub_model):
    ner = ner_config(TRANSFORMERS, hub_model)
    transformers[0].fails = True
    with pytest.raises(DatagovError, match="failed on a text: RuntimeError") as caught:
        spans(ner)
    assert "Zanele" not in str(caught.value)


def test_labels_of_a_transformers_model_are_checked(transformers, hub_model):
    wrong = TRANSFORMERS | {"entities": ["LOCATION"]}
    with pytest.raises(ConfigError, match=r"no label of a model becomes 'LOCATION'; .* MISC, PER"):
        ner_config(wrong, hub_model)


def test_a_transformers_model_needs_a_pipeline_for_words(transformers, hub_model):
    models = [{"lang_code": "en", "model_name": {"spacy": "nothing", "transformers": "./bert"}}]
    with pytest.raises(ConfigError, match=r"models\[0\].model_name.spacy: 'nothing' is no install"):
        ner_config(TRANSFORMERS | {"models": models}, hub_model)


@pytest.mark.parametrize("engine", ["transformers", "gliner"])
def test_a_model_that_is_neither_a_folder_nor_in_the_cache_is_refused(
    engine, hub_model, monkeypatch
):
    monkeypatch.setenv("HF_HUB_CACHE", str(hub_model / "cache"))
    name = "someone/no-such-model"
    if engine == "transformers":
        name = {"spacy": "blank", "transformers": name}
    given = {"nlp_engine_name": engine, "models": [{"lang_code": "en", "model_name": name}]}
    with pytest.raises(ConfigError, match=r"neither a folder .* nor in the Hugging Face cache"):
        ner_config(given, hub_model)


def test_hugging_face_is_told_to_stay_offline_while_models_are_loaded(monkeypatch):
    import huggingface_hub

    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    before = huggingface_hub.constants.HF_HUB_OFFLINE
    with offline.offline():
        assert huggingface_hub.constants.HF_HUB_OFFLINE
        assert offline.os.environ["HF_HUB_OFFLINE"] == "1"
        assert offline.os.environ["TRANSFORMERS_OFFLINE"] == "1"
    assert before == huggingface_hub.constants.HF_HUB_OFFLINE
    assert offline.os.environ["HF_HUB_OFFLINE"] == "0"
    assert "TRANSFORMERS_OFFLINE" not in offline.os.environ


def test_a_stanza_model_is_loaded_from_its_folder_and_asked_itself(monkeypatch, tmp_path):
    asked = []

    def snlp(text):
        entity = types.SimpleNamespace(type="PER", start_char=AT, end_char=AT + 12)
        return types.SimpleNamespace(entities=[entity])

    def load_pipeline(name, **options):
        asked.append((name, options))
        nlp = spacy.blank(name)
        nlp.tokenizer = types.SimpleNamespace(snlp=snlp)
        return nlp

    monkeypatch.setattr(stanza_nlp_engine, "load_pipeline", load_pipeline)
    monkeypatch.setattr(offline.OfflineStanza, "is_available", True)
    (tmp_path / "stanza/en/ner").mkdir(parents=True)
    (tmp_path / "stanza/en/ner/model.pt").write_bytes(b"weights")
    given = {
        "nlp_engine_name": "stanza",
        "models": [{"lang_code": "en", "model_name": "stanza/en"}],
        "ner_model_configuration": SETTINGS,
    }
    ner = ner_config(given, tmp_path)
    ((name, options),) = asked
    assert name == "en"
    assert options.pop("device")
    assert options == {
        "lang": "en",
        "dir": str(tmp_path / "stanza"),
        "processors": "tokenize,ner",
        "download_method": None,
    }
    assert spans(ner) == [("PERSON", "Zanele Qwabe", 0.7, "NER: stanza en")]
    monkeypatch.setattr(files, "_stanza_folder", lambda: tmp_path / "none")
    missing = given | {"models": [{"lang_code": "en", "model_name": "en"}]}
    with pytest.raises(ConfigError, match=r"'en': Stanza has no models in \S+/none/en; fetch them"):
        ner_config(missing, tmp_path)


class FakeGliner:
    """What gliner.GLiNER.from_pretrained returns."""

    made: ClassVar[list] = []

    @classmethod
    def from_pretrained(cls, name, **options):
        cls.made.append((name, options))
        return cls()

    def predict_entities(self, text, labels, **options):
        self.made.append((text, labels, options))
        at = text.find("Zanele Qwabe")
        return [{"label": "person", "start": at, "end": at + 12, "score": 0.66}] if at >= 0 else []


def test_gliner_is_presidios_recogniser_with_the_options_of_the_policy(monkeypatch, hub_model):
    monkeypatch.setattr(gliner_recognizer, "GLiNER", FakeGliner)
    given = {
        "nlp_engine_name": "gliner",
        "models": [{"lang_code": "en", "model_name": "./bert"}],
        "ner_model_configuration": {"model_to_presidio_entity_mapping": {"person": "PERSON"}},
        "gliner": {"threshold": 0.5, "chunk_size": 100},
    }
    ner = ner_config(given, hub_model)
    (name, options), *_ = FakeGliner.made
    assert name == str(hub_model / "bert")
    assert options["local_files_only"]
    assert spans(ner) == [("PERSON", "Zanele Qwabe", 0.66, "NER: gliner bert")]
    _, labels, asked = FakeGliner.made[-1]
    assert labels == ["person"]
    assert asked == {"flat_ner": True, "threshold": 0.5, "multi_label": False}
