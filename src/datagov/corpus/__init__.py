"""Shards, splits, readers and writers per format."""
