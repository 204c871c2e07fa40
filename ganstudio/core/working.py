"""How long work tells how far it is. It is a Python generator that yields these, and its result at last."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Working:
    """How far some work is.

    Attributes:
        fraction: 0 to 1.
        text: what it is doing, in words.
    """

    fraction: float
    text: str = ""
