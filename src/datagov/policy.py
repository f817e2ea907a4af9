"""The policy: what to do about each category, and from which score."""

import difflib
import hashlib
import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import rfc8785

from datagov.declared import Declared, Mistake, load_declared, manifest, nearest, parse
from datagov.detect.pii.own.options import check_options, load_options, without_terms
from datagov.detect.pii.sensitive.classes import KINDS, LEVELS, class_of, is_known, known_categories
from datagov.tables import ACTIONS

SCHEMA = "policy.schema.json"
DEFAULT = "examples/policy.yaml"

SPAN_DETECTORS = ("pii", "restricted", "secrets")
"""Detectors whose findings are parts of a text, so that they can be redacted."""

VALUES = ("pii", "secrets")
"""Those whose findings are values that must stand nowhere but in data/ and quarantine/."""

CATEGORY, MASK, HASH, PSEUDONYM = "category", "mask", "hash", "pseudonym"

TREATMENTS = (CATEGORY, MASK, HASH, PSEUDONYM)
"""What can stand in the place of what is redacted; see release/redaction/treatments.py."""

_MISSPELT = 0.8
"""How like a known category one that is not known is to be taken for a slip."""

PII_CLASSES = (*LEVELS, *KINDS)
"""What a rule may name beside the categories: `pii.sensitive`, `pii.medical_health`."""

PREFERENCES = ("source_priority", "licence", "personal_data", "quality", "length")
"""By what, in this order, the record of a cluster that stays is chosen if policy does not say."""

RECORD_CATEGORIES: Mapping[str, Collection[str]] = {
    "duplicates": ("exact", "normalised", "near", "contained"),
    "benchmarks": ("overlap",),
    "annotations": ("suspect",),
    "sources": (
        "undeclared",
        "licence_denied",
        "licence_unknown",
        "licence_review",
        "purpose_not_permitted",
        "retention_expired",
        "core_data",
        "important_data_unapproved",
        "legal_basis_missing",
    ),
}
"""What can be said of a record other than by a detector."""


@dataclass(frozen=True)
class Step:
    """From this score on, this is done; `treatment` says how, where the action is to redact."""

    from_score: float
    action: str
    treatment: str = CATEGORY


@dataclass(frozen=True)
class AnnotationColumns:
    """The corpus's columns that make a record an annotation."""

    item: str
    annotator: str
    label: str


@dataclass(frozen=True)
class DuplicateOptions:
    """How duplicates are looked for, and which of a cluster stays.

    Attributes:
        near: Whether to look for records that are alike without being equal.
        near_from: Jaccard similarity of their shingles from which two records are near duplicates.
        contained_from: Share of a record's shingles from which another contains it.
        chains: `direct`: a record duplicates only what it is itself alike to; `linked`: all that
            hangs together is a cluster.
        passages: Whether to look for passages that records share, and for short texts that stand
            whole in others.
        passage_tokens: Of how many tokens, or more, such a passage has to be.
        prefer: By what the record that stays is chosen, most important first.
        source_priority: Ids of sources, most preferred first; others come after them.
        date_column: Column with each record's date, for `newest` and `oldest`.
    """

    near: bool = True
    near_from: float = 0.5
    contained_from: float = 0.8
    chains: str = "direct"
    passages: bool = False
    passage_tokens: int = 50
    prefer: tuple[str, ...] = PREFERENCES
    source_priority: tuple[str, ...] = ()
    date_column: str | None = None


@dataclass(frozen=True)
class Policy:
    """What to do about findings, sources, duplicates and annotations.

    Attributes:
        purpose: What the release is for; each source must permit it.
        rules: Steps by `detector`, `pii.class` or `detector.category`, lowest score first.
        annotations: The columns of annotations inside the corpus, if there are any.
        duplicates: How duplicates are looked for and judged.
        detectors: Options of detectors, by name, with what the files they name hold.
        allowed_columns: The only columns that data/ may have; None allows all.
        document: The policy as it was written; lists of terms are counted, not written out.
        digest: SHA-256 of the document as canonical JSON, in hex.
        folder: Where the file is: paths in it are relative to this. Not compared.
    """

    purpose: str
    rules: Mapping[str, tuple[Step, ...]]
    annotations: AnnotationColumns | None
    duplicates: DuplicateOptions
    detectors: Mapping[str, Mapping[str, Any]]
    allowed_columns: tuple[str, ...] | None
    document: Mapping[str, Any]
    digest: str
    folder: Path = field(compare=False)

    @property
    def removes(self) -> list[str]:
        """The rules that take something out of the corpus."""
        return sorted(
            name
            for name, steps in self.rules.items()
            if any(step.action != "keep" for step in steps)
        )

    def steps(self, detector: str, category: str) -> tuple[Step, ...]:
        """Returns the steps of the most specific rule; none when there is no rule.

        Between `pii.CN_PASSPORT` and `pii` stand the classes of the category, such as
        `pii.specific_identity`, `pii.sensitive` and `pii.personal`, in this order.
        """
        classes = class_of(category).names if detector == "pii" else ()
        names = (f"{detector}.{name}" for name in (category, *classes))
        found = (self.rules[name] for name in (*names, detector) if name in self.rules)
        return next(found, ())

    def action(self, detector: str, category: str, score: float) -> str:
        """Returns the action of the highest step that `score` reaches; else `keep`."""
        reached = [
            step.action for step in self.steps(detector, category) if score >= step.from_score
        ]
        return reached[-1] if reached else "keep"

    def actions(self, detector: str, categories: pl.Series, scores: pl.Series) -> pl.DataFrame:
        """Returns for each finding its `severity` (Int8, index into ACTIONS) and `treatment`.

        Args:
            detector: Who found them.
            categories: One per finding.
            scores: One per finding.
        """
        severity, treatment = pl.lit(0, pl.Int8), pl.lit(CATEGORY)
        for category in categories.unique().to_list():
            for step in self.steps(detector, category):
                # Scores are stored as float32: compare as such, or 0.4 would not reach 0.4.
                reached = (pl.col("category") == category) & (
                    pl.col("score").cast(pl.Float32) >= pl.lit(step.from_score, pl.Float32)
                )
                action = pl.lit(ACTIONS.index(step.action), pl.Int8)
                severity = pl.when(reached).then(action).otherwise(severity)
                treatment = pl.when(reached).then(pl.lit(step.treatment)).otherwise(treatment)
        frame = pl.DataFrame({"category": categories, "score": scores})
        return frame.with_columns(severity=severity, treatment=treatment).select(
            "severity", "treatment"
        )


def load_policy(
    path: str | os.PathLike[str] | None, known: Mapping[str, Collection[str]]
) -> Policy:
    """Returns the policy at `path`, or the default one.

    Args:
        path: A YAML file; see manifests/examples/policy.yaml.
        known: The categories of each detector, to tell a misspelt rule; an empty collection
            stands for a detector whose categories are open.

    Raises:
        ConfigError: With a line for each mistake.
    """
    everything = {**RECORD_CATEGORIES, **known}
    if path is None:
        declared = parse(DEFAULT, manifest(DEFAULT))
    else:
        folder = Path(path).parent
        checks = partial(_check, known=everything, folder=folder)
        declared = load_declared(Path(path), SCHEMA, checks)
    return _built(declared, Path(path or "").absolute().parent)


def _built(declared: Declared, folder: Path) -> Policy:
    value = without_terms(declared.value)
    options = dict(declared.value.get("detectors") or {})
    if "pii" in options:
        options["pii"] = load_options(options["pii"], folder)
    columns = value.get("annotations")
    allowed = value.get("allowed_columns")
    return Policy(
        purpose=value["purpose"],
        rules={name: _steps(rule) for name, rule in value["rules"].items()},
        annotations=AnnotationColumns(**columns) if columns else None,
        duplicates=_duplicate_options(value.get("duplicates") or {}),
        detectors=options,
        allowed_columns=None if allowed is None else tuple(allowed),
        document=value,
        digest=hashlib.sha256(rfc8785.dumps(value)).hexdigest(),
        folder=folder,
    )


def _steps(rule: Any) -> tuple[Step, ...]:
    rules = rule if isinstance(rule, list) else [rule]
    steps = [
        Step(float(each.get("from_score", 0)), each["action"], each.get("as", CATEGORY))
        for each in rules
    ]
    return tuple(sorted(steps, key=lambda step: step.from_score))


def _duplicate_options(value: Mapping[str, Any]) -> DuplicateOptions:
    lists = {name: tuple(each) for name, each in value.items() if isinstance(each, list)}
    return DuplicateOptions(**{**value, **lists})


def _classes(detector: str) -> tuple[str, ...]:
    return PII_CLASSES if detector == "pii" else ()


def _check(
    value: Mapping[str, Any], known: Mapping[str, Collection[str]], folder: Path
) -> Iterator[Mistake]:
    pii = (value.get("detectors") or {}).get("pii") or {}
    mistakes, own = check_options(pii, folder)
    yield from mistakes
    for name, rule in (value.get("rules") or {}).items():
        detector, _, category = name.partition(".")
        if detector not in known:
            yield Mistake(("rules", name), f"no such detector{nearest(detector, list(known))}")
        elif category in (*known[detector], *_classes(detector)):
            pass
        elif difflib.get_close_matches(category, _classes(detector), n=1):
            hint = nearest(category, _classes(detector))
            yield Mistake(("rules", name), f"{detector} has no class {category!r}{hint}")
        elif category and known[detector]:
            hint = nearest(category, sorted(known[detector]))
            yield Mistake(("rules", name), f"{detector} has no category {category!r}{hint}")
        elif detector == "pii" and category not in own and not is_known(category):
            close = difflib.get_close_matches(category, [*own, *known_categories()], 1, _MISSPELT)
            if close:
                yield Mistake(
                    ("rules", name), f"pii has no category {category!r}; did you mean {close[0]!r}?"
                )
        redacts = rule and any(step.action == "redact" for step in _steps(rule))
        if redacts and detector not in SPAN_DETECTORS:
            yield Mistake(
                ("rules", name),
                f"redact takes parts out of a text, and {detector} is about whole records; "
                "expected keep, quarantine or drop",
            )
        for step in rule if isinstance(rule, list) else [rule]:
            if "as" in (step or {}) and step.get("action") != "redact":
                yield Mistake(
                    ("rules", name),
                    f"as: {step['as']} says how to redact; expected action: redact beside it",
                )
    duplicates = value.get("duplicates") or {}
    by_date = {"newest", "oldest"} & set(duplicates.get("prefer") or ())
    if by_date and not duplicates.get("date_column"):
        yield Mistake(
            ("duplicates", "prefer"),
            f"{min(by_date)} needs the column that says when; add date_column beside it",
        )
    if len(by_date) > 1:
        yield Mistake(("duplicates", "prefer"), "newest and oldest exclude each other; take one")
    options = value.get("detectors") or {}
    for name in options:
        if name not in known or name in RECORD_CATEGORIES:
            hint = nearest(name, sorted(set(known) - set(RECORD_CATEGORIES)))
            yield Mistake(("detectors", name), f"no such detector{hint}")
