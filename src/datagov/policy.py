"""The policy: what to do about each category, and from which score."""

import difflib
import hashlib
import math
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import rfc8785

from datagov.declared import Declared, Mistake, load_declared, manifest, nearest, parse
from datagov.detect.pii.own.options import check_options, load_options, without_terms
from datagov.detect.pii.sensitive.classes import KINDS, LEVELS, class_of
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

PII_CLASSES = (*LEVELS, *KINDS)
"""What a rule may name beside the categories: `pii.sensitive`, `pii.medical_health`."""

PREFERENCES = ("source_priority", "licence", "personal_data", "quality", "length")
"""By what, in this order, the record of a cluster that stays is chosen if policy does not say."""


BY_DATE = frozenset(("newest", "oldest"))
"""What of it needs a column of dates."""


@dataclass(frozen=True)
class Described:
    """What detectors with given options say of themselves.

    Attributes:
        categories: By detector every category that its findings may have; None where its options
            are so wrong that it cannot say.
        mistakes: What is wrong with the options.
    """

    categories: Mapping[str, Collection[str] | None]
    mistakes: tuple[Mistake, ...] = ()


Describe = Callable[[Mapping[str, Any], Path], Described]
"""Describes detectors, given their options by name and the folder that paths are relative to."""

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
        places: The file's name and the lines of what is said about duplicates, for mistakes that
            only the registry or the corpus shows. Not compared.
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
    places: Declared = field(compare=False, repr=False)

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

    def acts_from(self, detector: str, category: str) -> float:
        """Returns the score from which anything but `keep` is done; infinite where nothing is."""
        steps = self.steps(detector, category)
        return min((s.from_score for s in steps if s.action != "keep"), default=math.inf)

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


def load_policy(path: str | os.PathLike[str] | None, describe: Describe) -> Policy:
    """Returns the policy at `path`, or the default one.

    Args:
        path: A YAML file; see manifests/examples/policy.yaml.
        describe: What detectors there are and which categories they have, so that a misspelt
            rule or option is told; see `datagov.detect.registry.describe_detectors`.

    Raises:
        ConfigError: With a line for each mistake.
    """
    if path is None:
        return _built(parse(DEFAULT, manifest(DEFAULT)), Path.cwd())
    folder = Path(path).absolute().parent
    return _built(
        load_declared(Path(path), SCHEMA, lambda value: _check(value, describe, folder)), folder
    )


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
        places=_places(declared),
        detectors=options,
        allowed_columns=None if allowed is None else tuple(allowed),
        document=value,
        digest=hashlib.sha256(rfc8785.dumps(value)).hexdigest(),
        folder=folder,
    )


def _places(declared: Declared) -> Declared:
    lines = {at: line for at, line in declared.lines.items() if at[:1] == ("duplicates",)}
    return Declared(declared.name, None, lines)


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


def _check(value: Mapping[str, Any], describe: Describe, folder: Path) -> Iterator[Mistake]:
    options = {name: each or {} for name, each in (value.get("detectors") or {}).items()}
    mistakes, read = check_options(options.get("pii", {}), folder)
    yield from mistakes
    described = describe({**options, "pii": read}, folder)
    yield from described.mistakes
    known = {**RECORD_CATEGORIES, **described.categories}
    if mistakes:
        # Which categories recognisers and lists have that could not be read, nobody knows.
        known["pii"] = None
    for name, rule in (value.get("rules") or {}).items():
        at = ("rules", name)
        detector, _, category = name.partition(".")
        if detector not in known:
            yield Mistake(at, f"no such detector{nearest(detector, list(known))}")
        elif category:
            yield from _check_category(at, detector, category, known[detector])
        for step in rule if isinstance(rule, list) else [rule]:
            yield from _check_step(at, detector if detector in known else None, step or {})
    yield from _check_duplicates(value.get("duplicates") or {})
    yield from _check_reach(value.get("rules") or {}, value.get("duplicates") or {})
    for name in options:
        if name not in described.categories:
            hint = nearest(name, sorted(described.categories))
            yield Mistake(("detectors", name), f"no such detector{hint}")


def _check_category(
    at: tuple[str, ...], detector: str, category: str, known: Collection[str] | None
) -> Iterator[Mistake]:
    classes = PII_CLASSES if detector == "pii" else ()
    if known is None or category in known or category in classes:
        return
    if difflib.get_close_matches(category, classes, n=1):
        yield Mistake(at, f"{detector} has no class {category!r}{nearest(category, classes)}")
    else:
        hint = nearest(category, sorted(known))
        yield Mistake(at, f"{detector} has no category {category!r}{hint}")


def _check_step(
    at: tuple[str, ...], detector: str | None, step: Mapping[str, Any]
) -> Iterator[Mistake]:
    """Yields what is wrong with a step of a detector's rule; None is one that there is not."""
    action = step.get("action")
    if action == "redact" and detector is not None and detector not in SPAN_DETECTORS:
        yield Mistake(
            at,
            f"redact takes parts out of a text, and {detector} is about whole records; "
            "expected keep, quarantine or drop",
        )
    if step.get("as") and action not in ("redact", None):
        yield Mistake(at, f"as: {step['as']} says how to redact; expected action: redact beside it")


def _check_duplicates(duplicates: Mapping[str, Any]) -> Iterator[Mistake]:
    by_date = BY_DATE & set(duplicates.get("prefer") or ())
    if by_date and not duplicates.get("date_column"):
        yield Mistake(
            ("duplicates", "prefer"),
            f"{min(by_date)} needs the column that says when; add date_column beside it",
        )
    if len(by_date) > 1:
        yield Mistake(("duplicates", "prefer"), "newest and oldest exclude each other; take one")


def _check_reach(rules: Mapping[str, Any], duplicates: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yields steps for likenesses that nobody looks for."""
    default = DuplicateOptions()
    for kind, option, usual in (
        ("near", "near_from", default.near_from),
        ("contained", "contained_from", default.contained_from),
    ):
        name = f"duplicates.{kind}"
        found_from = duplicates.get(option, usual)
        rule = rules.get(name) or []
        for i, step in enumerate(rule if isinstance(rule, list) else [rule]):
            least = (step or {}).get("from_score")
            if least and found_from and least < found_from:
                at = ("rules", name, i) if isinstance(rule, list) else ("rules", name)
                yield Mistake(
                    (*at, "from_score"),
                    f"{least} is less than {option}, {found_from}, from which on they are found at "
                    f"all; raise it to that, or set duplicates: {{{option}: {least}}}",
                )


def check_date_column(policy: Policy, known: Collection[str]) -> None:
    """Refuses a column of dates that a corpus does not have.

    Args:
        policy: What names the column.
        known: The columns of the corpus; none where they are not known.

    Raises:
        ConfigError: It is not among them, and what stays is to be chosen by date.
    """
    options = policy.duplicates
    column = options.date_column
    if BY_DATE & set(options.prefer) and column and known and column not in known:
        hint = nearest(column, list(known))
        policy.places.refuse(
            [Mistake(("duplicates", "date_column"), f"no shard has a column {column!r}{hint}")]
        )
