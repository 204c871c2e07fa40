"""A workspace as the window sees it."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from ganstudio.app.history import History


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
