"""Detectors: one module or small package per family; pure, no Beam."""
