"""Annotation quality: agreement, aggregated labels, suspects; pure, no Beam.

`assess.assess` judges a table, `assess.run` reads files and writes tables and a report.
"""
