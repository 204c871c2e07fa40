"""Splitters as text, to be remembered in the settings."""

from __future__ import annotations

import base64

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QSplitter


def state_of(splitter: QSplitter) -> str:
    """A splitter's sizes as base64."""
    return base64.b64encode(splitter.saveState().data()).decode()


def restore_splitter(splitter: QSplitter, blob: str) -> bool:
    """The inverse of :func:`state_of`; False where the text says nothing a splitter understands."""
    try:
        return bool(blob) and splitter.restoreState(QByteArray(base64.b64decode(blob)))
    except ValueError:
        return False
