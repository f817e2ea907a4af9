"""Reads the data files of this package."""

from importlib import resources
from typing import Any

import yaml


def parse_data(name: str) -> Any:
    """Returns the YAML of a data file of this package."""
    text = resources.files("datagov.detect.pii.sensitive").joinpath(name).read_text("utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(text, loader)  # noqa: S506 - both are safe loaders
