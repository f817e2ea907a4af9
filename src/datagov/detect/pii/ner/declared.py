"""From the policy's `detectors.pii.ner` to a configuration whose models are there and fit."""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from datagov.declared import Declared, Mistake, Path_, Refused, mistakes, nearest, parse
from datagov.detect.language import languages
from datagov.detect.pii.ner.config import (
    GLINER,
    SPACY,
    STANZA,
    TRANSFORMERS,
    Gliner,
    Labels,
    Loading,
    Model,
    ModelFiles,
    NerConfig,
)
from datagov.detect.pii.ner.files import hub_files, installed, spacy_files, stanza_files
from datagov.errors import ConfigError

SCHEMA = "ner.schema.json"
_AT: Path_ = ("detectors", "pii", "ner")
_OWN = ("share", "entities")
"""What may stand beside the name of a file in Presidio's format."""

_CATEGORY = re.compile(r"[A-Z][A-Z0-9_]*")
_T = TypeVar("_T")
_LABELS = "ner_model_configuration"
_MAPPING = "model_to_presidio_entity_mapping"


def ner_config(value: Any, folder: Path) -> NerConfig:
    """Returns the configuration that a policy declares, after its models were loaded once.

    Args:
        value: Presidio's configuration of an NLP engine with `share` and `entities`; or the name
            of a YAML file with it, alone or as `file` beside those two.
        folder: Where the policy is: names of files and models are relative to it.

    Raises:
        ConfigError: With a line for each mistake: a key, an engine whose package is not installed,
            a model that is not on this machine, labels that lead nowhere.
    """
    declared = _declared(value, folder)
    declared.refuse(mistakes(declared.value, SCHEMA, _unknown))
    loading = _loading(declared)
    entities = _entities(declared, loading)
    return NerConfig(loading, entities, float(declared.value.get("share", 1)))


@dataclass(frozen=True)
class _Declaration:
    """A declared configuration, and what its names are relative to.

    `beside` are the keys that stand in the policy beside the name of a file.
    """

    declared: Declared
    folder: Path
    at: Path_
    beside: frozenset[str] = frozenset()

    @property
    def value(self) -> Mapping[str, Any]:
        return self.declared.value  # type: ignore[no-any-return]

    def refuse(self, found: Iterable[Mistake]) -> None:
        of_policy, others = [], []
        for each in found:
            if each.path and each.path[0] in self.beside:
                of_policy.append(Mistake((*_AT, *each.path), each.message))
            else:
                others.append(Mistake((*self.at, *each.path), each.message))
        try:
            self.declared.refuse(others)
        except Refused as error:
            if not of_policy:
                raise
            of_policy += [Mistake(_AT, line) for line in str(error).splitlines()]
        Declared("policy", None, {}).refuse(of_policy)


def _declared(value: Any, folder: Path) -> _Declaration:
    inline = _Declaration(Declared("policy", value, {}), folder, _AT)
    beside: dict[str, Any] = {}
    if isinstance(value, Mapping) and "file" in value:
        beside = {name: each for name, each in value.items() if name != "file"}
        hint = f"is said in the file; beside it stand only {' and '.join(_OWN)}"
        inline.refuse([Mistake((name,), hint) for name in sorted(set(beside) - {*_OWN})])
        value = value["file"]
    if not isinstance(value, str):
        return inline
    path = folder / Path(value).expanduser()
    try:
        declared = parse(str(path), path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "is not UTF-8"
        inline.refuse([Mistake((), f"{path}: {reason}; name a YAML file in Presidio's format")])
        raise
    if isinstance(declared.value, dict):
        declared = Declared(declared.name, declared.value | beside, declared.lines)
    return _Declaration(declared, path.parent, (), frozenset(beside))


def _unknown(value: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yields what a schema cannot say and no model is needed for; passes over what is None."""
    engine = value.get("nlp_engine_name")
    seen: set[str] = set()
    for i, model in enumerate(value.get("models") or ()):
        at: Path_ = ("models", i)
        language, name = (model or {}).get("lang_code"), (model or {}).get("model_name")
        if language is not None:
            yield from _check_language((*at, "lang_code"), language, seen)
            seen.add(language)
        if None not in (name, engine) and isinstance(name, str) == (engine == TRANSFORMERS):
            yield Mistake(
                (*at, "model_name"),
                "expected {spacy: …, transformers: …} for the transformers engine, else a name",
            )
    if value.get("gliner") and engine not in (GLINER, None):
        yield Mistake(("gliner",), "is for the gliner engine; leave it out")
    usual = sorted({*_presidio_defaults()[_MAPPING].values(), "NRP", "DATE_TIME"})
    for label, category in _given(value, _MAPPING, {}).items():
        place = (_LABELS, _MAPPING, label)
        if category is None:
            continue
        if not _CATEGORY.fullmatch(category):
            yield Mistake(place, f"{category!r} is no category; expected capitals such as PERSON")
        elif category not in usual and _is_misspelt(category, usual):
            yield Mistake(place, f"{category!r} is no usual category{nearest(category, usual)}")


def _check_language(at: Path_, language: str, seen: set[str]) -> Iterator[Mistake]:
    known = languages()
    if language not in known:
        hint = nearest(language, known)
        yield Mistake(at, f"{language!r} is no language that texts are told to be in{hint}")
    if language in seen:
        yield Mistake(at, f"{language!r} has a model already; keep one")


def _is_misspelt(name: str, known: Sequence[str]) -> bool:
    """True for PRESON beside PERSON, but not for US_PERSON."""
    return bool(difflib.get_close_matches(name, known, 1, 0.82))


def _given(value: Mapping[str, Any], name: str, default: Any) -> Any:
    found = (value.get(_LABELS) or {}).get(name)
    return default if found is None else found


def _presidio_defaults() -> dict[str, Any]:
    from presidio_analyzer.nlp_engine import NerModelConfiguration

    return NerModelConfiguration().to_dict()  # type: ignore[no-any-return]


def _labels(value: Mapping[str, Any]) -> Labels:
    settings = {
        name: _given(value, name, default) for name, default in _presidio_defaults().items()
    }
    settings[_MAPPING] = tuple(sorted(settings[_MAPPING].items()))
    for name in ("labels_to_ignore", "low_score_entity_names"):
        # Presidio's own files have empty entries.
        settings[name] = tuple(sorted(each for each in settings[name] if each))
    return Labels(**settings)


def _loading(declared: _Declaration) -> Loading:
    value = declared.value
    engine = value["nlp_engine_name"]
    packages = _found(declared, ("nlp_engine_name",), lambda: installed(engine))
    missing: list[Mistake] = []
    models = [_model(declared, i, missing) for i in range(len(value["models"]))]
    declared.refuse(missing)
    return Loading(
        engine,
        tuple(model for model in models if model),
        _labels(value),
        Gliner(**(value.get("gliner") or {})),
        packages,
    )


def _model(declared: _Declaration, i: int, missing: list[Mistake]) -> Model | None:
    """Returns the model of an entry; None where a part of it is missing, which is noted."""
    engine, model = declared.value["nlp_engine_name"], declared.value["models"][i]
    name = model["model_name"]
    at: Path_ = ("models", i, "model_name")
    find: Callable[[str, Path], ModelFiles]
    find = {SPACY: spacy_files, STANZA: stanza_files, TRANSFORMERS: hub_files, GLINER: hub_files}[
        engine
    ]

    def tried(at: Path_, find: Callable[[str, Path], ModelFiles], name: str) -> ModelFiles | None:
        try:
            return find(name, declared.folder)
        except ConfigError as error:
            missing.append(Mistake(at, str(error)))
            return None

    n_before, tokenizer = len(missing), None
    if engine == TRANSFORMERS:
        tokenizer = tried((*at, "spacy"), spacy_files, name["spacy"])
        at, name = (*at, "transformers"), name["transformers"]
    files = tried(at, find, name)
    if files is None or len(missing) > n_before:
        return None
    return Model(model["lang_code"], files, tokenizer)


def _found(declared: _Declaration, at: Path_, find: Callable[[], _T]) -> _T:
    """Returns what `find` finds; what it objects to is told with its place."""
    try:
        return find()
    except ConfigError as error:
        declared.refuse([Mistake(at, str(error))])
        raise


def _entities(declared: _Declaration, loading: Loading) -> tuple[str, ...]:
    """Returns what the models are to find, after seeing that their labels lead there."""
    from datagov.detect.pii.ner.engines import loaded

    engine = _found(declared, ("models",), lambda: loaded(loading))
    mapping = loading.labels.mapping
    labels = {model.language: engine.labels(model.language) for model in loading.models}
    known = {label for found in labels.values() for label in found or mapping}
    reachable = {mapping[label] for label in known if label in mapping}
    wanted = tuple(sorted(set(declared.value.get("entities") or reachable)))
    declared.refuse(_unreachable(declared.value, loading, labels, reachable, wanted))
    return wanted


def _unreachable(
    value: Mapping[str, Any],
    loading: Loading,
    labels: Mapping[str, frozenset[str] | None],
    reachable: set[str],
    wanted: tuple[str, ...],
) -> Iterator[Mistake]:
    mapping = loading.labels.mapping
    known = sorted({label for found in labels.values() for label in found or mapping})
    for label in _given(value, _MAPPING, {}):
        if label not in known and _is_misspelt(label, known):
            at = (_LABELS, _MAPPING, label)
            yield Mistake(at, f"no model has the label {label!r}{nearest(label, known)}")
    for i, entity in enumerate(value.get("entities") or ()):
        if entity not in reachable:
            yield Mistake(
                ("entities", i),
                f"no label of a model becomes {entity!r}; the models have {', '.join(known)}: map "
                f"one to it in {_LABELS}.{_MAPPING}, and ignore it nowhere",
            )
    for i, model in enumerate(loading.models):
        found = labels[model.language]
        if found is not None and not {mapping.get(label) for label in found} & set(wanted):
            yield Mistake(
                ("models", i, "model_name"),
                f"no label of {model.files.name} becomes one of the entities; it has "
                f"{', '.join(sorted(found))}: map them in {_LABELS}.{_MAPPING}",
            )
