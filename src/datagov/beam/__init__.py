"""The only place that imports apache_beam: transforms, runners, worker processes."""
