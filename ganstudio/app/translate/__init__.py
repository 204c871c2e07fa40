"""Translate without Qt: examples, settings, the translator."""
