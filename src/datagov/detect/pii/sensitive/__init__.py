"""Sensitive personal information: the class of each category, and mentions tied to a person."""
