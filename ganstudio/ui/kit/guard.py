"""A picture that cannot be drawn is told of once, and harms nothing beside it.

An exception that leaves ``paintEvent`` would be told of with every repaint; the message that tells of it makes the window
repaint; and a painter that is left open makes Qt abort. No widget that paints itself may be forgotten, so the guard is
put around each when its class is made: this module mends Qt's own classes, once, when the package is imported.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from functools import wraps
from types import FunctionType
from typing import Any

from PySide6.QtWidgets import QGraphicsItem, QStyledItemDelegate, QWidget

_PAINTS = ((QWidget, "paintEvent"), (QStyledItemDelegate, "paint"), (QGraphicsItem, "paint"))


def guarded(paint: Callable[..., Any]) -> Callable[..., Any]:
    """The same method; what it raises goes to ``sys.excepthook``, the first time that it raises that in that line."""
    told: set[tuple[type, int]] = set()

    @wraps(paint)
    def careful(*given: Any, **named: Any) -> Any:
        try:
            return paint(*given, **named)
        except Exception as error:  # noqa: BLE001 - whatever it is, Qt must not meet it
            lines = [line for _frame, line in traceback.walk_tb(error.__traceback__)]
            traceback.clear_frames(error.__traceback__)  # they hold the painter, which is closed by going
            if (type(error), lines[-1]) not in told:
                told.add((type(error), lines[-1]))
                sys.excepthook(type(error), error, error.__traceback__)
            return None

    careful.guarded = True  # type: ignore[attr-defined]
    return careful


def _mend(kind: Any, name: str) -> None:
    def made(cls: Any, /, **named: Any) -> None:
        super(kind, cls).__init_subclass__(**named)
        paint = getattr(cls, name, None)  # its own, or that of a class beside
        if isinstance(paint, FunctionType) and not hasattr(paint, "guarded"):
            setattr(cls, name, guarded(paint))

    kind.__init_subclass__ = classmethod(made)


for _kind, _name in _PAINTS:
    _mend(_kind, _name)
