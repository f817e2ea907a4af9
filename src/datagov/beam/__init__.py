"""The only place that imports apache_beam: transforms, coders, runners."""
