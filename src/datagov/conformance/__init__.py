"""The control catalogue, and what the evidence of a release says to each control."""
