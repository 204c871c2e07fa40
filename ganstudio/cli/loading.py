"""Imports libraries in less time than Python by itself would take."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """While it lasts torch, and what is built on it, is imported; nothing else that makes much garbage may happen.

    Half a million objects come with torch, and all of them stay. Python's collector would look through them again and
    again while they come, at every full collection afterwards, and once more at the exit: a third of the time that
    ``import torch`` takes from start to end. So it waits, and then takes them for permanent.
    """
    if "torch" in sys.modules or not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
