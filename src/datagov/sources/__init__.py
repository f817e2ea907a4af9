"""Declared sources: registry, licences, verdicts."""
