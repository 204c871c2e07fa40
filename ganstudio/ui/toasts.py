"""Messages of the window: they stand where no control is, go by click and by time, and are kept in a list."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from itertools import groupby
from textwrap import fill

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QEnterEvent, QGuiApplication, QKeyEvent, QMouseEvent, QRegion
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QDialog,
    QLabel,
    QScrollBar,
    QStackedWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from ganstudio.app.notifications import Level, Notification
from ganstudio.core.i18n import _
from ganstudio.ui.kit.errors import COLOURS, MessageBody
from ganstudio.ui.kit.icons import icon
from ganstudio.ui.kit.parts import boxed, push_button
from ganstudio.ui.kit.theme import current_theme, mono_font
from ganstudio.ui.kit.words import date_text

LASTS_MS: dict[Level, int] = {"info": 6_000, "warning": 60_000}
"""How long a message stays by itself; an error stays until it is closed."""
BUTTON_MS = 10_000
"""The least for one with a button, as *Undo* is."""
LOOK_MS = 1_000
MOST_SHOWN, WIDTH, MARGIN, STEP, LINE = 3, 380, 12, 8, 68
GROUND = (400, 64)
"""What takes keys and is no smaller than this is a plot: ground, as what has that property. Cards are smaller."""


class Toast(MessageBody):
    """One message. It waits while the mouse or the keyboard is on it, or a question stands before the window."""

    closed = Signal()
    """A person has closed it, or did what its button says."""

    def __init__(self, message: Notification, parent: QWidget, show_details: Callable[[], object]) -> None:
        super().__init__(parent)
        self.setObjectName("toast")
        self._show_details = show_details
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)  # a click closes; the list copies
        self.message = message
        self.count = 1
        self.in_lane = False
        self.close_clicked.connect(self.close_by_hand)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._time_is_up)
        self._fill()

    def _fill(self) -> None:
        told = self.message
        text = told.text if self.count == 1 else f"{told.text} (×{self.count})"
        button = told.action if told.run is not None else _("Details") if told.details else ""
        self.show_message(told.level, text, "", "", button, self._run_and_go)
        self.setAccessibleName(text)
        self._count_down()

    def _count_down(self) -> None:
        if lasts := LASTS_MS.get(self.message.level, 0):
            self._timer.start(max(lasts, BUTTON_MS if self.message.run is not None else 0))

    def _run_and_go(self) -> None:
        self.close_by_hand()
        (self.message.run or self._show_details)()

    def repeat(self, message: Notification) -> None:
        """The same message came again; its button does what the new one's does."""
        self.message = message
        self.count += 1
        self._fill()

    def close_by_hand(self) -> None:
        """Takes it away, read."""
        self.closed.emit()
        self.dismiss()

    def dismiss(self) -> None:
        """Takes it away."""
        self._timer.stop()
        self.hide()
        self.deleteLater()

    @property
    def attended(self) -> bool:
        """Whether the mouse or the keyboard is on it."""
        return self.underMouse() or self.isAncestorOf(self.window().focusWidget() or self.window())

    def _time_is_up(self) -> None:
        if self.attended or QApplication.activeModalWidget() is not None:
            self._timer.start()
        else:
            self.dismiss()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Waits while somebody reads."""
        self._timer.stop()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Goes on counting."""
        self._count_down()
        super().leaveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click closes it."""
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.close_by_hand()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes it."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_by_hand()
        else:
            super().keyPressEvent(event)


class Toasts(QObject):
    """Finds each message a place, as low and as far to the right as there is one, and keeps it there.

    It covers pictures, plots and what is empty, and never a control or words: where those take everything, a lane opens
    below the page, in which nothing moves by that.

    Args:
        over: of which they are children: it holds the pages, so that none of them ever lies above.
        pages: where they stand.
        lane: an empty widget below the pages, across the window.
    """

    unread_changed = Signal()
    details_wanted = Signal()
    """The list of messages is to be shown."""

    def __init__(self, over: QWidget, pages: QStackedWidget, lane: QWidget) -> None:
        super().__init__(over)
        self._over, self._pages, self._lane = over, pages, lane
        self._lane.setFixedHeight(0)
        self._waiting: list[Notification] = []
        self.unread = 0
        """How many messages nobody has closed or looked up in the list."""
        self._soon = QTimer(self, singleShot=True, interval=0)  # after the page has laid itself out
        self._soon.timeout.connect(self.place)
        pages.installEventFilter(self)
        pages.currentChanged.connect(lambda: self._soon.start())
        self._look = QTimer(self, interval=LOOK_MS)
        self._look.timeout.connect(self.place)

    @property
    def shown(self) -> tuple[Toast, ...]:
        """The messages on view, oldest first."""
        return tuple(toast for toast in self._over.children() if isinstance(toast, Toast) and not toast.isHidden())

    def show_message(self, message: Notification) -> None:
        """Shows a message, counts it on the one that says the same, or lets it wait for room."""
        if same := [toast for toast in self.shown if toast.message == message]:
            same[0].repeat(message)
        elif message not in self._waiting:
            self._waiting.append(message)
            self.read(-1)
            self.place()

    def _show(self, message: Notification) -> None:
        toast = Toast(message, self._over, self.details_wanted.emit)
        toast.setFixedWidth(min(WIDTH, max(240, self._pages.width() - 2 * MARGIN)))
        toast.installEventFilter(self)
        toast.closed.connect(self._closed)
        toast.destroyed.connect(self.place)
        self._fit(toast)
        toast.move(self._over.width(), 0)  # nowhere yet
        toast.show()
        toast.raise_()
        self._look.start()
        self.place()

    def _closed(self) -> None:
        toast = self.sender()
        self.read(1)
        if isinstance(toast, Toast) and toast.attended and (page := self._pages.currentWidget()) is not None:
            (page.focusWidget() or page).setFocus()  # where the keyboard was before

    def read(self, number: int) -> None:
        """Somebody has looked at so many, here or in the list."""
        self.unread = max(0, self.unread - number)
        self.unread_changed.emit()

    def dismiss_newest(self) -> bool:
        """Closes the message that came last; whether there was one."""
        if shown := self.shown:
            shown[-1].close_by_hand()
        return bool(shown)

    def dismiss_all(self) -> None:
        """Takes all away, also those that wait."""
        self._waiting.clear()
        for toast in self.shown:
            toast.dismiss()

    @staticmethod
    def _fit(toast: Toast) -> None:
        toast.adjustSize()
        height = toast.heightForWidth(toast.width())
        toast.resize(toast.width(), max(height, toast.minimumSizeHint().height()))

    def place(self) -> None:
        """Gives a place to each that has none, or whose place a control has come to; the others stay."""
        for toast in self.shown:
            if not toast.message.stands():
                toast.dismiss()
        toasts, room = self.shown, self._pages.geometry()
        if not toasts:
            self._use_lane([])
            return None if self._lane.height() else self._look.stop()
        taken = self._taken()
        below: list[Toast] = []
        for toast in toasts:
            now = toast.geometry()
            spot: QRect | None = now
            if not toast.attended and (not room.contains(now) or taken.intersects(now)):
                spot = _free(room, toast, taken)
            toast.in_lane = spot is None or (toast.in_lane and toast.attended)
            if spot is None or toast.in_lane:
                below.append(toast)
            else:
                toast.move(spot.topLeft())
                taken = taken.united(spot.adjusted(-8, -8, 8, 8))
        return self._use_lane(below)

    def _use_lane(self, toasts: list[Toast]) -> None:
        """As many as stand there beside each other, from the right; the page gives way, and the others wait."""
        fitting = max(1, self._pages.width() // (WIDTH + MARGIN))
        for late in toasts[fitting:]:
            self._waiting.insert(0, late.message)
            late.dismiss()
        here, bottom = toasts[:fitting], self._lane.geometry().bottom() + 1 - MARGIN // 2
        height = max((toast.height() + MARGIN for toast in here), default=0)
        self._lane.setFixedHeight(max(height, self._lane.height()) if self._page_would_move() else height)
        for place, toast in enumerate(here, 1):
            toast.move(self._pages.geometry().right() - place * (toast.width() + MARGIN), bottom - toast.height())
        if self._waiting and len(self.shown) < MOST_SHOWN and len(here) < fitting:
            self._show(self._waiting.pop(0))

    def _page_would_move(self) -> bool:
        """Where one has scrolled to an end meanwhile, that would come down under the mouse when the lane closes."""
        page, height = self._pages.currentWidget(), self._lane.height()
        if not height or page is None or not self._pages.underMouse():
            return False
        bars = (bar for bar in page.findChildren(QScrollBar) if bar.isVisible() and bar.width() < bar.height())
        return any(bar.value() > max(bar.maximum() - height, 0) for bar in bars)

    def _taken(self) -> QRegion:
        """Where controls and words are on view."""
        taken = QRegion()
        page = self._pages.currentWidget() or self._pages
        for widget in page.findChildren(QWidget):
            if widget.isVisible() and _is_read_or_used(widget):
                seen = widget.visibleRegion().boundingRect()
                if isinstance(widget, QAbstractItemView):
                    seen = seen.intersected(QRect(0, 0, widget.width(), _end_of_rows(widget)))
                taken = taken.united(QRect(widget.mapTo(self._over, seen.topLeft()), seen.size()))
        return taken

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Looks for places anew when the window or a message changes its size."""
        kind = event.type()
        if isinstance(watched, Toast) and kind == QEvent.Type.LayoutRequest:
            self._fit(watched)
        if kind == QEvent.Type.Resize or (isinstance(watched, Toast) and kind == QEvent.Type.Hide):
            self._soon.start()
        return False


def _is_read_or_used(widget: QWidget) -> bool:
    if isinstance(widget, QLabel):
        return bool(widget.text())
    if isinstance(widget, QScrollBar | QAbstractItemView | QAbstractButton):
        return True
    small = widget.width() < GROUND[0] or widget.height() < GROUND[1]
    return small and not widget.property("ground") and widget.focusPolicy() != Qt.FocusPolicy.NoFocus


def _end_of_rows(view: QAbstractItemView) -> int:
    model = view.model()
    last = view.visualRect(model.index(model.rowCount() - 1, 0)) if model is not None else QRect()
    return view.viewport().mapTo(view, QPoint(0, last.bottom() + 1)).y()


def _free(room: QRect, toast: Toast, taken: QRegion) -> QRect | None:
    """The place nearest to the lower right corner of the room that is not taken; None for none."""
    size, corner = toast.size(), QPoint(room.right() - MARGIN + 1, room.bottom() - MARGIN + 1)
    steps = [  # rather above each other than side by side
        (2 * across + up, corner.x() - across - size.width(), corner.y() - up - size.height())
        for across in range(0, room.width() - size.width() - MARGIN, STEP)
        for up in range(0, room.height() - size.height() - MARGIN, STEP)
    ]
    spots = (QRect(QPoint(x, y), size) for _far, x, y in sorted(steps))
    return next((spot for spot in spots if not taken.intersects(spot)), None)


class Messages(QDialog):
    """All that was said, the newest first; details fold out."""

    def __init__(self, told: Iterable[Notification], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("Messages"))
        self.list = QTreeWidget()
        self.list.setAccessibleName(_("Messages"))
        self.list.setToolTip(_("What was said since the program was started, the newest first"))
        self.list.setHeaderLabels([_("Time"), _("Message")])
        self.list.setColumnWidth(0, 160)
        self.list.setWordWrap(True)  # without it a row shows the first of its lines only
        self.list.ensurePolished()  # and keeps its height from the first layout, which needs the style sheet
        lines = []
        for message, same in groupby(told):
            times, when = len(list(same)), date_text(message.when)
            text = message.text if times == 1 else f"{message.text} (×{times})"
            item = QTreeWidgetItem(self.list, [when, fill(text, LINE)])
            item.setIcon(0, icon(message.level, COLOURS[message.level]))
            item.setToolTip(1, message.text)
            if message.details:
                QTreeWidgetItem(item, ["", message.details]).setFont(1, mono_font())
            lines += [f"{when}  {text}", *message.details.splitlines()]
        if not lines:
            empty = QTreeWidgetItem(self.list, ["", _("Nothing yet: what is said is kept here.")])
            empty.setFlags(Qt.ItemFlag.ItemIsEnabled)  # what is disabled is too faint for a sentence
            empty.setForeground(1, QColor(current_theme().text_muted))
        copy = partial(QGuiApplication.clipboard().setText, "\n".join(lines))
        foot = boxed(
            push_button(_("Copy all"), "copy", _("Copies all messages and their details"), clicked=copy), None,
            push_button(_("Close"), "", _("Close this window"), clicked=self.close), across=True,
        )  # fmt: skip
        boxed(self.list, foot, into=self, margins=(16, 16, 16, 12), gap=8, stretch=self.list)
        self.resize(680, 440)
