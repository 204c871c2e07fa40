"""Tooltips and messages are text, whatever is in them.

Qt takes any text with a tag in it for HTML, and HTML names pictures: of a run called ``<img src="//server/share/x.png">``
Qt would open that path as soon as the mouse rests on its name. Names come out of files that other people wrote, and
tooltips are set in a hundred places. So the setters themselves are mended, once, when this package is imported.
"""

from __future__ import annotations

from functools import wraps
from html import escape
from typing import Any

from PySide6.QtGui import QAction, QStandardItem, Qt
from PySide6.QtWidgets import (
    QListWidgetItem,
    QMessageBox,
    QProgressDialog,
    QTableWidgetItem,
    QToolTip,
    QTreeWidgetItem,
    QWidget,
)

_ITEMS = (QListWidgetItem, QTreeWidgetItem, QTableWidgetItem, QStandardItem)
_BOX = ("__init__", "setText", "setInformativeText", "information", "question", "warning", "critical")
_SETTERS = (
    *((kind, "setToolTip") for kind in (QWidget, QAction, *_ITEMS)),
    *((QMessageBox, name) for name in _BOX),
    (QToolTip, "showText"),
    (QProgressDialog, "setLabelText"),
)


class Html(str):
    """HTML that was written here on purpose; everything in it that came from elsewhere is escaped."""

    __slots__ = ()


def plain(text: str) -> str:
    """What Qt shows as exactly this text."""
    if isinstance(text, Html) or not Qt.mightBeRichText(text):
        return text
    return Html(f'<span style="white-space: pre-wrap">{escape(text)}</span>')


def _mend(kind: type, name: str) -> None:
    original = getattr(kind, name)

    @wraps(original)
    def mended(*given: Any, **named: Any) -> Any:
        return original(*(plain(one) if isinstance(one, str) else one for one in given), **named)

    setattr(kind, name, mended)


for _kind, _name in _SETTERS:
    _mend(_kind, _name)
