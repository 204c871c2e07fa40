"""The strip above a run: its name and state, and everything that can be done with it while it trains."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QMenu, QPushButton, QToolButton, QWidget

from ganstudio.app.actions import Action
from ganstudio.app.generators.workplaces import Workplace, workplace_of_run
from ganstudio.app.runs.run_model import RunModel
from ganstudio.app.runs.verdict import letters
from ganstudio.core.events import RoleInfo
from ganstudio.core.i18n import _, clock
from ganstudio.ui.generator_page.source_menu import source_words
from ganstudio.ui.kit.flow import BreakingRow
from ganstudio.ui.kit.icons import icon
from ganstudio.ui.kit.menus import ActionBinder, MarkKeys
from ganstudio.ui.kit.parts import ElidedLabel, Segmented, boxed, filled_menu, label, tool_button
from ganstudio.ui.kit.style import set_look
from ganstudio.ui.kit.words import as_entry, rate_text, state_text

RoleActions = Callable[[Sequence[RoleInfo]], tuple[Action, ...]]
NARROW = 760  # pixels below which words give way to the name and the step
LEAST = 160
"""So many for the name, or the buttons go below it."""
ROLE_WIDTH = 110
"""So many more for each role beyond two."""


def progress_text(model: RunModel) -> str:
    """Step, speed and time left in one line."""
    parts = [_("step {step} of {total}").format(step=f"{model.step:,}", total=f"{model.total:,}")]
    progress = model.progress
    if progress is not None and model.state == "training" and progress.steps_per_second:
        parts.append(_("{rate} steps/s").format(rate=rate_text(progress.steps_per_second)))
        if progress.eta_seconds is not None:
            parts.append(_("{time} left").format(time=clock(progress.eta_seconds)))
        if progress.images_per_second and model.spec is not None:  # last: the first to go where there is little room
            unit = _("images/s") if model.spec.pictures else _("points/s")
            parts.append(f"{progress.images_per_second:,.0f} {unit}")
    return " · ".join(parts)


def _bound(binder: ActionBinder, action: str) -> QToolButton:
    button = QToolButton()
    binder.bind(button, action)
    return button


def _opener(icon_name: str, name: str, tip: str) -> QToolButton:
    button = tool_button(icon_name, name, tip)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    return button


class RoleButtons(QWidget):
    """The step of each role, then the choice of who trains; nothing where there is but one role.

    More than two roles fold their steps into a menu where there is little room. The rows in the table of actions come
    and go with the roles: menu, palette and keys follow.

    Signals:
        chosen: the person chose who trains: a role's name, or "" for all.

    Args:
        binder: whose table the rows are put into.
        actions: the rows for some roles, in their order.

    Attributes:
        steps: a button for each role that can be chosen; none where there is no choice.
    """

    chosen = Signal(str)

    def __init__(self, binder: ActionBinder, actions: RoleActions) -> None:
        super().__init__()
        self._binder, self._actions = binder, actions
        self._roles: tuple[RoleInfo, ...] = ()
        self._rows: tuple[Action, ...] = ()
        self._narrow = False
        self.steps: list[QToolButton] = []
        self.choice: Segmented | None = None
        self.more = _opener("chevron-down", _("One step of one network"), _("One step of one network, then hold"))
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

    def set_narrow(self, narrow: bool) -> None:
        """Says the same in fewer letters."""
        self._narrow = narrow
        folded = narrow and len(self.steps) > 2
        self.more.setVisible(folded)
        for step in self.steps:
            step.setVisible(not folded)
        if self.choice is not None:
            for button, text in zip(self.choice.findChildren(QPushButton), self._words(narrow), strict=True):
                button.setText(text)

    def _fill(self, menu: QMenu) -> None:
        for row in self._rows:  # the actions are made anew whenever the table changes
            self._binder.add_to(menu, row.id)

    def _words(self, narrow: bool) -> list[str]:
        one = "{role}" if narrow else _("{role} only")
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
            self.steps.append(_bound(self._binder, row.id))
            self._row.addWidget(self.steps[-1])
        titles = ", ".join(role.title for role in roles)
        tips = [_("Train all: {titles}").format(titles=titles)]
        tips += [_("Train this alone: {title}; what else there is stands still").format(title=r.title) for r in roles]
        keys = ["", *(role.name for role in roles)]
        self.choice = Segmented(list(zip(keys, self._words(False), tips, strict=True)), _("Networks to train"))
        self.choice.chosen.connect(self.chosen)
        self._row.addWidget(self.choice)
        self.set_narrow(self._narrow)


class RunBar(BreakingRow):
    """Name, state, and the buttons; what each does stands in the table of actions.

    Signals:
        train_only: the person chose which networks train: a role, or "" for all.
        compare: the person chose a run to overlay: its key, or "" for none.
    """

    train_only = Signal(str)
    compare = Signal(str)

    def __init__(self, binder: ActionBinder, role_actions: RoleActions) -> None:
        super().__init__()
        self._narrow, self._total, self._binder = False, 0, binder
        self._place: Workplace = "explore"
        self._name = ElidedLabel(role="title")
        self._state = label("", "muted")
        self._numbers = ElidedLabel(role="muted")
        self.main = QPushButton()
        set_look(self.main, primary=True)
        binder.bind(self.main, "run.toggle")
        self._step = _bound(binder, "run.step")
        self.roles = RoleButtons(binder, role_actions)
        self.roles.chosen.connect(self.train_only)
        self._others = [_bound(binder, name) for name in ("run.checkpoint", "run.stop")]
        self.explore = _bound(binder, "run.explore")
        tip = _("Lay the curves of another open run over these")
        self._compare = _opener("compare", _("Compare with another run"), tip)
        self._menu = QMenu(self._compare)
        self._compare.setMenu(self._menu)
        MarkKeys(self._menu)
        below = boxed(self._state, self._numbers, across=True, gap=8, stretch=self._numbers)
        words = boxed(self._name, below, stretch=self._name)
        # Nothing on the right of what comes and goes: a button stays under the mouse that has pressed it.
        tools = boxed(self._step, *self._others, self.explore, self._compare, across=True, gap=4)
        deeds = boxed(None, self.roles, self.main, tools, across=True, gap=8)
        self.lay_out(words, deeds, LEAST, margins=(16, 8, 16, 8), gap=8)

    def set_run(self, model: RunModel) -> None:
        """Shows a run's name, state and numbers."""
        self._name.setText(model.title)
        word = state_text(model.state)
        if model.live and not model.here and model.path is not None and model.state != "preparing":
            word = _("{state} elsewhere").format(state=word)
        self._state.setText(word)
        self._numbers.setText(progress_text(model))
        self._total = max(model.total, model.step)
        held = model.here and model.state == "paused"
        self.main.setIcon(icon("play" if held or not model.live else "pause", "accent_text"))
        if model.next_deed != self.main.text():
            widest = 0
            for word in (_("Pause"), _("Resume"), _("Continue"), model.next_deed):  # wide enough for each of them
                self.main.setText(word)
                widest = max(widest, self.main.sizeHint().width())
            self.main.setMinimumWidth(widest)
        self.roles.set_roles(model.roles, model.only)
        self.roles.setVisible(bool(self.roles.steps) and model.here)  # its room is that of “Continue to step …”
        self._fit()
        place = workplace_of_run(model.info)
        if place != self._place:
            self._place = place
            self.explore.setIcon(icon(source_words(place).icon))
            self._binder.refresh()  # the button is called otherwise

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the buttons say the same in fewer letters."""
        self._fit()
        super().resizeEvent(event)

    def _fit(self) -> None:
        narrow = self.width() < NARROW + ROLE_WIDTH * max(0, len(self.roles.steps) - 2)
        if narrow != self._narrow:
            self._narrow = narrow
            self.roles.set_narrow(narrow)
        # The step is never cut short; the room for it does not change while it counts, nor with the state.
        wide, total = self._numbers.fontMetrics().horizontalAdvance, f"{self._total:,}"
        states = max(wide(state_text(state)) for state in ("preparing", "training", "interrupted"))
        self._least = max(LEAST, states + 12 + wide(_("step {step} of {total}").format(step=total, total=total)))
        self.fit()

    def set_others(self, runs: list[tuple[str, str]], chosen: str) -> None:
        """The runs that can be compared with this one: ``(key, title)``."""
        self._compare.setEnabled(bool(runs))
        self._menu.clear()
        for key, title in (("", _("Nothing")), *runs):
            action = self._menu.addAction(as_entry(title), partial(self.compare.emit, key))
            action.setCheckable(True)
            action.setChecked(key == chosen)
