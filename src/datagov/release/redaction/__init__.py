"""Takes findings out of texts: what overlaps, what stands in their place, and where it stands."""
