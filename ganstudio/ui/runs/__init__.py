"""The runs workspace: every run that is on disk, and what can be done with it."""
