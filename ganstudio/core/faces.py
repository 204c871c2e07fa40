"""Packages whose parts are imported when they are first asked for, so that asking for one does not bring all others."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any


def face(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """The ``__getattr__`` of a package (PEP 562).

    Args:
        package: its ``__name__``.
        homes: a module of the package → the names it gives, separated by spaces.

    Returns:
        Finds a name in its module, which is imported then; raises AttributeError for a name that is not listed.
    """
    module_of = {name: module for module, names in homes.items() for name in names.split()}

    def find(name: str) -> Any:
        if name not in module_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(importlib.import_module(f"{package}.{module_of[name]}"), name)

    return find
