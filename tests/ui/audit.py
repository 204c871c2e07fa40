"""Looks through a tree of widgets for what a person without a mouse or without sight could not use."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QMenu,
    QMenuBar,
    QPlainTextEdit,
    QScrollBar,
    QTabBar,
    QTextEdit,
    QWidget,
)

INTERACTIVE = (
    QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit, QTextEdit, QAbstractItemView,
)  # fmt: skip
_QTS_OWN = (QScrollBar, QHeaderView, QMenu, QMenuBar, QTabBar)


def interactive_widgets(root: QWidget, visible_only: bool = False) -> list[QWidget]:
    """Every control in the tree that is not an inner part of another one."""
    return [
        widget
        for widget in (root, *root.findChildren(QWidget))
        if isinstance(widget, INTERACTIVE)
        and not isinstance(widget, _QTS_OWN)
        and not _is_inner(widget)
        and (not visible_only or widget.isVisible())
    ]


def _is_inner(widget: QWidget) -> bool:
    """Parts that Qt makes by itself: a spin box's line edit, a table's corner, a tab bar's arrows, a list's pop-up."""
    if widget.objectName().startswith("qt_"):
        return True
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QAbstractSpinBox | QComboBox | QAbstractItemView | QLineEdit | QTabBar | QMenuBar):
            return True
        parent = parent.parentWidget()
    return False


def describe(widget: QWidget) -> str:
    """Type, name and place of a widget."""
    path, parent = [], widget.parentWidget()
    while parent is not None:
        path.append(type(parent).__name__)
        parent = parent.parentWidget()
    text = widget.text() if isinstance(widget, QAbstractButton) else ""
    return f"{type(widget).__name__} {widget.objectName()!r} {text!r} in {' < '.join(path)}"


def problems(root: QWidget, visible_only: bool = False) -> list[str]:
    """Controls without accessible name, without tooltip, or out of reach of the keyboard."""
    found = []
    for widget in interactive_widgets(root, visible_only):
        if not widget.accessibleName() and not (isinstance(widget, QAbstractButton) and widget.text()):
            found.append(f"no accessible name: {describe(widget)}")
        if not widget.toolTip():
            found.append(f"no tooltip: {describe(widget)}")
        takes_keys = isinstance(widget, QAbstractButton | QAbstractSlider | QComboBox | QLineEdit)
        group = widget.group() if isinstance(widget, QAbstractButton) else None
        arrows = group is not None and group.exclusive()  # arrow keys go from one to the next
        if takes_keys and not arrows and widget.focusPolicy() == Qt.FocusPolicy.NoFocus:
            found.append(f"not reachable by keyboard: {describe(widget)}")
    return found
