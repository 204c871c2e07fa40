"""Tab goes as one reads: in the order in which layouts hold their parts, whenever these were made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QGridLayout, QLayout, QScrollArea, QSplitter, QWidget

from ganstudio.ui.kit.flow import CardLayout, FlowLayout


def _held(layout: QLayout, near: Sequence[Any]) -> Iterator[QWidget]:
    """The widgets of a layout and of those in it, row by row; they are among those that are ``near``.

    Not by ``itemAt``: Shiboken keeps an item of Qt's after Qt has deleted it, and mistakes what comes to lie there for it.
    """
    if isinstance(layout, FlowLayout | CardLayout):
        yield from layout.widgets()
        return
    grid: Any = layout if isinstance(layout, QGridLayout) else None
    parts: dict[int, Any] = {layout.indexOf(part): part for part in [*layout.children(), *near]}
    for place in sorted(parts.keys() - {-1}, key=lambda at: grid.getItemPosition(at)[:2] if grid else (at,)):
        part = parts[place]
        yield from _held(part, near) if isinstance(part, QLayout) else [part]


def _parts(widget: QWidget) -> Iterator[Any]:
    """What is directly in a widget: what is laid out first, then what lies over it."""
    layout = widget.layout()
    children = [child for child in QObject.children(widget) if isinstance(child, QWidget) and not child.isWindow()]
    if isinstance(widget, QSplitter):
        yield from (widget.widget(place) for place in range(widget.count()))
    elif isinstance(widget, QScrollArea) and widget.widget() is not None:
        yield widget.widget()
    elif layout is not None:
        yield from _held(layout, children)
    yield from children


def as_read(root: QWidget, gone: QWidget | None = None) -> list[QWidget]:
    """All that is on view in a widget, itself first, in the order in which one reads it; and what has just ``gone``."""
    found: dict[QWidget, None] = {root: None}
    for part in _parts(root):
        kept = gone is not None and (part is gone or part.isAncestorOf(gone))
        if part not in found and (kept or part.isVisible()):
            found.update(dict.fromkeys(as_read(part, gone)))
    return list(found)


class ReadInOrder:
    """Mixed into a window: Tab and Shift+Tab go from what has the keyboard to what is read next, and round again."""

    def focusNextPrevChild(self: Any, forward: bool) -> bool:
        """Also brings it into sight."""
        now = self.focusWidget()
        order = as_read(self, now)  # it may have been hidden: then from where it was
        place = order.index(now) if now in order else 0
        later, before = order[place + 1 :], order[:place]
        for widget in (*later, *before) if forward else (*reversed(before), *reversed(later)):
            takes = widget.isVisible() and widget.isEnabled() and widget.focusProxy() is None and widget is not self
            if takes and widget.focusPolicy().value & Qt.FocusPolicy.TabFocus.value:
                widget.setFocus(Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason)
                outer = widget.parentWidget()
                while outer is not None:
                    if isinstance(outer, QScrollArea):
                        outer.ensureWidgetVisible(widget)
                    outer = outer.parentWidget()
                return True
        return False
