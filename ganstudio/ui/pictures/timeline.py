"""Scrubs the history of a run: every stored grid back to step 0, played as a film, or the live one."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractSlider, QLabel, QToolTip, QWidget

from ganstudio.core.i18n import _
from ganstudio.ui.kit.chips import Chip
from ganstudio.ui.kit.icons import icon
from ganstudio.ui.kit.painted import star
from ganstudio.ui.kit.parts import boxed, keeping_room, tool_button
from ganstudio.ui.kit.theme import Theme, current_theme, theme_hub, ui_font
from ganstudio.ui.kit.words import compact, step_text

EDGE, AXIS = 12.0, 16.0
FRAME_MS = 83
LONGEST_FILM = 240
"""Frames of a film at most (20 s): longer histories are played in strides."""
EMIT_MS = 15
ROW = 32
"""Height of everything beside the track; the track's line runs through the middle of it."""
LABEL_FROM = 420


def label_stops(positions: list[float], widths: list[float], gap: float = 14.0) -> list[int]:
    """Which stops can be labelled without their labels touching: the last, the first, then evenly between.

    Args:
        positions: where the stops are, increasing.
        widths: how wide their labels are.
        gap: least room between two labels.
    """
    count = len(positions)
    if count == 0:
        return []
    room = positions[-1] - positions[0] + max(widths)
    most = max(1, int(room / (max(widths) + gap)))
    if most == 1:
        return [count - 1]
    chosen = sorted({round(i) for i in np.linspace(0, count - 1, min(count, most))})
    kept: list[int] = []
    for stop in reversed(chosen):
        right = positions[kept[-1]] - widths[kept[-1]] / 2 if kept else float("inf")
        if positions[stop] + widths[stop] / 2 + gap <= right:
            kept.append(stop)
    return kept[::-1]


class TimelineTrack(QAbstractSlider):
    """A slider over stops ``0 … n − 1`` (stored grids) and, while a run is live, a last stop ``n``.

    Stops are spaced by their index and not by their step, so that the early grids, where most happens, are as easy to
    reach as the late ones.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.steps: list[int] = []
        self.live = False
        self.checkpoints: list[int] = []
        self.best: int | None = None
        self.best_text = ""
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSingleStep(1)
        self.setPageStep(10)
        self.setMinimumWidth(80)
        self.setFixedHeight(40)
        self.setAccessibleName(_("Timeline"))
        self.setToolTip(_("Drag to see any stored grid. ←/→ one stop, PageUp/PageDown ten, Home and End, Space plays."))
        theme_hub.changed.connect(self.update)

    def position_of(self, stop: float) -> float:
        """Where a stop is, in the widget's coordinates."""
        return EDGE + (self.width() - 2 * EDGE) * stop / max(1, self.maximum())

    def place_of_step(self, step: int) -> float:
        """Where a step is among the stops, between two of them where it was not stored itself."""
        if not self.steps:
            return 0.0
        beyond = [self.steps[-1], self.steps[-1] + max(1, step - self.steps[-1])] if self.live else [self.steps[-1]]
        steps = np.array(self.steps[:-1] + beyond, dtype=np.float64)
        return float(np.interp(step, steps, np.arange(len(steps), dtype=np.float64)))

    def stop_at(self, x: float) -> int:
        """The stop nearest to a position."""
        share = (x - EDGE) / max(1.0, self.width() - 2 * EDGE)
        return round(min(1.0, max(0.0, share)) * self.maximum())

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(360, 40)

    # -- painting ---------------------------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws the line, its ticks and labels, checkpoints and the handle."""
        painter, theme = QPainter(self), current_theme()
        painter.setFont(ui_font(theme.small, tabular=True))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        here = self.position_of(self.value())
        lines = [(theme.mix("text_muted", "window", 0.55), self.width() - EDGE)]
        for tone, right in [*lines, (theme.accent, here)] if self.steps else lines:
            painter.setPen(QPen(QColor(tone), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(QPointF(EDGE, AXIS), QPointF(right, AXIS))
        if self.steps:
            self._paint_ticks(painter, theme)
            painter.setPen(Qt.PenStyle.NoPen)
            for step in self.checkpoints:
                x, best = self.position_of(self.place_of_step(step)), step == self.best
                painter.setBrush(QColor(theme.text if best else theme.text_muted))
                wedge = QPointF(x - 3.5, 1), QPointF(x + 3.5, 1), QPointF(x, 7)
                painter.drawPolygon(star(x, 5) if best else QPolygonF(wedge))
            if self.hasFocus():
                painter.setPen(QPen(QColor(theme.focus), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawEllipse(QPointF(here, AXIS), 10, 10)
            painter.setPen(QPen(QColor(theme.accent), 2))
            painter.setBrush(QColor(theme.accent if self.isSliderDown() else theme.surface))
            painter.drawEllipse(QPointF(here, AXIS), 6.5, 6.5)
        painter.end()

    def _paint_ticks(self, painter: QPainter, theme: Theme) -> None:
        metrics = QFontMetricsF(painter.font())
        places = [self.position_of(stop) for stop in range(len(self.steps))]
        widths = [metrics.horizontalAdvance(compact(step)) for step in self.steps]
        painter.setPen(QPen(QColor(theme.mix("text_muted", "window", 0.55)), 1))
        if (self.width() - 2 * EDGE) / max(1, self.maximum()) >= 3:
            painter.drawLines([QLineF(x, AXIS + 3, x, AXIS + 6) for x in places])
        painter.setPen(QPen(QColor(theme.text_muted), 1))
        for stop in label_stops(places, widths):
            x, width = places[stop], widths[stop] + 4
            painter.drawLine(QPointF(x, AXIS + 3), QPointF(x, AXIS + 7))
            box = QRectF(min(max(0.0, x - width / 2), self.width() - width), AXIS + 8, width, metrics.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, compact(self.steps[stop]))

    # -- mouse and keyboard -----------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Names the step or the checkpoint under the mouse."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and self.steps:
            QToolTip.showText(event.globalPos(), self.describe(event.pos().x()), self)
            return True
        return super().event(event)

    def describe(self, x: float) -> str:
        """What is at a position."""
        for step in (*(() if self.best is None else (self.best,)), *self.checkpoints):
            if abs(self.position_of(self.place_of_step(step)) - x) <= 4:
                if step == self.best:
                    return _("best: {best}").format(best=self.best_text)
                return _("checkpoint at {step}").format(step=step_text(step))
        stop = self.stop_at(x)
        return step_text(self.steps[stop]) if stop < len(self.steps) else _("live")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Jumps to where it was pressed and drags from there."""
        if event.button() == Qt.MouseButton.LeftButton and self.steps:
            self.setSliderDown(True)
            self.setSliderPosition(self.stop_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drags."""
        if self.isSliderDown():
            self.setSliderPosition(self.stop_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Lets go."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(False)
            self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """One stop, but only with the keyboard's focus: else the panel around it scrolls."""
        delta = event.angleDelta().y() or event.angleDelta().x()
        event.setAccepted(self.hasFocus() and bool(delta))
        if event.isAccepted():
            self.setValue(self.value() + (1 if delta > 0 else -1))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down are left to whoever is around; the rest is a slider's."""
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            event.ignore()
        elif event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):  # as in a text: Qt's sliders go the other way
            up = event.key() == Qt.Key.Key_PageUp
            self.setValue(self.value() + (-self.pageStep() if up else self.pageStep()))
        else:
            super().keyPressEvent(event)

    def nearest_stop(self, step: int) -> int:
        """The stop whose step is nearest to ``step``."""
        after = bisect_left(self.steps, step)
        near = [stop for stop in (after - 1, after) if 0 <= stop < len(self.steps)]
        return min(near, key=lambda stop: abs(self.steps[stop] - step), default=0)


class LivePill(Chip):
    """Switched on while the newest samples are followed; it says where the run is paused or stopping."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._words: dict[str, str] = {"": _("Live"), "paused": _("Paused"), "stopping": _("Stopping")}
        super().__init__("", _("Follow the newest samples (End)"), "dot", "accent", parent)
        self.show_state("")
        self.setFixedHeight(ROW)

    def show_state(self, state: str) -> None:
        """Says what the run is doing, where that is not simply training."""
        if (text := self._words.get(state, self._words[""])) != self.text():
            self.setText(text)
            plain = text == self._words[""]
            self.setAccessibleName(_("Follow live") if plain else _("Follow live, {state}").format(state=text.lower()))

    def sizeHint(self) -> QSize:
        """As wide as its longest word, so that nothing moves when it says another."""
        width = max(self.fontMetrics().horizontalAdvance(text) for text in self._words.values())
        return QSize(width + 34, ROW)


class Timeline(QWidget):
    """Play button, track, step label and "Live" pill in one row.

    Signals:
        step_selected(step): a stored grid is wanted; while dragging only the newest wish is told.
        went_live(): the newest samples are to be followed again.
    """

    step_selected = Signal(int)
    went_live = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._live_step: int | None = None
        self._told: int | None = None
        self._film = QTimer(self, interval=FRAME_MS)
        self._film.timeout.connect(self._next_frame)
        self._teller = QTimer(self, singleShot=True, interval=EMIT_MS)
        self._teller.timeout.connect(self._tell)
        self._play = tool_button("play", "", clicked=self.toggle_play, side=ROW)
        self._play.setIconSize(QSize(18, 18))
        self._track = TimelineTrack()
        self._track.valueChanged.connect(self._moved)
        self._track.sliderPressed.connect(self.stop_film)
        self._track.sliderReleased.connect(self._tell)
        self._label = QLabel()
        self._label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._label.setFixedHeight(ROW)
        self._pill = keeping_room(LivePill())
        self._pill.clicked.connect(self.go_live)
        parts = (self._play, self._track, self._pill, self._label)
        row = boxed(*parts, across=True, gap=8, into=self, stretch=self._track)
        for part in parts:
            row.setAlignment(part, Qt.AlignmentFlag.AlignTop)
        self.setFocusProxy(self._track)
        theme_hub.changed.connect(self._colour)
        self._colour()
        self._refresh()

    def _colour(self, *_theme: object) -> None:
        self._label.setFont(ui_font(current_theme().normal, tabular=True))
        self._label.setMinimumWidth(self._label.fontMetrics().horizontalAdvance(step_text(888_888)))

    # -- what it shows ------------------------------------------------------------------------------------------------

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

    def set_live_step(self, step: int | None, state: str = "") -> None:
        """Says how far the run is and what it does; None where nothing is running (there is nothing to follow then)."""
        self._pill.show_state(state)
        turned, self._live_step = (step is None) != (self._live_step is None), step
        if turned:
            # Whoever looks at the newest grid wants to see what comes; whoever looks back is left alone.
            shown, following = self.selected_step(), self._track.value() >= self._track.maximum()
            self._track.live = step is not None
            self._rearrange(None if following else shown)
        self._write_label()

    def set_checkpoints(self, steps: Sequence[int], best: int | None = None, best_text: str = "") -> None:
        """Marks the steps at which checkpoints were written, and the best of them with a star."""
        self._track.checkpoints, self._track.best, self._track.best_text = list(steps), best, best_text
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

    def go_live(self) -> None:
        """Follows the newest samples again."""
        self.stop_film()
        self._track.setValue(self._track.maximum())
        self._refresh()
        self._tell()

    def toggle_play(self) -> None:
        """Plays the history as a film, from the start where the end is shown; or stops it."""
        if self._film.isActive():
            self.stop_film()
        elif len(self._track.steps) > 1:
            if self._track.value() >= len(self._track.steps) - 1:
                self._track.setValue(0)
            self._film.start()
            self._refresh()

    def stop_film(self) -> None:
        """Stops where it is."""
        self._film.stop()
        self._refresh()

    # -- inside -------------------------------------------------------------------------------------------------------

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

    def _moved(self) -> None:
        self._refresh()
        if not self._teller.isActive():
            self._teller.start()

    def _tell(self) -> None:
        """Tells the newest wish, once."""
        self._teller.stop()
        step = self.selected_step()
        before, self._told = self._told, -1 if step is None else step
        if self._told == before:
            return
        if step is not None:
            self.step_selected.emit(step)
        elif self.is_live():
            self.went_live.emit()

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
        self._label.setText("" if step is None else step_text(step))
        self._track.setAccessibleDescription(self._label.text())

    def _refresh(self) -> None:
        playing, stops = self._film.isActive(), len(self._track.steps)
        text = _("Pause the film (Space)") if playing else _("Play the history as a film (Space)")
        self._play.setIcon(icon("pause" if playing else "play"))
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
