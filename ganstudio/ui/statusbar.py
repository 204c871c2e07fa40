"""The strip at the bottom: every live run, wherever one is in the program."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QMenu, QSizePolicy, QToolButton, QWidget

from ganstudio.core.i18n import _, plural
from ganstudio.ui.kit.icons import icon_pixmap
from ganstudio.ui.kit.painted import draw_progress, write_line
from ganstudio.ui.kit.parts import ElidedLabel, boxed, filled_menu
from ganstudio.ui.kit.theme import current_theme, theme_hub, ui_font
from ganstudio.ui.kit.words import as_entry, state_text, step_text

if TYPE_CHECKING:
    from ganstudio.core.events import State  # brings numpy, which the first view of the window need not wait for

HEIGHT = 32
CHIP_LEAST = 176
CHIP_MOST = 400
MESSAGES = 56

_STATES: dict[State, tuple[str, str]] = {
    "preparing": ("clock", "text_muted"),
    "training": ("live", "accent"),
    "paused": ("pause", "text"),
    "stopping": ("stop", "text_muted"),
    "finished": ("check", "real"),
    "stopped": ("stop", "text_muted"),
    "failed": ("error", "error"),
    "interrupted": ("warning", "warning"),
}

_LIVE = ("training", "paused", "preparing", "stopping")


@dataclass(frozen=True, slots=True)
class RunChip:
    """One run as the status bar shows it.

    Attributes:
        id: given back by ``run_clicked``.
        name: the run's name.
        state: what it is doing.
        step: steps done.
        rate_text: e.g. ``"86/s"``; empty for none.
        eta_text: time left, e.g. ``"1:10"``; empty for none.
        progress: 0 to 1.
    """

    id: str
    name: str
    state: State
    step: int
    rate_text: str = ""
    eta_text: str = ""
    progress: float = 0.0

    @property
    def numbers(self) -> str:
        """State (unless it simply trains), step, speed and time left in one line."""
        return self.told("" if self.state == "training" else state_text(self.state))

    def told(self, state: str) -> str:
        """All in one line, after a word for the state."""
        left = _("ETA {time}").format(time=self.eta_text) if self.eta_text else ""
        return " · ".join(part for part in (state, step_text(self.step), self.rate_text, left) if part)


class _ChipButton(QAbstractButton):
    """Draws one run: symbol of its state, name, numbers, and a thin line of progress."""

    def __init__(self, chip: RunChip, parent: QWidget) -> None:
        super().__init__(parent)
        self.chip = chip
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumSize(CHIP_LEAST, HEIGHT - 6)
        self.setMaximumSize(CHIP_MOST, HEIGHT - 6)
        self.set_chip(chip)
        theme_hub.changed.connect(self.update)

    def set_chip(self, chip: RunChip) -> None:
        self.chip = chip
        self.setText(chip.name)
        words = _("{name}: {numbers}").format(name=chip.name, numbers=chip.told(state_text(chip.state)))
        self.setAccessibleName(words)
        self.setToolTip(words + "\n" + _("Click to show this run."))
        self.update()

    def sizeHint(self) -> QSize:
        return self.minimumSize()  # whatever it says: no chip moves because a number grows

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(Qt.PenStyle.NoPen)
        if self.underMouse() or self.isDown():
            painter.setBrush(QColor(theme.hover))
            painter.drawRoundedRect(box, 6, 6)
        name, colour = _STATES[self.chip.state]
        painter.drawPixmap(8, (self.height() - 14) // 2, icon_pixmap(name, 14, colour, self.devicePixelRatioF()))
        small, numbers = ui_font(theme.small, tabular=True), self.chip.numbers
        room = QRect(28, 0, self.width() - 36, self.height())
        wide = QFontMetrics(small).horizontalAdvance(numbers)
        # The name first, numbers in what is left.
        title = QRect(28, 0, max(room.width() * 3 // 5, room.width() - wide - 8), self.height())
        normal, middle = ui_font(theme.normal, tabular=True), Qt.TextElideMode.ElideMiddle
        used = write_line(painter, title, self.chip.name, normal, theme.text, elide=middle)
        rest = room.adjusted(used + 8, 1, 0, 1)
        if rest.width() >= 32:
            write_line(painter, rest, numbers, small, theme.text_muted)
        if self.chip.state in _LIVE:
            groove = QRectF(8, box.bottom() - 2, box.width() - 14, 2)
            draw_progress(painter, groove, self.chip.progress, self.chip.state == "training", theme, theme.hairline)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QColor(theme.focus))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)


class StatusBar(QFrame):
    """The live runs as chips; those without room are in a menu at the end."""

    run_clicked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("statusStrip")
        self.setAccessibleName(_("Runs"))
        self.setFixedHeight(HEIGHT)
        self._chips: list[RunChip] = []
        self._fitting = 0
        self._buttons: dict[str, _ChipButton] = {}
        self._idle = ElidedLabel(_("Nothing is training"), "small")
        self._more = QToolButton()
        self._more.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._more.setMenu(filled_menu(self._more, self._fill))
        self._more.hide()
        self.messages = QToolButton()
        self.messages.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.messages.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.messages.setFont(ui_font(tabular=True))
        self.messages.setFixedSize(MESSAGES, HEIGHT - 6)  # as many as there are: nothing moves beside it
        self._row = boxed(self._idle, self._more, into=self, across=True, margins=(8, 1, 12, 0), gap=4)
        self._row.setStretchFactor(self._idle, 1)
        self._row.addStretch(0)
        self._row.addWidget(self.messages)

    def set_unread(self, number: int) -> None:
        """Says beside the bell how many messages are new."""
        self.messages.setText("" if not number else str(number) if number < 100 else "99+")

    def set_studies(self, names: list[str]) -> None:
        """Says on which studies processes work, while no run of the window's own trains."""
        told = _("At work on studies: {names}").format(names=", ".join(names)) if names else _("Nothing is training")
        self._idle.setText(told)

    def set_runs(self, runs: list[RunChip]) -> None:
        """Shows these runs, in this order. Cheap when only numbers change: buttons keep place and focus."""
        if runs == self._chips:
            return
        same = [chip.id for chip in runs] == [chip.id for chip in self._chips]
        self._chips = list(runs)
        for chip in runs:
            if chip.id in self._buttons:
                self._buttons[chip.id].set_chip(chip)
        if not same:
            self._rebuild()

    def _rebuild(self) -> None:
        wanted = {chip.id for chip in self._chips}
        for name in self._buttons.keys() - wanted:
            self._buttons[name].hide()
            self._buttons.pop(name).deleteLater()
        for place, chip in enumerate(self._chips):
            if chip.id not in self._buttons:
                self._buttons[chip.id] = button = _ChipButton(chip, self)
                button.clicked.connect(lambda _checked=False, name=chip.id: self.run_clicked.emit(name))
            self._row.removeWidget(self._buttons[chip.id])
            self._row.insertWidget(1 + place, self._buttons[chip.id], 1)
        self._idle.setVisible(not self._chips)
        self._fit()

    def _fit(self) -> None:
        room, least = self.width() - 36 - MESSAGES, CHIP_LEAST + 4
        more = len(self._chips) > max(1, room // least)
        self._fitting = max(1, (room - 56 * more) // least)
        for place, chip in enumerate(self._chips):
            self._buttons[chip.id].setVisible(place < self._fitting)
        hidden = len(self._chips[self._fitting :])
        words = plural("{n} more run", "{n} more runs", hidden)
        self._more.setText(f"+{hidden}")
        self._more.setAccessibleName(words)
        self._more.setToolTip(words)
        self._more.setVisible(hidden > 0)

    def _fill(self, menu: QMenu) -> None:
        for chip in self._chips[self._fitting :]:
            menu.addAction(
                f"{as_entry(chip.name)}  ({state_text(chip.state)})", partial(self.run_clicked.emit, chip.id)
            )

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shows as many runs as there is room for."""
        super().resizeEvent(event)
        self._fit()
