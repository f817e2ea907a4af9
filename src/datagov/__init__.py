"""datagov: a corpus goes in, a signed release with evidence for every decision comes out."""

__version__ = "0.1.0"
