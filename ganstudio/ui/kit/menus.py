"""Menus, keys and buttons made from the table of actions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QMainWindow, QMenu

from ganstudio.app.actions import Action, ActionTable
from ganstudio.core.i18n import _
from ganstudio.ui.kit.icons import icon
from ganstudio.ui.kit.lifetimes import listen
from ganstudio.ui.kit.words import tooltip_of


def _in_order(menus: dict[str, list[list[Action]]]) -> list[tuple[str, list[list[Action]]]]:
    """File first, View and Help last, as everywhere; the others between them as registered."""
    places = {_("File"): 0, _("Edit"): 1, _("View"): 3, _("Help"): 4}
    return sorted(menus.items(), key=lambda entry: places.get(entry[0], 2))


_MARK = re.compile(r"&&|&(\w)")


def mark_keys(entries: Sequence[QAction]) -> None:
    """Gives each entry of a menu a letter of its own to press there: the one that is marked with ``&``, or the first free.

    What has no keys of its own chooses first, as a long menu has more entries than there are letters.
    Names that come from elsewhere go through :func:`~ganstudio.ui.kit.words.as_entry` before they are put into a menu.
    """
    taken, without = set(), []
    for entry in entries:
        words = entry.text().partition("\t")[0]
        wish = next((found[1].casefold() for found in _MARK.finditer(words) if found[1]), "")
        if not wish or wish in taken:
            without.append(entry)
        taken.add(wish)
    for entry in sorted(without, key=lambda entry: not entry.shortcut().isEmpty()):
        words, tab, keys = entry.text().partition("\t")
        words = _MARK.sub(lambda found: found[1] or "&&", words)
        starts = [found.start() for found in re.finditer(r"\b\w", words)]
        for place in (*starts, *range(len(words))):
            letter = words[place].casefold()
            if letter not in taken and (letter.isdigit() or letter != words[place].upper()):
                taken.add(letter)
                words = f"{words[:place]}&{words[place:]}"
                break
        if entry.text() != (marked := words + tab + keys):
            entry.setText(marked)


class MarkKeys(QObject):
    """Marks the entries of a menu whenever it is shown: ``MarkKeys(menu)``."""

    def __init__(self, menu: QMenu) -> None:
        super().__init__(menu)
        menu.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """After it was filled."""
        if event.type() == QEvent.Type.Show and isinstance(watched, QMenu):
            for menu in (watched, *watched.findChildren(QMenu)):
                mark_keys(menu.actions())
        return False


def _show_state(action: Action, shown: QAction | QAbstractButton, here: bool = True) -> None:
    shown.setEnabled(here and action.enabled())
    if action.wording is not None:
        shown.setToolTip(tooltip_of(action))
    if action.checked is not None:
        shown.setChecked(action.checked())


class ActionBinder(QObject):
    """Keeps the window's menu bar, keys and bound buttons in step with the table.

    Args:
        window: whose menu bar it fills.
        table: the actions.
    """

    def __init__(self, window: QMainWindow, table: ActionTable) -> None:
        super().__init__(window)
        self._window = window
        self.table = table
        self._actions: dict[str, QAction] = {}
        self._buttons: list[tuple[str, QAbstractButton]] = []
        self._workspace = ""
        self.detach = listen(self, (table.changed, self.rebuild), (table.state_changed, self.refresh))
        """Listens to the table no more; called when the window goes."""
        self.rebuild()

    def rebuild(self) -> None:
        """Makes menus and keys anew."""
        bar = self._window.menuBar()
        bar.clear()
        for menu in bar.findChildren(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly):
            menu.deleteLater()  # the bar keeps them, and tables change with every run of other roles
        for old in self._actions.values():
            self._window.removeAction(old)
            old.deleteLater()
        self._actions = {action.id: self._make(action) for action in self.table}
        for title, sections in _in_order(self.table.menus()):
            menu = bar.addMenu(title)
            menu.setToolTipsVisible(True)
            menu.aboutToShow.connect(self.refresh)
            MarkKeys(menu)
            for place, section in enumerate(sections):
                if place:
                    menu.addSeparator()
                for action in section:
                    menu.addAction(self._actions[action.id])
        self.refresh()
        mark_keys(bar.actions())

    def open_bar(self) -> None:
        """Opens the first menu; arrow keys and letters lead on."""
        bar = self._window.menuBar()
        bar.setFocus(Qt.FocusReason.MenuBarFocusReason)
        bar.setActiveAction(bar.actions()[0])

    def _make(self, action: Action) -> QAction:
        made = QAction(action.entry, self._window)
        made.setObjectName(action.id)
        if action.icon and not action.checkable:
            made.setIcon(icon(action.icon))
        made.setShortcuts([QKeySequence(keys) for keys in action.shortcuts])
        made.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        made.setCheckable(action.checkable)
        made.setToolTip(tooltip_of(action))
        made.setStatusTip(action.help)
        made.setMenuRole(QAction.MenuRole.NoRole)
        made.triggered.connect(lambda _checked=False, name=action.id: self.table.run(name))
        self._window.addAction(made)
        return made

    def set_workspace(self, name: str) -> None:
        """Keys of other workspaces do not work here."""
        self._workspace = name
        self.refresh()

    def refresh(self) -> None:
        """Asks every action whether it can be done now and whether it is on."""
        for action in self.table:
            if (shown := self._actions.get(action.id)) is not None:
                if action.wording is not None:
                    shown.setText(action.entry)
                _show_state(action, shown, action.is_in(self._workspace))
        for name, button in self._buttons:
            if name in self.table:
                action = self.table[name]
                _show_state(action, button)
                if action.wording is not None:
                    button.setAccessibleName(action.label)

    def add_to(self, menu: QMenu, name: str) -> None:
        """Puts an action into a menu of its own, e.g. of a picture."""
        menu.addAction(self._actions[name])

    def bind(self, button: QAbstractButton, name: str) -> None:
        """Makes a button do an action: tooltip, icon, accessible name and state come from the table."""
        action = self.table[name]
        button.setToolTip(tooltip_of(action))
        button.setAccessibleName(action.label)
        if action.icon and button.icon().isNull():
            button.setIcon(icon(action.icon))
        button.setCheckable(action.checkable)
        button.clicked.connect(lambda _checked=False: self.table.run(name))
        self._buttons.append((name, button))
        button.destroyed.connect(lambda: self._forget())
        button.installEventFilter(self)
        _show_state(action, button)

    def _forget(self) -> None:
        self._buttons = [(name, button) for name, button in self._buttons if shiboken6.isValid(button)]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A bound button that comes into view shows the present state."""
        if event.type() == QEvent.Type.Show:
            self.refresh()
        return False


def fill_sections(menu: QMenu, table: ActionTable, sections: Sequence[Sequence[str]], keys: Mapping[str, str]) -> None:
    """Puts actions into a menu that is shown once.

    Args:
        menu: is filled.
        table: the actions.
        sections: their names, by sections.
        keys: those that work in one table only, to be told.
    """
    menu.setToolTipsVisible(True)
    for place, section in enumerate(sections):
        if place:
            menu.addSeparator()
        for name in section:
            action, key = table[name], keys.get(name, "")
            made = menu.addAction(icon(action.icon), f"{action.entry}\t{key}" if key else action.entry)
            made.setToolTip(action.help)
            made.setEnabled(action.enabled())
            made.triggered.connect(lambda _checked=False, name=name: table.run(name))
