"""One step of one role, only this role: as many buttons as the method that is trained has roles."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QPushButton, QToolButton, QWidget

from ganstudio.app.actions import Action
from ganstudio.app.runs.roles import letters
from ganstudio.core.events import RoleInfo
from ganstudio.core.i18n import _
from ganstudio.ui.kit.menus import ActionBinder
from ganstudio.ui.kit.parts import Segmented, boxed, filled_menu, tool_button

RoleActions = Callable[[Sequence[RoleInfo]], tuple[Action, ...]]


class RoleButtons(QWidget):
    """The step of each role, then the choice of who trains; nothing where there is but one role.

    More than two roles fold their steps into a menu where there is little room. The rows in the table of actions come
    and go with the roles: menu, palette and keys follow.

    Signals:
        chosen: the person chose who trains: a role's name, or "" for all.

    Args:
        binder: whose table the rows are put into.
        actions: the rows for some roles, in their order.
    """

    chosen = Signal(str)

    def __init__(self, binder: ActionBinder, actions: RoleActions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._binder, self._actions = binder, actions
        self._roles: tuple[RoleInfo, ...] = ()
        self._rows: tuple[Action, ...] = ()
        self._narrow = False
        self.steps: list[QToolButton] = []
        self.choice: Segmented | None = None
        self.more = tool_button("chevron-down", _("One step of one network"), _("One step of one network, then hold"))
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setMenu(filled_menu(self.more, self._fill))
        self._row = boxed(self.more, across=True, gap=8, into=self)
        self.hide()

    def set_roles(self, roles: tuple[RoleInfo, ...], only: str | None) -> None:
        """Offers these roles; ``only`` is the one that is trained, None where all are."""
        if roles != self._roles:
            self._roles = roles
            self._build(roles if len(roles) > 1 else ())
        if self.choice is not None:
            self.choice.set_value(only if only in {role.name for role in roles} else "")

    @property
    def count(self) -> int:
        """How many roles can be chosen from; 0 where there is no choice."""
        return len(self.steps)

    def set_narrow(self, narrow: bool) -> None:
        """Says the same in fewer letters."""
        self._narrow = narrow
        folded = narrow and len(self.steps) > 2
        self.more.setVisible(folded)
        for step in self.steps:
            step.setVisible(not folded)
        if self.choice is not None:
            buttons, words = self.choice.findChildren(QPushButton), self._words()
            for button, text in zip(buttons, words, strict=True):
                button.setText(text)

    def _fill(self, menu: QMenu) -> None:
        for row in self._rows:  # the actions are made anew whenever the table changes
            self._binder.add_to(menu, row.id)

    def _words(self, narrow: bool | None = None) -> list[str]:
        few = self._narrow if narrow is None else narrow
        one = "{role}" if few else _("{role} only")
        every = _("Both") if len(self._roles) == 2 else _("All")
        return [every, *(one.format(role=short) for short in letters(self._roles))]

    def _build(self, roles: tuple[RoleInfo, ...]) -> None:
        table = self._binder.table
        for old in (*self.steps, *([self.choice] if self.choice is not None else ())):
            self._row.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.steps, self.choice = [], None
        if self._rows:
            table.remove(*(row.id for row in self._rows))
        self._rows = self._actions(roles)
        if not roles:
            return
        table.add(*self._rows)
        for row in self._rows:
            button = QToolButton()
            self._binder.bind(button, row.id)
            self.steps.append(button)
            self._row.addWidget(button)
        titles = ", ".join(role.title for role in roles)
        tips = [_("Train all: {titles}").format(titles=titles)]
        tips += [_("Train this alone: {title}; what else there is stands still").format(title=r.title) for r in roles]
        keys = ["", *(role.name for role in roles)]
        self.choice = Segmented(list(zip(keys, self._words(narrow=False), tips, strict=True)), _("Networks to train"))
        self.choice.chosen.connect(self.chosen)
        self._row.addWidget(self.choice)
        self.set_narrow(self._narrow)
