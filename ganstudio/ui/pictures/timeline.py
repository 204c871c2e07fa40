"""Scrubs the history of a run: every stored grid back to step 0, played as a film, or the live one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLabel, QToolButton, QWidget

from ganstudio.core.i18n import _
from ganstudio.ui.kit.icons import icon
from ganstudio.ui.kit.theme import Theme, current_theme, theme_hub, ui_font
from ganstudio.ui.kit.words import step_text
from ganstudio.ui.pictures.timeline_track import TimelineTrack

FRAME_MS = 83
LONGEST_FILM = 240
"""Frames of a film at most (20 s): longer histories are played in strides."""
EMIT_MS = 15
ROW = 32
"""Height of everything beside the track; the track's line runs through the middle of it."""
LABEL_FROM = 420


class LivePill(QAbstractButton):
    """A pill with a dot: filled while the newest samples are followed."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setText(_("Live"))
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip(_("Follow the newest samples (End)"))
        self.setAccessibleName(_("Follow live"))

    def set_theme(self, theme: Theme) -> None:
        """Uses the colours of another theme."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as its word."""
        width = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(width + 34, ROW)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws pill, dot and word."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, on = self._theme, self.isChecked()
        rect = QRectF(self.rect()).adjusted(2, 5.5, -2, -5.5)
        painter.setPen(QPen(QColor(theme.accent if on else theme.hairline), 1))
        fill = theme.selected if on else theme.hover if self.underMouse() else theme.surface
        painter.setBrush(QColor(fill))
        painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)
        painter.setPen(QPen(QColor(theme.accent if on else theme.text_muted), 1.5))
        painter.setBrush(QColor(theme.accent) if on else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QRectF(rect.left() + 9, rect.center().y() - 3.5, 7, 7))
        painter.setPen(QColor(theme.text if on else theme.text_muted))
        painter.drawText(rect.adjusted(22, 0, -8, 0), Qt.AlignmentFlag.AlignVCenter, self.text())
        painter.end()


class Timeline(QWidget):
    """Play button, track, step label and "Live" pill in one row.

    Signals:
        step_selected(step): a stored grid is wanted; while dragging only the newest wish is told.
        went_live(): the newest samples are to be followed again.
    """

    step_selected = Signal(int)
    went_live = Signal()

    def __init__(self, parent: QWidget | None = None, *, theme: Theme | None = None) -> None:
        super().__init__(parent)
        self._theme = theme or current_theme()
        self._live_step: int | None = None
        self._told: int | None = None
        self._film = QTimer(self)
        self._film.setInterval(FRAME_MS)
        self._film.timeout.connect(self._next_frame)
        self._teller = QTimer(self)
        self._teller.setSingleShot(True)
        self._teller.setInterval(EMIT_MS)
        self._teller.timeout.connect(self._tell)
        self._play = QToolButton(self)
        self._play.setAutoRaise(True)
        self._play.setIconSize(QSize(18, 18))
        self._play.setFixedSize(ROW, ROW)
        self._play.clicked.connect(self.toggle_play)
        self._track = TimelineTrack(self._theme, self)
        self._track.valueChanged.connect(self._moved)
        self._track.sliderPressed.connect(self.stop_film)
        self._track.sliderReleased.connect(self._tell)
        self._label = QLabel(self)
        self._label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._pill = LivePill(self._theme, self)
        self._pill.clicked.connect(self.go_live)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self._label.setFixedHeight(ROW)
        self._pill.setFixedHeight(ROW)
        row.addWidget(self._play, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._track, 1, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._label, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._pill, 0, Qt.AlignmentFlag.AlignTop)
        self.setFocusProxy(self._track)
        self.apply_theme(self._theme)
        theme_hub.changed.connect(self.apply_theme)
        self._refresh()

    # what it shows

    def set_steps(self, steps: Sequence[int]) -> None:
        """Sets the steps at which grids are stored, increasing. The stop that is shown stays the same.

        With none the timeline is as new: do that before another run's steps are set.
        """
        steps = list(steps)
        if not steps:
            self._film.stop()
            self._told = None
        if any(later <= earlier for earlier, later in pairwise(steps)):
            raise ValueError("the steps of a timeline must increase")
        shown, following = self.selected_step(), self.is_live() or not self._track.steps
        self._track.steps = steps
        self._rearrange(None if following else shown)

    def set_live_step(self, step: int | None) -> None:
        """Says how far the run is; None where nothing is running (there is nothing to follow then)."""
        if (step is None) != (self._live_step is None):
            # Whoever looks at the newest grid wants to see what comes; whoever looks back is left alone.
            shown, following = self.selected_step(), self._track.value() >= self._track.maximum()
            self._live_step, self._track.live = step, step is not None
            self._rearrange(None if following else shown)
        self._live_step = step
        self._write_label()

    def set_checkpoints(self, steps: Sequence[int]) -> None:
        """Marks the steps at which checkpoints were written."""
        self._track.checkpoints = list(steps)
        self._track.update()

    def selected_step(self) -> int | None:
        """The stored step that is shown; None while following live, or where nothing is stored."""
        value = self._track.value()
        return self._track.steps[value] if value < len(self._track.steps) else None

    def is_live(self) -> bool:
        """Whether the newest samples are followed."""
        return self._track.live and self._track.value() >= len(self._track.steps)

    def select_step(self, step: int) -> None:
        """Goes to the stored grid nearest to a step."""
        if self._track.steps:
            self._track.setValue(self._track.nearest_stop(step))
            self._tell()

    @Slot()
    def go_live(self) -> None:
        """Follows the newest samples again."""
        self.stop_film()
        self._track.setValue(self._track.maximum())
        self._refresh()
        self._tell()

    def is_playing(self) -> bool:
        """Whether the film runs."""
        return self._film.isActive()

    @Slot()
    def toggle_play(self) -> None:
        """Plays the history as a film, from the start where the end is shown; or stops it."""
        if self._film.isActive():
            self.stop_film()
        elif len(self._track.steps) > 1:
            if self._track.value() >= len(self._track.steps) - 1:
                self._track.setValue(0)
            self._film.start()
            self._refresh()

    @Slot()
    def stop_film(self) -> None:
        """Stops where it is."""
        self._film.stop()
        self._refresh()

    @Slot(object)
    def apply_theme(self, theme: Theme) -> None:
        """Uses the colours of another theme."""
        self._theme = theme
        self._track.set_theme(theme)
        self._pill.set_theme(theme)
        self._pill.setFont(ui_font(theme.small))
        self._label.setFont(ui_font(theme.normal, tabular=True))
        self._label.setMinimumWidth(self._label.fontMetrics().horizontalAdvance(step_text(888_888)))

    # inside

    def _rearrange(self, shown: int | None) -> None:
        """Another number of stops: keeps the shown step, or the end where ``shown`` is None."""
        track = self._track
        last = max(0, len(track.steps) - (0 if track.live else 1))
        track.blockSignals(True)
        track.setRange(0, last)
        track.setValue(last if shown is None or not track.steps else track.nearest_stop(shown))
        track.blockSignals(False)
        track.update()
        self._refresh()

    @Slot()
    def _moved(self) -> None:
        self._refresh()
        if not self._teller.isActive():
            self._teller.start()

    @Slot()
    def _tell(self) -> None:
        """Tells the newest wish, once."""
        self._teller.stop()
        step = self.selected_step()
        wish = -1 if step is None else step
        if wish == self._told:
            return
        self._told = wish
        if step is not None:
            self.step_selected.emit(step)
        elif self.is_live():
            self.went_live.emit()

    @Slot()
    def _next_frame(self) -> None:
        count = len(self._track.steps)
        stride = max(1, -(-count // LONGEST_FILM))
        value = self._track.value()
        if value >= count - 1:
            # The film ends where a person would look next: at the live samples, or at the last stored ones.
            self.go_live()
        else:
            self._track.setValue(min(count - 1, value + stride))

    def _write_label(self) -> None:
        step = self._live_step if self.is_live() else self.selected_step()
        text = "" if step is None else step_text(step)
        if self._label.text() != text:
            self._label.setText(text)
            self._track.setAccessibleDescription(text)

    def _refresh(self) -> None:
        playing, stops = self._film.isActive(), len(self._track.steps)
        self._play.setIcon(icon("pause" if playing else "play"))
        text = _("Pause the film (Space)") if playing else _("Play the history as a film (Space)")
        self._play.setToolTip(text)
        self._play.setAccessibleName(text)
        self._play.setEnabled(stops > 1)
        self._track.setEnabled(self._track.maximum() > 0)
        self._pill.setVisible(self._track.live)
        self._pill.setChecked(self.is_live())
        self._write_label()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Gives the label's room to the track where there is little."""
        self._label.setVisible(self.width() >= LABEL_FROM)
        super().resizeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space plays and pauses."""
        if event.key() == Qt.Key.Key_Space:
            self.toggle_play()
        else:
            super().keyPressEvent(event)
