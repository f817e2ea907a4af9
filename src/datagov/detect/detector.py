"""What a detector is: a pure function from texts to spans, with a name, a version and a config.

A detector is a frozen dataclass. Its fields are its whole configuration, so two detectors with
equal `config_digest` find the same things in the same texts, on any machine, in any order.
"""

import dataclasses
import hashlib
from typing import Any, ClassVar, Protocol

import pyarrow as pa
import rfc8785

from datagov.texts import Texts


class Detector(Protocol):
    """Finds spans in single texts; see `datagov.tables.SPANS` for what `detect` returns."""

    name: ClassVar[str]
    version: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, Any]]

    def detect(self, texts: Texts) -> pa.Table:
        """Returns the spans found in `texts`, as a table of schema SPANS, sorted.

        Depends on nothing but the texts and the fields of the detector; each text on its own:
        `detect(a + b)` is `detect(a)` followed by `detect(b)` with its cells moved on.
        """
        ...

    def categories(self) -> frozenset[str]:
        """Returns every category that a finding may have, also those not asked for so far.

        Raises:
            ConfigError: A field of the detector is wrong.
        """
        ...

    def normalise(self, category: str, value: str) -> str:
        """Returns the form of `value` under which two spellings of one thing are equal."""
        ...


def config_digest(detector: Detector) -> str:
    """Returns the SHA-256, in hex, of the detector's name, version and configuration."""
    body = {"name": detector.name, "version": detector.version, "config": _plain(detector)}
    return hashlib.sha256(rfc8785.dumps(body)).hexdigest()


def _plain(value: Any) -> Any:
    """Returns a configuration as plain values; fields that do not compare are not part of it."""
    if dataclasses.is_dataclass(value):
        fields = (field for field in dataclasses.fields(value) if field.compare)
        return {field.name: _plain(getattr(value, field.name)) for field in fields}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return value
