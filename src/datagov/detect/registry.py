"""The one list of detectors. A new detector is one module and one line here."""

import dataclasses
import difflib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from datagov.detect.detector import Detector
from datagov.detect.pii import PiiDetector
from datagov.detect.pii.ner.declared import ner_config
from datagov.detect.quality import QualityDetector
from datagov.detect.restricted import RestrictedDetector
from datagov.detect.secrets import CATEGORIES, SecretsDetector
from datagov.errors import ConfigError
from datagov.policy import Policy

DETECTORS: Mapping[str, type[Detector]] = {
    kind.name: kind for kind in (PiiDetector, QualityDetector, RestrictedDetector, SecretsDetector)
}

KNOWN: Mapping[str, Collection[str]] = dict.fromkeys(DETECTORS, ()) | {"secrets": CATEGORIES}
"""The categories of each detector, as `load_policy` wants them."""


def detectors(policy: Policy) -> tuple[Detector, ...]:
    """Returns the detectors with the options that the policy gives them, in order of name.

    Raises:
        ConfigError: An option is not known, or a detector cannot do what one asks for.
    """
    return tuple(
        _built(kind, policy.detectors.get(name, {}), policy.folder)
        for name, kind in sorted(DETECTORS.items())
    )


def _built(kind: type[Detector], options: Mapping[str, Any], folder: Path) -> Detector:
    known = [field.name for field in dataclasses.fields(kind)]
    for option in options:
        if option not in known:
            nearest = difflib.get_close_matches(option, known, n=1)
            hint = f"; did you mean {nearest[0]!r}?" if nearest else ""
            raise ConfigError(
                f"policy: detectors.{kind.name}.{option}: no such option; "
                f"it has {', '.join(known)}{hint}"
            )
    frozen = {name: tuple(v) if isinstance(v, list) else v for name, v in options.items()}
    if kind is PiiDetector and options.get("ner") is not None:
        frozen["ner"] = ner_config(options["ner"], folder)
    detector = kind(**frozen)
    if options:
        # What it cannot do it says now, and not from the midst of a run.
        detector.detect(())
    return detector
