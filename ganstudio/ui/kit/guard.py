"""A mistake in an event handler is told once: it neither ends the program nor comes back with every painting."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from PySide6.QtCore import QObject

_Kind = TypeVar("_Kind", bound=type[QObject])


def guarded(kind: _Kind) -> _Kind:
    """Decorates a widget whose own event handlers (``paintEvent``, ``mousePressEvent``, ``event`` …) let nothing escape.

    An exception that leaves a handler is more than a message: PySide 6.11 crashes before Python 3.12 where C code has
    raised it (an ``int("x")``, a widget that is gone), and a painter that it keeps alive outlives what it paints on.
    What is raised goes to ``sys.excepthook`` instead, once for each widget and place in the code.
    """
    for name, handler in [*vars(kind).items()]:
        if name.endswith("Event") or name in ("event", "eventFilter"):
            setattr(kind, name, _guard(handler, None if name.endswith("Event") else False))
    return kind


def _guard(handler: Callable[..., Any], otherwise: bool | None) -> Callable[..., Any]:
    @wraps(handler)
    def safe(self: QObject, *args: Any) -> Any:
        try:
            return handler(self, *args)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not reach Qt
            *_, (frame, line) = traceback.walk_tb(error.__traceback__)
            place = (type(error), frame.f_code.co_filename, line)
            told = self.__dict__.setdefault("_told", set())
            if place not in told:
                told.add(place)
                sys.excepthook(type(error), error, error.__traceback__)
            traceback.clear_frames(error.__traceback__)  # ends the painter that a handler has begun
            return otherwise
        except BaseException:  # Ctrl+C: caught and raised again it is whole, and does not crash
            raise

    return safe
