"""The strip above a workspace: which generator is open, which checkpoint of it, averaged or raw weights."""

from __future__ import annotations

import time
from typing import cast

from PySide6.QtCore import QRectF, QSignalBlocker, Qt, QTimer
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from ganstudio.app.generators.desk import Desk
from ganstudio.app.runs.run_model import RunModel
from ganstudio.app.studio import Studio
from ganstudio.core.commands import Source
from ganstudio.core.i18n import _
from ganstudio.ui.generator_page.source_menu import SourceButton, source_words
from ganstudio.ui.kit.lifetimes import listen
from ganstudio.ui.kit.motion import reduced_motion
from ganstudio.ui.kit.parts import Segmented, boxed, keeping_room, label, line, tool_button
from ganstudio.ui.kit.theme import current_theme, theme_hub, ui_font
from ganstudio.ui.kit.words import step_text
from ganstudio.ui.pictures.timeline import LivePill, TimelineTrack

TELL_MS = 30
READ_SECONDS = 2.0


class BusyLine(QWidget):
    """A thin line along which something runs while one waits."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(2)
        self._timer = QTimer(self, interval=40)
        self._timer.timeout.connect(self.update)
        self._busy = False

    def set_busy(self, busy: bool) -> None:
        """Begins or ends; the line keeps its place."""
        self._busy = busy
        self._run()
        self.update()

    def _run(self) -> None:
        if self._busy and self.isVisible() and not reduced_motion():
            self._timer.start()
        else:
            self._timer.stop()

    def showEvent(self, event: QShowEvent) -> None:
        """Runs on."""
        super().showEvent(event)
        self._run()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks."""
        super().hideEvent(event)
        self._timer.stop()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A third of the line in the accent colour, wherever it has come to; the whole one where motion is reduced."""
        if not self._busy:
            return
        painter, width = QPainter(self), self.width()
        part = width if reduced_motion() else width / 3
        start = 0.0 if reduced_motion() else (time.monotonic() * 0.8 % 1) * (width + part) - part
        painter.fillRect(QRectF(start, 0, part, 2), QColor(current_theme().accent))
        painter.end()


class SourceBar(QWidget):
    """What is open. The track goes through the checkpoints; its last stop follows the run while it trains.

    Args:
        desk: what is open; its :attr:`~Desk.place` decides what is offered, and in which words.
        studio: knows the runs.
    """

    def __init__(self, desk: Desk, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._studio = desk, studio
        self._words = source_words(desk.place)
        self._model: RunModel | None = None
        self._read = 0.0
        self._teller = QTimer(self, singleShot=True, interval=TELL_MS)
        self._teller.timeout.connect(self._tell)
        self._make_parts()
        self._lay_out()
        listen(
            self,
            (desk.source_changed, self._source_changed),
            (desk.weights_changed, self._weights_changed),
            (studio.opened, self._arrange),
            (studio.library_changed, self.button.look_for_runs),
            (studio.library_changed, self._source_changed),  # it may be called something else now
        )
        self._leave = listen(self)
        theme_hub.changed.connect(self._colour)
        self.button.look_for_runs()
        self._colour()
        self._source_changed()

    def _make_parts(self) -> None:
        self.button = SourceButton(self._desk, self._studio)
        self.stop = keeping_room(tool_button("close", _("Give up opening this"), clicked=self._desk.stop_opening))
        self._notes = ""
        hub = self._studio.notifications
        self.notes = tool_button("info", _("What was assumed"), clicked=lambda: hub.info(self._notes))
        self.track = TimelineTrack()
        self.track.setAccessibleName(_("Checkpoint"))
        self.track.setToolTip(self._words.track)
        self.track.valueChanged.connect(lambda _stop: self._teller.start())
        self.track.sliderReleased.connect(self._tell)
        self.step = label("", "muted")
        self.step.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.live = LivePill()
        self.live.setToolTip(self._words.live)
        self.live.clicked.connect(self._live_clicked)
        average, raw = _("Averaged weights (EMA): steadier pictures"), _("The weights as they are at this step")
        self.weights = Segmented((("ema", _("Average"), average), ("raw", _("Raw"), raw)), _("Weights"))
        self.weights.chosen.connect(lambda key: self._desk.choose_weights(cast("Source", key)))
        self.busy = BusyLine()

    def _lay_out(self) -> None:
        self._gap = QWidget()
        self._gap.setMinimumHeight(self.track.sizeHint().height())  # files without checkpoints: nothing jumps
        row = boxed(
            self.button, self.stop, self.notes, 8, self.track, self._gap, self.step, self.live, self.weights,
            across=True, margins=(16, 4, 16, 2), gap=8, stretch=self.track,
        )  # fmt: skip
        row.setStretchFactor(self._gap, 1)
        boxed(row, self.busy, line(), into=self)

    # -- what the desk tells ------------------------------------------------------------------------------------

    def _source_changed(self) -> None:
        desk, opened = self._desk, self._desk.opened
        self.busy.set_busy(bool(desk.opening))
        self.stop.setVisible(bool(desk.opening))
        if desk.opening:
            self.button.show_name(desk.opening + "…")
        elif opened is None:
            self.button.show_name(self._words.choose)
        else:
            self.button.show_name(desk.name, f"{desk.name}\n{opened.path or ''}".strip())
        notes = () if opened is None else opened.notes
        self._notes = " ".join(notes)
        self.notes.setVisible(bool(notes))
        self.notes.setToolTip("\n".join(notes) or _("What was assumed"))
        stored = opened is not None and opened.run is not None
        for part in (self.track, self.step, self.weights):
            part.setVisible(stored)
        self._gap.setVisible(not stored)
        if stored:
            self.weights.set_enabled("ema", not (self._wanted() == "ema" and desk.weights == "raw"))
        self._arrange()

    def _weights_changed(self) -> None:
        if self._desk.following is not None and time.monotonic() - self._read < READ_SECONDS:
            self._show_weights()  # four times a second: the folder is not read for each
        else:
            self._arrange()

    def _listen(self) -> None:
        """Hears of the run that is open, should it train here."""
        opened = self._desk.opened
        path = None if opened is None else opened.path
        model = next((one for one in self._studio.training if path is not None and one.path == path), None)
        if model is not self._model:
            self._leave()
            self._model = model
            if model is not None:
                self._leave = listen(self, (model.changed, self._model_changed))

    def _model_changed(self, aspects: frozenset[str]) -> None:
        if "state" in aspects:
            self._arrange()

    # -- what is shown ----------------------------------------------------------------------------------------------

    def _arrange(self, *_opened: object) -> None:
        """Sets the stops of the track."""
        self._listen()
        self._read = time.monotonic()
        self.track.steps = self._desk.steps
        self.track.live = self._model is not None
        last = len(self.track.steps) - (0 if self.track.live else 1)
        with QSignalBlocker(self.track):
            self.track.setRange(0, max(0, last))
        self.track.setEnabled(self.track.maximum() > 0)
        self._show_weights()

    def _show_weights(self) -> None:
        """Which weights are drawn with: on the track (unless it is being dragged), in words, on the pill."""
        desk, track = self._desk, self.track
        following = desk.following is not None
        if not track.isSliderDown() and not self._teller.isActive():
            stop = len(track.steps) if following and track.live else track.nearest_stop(desk.step)
            with QSignalBlocker(track):
                track.setValue(stop)
        track.update()
        self.step.setText(step_text(desk.step))
        track.setAccessibleDescription(self.step.text())
        self.live.show_state("" if self._model is None else self._model.state)
        self.live.setVisible(self._model is not None or following)
        self.live.setChecked(following)
        self.weights.set_value(self._wanted() if following else desk.weights)

    def _wanted(self) -> Source:
        opened = self._desk.opened
        return "ema" if opened is None else opened.wanted

    def _colour(self) -> None:
        self.step.setFont(ui_font(current_theme().normal, tabular=True))
        self.step.setMinimumWidth(self.step.fontMetrics().horizontalAdvance(step_text(888_888)))

    # -- what hands do ----------------------------------------------------------------------------------------------

    def _tell(self) -> None:
        """Goes to the stop where the track stands."""
        self._teller.stop()
        desk, stop = self._desk, self.track.value()
        if stop >= len(self.track.steps):
            self._follow()
        elif desk.following is not None or self.track.steps[stop] != desk.step:
            desk.go_to(self.track.steps[stop], self._wanted() if desk.following is not None else None)

    def _follow(self) -> None:
        if self._model is not None:
            self._desk.follow(self._model)

    def _live_clicked(self) -> None:
        if self._desk.following is None:
            self._follow()
        elif self.track.steps:
            self._desk.go_to(self.track.steps[-1], self._wanted())
        self._show_weights()  # a click has turned the pill over
