"""Finds the files shipped with the program, both from a wheel and from a checkout."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def resource_folder() -> Path:
    """``ganstudio/_resources`` in a wheel, ``resources/`` beside the package in a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "_resources"
    return installed if installed.is_dir() else package.parent / "resources"


def resource_path(*parts: str) -> Path:
    """One shipped file, e.g. ``resource_path("icons", "play.svg")``."""
    return resource_folder().joinpath(*parts)
