"""The strip above a run: its name and state, and everything that can be done with it while it trains."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QMenu, QPushButton, QToolButton, QWidget

from ganstudio.app.generators.workplaces import Workplace, workplace_of_run
from ganstudio.app.runs.run_model import RunModel
from ganstudio.core.i18n import _
from ganstudio.ui.generator_page.words import source_words
from ganstudio.ui.kit.icons import icon
from ganstudio.ui.kit.menus import ActionBinder
from ganstudio.ui.kit.parts import ElidedLabel, boxed, label, tool_button
from ganstudio.ui.kit.style import set_look
from ganstudio.ui.kit.words import clock, state_text
from ganstudio.ui.train.role_buttons import RoleActions, RoleButtons

NARROW = 760  # pixels below which words give way to the name and the step
ROLE_WIDTH = 110
"""So many more for each role beyond two."""
MAIN_WIDTH = 112


def progress_text(model: RunModel) -> str:
    """Step, speed and time left in one line."""
    parts = [_("step {step} of {total}").format(step=f"{model.step:,}", total=f"{model.total:,}")]
    progress = model.progress
    if progress is not None and model.state == "training" and progress.steps_per_second:
        parts.append(_("{rate:.3g} steps/s").format(rate=progress.steps_per_second))
        if progress.images_per_second and model.spec is not None:
            unit = _("images/s") if model.spec.pictures else _("points/s")
            parts.append(f"{progress.images_per_second:,.0f} {unit}")
        if progress.eta_seconds is not None:
            parts.append(_("{time} left").format(time=clock(progress.eta_seconds)))
    return " · ".join(parts)


class RunBar(QWidget):
    """Name, state, and the buttons; what each does stands in the table of actions.

    Signals:
        train_only: the person chose which networks train: a role, or "" for all.
        compare: the person chose a run to overlay: its key, or "" for none.
    """

    train_only = Signal(str)
    compare = Signal(str)

    def __init__(self, binder: ActionBinder, role_actions: RoleActions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._narrow, self._binder = False, binder
        self._place: Workplace = "explore"
        self._name = ElidedLabel(role="title")
        self._state = label("", "muted")
        self._numbers = ElidedLabel(role="muted")
        self.main = QPushButton(_("Pause"))
        set_look(self.main, primary=True)
        binder.bind(self.main, "run.toggle")
        self.main.setMinimumWidth(MAIN_WIDTH)
        self._step = self._bound("run.step")
        self.roles = RoleButtons(binder, role_actions)
        self.roles.chosen.connect(self.train_only)
        self._others = [self._bound(name) for name in ("run.checkpoint", "run.stop")]
        self.explore = self._bound("run.explore")
        self._compare = tool_button(
            "compare", _("Compare with another run"), _("Lay the curves of another open run over these")
        )
        self._compare.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu = QMenu(self._compare)
        self._compare.setMenu(self._menu)
        words = boxed(
            self._name, boxed(self._state, self._numbers, across=True, gap=8, stretch=self._numbers), stretch=self._name
        )
        boxed(words, self.main, self._step, self.roles, *self._others, self.explore, self._compare,
              across=True, margins=(16, 8, 16, 8), gap=8, into=self, stretch=words)  # fmt: skip

    def _bound(self, name: str) -> QToolButton:
        button = QToolButton()
        self._binder.bind(button, name)
        return button

    def set_run(self, model: RunModel) -> None:
        """Shows a run's name, state and numbers."""
        self._name.setText(model.title)
        word = state_text(model.state)
        if model.live and not model.here and model.path is not None and model.state != "preparing":
            word = _("{state} elsewhere").format(state=word)
        self._state.setText(word)
        self._numbers.setText(progress_text(model))
        training = model.here and model.state in ("training", "preparing")
        text = _("Pause") if training else _("Resume") if model.here else _("Continue")
        self.main.setText(text)
        self.main.setIcon(icon("pause" if training else "play", "accent_text"))
        self.main.setVisible(model.here or (not model.live and model.path is not None))
        self.roles.set_roles(model.roles, model.only)
        self.roles.setVisible(model.here and self.roles.count > 0)
        self._fit()
        for widget in (self._step, *self._others):
            widget.setVisible(model.here)
        self.explore.setVisible(model.path is not None)
        place = workplace_of_run(model.info)
        if place != self._place:
            self._place = place
            self.explore.setIcon(icon(source_words(place).icon))
            self._binder.refresh()  # the button is called otherwise

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the buttons say the same in fewer letters."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        narrow = self.width() < NARROW + ROLE_WIDTH * max(0, self.roles.count - 2)
        if narrow == self._narrow:
            return
        self._narrow = narrow
        self.main.setMinimumWidth(0 if narrow else MAIN_WIDTH)
        self.roles.set_narrow(narrow)

    def set_others(self, runs: list[tuple[str, str]], chosen: str) -> None:
        """The runs that can be compared with this one: ``(key, title)``."""
        self._compare.setVisible(bool(runs))
        self._menu.clear()
        for key, title in (("", _("Nothing")), *runs):
            action = self._menu.addAction(title)
            action.setCheckable(True)
            action.setChecked(key == chosen)
            action.triggered.connect(lambda _checked=False, key=key: self.compare.emit(key))
