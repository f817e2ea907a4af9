"""Annotation quality: agreement, aggregated labels, suspects; pure, no Beam."""
