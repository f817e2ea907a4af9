"""Restricted domains: names and designations from public control lists, in context."""

from datagov.detect.restricted.detector import RestrictedDetector

__all__ = ["RestrictedDetector"]
