"""The Explore workspace: controls left, the large picture over its views in the middle, what one keeps on the right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QMenu, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from ganstudio.app.explorer import Explorer
from ganstudio.app.history import History
from ganstudio.app.run_model import RunModel
from ganstudio.app.studio import Studio
from ganstudio.app.workplaces import bundled_path, opens
from ganstudio.core.i18n import _
from ganstudio.ui.errors import EmptyState
from ganstudio.ui.explore.controls import ControlsPanel
from ganstudio.ui.explore.exports import Exports
from ganstudio.ui.explore.opening import open_dropped
from ganstudio.ui.explore.picks import Picks
from ganstudio.ui.explore.picture import LargePicture
from ganstudio.ui.explore.side import SidePanel
from ganstudio.ui.explore.travel import Traveller
from ganstudio.ui.explore.views import ViewTabs
from ganstudio.ui.menus import ActionBinder
from ganstudio.ui.train.layouts import restore_splitter, state_of
from ganstudio.ui.workbench import SourceBar, Waker

LEFT, RIGHT = 304, 304
BENCH, MIDDLE = "explore/bench", "explore/middle"


class ExploreWorkspace(QWidget):
    """Everything to explore one generator."""

    def __init__(self, studio: Studio, binder: ActionBinder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._studio, self._binder = studio, binder
        self._waker = Waker(self._woken, self)
        self.explorer = Explorer(studio, self._waker)
        self.traveller = Traveller(self.explorer, self)
        self.source = SourceBar(self.explorer, studio)
        self.controls = ControlsPanel(self.explorer)
        self.picture = LargePicture(self.explorer, self.traveller)
        self.picks = Picks(self)
        self.views = ViewTabs(self.explorer, self.traveller, self.picks)
        self.side = SidePanel(self.explorer, studio, self.picks)
        self.exports = Exports(self)
        self.picture.menu_requested.connect(self._open_menu)
        self._arranged = self._had_picture = False
        self._lay_out()
        self.explorer.source_changed.connect(self._source_changed)
        self.explorer.picture_changed.connect(self._picture_changed)
        self.explorer.weights_changed.connect(self.picture.refresh)
        self.explorer.history.changed.connect(studio.actions.refresh)
        self._source_changed()

    def _lay_out(self) -> None:
        self.middle = QSplitter(Qt.Orientation.Vertical)
        self.middle.addWidget(self.picture)
        self.middle.addWidget(self.views)
        for index in range(2):
            self.middle.setStretchFactor(index, 1)
        self.bench = QSplitter(Qt.Orientation.Horizontal)
        for part, stretch in ((self.controls, 0), (self.middle, 1), (self.side, 0)):
            self.bench.addWidget(part)
            self.bench.setStretchFactor(self.bench.count() - 1, stretch)
        for splitter in (self.middle, self.bench):
            splitter.setChildrenCollapsible(False)
        self._empty = EmptyState(
            "explore",
            _("Explore what a generator learned"),
            _("Sliders, codes, classes and directions answer at once, on a finished run or on one that is training. "
              "Open one above, or begin with the digits that come with the program."),
            _("Open the ready digits"),
        )  # fmt: skip
        self._empty.clicked.connect(lambda: self.explorer.open_bundled())
        self.pages = QStackedWidget()
        self.pages.addWidget(self._empty)
        self.pages.addWidget(self.bench)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.source)
        column.addWidget(self.pages, 1)

    def _source_changed(self) -> None:
        there = self.explorer.opened is not None
        shown, focus = self.pages.currentWidget(), self.window().focusWidget()
        had_keyboard = shown is not None and focus is not None and shown.isAncestorOf(focus)
        self.pages.setCurrentWidget(self.bench if there else self._empty)
        if there and had_keyboard:
            self.picture.setFocus()
        self.picture.refresh()
        self._studio.actions.refresh()
        self._arrange_once()

    def _picture_changed(self) -> None:
        self.picture.refresh()
        there = self.explorer.picture is not None
        if there is not self._had_picture:
            self._had_picture = there
            self._studio.actions.refresh()  # now there is something to be copied and saved

    def showEvent(self, event: QShowEvent) -> None:
        """Somebody looks: what is on view is drawn, and there is something to play with."""
        super().showEvent(event)
        self.views.set_seen(True)
        self._arrange_once()
        self.begin()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks: nothing is drawn."""
        super().hideEvent(event)
        self.views.set_seen(False)

    # -- opening ----------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Something to play with at first: the run that is looked at, or the one that comes with the program."""
        if self.explorer.opened is not None or self.explorer.opening:
            return
        current = self._studio.current
        trained = current is not None and current.path is not None and current.step > 0
        if trained and current is not None and current.spec is not None and opens("explore", current.spec):
            self.open_run(current)
        else:
            self.explorer.open_bundled()

    def open_run(self, model: RunModel) -> None:
        """Follows a run that trains here; else opens its newest checkpoint."""
        self.explorer.open_model(model)

    def open_path(self, path: Path) -> None:
        """Opens the newest checkpoint of a stored run."""
        self.explorer.open_run(path)

    def open_ready(self) -> None:
        """The run that comes with the program, its codes laid out; goes on where it is explored already."""
        self.views.open("sweep")
        opened = self.explorer.opened
        if opened is None or opened.path != bundled_path("explore"):
            self.explorer.open_bundled()

    def open_file(self, path: Path) -> None:
        """Opens what was dropped: a picture that carries a state, any other picture, or a generator's file."""
        self._studio.when_ready(lambda: open_dropped(self, path))

    def _open_menu(self, point: QPoint) -> None:
        self._studio.actions.refresh()
        menu = QMenu(self)
        for name in ("pin", "compare", "pixels", "", "copy", "save", "python", "", "film"):
            if name:
                self._binder.add_to(menu, f"explore.{name}")
            else:
                menu.addSeparator()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(point)

    @property
    def bench_history(self) -> History:
        """What can be taken back here."""
        return self.explorer.history

    # -- deeds ------------------------------------------------------------------------------------------------------

    def back_to_start(self) -> None:
        """Every control as it was at first."""
        if self.explorer.opened is not None:
            self.explorer.edit(self.explorer.opened.start, _("Back to the start"))

    def toggle_compare(self) -> None:
        """Keeps the present picture beside the next ones, or no longer."""
        self.explorer.compare_with(None if self.explorer.other is not None else self.explorer.state)

    def swap(self) -> None:
        """What one compared with is driven from now on."""
        state, other = self.explorer.state, self.explorer.other
        if state is not None and other is not None:
            history = self.explorer.history
            history.begin(_("Swap"))
            self.explorer.edit(other, _("Swap"))
            self.explorer.compare_with(state)
            history.commit()

    # -- the window's timer -----------------------------------------------------------------------------------------

    def _woken(self) -> None:
        self.explorer.pump()

    def refresh(self) -> None:
        """Called by the window's one timer. A run is followed only while somebody looks: its training is faster then."""
        if self.isVisible() and not self.window().isMinimized():
            self.explorer.pump()

    # -- layout -----------------------------------------------------------------------------------------------------

    def _arrange_once(self) -> None:
        """The first time that the parts are seen: before it has its size, a splitter forgets what it is told."""
        if not self._arranged and self.isVisible() and self.pages.currentWidget() is self.bench:
            QTimer.singleShot(0, self, self._arrange)

    def _arrange(self) -> None:
        self._arranged = True
        self.restore_layout()

    def save_layout(self) -> None:
        """Remembers what a person has arranged, where anybody has seen it."""
        if self._arranged:
            for name, splitter in ((BENCH, self.bench), (MIDDLE, self.middle)):
                self._studio.settings.remember_layout(name, state_of(splitter))

    def restore_layout(self) -> None:
        """Arranges everything as it was; as at first where nothing is remembered."""
        layout = self._studio.settings.layout
        if not restore_splitter(self.bench, layout(BENCH)):
            self.bench.setSizes([LEFT, max(400, self.width() - LEFT - RIGHT), RIGHT])
        if not restore_splitter(self.middle, layout(MIDDLE)):
            self.middle.setSizes([270, 410])

    def end(self) -> None:
        """The window goes: ends the rendering thread and listens to nothing any more."""
        self.save_layout()
        self._waker.close()
        self.explorer.shutdown()
        for signal, slot in self._hooks():
            signal.disconnect(slot, missing_ok=True)

    def _hooks(self) -> list[tuple[Any, Any]]:
        return [(self.explorer.history.changed, self._studio.actions.refresh)]
