"""A workspace as the window sees it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from ganstudio.app.history import History
from ganstudio.ui.kit.menus import ActionBinder

if TYPE_CHECKING:
    from ganstudio.app.studio import Studio


class Page(QWidget):
    """One workspace: what the window asks of it; a workspace says what it does of this, and the rest is nothing."""

    @property
    def subject(self) -> str:
        """What is open here, for the title of the window; empty for nothing."""
        return ""

    @property
    def page_history(self) -> History | None:
        """What can be taken back here; None for nothing."""
        return None

    @property
    def method(self) -> str:
        """The method of what is looked at here, by its name; empty for nothing."""
        return ""

    @property
    def busy(self) -> bool:
        """Whether something is being opened or drawn here that one can soon work on."""
        return False

    def take_back(self) -> None:
        """Takes the last change back."""
        if self.page_history is not None:
            self.page_history.undo()

    def make_again(self) -> None:
        """Makes what was taken back again."""
        if self.page_history is not None:
            self.page_history.redo()

    def refresh(self) -> None:
        """Called by the window's one timer; draws what is due, and nothing while nobody looks."""

    def restore_layout(self) -> None:
        """Arranges everything as it was; as at first where nothing is remembered."""

    def end(self) -> None:
        """The window goes: remembers the layout, ends threads, listens to nothing any more."""


class RunsPage(Page):
    """A workspace with a table of runs: what becomes of those that are selected.

    Args:
        studio: what it lists.
        binder: connects its buttons with the table of actions; the workspace adds its own.

    Signals:
        open_requested: look at this run (a path).
        explore_requested: use this run's generator in its workspace (a path).
        duplicate_requested: make a new experiment of this run's settings (a path).
        gallery_requested: show the ready experiments.
    """

    open_requested = Signal(object)
    explore_requested = Signal(object)
    duplicate_requested = Signal(object)
    gallery_requested = Signal()

    def __init__(self, studio: Studio, binder: ActionBinder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._studio, self._binder = studio, binder
        self._handing: dict[str, Callable[[], object]] = {
            name: partial(self._hand_over, getattr(self, f"{name}_requested"))
            for name in ("open", "explore", "duplicate")
        }

    @property
    def chosen_runs(self) -> list[Any]:
        """The selected runs."""
        raise NotImplementedError

    @property
    def method(self) -> str:
        """Of the first selected run."""
        return next((row.experiment.method for row in self.chosen_runs), "")

    def _hand_over(self, signal: SignalInstance) -> None:
        for row in self.chosen_runs[:1]:
            signal.emit(row.path)

    @staticmethod
    def _go_to(search: QLineEdit) -> None:
        search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        search.selectAll()

    def hideEvent(self, event: QHideEvent) -> None:
        """Its actions cannot be done out of view."""
        super().hideEvent(event)
        self._binder.refresh()
