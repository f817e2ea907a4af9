"""Which models look for named entities, and at which texts: the part of a detector's fields."""

from dataclasses import dataclass, field

SPACY, STANZA, TRANSFORMERS, GLINER = "spacy", "stanza", "transformers", "gliner"


@dataclass(frozen=True)
class ModelFiles:
    """A model as it lies on this machine.

    Attributes:
        name: As it is shown: a package, an id of a model, or the last part of a path.
        version: As the model gives it; empty where it gives none.
        sha256: Of all its files, in hex.
        path: Where they are. Not compared and in no digest: the same files are the same model.
    """

    name: str
    version: str
    sha256: str
    path: str = field(compare=False)


@dataclass(frozen=True)
class Model:
    """The model of one language.

    Attributes:
        language: As `detect.language.identify` calls it.
        files: The model that finds entities.
        tokenizer: The spaCy pipeline that a transformers model stands on.
    """

    language: str
    files: ModelFiles
    tokenizer: ModelFiles | None = None


@dataclass(frozen=True)
class Labels:
    """What becomes of a model's labels: Presidio's NerModelConfiguration, under its names."""

    model_to_presidio_entity_mapping: tuple[tuple[str, str], ...]
    labels_to_ignore: tuple[str, ...]
    low_score_entity_names: tuple[str, ...]
    low_confidence_score_multiplier: float
    default_score: float
    aggregation_strategy: str
    stride: int
    alignment_mode: str

    @property
    def mapping(self) -> dict[str, str]:
        """The category of each label that is not ignored."""
        ignored = self.labels_to_ignore
        return {
            label: category
            for label, category in self.model_to_presidio_entity_mapping
            if label not in ignored and category not in ignored
        }


@dataclass(frozen=True)
class Gliner:
    """Options of Presidio's GLiNERRecognizer, under its names."""

    threshold: float = 0.3
    flat_ner: bool = True
    multi_label: bool = False
    chunk_size: int = 250
    chunk_overlap: int = 50
    load_onnx_model: bool = False
    onnx_model_file: str = "model.onnx"


@dataclass(frozen=True)
class Loading:
    """All that decides what a loaded engine finds in a text."""

    engine: str
    models: tuple[Model, ...]
    labels: Labels
    gliner: Gliner
    packages: tuple[str, ...]


@dataclass(frozen=True)
class NerConfig:
    """Models for named entities, and at which texts they look.

    Attributes:
        loading: The engine and its models.
        entities: Categories to find, as the labels are mapped to.
        share: Of all texts, 0 to 1; which ones is told by their digests.
    """

    loading: Loading
    entities: tuple[str, ...]
    share: float = 1.0

    def model(self, language: str) -> Model | None:
        """Returns the model of a language."""
        return next((each for each in self.loading.models if each.language == language), None)

    def rule(self, model: Model) -> str:
        """Returns the rule under which the model's findings stand."""
        return f"NER: {self.loading.engine} {model.files.name}"
