"""What the views below the large picture have in common: a bar, a grid, and being drawn only while one sees them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from ganstudio.app.explore.explorer import Explorer
from ganstudio.core.i18n import _
from ganstudio.explore.rendering import Drawn, Work
from ganstudio.explore.state import ExploreState
from ganstudio.explore.views import PIECE, Pictures, many
from ganstudio.ui.explore.picks import Picks
from ganstudio.ui.kit.parts import label
from ganstudio.ui.pictures.grid import PictureGrid

VIEW_URGENCY = 10
WIDE = 560


class GridView(QWidget):
    """A bar of choices above a grid of pictures of states.

    Args:
        explorer: what is drawn.
        picks: samples that a person wants more or less of.
        channel: of the rendering service.
        name: what is shown.
        hint: what a click does.

    Attributes:
        states: what the grid shows, place by place.
        titles: words of the bar that may be left out.
    """

    follows = True
    """Drawn anew whenever the controls move."""

    def __init__(self, explorer: Explorer, picks: Picks, channel: str, name: str, hint: str) -> None:
        super().__init__()
        self.explorer, self.picks, self.channel = explorer, picks, channel
        self.states: list[ExploreState] = []
        self._active = False
        self.titles: list[QWidget] = []
        self.grid = PictureGrid(name, hint)
        self.grid.clicked.connect(self.take)
        self.grid.menu_requested.connect(self._open_menu)
        self.bar = QHBoxLayout()
        self.bar.setContentsMargins(8, 4, 8, 4)
        self.bar.setSpacing(8)
        self.hint = label("", "muted", wrap=True)
        self.pin_button = QPushButton(_("Pin this picture"))
        self.pin_button.setToolTip(_("Keeps the present position on the board (P)"))
        self.pin_button.clicked.connect(lambda: explorer.studio.actions.run("explore.pin"))
        self._words = QWidget()
        words = QHBoxLayout(self._words)
        words.setContentsMargins(16, 4, 16, 8)
        words.setSpacing(16)
        words.addWidget(self.hint, 1)
        words.addWidget(self.pin_button)
        self._words.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self.bar)
        column.addWidget(self._words)
        column.addWidget(self.grid, 1)
        explorer.drawn.connect(self._drawn)

    # -- what is drawn ----------------------------------------------------------------------------------------------

    def arrange(self, state: ExploreState) -> Sequence[ExploreState]:
        """The states to draw for the present one; prepares the grid. For subclasses."""
        raise NotImplementedError

    def piece(self) -> int:
        """How many pictures come at a time."""
        return PIECE

    def set_active(self, active: bool) -> None:
        """Somebody looks at it, or nobody does."""
        self._active = active
        self.redraw()

    def redraw(self) -> None:
        """Draws everything anew, where somebody looks."""
        self.explorer.show(self.channel, self._work if self._active else None, VIEW_URGENCY, self.follows)

    def _work(self, state: ExploreState) -> Work:
        self.states = list(self.arrange(state))
        return many([self.explorer.effective(one) for one in self.states], self.piece())

    def _drawn(self, result: Drawn) -> None:
        if result.channel == self.channel and isinstance(result.value, Pictures):
            self.grid.put(result.value.first, result.value.items)
        elif result.channel == self.channel and result.error is not None:
            self.say(str(result.error))

    def flat(self, state: ExploreState) -> ExploreState:
        """The state that draws the same with ψ = 1 and no directions: what stands between two of them is between all."""
        return ExploreState(self.explorer.effective(state))

    def say(self, text: str, pin: bool = False) -> None:
        """A line above the grid: what is missing, or what went wrong; empty for nothing. ``pin`` offers to pin."""
        self.hint.setText(text)
        self._words.setVisible(bool(text))
        self.pin_button.setVisible(pin and "explore.pin" in self.explorer.studio.actions)

    def keep_order(self) -> None:
        """Tab goes through the bar, then to the grid. To be called once the bar is complete."""
        items = [self.bar.itemAt(place) for place in range(self.bar.count())]
        in_bar = [widget for item in items if item is not None and (widget := item.widget()) is not None]
        parts = [part for widget in in_bar for part in (widget, *widget.findChildren(QWidget))]
        stops = [part for part in parts if part.focusPolicy() != Qt.FocusPolicy.NoFocus]
        stops = [part for part in stops if part.window() is self.window()]  # the list of a box is a window of its own
        order = [*stops, self.pin_button, self.grid]
        for before, after in itertools.pairwise(order):
            QWidget.setTabOrder(before, after)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room, the words before the choices give way; tooltips tell what they are."""
        super().resizeEvent(event)
        for words in self.titles:
            words.setVisible(event.size().width() >= WIDE)

    # -- hands ------------------------------------------------------------------------------------------------------

    def take(self, place: int) -> None:
        """Goes where a picture of the grid is."""
        if 0 <= place < len(self.states):
            self.explorer.edit(self.states[place], _("Take a picture of the grid"))

    def make_menu(self, place: int) -> QMenu:
        """What can be done with a picture of the grid."""
        menu = QMenu(self)
        if 0 <= place < len(self.states):
            state = self.states[place]
            said = self.picks.verdict(state)
            menu.addAction(_("Go there"), lambda: self.take(place))
            menu.addAction(_("Compare with it"), lambda: self.explorer.compare_with(state))
            menu.addSeparator()
            for like, text in ((True, _("More like this")), (False, _("Less like this"))):
                row = menu.addAction(text, partial(self.pick, place, None if said is like else like))
                row.setCheckable(True)
                row.setChecked(said is like)
        return menu

    def pick(self, place: int, like: bool | None) -> None:
        """More or less like this one."""
        self.picks.pick(self.states[place], like)

    def _open_menu(self, place: int, point: QPoint) -> None:
        menu = self.make_menu(place)
        if menu.isEmpty():
            menu.deleteLater()
            return
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(point)
