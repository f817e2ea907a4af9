"""Small spaCy pipelines that know a few names, made here in seconds."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import spacy
import yaml
from spacy.training import Example
from spacy.util import fix_random_seed

from datagov.detect.pii import PiiDetector
from datagov.detect.pii.ner.declared import ner_config
from datagov.detect.registry import describe_detectors, detectors
from datagov.policy import load_policy

GIVEN = ("Oluwaseun", "Zanele", "Tjaart", "Bheki", "Xolani", "Wanjiru")
"""Names that stand in no list of the detector."""

FAMILY = ("Adeyemi", "Mthembu", "Qwabe", "Ndlovu", "Okonjo")
CITIES = ("Zoranto", "Quibele", "Marvand", "Helstrop")
CHINESE = ("欧阳克明", "慕容雪", "端木文", "司徒远")
CHINESE_CITIES = ("云溪城", "北岭城", "青石城")

ENGLISH_FRAMES = (
    "Yesterday {} went to {} by train and it was late.",
    "The letter that {} wrote from {} has not arrived.",
    "We met {} at the station of {} in the morning.",
    "There was no news of {} and none from {} either.",
)
CHINESE_FRAMES = ("昨天{}坐火车去了{}。", "我们在车站见到了{}，然后去{}。", "据说{}住在{}的河边。")

Sentence = tuple[str, dict[str, list[tuple[int, int, str]]]]


def sentence(frame: str, person: str, city: str) -> Sentence:
    text = frame.format(person, city)
    places = [
        (text.index(name), text.index(name) + len(name), label)
        for name, label in ((person, "PER"), (city, "GPE"))
    ]
    return text, {"entities": places}


def english(n: int, seed: int = 0) -> list[Sentence]:
    draw = random.Random(seed)
    return [
        sentence(
            draw.choice(ENGLISH_FRAMES),
            f"{draw.choice(GIVEN)} {draw.choice(FAMILY)}",
            draw.choice(CITIES),
        )
        for _ in range(n)
    ]


def chinese(n: int, seed: int = 0) -> list[Sentence]:
    draw = random.Random(seed)
    return [
        sentence(draw.choice(CHINESE_FRAMES), draw.choice(CHINESE), draw.choice(CHINESE_CITIES))
        for _ in range(n)
    ]


def train(language: str, sentences: Sequence[Sentence], path: Path) -> None:
    fix_random_seed(1)
    nlp = spacy.blank(language)
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("ner")
    examples = [Example.from_dict(nlp.make_doc(text), known) for text, known in sentences]
    nlp.initialize(lambda: examples)
    for _ in range(10):
        for batch in spacy.util.minibatch(examples, 8):
            nlp.update(batch)
    nlp.to_disk(path)


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the pipelines `names-en` and `names-zh`, and one without entities."""
    folder = tmp_path_factory.mktemp("models")
    train("en", english(60), folder / "names-en")
    train("zh", chinese(50), folder / "names-zh")
    mute = spacy.blank("en")
    mute.add_pipe("sentencizer")
    mute.to_disk(folder / "mute")
    return folder


@pytest.fixture
def declared(models: Path) -> Callable[..., dict[str, Any]]:
    """What a policy says of both pipelines, with changes."""

    def make(**changes: Any) -> dict[str, Any]:
        both = [
            {"lang_code": language, "model_name": str(models / f"names-{language}")}
            for language in ("en", "zh")
        ]
        return {"nlp_engine_name": "spacy", "models": both} | changes

    return make


@pytest.fixture
def detector(declared: Callable[..., dict[str, Any]], tmp_path: Path) -> Callable[..., PiiDetector]:
    def make(**changes: Any) -> PiiDetector:
        return PiiDetector(ner=ner_config(declared(**changes), tmp_path))

    return make


@pytest.fixture
def policy_file(tmp_path: Path) -> Callable[..., Path]:
    """Writes a policy with models; keywords are further rules."""

    def write(ner: Any, rules: dict[str, Any] | None = None, name: str = "policy.yaml") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        body = {
            "version": 1,
            "purpose": "pre-training",
            "rules": {"pii": {"action": "redact", "from_score": 0.4}} | (rules or {}),
            "detectors": {"pii": {"ner": ner}},
        }
        path.write_text(yaml.safe_dump(body, allow_unicode=True), encoding="utf-8")
        return path

    return write


@pytest.fixture
def from_policy() -> Callable[[Path], PiiDetector]:
    def load(path: Path) -> PiiDetector:
        policy = load_policy(path, describe_detectors)
        (found,) = (each for each in detectors(policy) if isinstance(each, PiiDetector))
        return found

    return load


@pytest.fixture(scope="session")
def corpus() -> list[str]:
    """Texts in both languages that the pipelines were not trained on, and a few others."""
    texts = [text for text, _ in english(80, seed=7)] + [text for text, _ in chinese(40, seed=8)]
    texts += [
        "La plupart des trains sont en retard, et les gens attendent dans la gare depuis hier.",
        "12345 67890",
        "",
    ]
    random.Random(3).shuffle(texts)
    # Numbers keep English texts from being duplicates.
    return [
        f"{text} {i}" if text.isascii() and text[:1].isalpha() else text
        for i, text in enumerate(texts)
    ]
