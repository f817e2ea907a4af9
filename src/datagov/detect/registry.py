"""The one list of detectors. A new detector is one module and one line here."""

import dataclasses
import difflib
from collections.abc import Mapping
from typing import Any

from datagov.detect.detector import Detector
from datagov.detect.pii import PiiDetector
from datagov.detect.quality import QualityDetector
from datagov.detect.restricted import RestrictedDetector
from datagov.errors import ConfigError
from datagov.policy import Policy

DETECTORS: Mapping[str, type[Detector]] = {
    kind.name: kind for kind in (PiiDetector, QualityDetector, RestrictedDetector)
}


def detectors(policy: Policy) -> tuple[Detector, ...]:
    """Returns the detectors with the options that the policy gives them, in order of name.

    Raises:
        ConfigError: An option is not known, or a detector cannot do what one asks for.
    """
    return tuple(
        _built(kind, policy.detectors.get(name, {})) for name, kind in sorted(DETECTORS.items())
    )


def _built(kind: type[Detector], options: Mapping[str, Any]) -> Detector:
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
    detector = kind(**frozen)
    if options:
        # What it cannot do it says now, and not from the midst of a run.
        detector.detect(())
    return detector
