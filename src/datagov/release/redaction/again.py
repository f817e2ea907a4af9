"""Looks at redacted texts once more, as the first scan did."""

import dataclasses
from collections.abc import Mapping, Sequence

import polars as pl

from datagov.detect.detector import Detector
from datagov.detect.pii import PiiDetector
from datagov.policy import Policy
from datagov.release.redaction.removals import Removal
from datagov.release.redaction.tables import removals_by_cell
from datagov.tables import ACTIONS

KEEP = ACTIONS.index("keep")


def found_again(
    texts: Mapping[int, str], detectors: Sequence[Detector], policy: Policy
) -> dict[int, list[Removal]]:
    """Returns what policy would still take out of `texts`, by their keys.

    Models for named entities are not asked again. All that they found is gone, and a text with
    replacements in it is not of the language that they know: they take the words beside one for a
    name, round after round.
    """
    keys = list(texts)
    left: dict[int, list[Removal]] = {}
    for detector in detectors:
        if isinstance(detector, PiiDetector):
            detector = dataclasses.replace(detector, ner=None)
        spans = pl.DataFrame(detector.detect(list(texts.values())))
        actions = policy.actions(detector.name, spans["category"], spans["score"])
        found = spans.with_columns(actions["treatment"], detector=pl.lit(detector.name))
        found = found.with_columns(fingerprint=pl.lit("")).filter(actions["severity"] > KEEP)
        for cell, removals in removals_by_cell(found).items():
            left.setdefault(keys[cell], []).extend(removals)
    return left
