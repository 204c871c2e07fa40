"""A mistake in an event handler is told once: it neither ends the program nor comes back with every painting.

An exception that leaves a handler is more than a message. One out of ``paintEvent`` would be told with every repaint, and
the message that tells of it makes the window repaint; a painter that it keeps alive outlives what it paints on; and
PySide 6.11 crashes before Python 3.12 where C code has raised it (an ``int("x")``, a widget that is gone). No handler may be
forgotten, so the guard is put around each when its class is made: Qt's own classes are mended, once, when this package
is imported.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from functools import wraps
from types import FunctionType
from typing import Any

from PySide6.QtWidgets import QGraphicsItem, QStyledItemDelegate, QWidget

_ANSWERS = ("event", "eventFilter")
"""Handlers that say whether they took the event: one that failed did not."""


def _guard(handler: Callable[..., Any], otherwise: bool | None) -> Callable[..., Any]:
    @wraps(handler)
    def safe(self: Any, *args: Any, **named: Any) -> Any:
        try:
            return handler(self, *args, **named)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not reach Qt
            *_, (frame, line) = traceback.walk_tb(error.__traceback__)
            place = (type(error), frame.f_code.co_filename, line)
            told = self.__dict__.setdefault("_told_by_guard", set())
            traceback.clear_frames(error.__traceback__)  # ends the painter that a handler has begun
            if place not in told:
                told.add(place)
                sys.excepthook(type(error), error, error.__traceback__)
            return otherwise
        except BaseException:  # Ctrl+C: caught and raised again it is whole, and does not crash
            raise

    safe.guarded = True  # type: ignore[attr-defined]
    return safe


def _mend(qt: Any) -> None:
    """Puts the guard around the event handlers and ``paint`` of all that is made of this class, mixed in or not.

    What one raises goes to ``sys.excepthook``, once for each place in the code of each object.
    """

    def made(kind: Any, /, **named: Any) -> None:
        super(qt, kind).__init_subclass__(**named)
        ours = [base for base in kind.__mro__ if not base.__module__.startswith(("PySide6", "Shiboken", "builtins"))]
        for name in {name for base in ours for name in vars(base)}:  # Qt's own are thousands
            if name.endswith("Event") or name in ("paint", *_ANSWERS):
                handler = getattr(kind, name)
                if isinstance(handler, FunctionType) and not hasattr(handler, "guarded"):  # Qt's own are no functions
                    setattr(kind, name, _guard(handler, False if name in _ANSWERS else None))

    qt.__init_subclass__ = classmethod(made)


for _qt in (QWidget, QStyledItemDelegate, QGraphicsItem):
    _mend(_qt)
