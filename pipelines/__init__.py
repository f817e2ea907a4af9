"""Runnable Beam entry points, a page each."""
