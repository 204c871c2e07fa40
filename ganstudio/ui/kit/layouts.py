"""Splitters: made, and as text to be remembered in the settings."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtWidgets import QSplitter, QWidget


def split(*parts: QWidget, stretch: Sequence[int], down: bool = False, sizes: Sequence[int] = ()) -> QSplitter:
    """Parts that a person can make larger at their neighbours' cost, none smaller than it can be.

    Args:
        *parts: from left to right.
        stretch: how much of new room each takes.
        down: from top to bottom instead.
        sizes: pixels of each at first, in proportion.
    """
    made = QSplitter(Qt.Orientation.Vertical if down else Qt.Orientation.Horizontal)
    made.setChildrenCollapsible(False)
    for index, (part, share) in enumerate(zip(parts, stretch, strict=True)):
        made.addWidget(part)
        made.setStretchFactor(index, share)
    if sizes:
        made.setSizes(list(sizes))
    return made


def state_of(splitter: QSplitter) -> str:
    """A splitter's sizes as base64."""
    return base64.b64encode(splitter.saveState().data()).decode()


def restore_splitter(splitter: QSplitter, blob: str) -> bool:
    """The inverse of :func:`state_of`; False where the text says nothing a splitter understands."""
    try:
        return bool(blob) and splitter.restoreState(QByteArray(base64.b64decode(blob)))
    except ValueError:
        return False
