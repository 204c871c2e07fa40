"""The strip above the explorer: what is explored, which checkpoint of it, averaged or raw weights."""

from __future__ import annotations

import time
from typing import Any, cast

from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ganstudio.app.explorer import Explorer
from ganstudio.app.explorer_sources import BUNDLED
from ganstudio.app.run_model import RunModel
from ganstudio.app.studio import Studio
from ganstudio.core.commands import Snapshot, Source
from ganstudio.core.i18n import _
from ganstudio.core.resources import resource_path
from ganstudio.ui.explore.source_menu import SourceButton, ready_name
from ganstudio.ui.motion import reduced_motion
from ganstudio.ui.parts import Segmented, label, line, tool_button
from ganstudio.ui.pictures.drawing import step_text
from ganstudio.ui.pictures.timeline import LivePill
from ganstudio.ui.pictures.timeline_track import TimelineTrack
from ganstudio.ui.theme import current_theme, theme_hub, ui_font

TELL_MS = 30
READ_SECONDS = 2.0


class BusyLine(QWidget):
    """A thin line along which something runs while one waits."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(2)
        self._timer = QTimer(self)
        self._timer.setInterval(40)
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
    """What is explored. The track goes through the checkpoints; its last stop follows the run while it trains.

    Args:
        explorer: what is explored.
        studio: knows the runs.
    """

    def __init__(self, explorer: Explorer, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._explorer, self._studio = explorer, studio
        self._model: RunModel | None = None
        self._read = 0.0
        self._teller = QTimer(self, singleShot=True, interval=TELL_MS)
        self._teller.timeout.connect(self._tell)
        self._make_parts()
        self._lay_out()
        explorer.source_changed.connect(self._source_changed)
        explorer.weights_changed.connect(self._weights_changed)
        studio.opened.connect(self._runs_changed)
        studio.library_changed.connect(self.button.look_for_runs)
        theme_hub.changed.connect(self._colour)
        self.destroyed.connect(_unhook(self))
        self.button.look_for_runs()
        self._colour()
        self._source_changed()

    def _make_parts(self) -> None:
        self.button = SourceButton(self._explorer, self._studio)
        self.notes = tool_button("info", _("What was assumed"))
        self.notes.clicked.connect(self._tell_notes)
        self.track = TimelineTrack(current_theme())
        self.track.setAccessibleName(_("Checkpoint"))
        self.track.setToolTip(_("Drag through the checkpoints; every control stays where it is. ←/→ one, Home and End"))
        self.track.valueChanged.connect(lambda _stop: self._teller.start())
        self.track.sliderReleased.connect(self._tell)
        self.step = label("", "muted")
        self.step.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.live = LivePill(current_theme())
        self.live.setToolTip(_("Follow the run while it trains: the pictures improve, the controls stay"))
        self.live.clicked.connect(self._live_clicked)
        self.weights = Segmented(
            (
                ("ema", _("Average"), _("Averaged weights (EMA): steadier pictures")),
                ("raw", _("Raw"), _("The weights as they are at this step")),
            ),
            _("Weights"),
        )
        self.weights.chosen.connect(self._weights_chosen)
        self.busy = BusyLine()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(16, 4, 16, 2)
        row.setSpacing(8)
        row.addWidget(self.button)
        row.addWidget(self.notes)
        row.addSpacing(8)
        row.addWidget(self.track, 1)
        self._gap = QWidget()
        self._gap.setMinimumHeight(self.track.sizeHint().height())  # files without checkpoints: nothing jumps
        row.addWidget(self._gap, 1)
        for part in (self.step, self.live, self.weights):
            row.addWidget(part)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(row)
        whole.addWidget(self.busy)
        whole.addWidget(line())

    # -- what the explorer tells ------------------------------------------------------------------------------------

    def _source_changed(self) -> None:
        explorer = self._explorer
        opened = explorer.opened
        self.busy.set_busy(bool(explorer.opening))
        if explorer.opening:
            self.button.show_name(explorer.opening + "…")
        elif opened is None:
            self.button.show_name(_("Choose what to explore"))
        else:
            title = ready_name() if opened.path == resource_path("runs", BUNDLED) else opened.title
            self.button.show_name(title, f"{title}\n{opened.path or ''}".strip())
        notes = () if opened is None else opened.notes
        self.notes.setVisible(bool(notes))
        self.notes.setToolTip("\n".join(notes) or _("What was assumed"))
        stored = opened is not None and opened.run is not None
        for part in (self.track, self.step, self.weights):
            part.setVisible(stored)
        self._gap.setVisible(not stored)
        if stored and opened is not None:
            self.weights.set_enabled("ema", not (opened.wanted == "ema" and explorer.weights == "raw"))
        self._listen()
        self._arrange()

    def _weights_changed(self) -> None:
        explorer = self._explorer
        if explorer.following is not None and time.monotonic() - self._read < READ_SECONDS:
            self._show_weights()  # four times a second: the folder is not read for each
            return
        self._arrange()

    def _runs_changed(self, _model: RunModel) -> None:
        self._listen()
        self._arrange()

    def _listen(self) -> None:
        """Hears of the run that is explored, should it train here."""
        opened = self._explorer.opened
        path = None if opened is None else opened.path
        model = next((one for one in self._studio.training if path is not None and one.path == path), None)
        if model is not self._model:
            if self._model is not None:
                self._model.changed.disconnect(self._model_changed, missing_ok=True)
            self._model = model
            if model is not None:
                model.changed.connect(self._model_changed)

    def _model_changed(self, aspects: frozenset[str]) -> None:
        if "state" in aspects:
            self._listen()
            self._arrange()

    # -- what is shown ----------------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        """Sets the stops of the track."""
        self._read = time.monotonic()
        self.track.steps = self._explorer.steps
        self.track.live = self._model is not None
        last = len(self.track.steps) - (0 if self.track.live else 1)
        self.track.blockSignals(True)
        self.track.setRange(0, max(0, last))
        self.track.blockSignals(False)
        self.track.setEnabled(self.track.maximum() > 0)
        self._show_weights()

    def _show_weights(self) -> None:
        """Which weights are drawn with: on the track (unless it is being dragged), in words, on the pill."""
        explorer, track = self._explorer, self.track
        following = explorer.following is not None
        if not track.isSliderDown() and not self._teller.isActive():
            stop = len(track.steps) if following and track.live else track.nearest_stop(explorer.step)
            track.blockSignals(True)
            track.setValue(stop)
            track.blockSignals(False)
        track.update()
        self.step.setText(step_text(explorer.step))
        track.setAccessibleDescription(self.step.text())
        self.live.setVisible(self._model is not None or following)
        self.live.setChecked(following)
        self.weights.set_value(self._wanted() if following else explorer.weights)

    def _wanted(self) -> Source:
        opened = self._explorer.opened
        return "ema" if opened is None else opened.wanted

    def _colour(self) -> None:
        theme = current_theme()
        self.track.set_theme(theme)
        self.live.set_theme(theme)
        self.live.setFont(ui_font(theme.small))
        self.step.setFont(ui_font(theme.normal, tabular=True))
        self.step.setMinimumWidth(self.step.fontMetrics().horizontalAdvance(step_text(888_888)))

    # -- what hands do ----------------------------------------------------------------------------------------------

    def _tell(self) -> None:
        """Goes to the stop where the track stands."""
        self._teller.stop()
        explorer, stop = self._explorer, self.track.value()
        if stop >= len(self.track.steps):
            self._follow()
        elif explorer.following is not None or self.track.steps[stop] != explorer.step:
            explorer.go_to(self.track.steps[stop], self._wanted() if explorer.following is not None else None)

    def _follow(self) -> None:
        if self._model is not None:
            self._explorer.follow(self._model)

    def _live_clicked(self) -> None:
        if self._explorer.following is None:
            self._follow()
        elif self.track.steps:
            self._explorer.go_to(self.track.steps[-1], self._wanted())
        self._show_weights()  # a click has turned the pill over

    def _weights_chosen(self, key: str) -> None:
        explorer, source = self._explorer, cast("Source", key)
        if explorer.opened is None:
            return
        if explorer.following is not None:
            explorer.opened = explorer.opened.wanting(source)
            explorer.following.send(Snapshot(source))
        elif source != explorer.weights:
            explorer.go_to(explorer.step, source)

    def _tell_notes(self) -> None:
        if self._explorer.opened is not None:
            self._studio.notifications.info(" ".join(self._explorer.opened.notes))


def _unhook(bar: SourceBar) -> Any:
    """Cuts explorer and studio off from a bar that is gone; they may outlive it."""
    explorer, studio = bar._explorer, bar._studio
    hooks: list[tuple[Any, Any]] = [
        (explorer.source_changed, bar._source_changed),
        (explorer.weights_changed, bar._weights_changed),
        (studio.opened, bar._runs_changed),
        (studio.library_changed, bar.button.look_for_runs),
    ]

    def unhook(*_args: object) -> None:
        for signal, slot in hooks:
            signal.disconnect(slot, missing_ok=True)
        if bar._model is not None:
            bar._model.changed.disconnect(bar._model_changed, missing_ok=True)

    return unhook
