"""The page of a workspace: the bar above it, what it shows while nothing is open, and what the window asks of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QMenu, QSplitter, QWidget

from ganstudio.app.generators.desk import Desk
from ganstudio.app.generators.picture_session import restore
from ganstudio.app.generators.workplaces import bundled_path
from ganstudio.app.history import History
from ganstudio.app.runs.run_model import RunModel
from ganstudio.app.studio import Studio
from ganstudio.core.errors import StudioError
from ganstudio.ui.generator_page.source_bar import SourceBar
from ganstudio.ui.kit.files import Dropped
from ganstudio.ui.kit.lifetimes import Waker, listen
from ganstudio.ui.kit.menus import ActionBinder
from ganstudio.ui.kit.page import Page
from ganstudio.ui.kit.parts import boxed, pop_up, restore_splitter, stacked, state_of

Splitters = tuple[tuple[str, QSplitter, list[int]], ...]


class GeneratorPage(Page):
    """A workspace whose generator is opened, drawn with and let go of in the same way everywhere.

    A subclass makes its desk (with :attr:`_waker`) and its parts, hands them to :meth:`_fill`, and overrides some
    of :meth:`candidates`, :meth:`begin_alone`, :meth:`splitters`, :meth:`open_ready` and :meth:`take`.
    """

    def __init__(self, studio: Studio, binder: ActionBinder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._studio, self._binder = studio, binder
        self._waker = Waker(lambda: self._desk.pump(), self)
        self._arranged = False
        self._had: object = None
        self._history: History | None = None
        self._leave = listen(self)

    def _use(self, desk: Desk) -> None:
        """Takes the desk, and makes the bar that chooses what is open there."""
        self._desk = desk
        self.source = SourceBar(desk, self._studio)

    def _fill(self, page: QWidget, empty: QWidget) -> None:
        """Lays out the bar, and below it the page, or what is shown while nothing is open."""
        self._page, self._empty = page, empty
        self.pages = stacked(empty, page)
        boxed(self.source, self.pages, into=self, stretch=self.pages)

    def _turn_page(self) -> QWidget | None:
        """Shows the page where something is open; returns which of the two had the keyboard before, if one had."""
        shown, focus = self.pages.currentWidget(), self.window().focusWidget()
        had_keyboard = shown is not None and focus is not None and shown.isAncestorOf(focus)
        self.pages.setCurrentWidget(self._empty if self._desk.opened is None else self._page)
        return shown if had_keyboard else None

    def _note(self, there: object) -> None:
        """What there is to be copied and saved; the actions are told where that has changed."""
        if there != self._had:
            self._had = there
            self._studio.actions.refresh()

    def _hear(self, history: History | None) -> None:
        """Undo and redo of the actions follow this history, and no other any more."""
        self._leave()
        self._history = history
        if history is not None:
            self._leave = listen(self, (history.changed, self._studio.actions.refresh))

    def _pop_up(self, point: QPoint, names: Sequence[str]) -> None:
        """A menu of some of this workspace's actions; an empty name is a line between them."""
        self._studio.actions.refresh()
        menu = QMenu(self)
        for name in names:
            if name:
                self._binder.add_to(menu, f"{self._desk.place}.{name}")
            else:
                menu.addSeparator()
        pop_up(menu, point)

    # -- opening ----------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """Somebody looks: there is something to work with."""
        super().showEvent(event)
        self._arrange_once()
        self.begin()

    def begin(self) -> None:
        """Something to work with at first: a run that is at hand and belongs here, else what the workspace offers."""
        desk = self._desk
        if desk.opened is not None or desk.opening:
            return
        for model in self.candidates():
            if model.info is not None and desk.can_open(model.info) and model.path is not None and model.step > 0:
                self.open_run(model)
                return
        self.begin_alone()

    def candidates(self) -> Sequence[RunModel]:
        """Runs that one would want here, the likeliest first: the one that is looked at."""
        return [] if self._studio.current is None else [self._studio.current]

    def begin_alone(self) -> None:
        """What is opened at first where no run is at hand: nothing."""

    def open_run(self, model: RunModel) -> None:
        """Follows a run that trains here; else opens its newest checkpoint."""
        self._desk.open_model(model)

    def open_path(self, path: Path) -> None:
        """Opens the newest checkpoint of a stored run."""
        self._desk.open_run(path)

    def open_ready(self) -> None:
        """Opens the run that comes with the program; goes on where that is open already."""
        opened, ready = self._desk.opened, bundled_path(self._desk.place)
        if ready is not None and (opened is None or opened.path != ready):
            self._desk.open_bundled()

    def open_file(self, dropped: Dropped) -> None:
        """Takes a file that was dropped: a picture that carries a state of this workspace, or what :meth:`take` takes."""

        def open_it() -> None:
            try:
                restore(self._desk, dropped.session) if dropped.session is not None else self.take(dropped)
            except StudioError as error:
                self._studio.report(error)

        self._studio.when_ready(open_it)

    def take(self, dropped: Dropped) -> None:
        """Takes a picture that carries no state, or a generator's file; raises StudioError."""
        raise NotImplementedError

    @property
    def subject(self) -> str:
        """The generator that is open."""
        return self._desk.name

    @property
    def busy(self) -> bool:
        """A generator is being opened, or draws."""
        return bool(self._desk.opening) or not self._desk.service.idle

    @property
    def method(self) -> str:
        """Of the run whose generator is open; nobody knows that of a file."""
        run = None if self._desk.opened is None else self._desk.opened.run
        return "" if run is None else run.info.experiment.method

    @property
    def page_history(self) -> History:
        """What can be taken back here."""
        return self._desk.history

    # -- the window's timer -----------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Called by the window's one timer. A run is followed only while somebody looks: its training is faster then."""
        if self.isVisible() and not self.window().isMinimized():
            self._desk.pump()

    # -- layout -----------------------------------------------------------------------------------------------------

    def splitters(self) -> Splitters:
        """What a person can arrange: under which name it is remembered, the splitter, its sizes at first."""
        return ()

    def _arrange_once(self) -> None:
        """The first time that the parts are seen: before it has its size, a splitter forgets what it is told."""
        if not self._arranged and self.isVisible() and self.pages.currentWidget() is self._page:
            QTimer.singleShot(0, self, self._arrange_first)

    def _arrange_first(self) -> None:
        self._arranged = True
        self.restore_layout()

    def restore_layout(self) -> None:
        """Arranges everything as it was; as at first where nothing is remembered."""
        for name, splitter, sizes in self.splitters():
            if not restore_splitter(splitter, self._studio.settings.layout(name)):
                splitter.setSizes(sizes)

    def save_layout(self) -> None:
        """Remembers what a person has arranged, where anybody has seen it."""
        if self._arranged:
            for name, splitter, _sizes in self.splitters():
                self._studio.settings.remember_layout(name, state_of(splitter))

    def end(self) -> None:
        """The window goes: remembers the layout, ends the rendering thread, listens to nothing any more."""
        self.save_layout()
        self._hear(None)
        self._waker.close()
        self._desk.shutdown()
