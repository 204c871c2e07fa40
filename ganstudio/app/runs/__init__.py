"""Runs without Qt: the library, one run that is watched, what can be done to it."""
