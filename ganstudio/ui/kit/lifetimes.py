"""How long a widget listens: the one place where a model that outlives a widget is cut off from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from PySide6.QtCore import QObject


class _Signal(Protocol):
    """A signal below Qt (psygnal's)."""

    def connect(self, slot: Callable[..., Any]) -> Any:
        """Calls ``slot`` from now on."""

    def disconnect(self, slot: Callable[..., Any], missing_ok: bool = True) -> Any:
        """Calls it no more."""


def listen(owner: QObject, *ties: tuple[Any, Callable[..., Any]]) -> Callable[..., None]:
    """Connects signals of models with what a widget does, until the widget is gone.

    Args:
        owner: the widget; its models may outlive it.
        *ties: signals below Qt, each with the slot that it calls.

    Returns:
        Cuts them before that; may be called more than once.
    """
    signals: list[tuple[_Signal, Callable[..., Any]]] = list(ties)

    def cut(*_args: object) -> None:
        while signals:
            signal, slot = signals.pop()
            signal.disconnect(slot, missing_ok=True)

    for signal, slot in signals:
        signal.connect(slot)
    owner.destroyed.connect(cut)
    return cut
