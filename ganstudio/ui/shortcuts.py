"""All keys in one place, made from the table of actions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QWidget

from ganstudio.app.actions import Action
from ganstudio.core.i18n import _
from ganstudio.ui.kit.grouped import GroupedRows
from ganstudio.ui.kit.parts import boxed, entry, push_button
from ganstudio.ui.kit.words import keys_text


class Shortcuts(QDialog):
    """Lists what has keys, by menu; type to search.

    Args:
        actions: all there are.
        more: ``(group, what, keys)`` of keys that are no actions (in a canvas, on a timeline).
        parent: the window.
    """

    def __init__(self, actions: Iterable[Action], more: Sequence[tuple[str, str, str]], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("Keyboard shortcuts"))
        words = _("Shows only what contains these letters, in its name or its keys")
        self._tree = GroupedRows(_("Shortcuts"), _("What can be done by keyboard"), 2)
        search = entry(_("Search"), words, _("Search the shortcuts"), changed=self._tree.search, clear=True)
        for action in actions:
            if action.shortcuts:
                keys = "  ".join(map(keys_text, action.shortcuts))
                self._tree.add(action.menu_name or _("Other"), (action.title, keys))
        for group, *row in more:
            self._tree.add(group, row)
        self._tree.setColumnWidth(0, 320)
        close = push_button(_("Close"), "", _("Close this window"), clicked=self.close)
        foot = boxed(None, close, across=True)
        boxed(search, self._tree, foot, into=self, margins=(16, 16, 16, 12), gap=8, stretch=self._tree)
        self.resize(520, 560)

    @property
    def rows(self) -> list[tuple[str, str]]:
        """What is on view: ``(what, keys)``."""
        return [(item.text(0), item.text(1)) for _key, item in self._tree.rows()]
