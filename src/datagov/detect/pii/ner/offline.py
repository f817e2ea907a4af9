"""Presidio's NLP engines, kept from the network and from hiding that they failed."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import spacy
from presidio_analyzer.nlp_engine import (
    NlpArtifacts,
    SpacyNlpEngine,
    StanzaNlpEngine,
    TransformersNlpEngine,
)
from presidio_analyzer.nlp_engine import stanza_nlp_engine as presidio_stanza

from datagov.errors import ConfigError, DatagovError

_OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")


@contextmanager
def offline() -> Iterator[None]:
    """Keeps Hugging Face's libraries from the network, also where they are imported already."""
    before = {name: os.environ.get(name) for name in _OFFLINE}
    os.environ.update(dict.fromkeys(_OFFLINE, "1"))
    constants: Any = sys.modules.get("huggingface_hub.constants")
    was_offline = constants.HF_HUB_OFFLINE if constants else None
    if constants:
        constants.HF_HUB_OFFLINE = True
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        if constants:
            constants.HF_HUB_OFFLINE = was_offline


class _Offline:
    """What changes in Presidio's engines on spaCy: they say so where they would download.

    And of a document only the entities are read; Presidio looks up every word for its keywords.
    """

    @staticmethod
    def _download_spacy_model_if_needed(model_name: str) -> None:
        if not (spacy.util.is_package(model_name) or Path(model_name).is_dir()):
            raise ConfigError(f"{model_name}: is not on this machine, and nothing is downloaded")

    def _doc_to_nlp_artifact(self: Any, doc: Any, language: str) -> NlpArtifacts:
        return _entities_alone(
            self, language, self._get_entities(doc), self._get_scores_for_entities(doc)
        )


class OfflineSpacy(_Offline, SpacyNlpEngine):  # type: ignore[misc]
    """Presidio's spaCy engine."""


class OfflineTransformers(_Offline, TransformersNlpEngine):  # type: ignore[misc]
    """Presidio's transformers engine; its models are folders."""


def _entities_alone(
    engine: Any, language: str, entities: Sequence[Any], scores: Sequence[float]
) -> NlpArtifacts:
    """Returns what a model found as Presidio's artifacts, its labels mapped by the engine."""
    mapped, scores = engine._get_updated_entities(entities, scores)
    return NlpArtifacts(mapped, [], [], [], engine, language, scores=scores)


@dataclass
class _Entity:
    """What Presidio maps labels of."""

    label_: str
    start_char: int
    end_char: int


class OfflineStanza(StanzaNlpEngine):  # type: ignore[misc]
    """Presidio's Stanza engine; its models are folders, and only what finds entities is loaded.

    Entities are taken from Stanza itself. Presidio takes them from a spaCy document, which has
    none where Stanza splits words (French `du` is `de le`), with a warning that quotes the text.
    """

    def load(self) -> None:
        """Loads the models."""
        self._enable_gpu()
        self.nlp = {}
        for model in self.models:
            self._validate_model_params(model)
            folder, language = Path(model["model_name"]), model["lang_code"]
            self.nlp[language] = presidio_stanza.load_pipeline(
                language if language != "und" else "xx",
                lang=folder.name,
                dir=str(folder.parent),
                processors="tokenize,ner",
                download_method=None,
                device=self.device,
            )

    def process_batch(
        self,
        texts: Sequence[str],
        language: str,
        batch_size: int = 1,
        n_process: int = 1,
        as_tuples: bool = False,
    ) -> Iterator[tuple[str, NlpArtifacts]]:
        """Yields each text and its entities."""
        tokenizer = self.nlp[language].tokenizer
        for text in texts:
            entities = tokenizer.snlp(text).entities
            found = [_Entity(each.type, each.start_char, each.end_char) for each in entities]
            scores = [self.ner_model_configuration.default_score] * len(found)
            yield text, _entities_alone(self, language, found, scores)


class Loud:
    """A pipeline of transformers that keeps the error over which Presidio passes a text by."""

    def __init__(self, pipeline: Any) -> None:
        self._pipeline = pipeline
        self._error: Exception | None = None

    def __call__(self, texts: str | list[str]) -> Any:
        """Returns what the pipeline finds in a text or in each of several."""
        self._error = None
        try:
            return self._pipeline(texts)
        except Exception as error:
            self._error = error
            raise

    def check(self) -> None:
        """Raises DatagovError if the last call failed: nothing was found, as nobody looked."""
        if self._error is not None:
            raise DatagovError(
                f"the transformers model failed on a text: {type(self._error).__name__}; no text "
                "may pass for looked at that was not"
            ) from None

    def labels(self) -> frozenset[str]:
        """Returns the labels of the model without the marks of where an entity begins and ends."""
        labels = set(self._pipeline.model.config.id2label.values()) - {"O"}
        return frozenset(label[2:] if label[1:2] == "-" else label for label in labels)
