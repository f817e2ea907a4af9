"""From evidence to a release: decisions, materialising, accounting, publishing."""
