"""Gates: Great Expectations suites over a finished release. A failed gate fails the run."""
