"""Explore without Qt: the state that is driven, and its session."""
