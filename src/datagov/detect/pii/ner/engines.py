"""Loaded models: made once per process by Presidio, asked for entities text by text."""

import threading
import warnings
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from presidio_analyzer.nlp_engine import NlpEngine, NlpEngineProvider
from presidio_analyzer.predefined_recognizers import GLiNERRecognizer

from datagov.detect.pii.ner.config import GLINER, SPACY, TRANSFORMERS, Loading
from datagov.detect.pii.ner.offline import (
    Loud,
    OfflineSpacy,
    OfflineStanza,
    OfflineTransformers,
    offline,
)
from datagov.errors import ConfigError

BATCH = 64
"""Pieces that a model looks at together, where that changes no bit of what it finds."""

_LOCK = threading.RLock()
"""Models are not made for several threads at once."""

_TOKEN_PIPE = "presidio_hf_token_pipe"  # noqa: S105 - Presidio's name of its transformers pipe


class Entity(NamedTuple):
    """Something a model found, in code points, under its category."""

    start: int
    end: int
    category: str
    score: float


class Engine(Protocol):
    """Loaded models, one per language."""

    def labels(self, language: str) -> frozenset[str] | None:
        """Returns the labels that the model of a language gives; None where it does not say."""
        ...

    def entities(self, texts: Sequence[str], language: str) -> Iterator[list[Entity]]:
        """Yields the entities of each text, in order; each depends on that text alone."""
        ...


def loaded(loading: Loading) -> Engine:
    """Returns the engine, loaded once per process.

    Raises:
        ConfigError: A model cannot be loaded, or does not find entities.
    """
    with _LOCK:
        return _loaded(loading)


@lru_cache(maxsize=2)
def _loaded(loading: Loading) -> Engine:
    with offline():
        try:
            return _Gliner(loading) if loading.engine == GLINER else _Nlp(loading)
        except ConfigError:
            raise
        except Exception as error:
            names = ", ".join(model.files.name for model in loading.models)
            raise ConfigError(
                f"{loading.engine} cannot load {names}: {type(error).__name__}: {error}; see that "
                f"the model was made for what is installed: {', '.join(loading.packages)}"
            ) from error


class _Nlp:
    """One of Presidio's NLP engines, with all pipes off that finding entities does not need."""

    def __init__(self, loading: Loading) -> None:
        self._engine = _created(loading)
        self._batches: dict[str, int] = {}
        self._transformers: dict[str, Loud] = {}
        ignored = set(loading.labels.labels_to_ignore)
        for model in loading.models:
            nlp = self._engine.nlp[model.language]
            finders = _finders(nlp)
            if loading.engine == SPACY and not finders:
                raise ConfigError(
                    f"{model.files.name}: has no pipe that finds entities, only "
                    f"{', '.join(nlp.pipe_names) or 'none'}; name a pipeline with `ner`"
                )
            if loading.engine == TRANSFORMERS:
                pipe = nlp.get_pipe(_TOKEN_PIPE)
                pipe.pipeline = self._transformers[model.language] = Loud(pipe.pipeline)
                finders = [_TOKEN_PIPE]
            for name in _unneeded(nlp, finders):
                nlp.disable_pipe(name)
            self._batches[model.language] = BATCH if _is_exact(nlp) else 1
            ignored |= (self.labels(model.language) or frozenset()) - set(loading.labels.mapping)
        # Presidio keeps labels that nothing maps, with a warning each time.
        self._engine.ner_model_configuration.labels_to_ignore = sorted(ignored)

    def labels(self, language: str) -> frozenset[str] | None:
        if language in self._transformers:
            return self._transformers[language].labels()
        nlp = self._engine.nlp[language]
        found = [nlp.pipe_labels.get(name, ()) for name in _finders(nlp)]
        return frozenset(label for labels in found for label in labels) or None

    def entities(self, texts: Sequence[str], language: str) -> Iterator[list[Entity]]:
        # Warnings of spaCy quote the text.
        with _LOCK, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for _, found in self._engine.process_batch(
                texts, language, batch_size=self._batches[language]
            ):
                if language in self._transformers:
                    self._transformers[language].check()
                yield [
                    Entity(each.start_char, each.end_char, each.label_, float(score))
                    for each, score in zip(found.entities, found.scores, strict=True)
                ]


def _created(loading: Loading) -> NlpEngine:
    """Returns Presidio's engine, made by Presidio's provider from Presidio's configuration."""
    models: list[dict[str, Any]] = [
        {
            "lang_code": model.language,
            "model_name": {"spacy": model.tokenizer.path, "transformers": model.files.path}
            if model.tokenizer
            else model.files.path,
        }
        for model in loading.models
    ]
    labels = vars(loading.labels) | {
        "model_to_presidio_entity_mapping": dict(loading.labels.model_to_presidio_entity_mapping)
    }
    configuration = {
        "nlp_engine_name": loading.engine,
        "models": models,
        "ner_model_configuration": labels,
    }
    engines = (OfflineSpacy, OfflineStanza, OfflineTransformers)
    return NlpEngineProvider(engines, nlp_configuration=configuration).create_engine()


def _finders(nlp: Any) -> list[str]:
    """Returns the pipes that set the entities of a document."""
    return [name for name in nlp.pipe_names if "doc.ents" in nlp.get_pipe_meta(name).assigns]


def _unneeded(nlp: Any, finders: list[str]) -> list[str]:
    """Returns the pipes that can be off while `finders` work.

    An entity ruler may ask for any tag, so that beside one all pipes stay. So do the vectors that
    others listen to.
    """
    if not finders or any(
        nlp.get_pipe_meta(name).factory not in ("ner", _TOKEN_PIPE) for name in finders
    ):
        return []
    needed = set(finders)
    for name, pipe in nlp.pipeline:
        if needed & set(getattr(pipe, "listening_components", ())):
            needed.add(name)
    return [name for name in nlp.pipe_names if name not in needed]


def _is_exact(nlp: Any) -> bool:
    """True if what is found in a text does not depend on the texts beside it, to the last bit.

    So it is for spaCy's own layers with its own matrix product on a CPU. What pads, or runs in
    torch or on a GPU, rounds otherwise in another batch: another split size, other scores.
    """
    plain = all(name in ("ner", "tok2vec") for name in _factories(nlp))
    return plain and all(
        layer.ops.name == "numpy" and not layer.name.startswith("pytorch")
        for _, pipe in nlp.pipeline
        for layer in pipe.model.walk()
    )


def _factories(nlp: Any) -> list[str]:
    return [nlp.get_pipe_meta(name).factory for name in nlp.pipe_names]


class _Gliner:
    """Presidio's GLiNER recogniser, one per language; it cuts long texts by itself."""

    def __init__(self, loading: Loading) -> None:
        self._mapping = loading.labels.mapping
        # The recogniser loads its model when it is made.
        self._recognisers = {
            model.language: GLiNERRecognizer(
                supported_language=model.language,
                entity_mapping=self._mapping,
                model_name=model.files.path,
                local_files_only=True,
                **vars(loading.gliner),
            )
            for model in loading.models
        }

    def labels(self, language: str) -> frozenset[str] | None:
        # They are what the model is asked for.
        return frozenset(self._mapping)

    def entities(self, texts: Sequence[str], language: str) -> Iterator[list[Entity]]:
        wanted = sorted(set(self._mapping.values()))
        with _LOCK:
            for text in texts:
                yield [
                    Entity(each.start, each.end, each.entity_type, float(each.score))
                    for each in self._recognisers[language].analyze(text, wanted)
                ]
