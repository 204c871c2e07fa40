"""Messages that come up in the lower right corner, never in the way and never modal."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QEnterEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

from ganstudio.app.notifications import Notification
from ganstudio.ui.kit.errors import MessageBody

INFO_MS = 6000
MOST_SHOWN = 4
WIDTH = 380


class Toast(MessageBody):
    """One message; information goes by itself unless the mouse or the keyboard is on it."""

    def __init__(self, message: Notification, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("toast")
        self.message = message
        self.count = 1
        self.close_clicked.connect(self.dismiss)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._time_is_up)
        self._fill()

    def _fill(self) -> None:
        told = self.message
        text = told.text if self.count == 1 else f"{told.text} (×{self.count})"
        run = None if told.run is None else self._run_and_go
        self.show_message(told.level, text, "", told.details, told.action, run)
        self.setAccessibleName(text)
        if told.level == "info":
            self._timer.start(INFO_MS)

    def _run_and_go(self) -> None:
        self.dismiss()
        if self.message.run is not None:
            self.message.run()

    def repeat(self) -> None:
        """The same message came again."""
        self.count += 1
        self._fill()

    def dismiss(self) -> None:
        """Takes it away."""
        self._timer.stop()
        self.hide()
        self.setParent(None)
        self.deleteLater()

    def _time_is_up(self) -> None:
        if self.underMouse() or self.isAncestorOf(self.window().focusWidget() or self.window()):
            self._timer.start(INFO_MS)
        else:
            self.dismiss()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Waits while somebody reads."""
        self._timer.stop()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Goes on counting."""
        if self.message.level == "info":
            self._timer.start(INFO_MS)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes it."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)


class Toasts(QObject):
    """Stacks messages above the status bar of a window; the rest waits its turn.

    Args:
        over: the widget in whose lower right corner they stand.
    """

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over = over
        self._waiting: list[Notification] = []
        over.installEventFilter(self)

    @property
    def shown(self) -> tuple[Toast, ...]:
        """The messages on view, oldest first."""
        direct = Qt.FindChildOption.FindDirectChildrenOnly
        return tuple(toast for toast in self._over.findChildren(Toast, options=direct) if not toast.isHidden())

    def show_message(self, message: Notification) -> None:
        """Shows a message, counts it on the one that says the same, or lets it wait for room."""
        for toast in self.shown:
            if toast.message == message:
                toast.repeat()
                return
        if len(self.shown) >= MOST_SHOWN:
            self._waiting.append(message)
            return
        toast = Toast(message, self._over)
        toast.setFixedWidth(min(WIDTH, max(240, self._over.width() - 32)))
        toast.installEventFilter(self)
        toast.destroyed.connect(self._next)
        toast.show()
        toast.raise_()
        self.place()

    def dismiss_all(self) -> None:
        """Takes all away, also those that wait."""
        self._waiting.clear()
        for toast in self.shown:
            toast.dismiss()

    def lift(self) -> None:
        """Puts them above what has been raised meanwhile."""
        for toast in self.shown:
            toast.raise_()

    def _next(self) -> None:
        if self._waiting:
            self.show_message(self._waiting.pop(0))
        self.place()

    def place(self) -> None:
        """Stacks them anew: the newest lowest."""
        bottom = self._over.height() - 16
        for toast in reversed(self.shown):
            toast.adjustSize()
            height = toast.heightForWidth(toast.width())
            toast.resize(toast.width(), max(height, toast.minimumSizeHint().height()))
            bottom -= toast.height()
            toast.move(self._over.width() - toast.width() - 16, max(8, bottom))
            bottom -= 8

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keeps the corner when the window or a message changes its size."""
        kind = event.type()
        if (watched is self._over and kind == QEvent.Type.Resize) or (
            isinstance(watched, Toast) and kind in (QEvent.Type.LayoutRequest, QEvent.Type.Hide)
        ):
            self.place()
        return False
