"""Secrets: keys, tokens, private keys and passwords, by published format, checksum and context."""

from datagov.detect.secrets.detector import SecretsDetector
from datagov.detect.secrets.rules import CATEGORIES

__all__ = ["CATEGORIES", "SecretsDetector"]
