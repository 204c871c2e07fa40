"""How long a widget listens: the one place where a model that outlives a widget is cut off from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject


def listen(owner: QObject, *ties: tuple[Any, Callable[..., Any]]) -> Callable[..., None]:
    """Connects signals of models with what a widget does, until the widget is gone.

    Args:
        owner: the widget; its models may outlive it.
        *ties: signals below Qt (psygnal's), each with the slot that it calls.

    Returns:
        Cuts them before that; may be called more than once.
    """
    held = list(ties)

    def cut(*_args: object) -> None:
        while held:
            signal, slot = held.pop()
            signal.disconnect(slot, missing_ok=True)

    for signal, slot in ties:
        signal.connect(slot)
    owner.destroyed.connect(cut)
    return cut
