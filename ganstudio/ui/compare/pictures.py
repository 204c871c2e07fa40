"""What the runs draw from the same latents, side by side, looked at together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from ganstudio.app.runs.run_model import RunModel
from ganstudio.app.runs.verdict import words_of
from ganstudio.core.events import Samples
from ganstudio.core.i18n import _
from ganstudio.metrics.modes import captured
from ganstudio.ui.kit.painted import draw_number
from ganstudio.ui.kit.parts import ElidedLabel, boxed, label, stacked
from ganstudio.ui.kit.theme import current_theme, theme_hub
from ganstudio.ui.kit.words import state_text, step_text
from ganstudio.ui.pictures.wall import ImageWall
from ganstudio.ui.plots.scene import ScenePlot

LEAST = 200
"""Pixels that a run's pictures should be wide."""


class _Badge(QWidget):
    """The number of a run in its colour, as its lines have it."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number
        self.setFixedSize(QSize(18, 18))
        theme_hub.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the disc."""
        painter, theme = QPainter(self), current_theme()
        draw_number(painter, QPointF(9, 9), self._number, theme.runs[self._number % len(theme.runs)], theme)
        painter.end()


class RunPictures(QWidget):
    """One run's pictures or points, under its number and name.

    Args:
        number: which run it is, from 0 on.
    """

    def __init__(self, number: int) -> None:
        super().__init__()
        self.name, self.step = ElidedLabel("", "strong"), label("", "muted")
        self.wall, self.plane = ImageWall(), ScenePlot()
        self.pages = stacked(self.wall, self.plane)
        self.wall.setMinimumSize(96, 64)
        head = boxed(_Badge(number), self.name, self.step, across=True, gap=8, stretch=self.name)
        boxed(head, self.pages, into=self, gap=4, stretch=self.pages)

    def show_run(self, model: RunModel, samples: Samples | None, extent: float) -> None:
        """Shows what a run has drawn; ``extent``: of the plane, the same for all that are compared."""
        self.name.setText(model.title)
        doing = state_text(model.state) if model.live else ""
        step = _("nothing stored") if samples is None else step_text(samples.step)
        self.step.setText(" · ".join(filter(None, (step, doing))))
        spec = model.spec
        points = spec is not None and spec.kind == "points"
        self.pages.setCurrentWidget(self.plane if points else self.wall)
        if spec is None or samples is None:
            self.wall.clear()
            return
        items: Any = samples.items
        self.setAccessibleName(_("Pictures of {name}, step {step}").format(name=model.title, step=f"{samples.step:,}"))
        if not points:
            probability = words_of(model.tables.get("steps"), "score") is None
            groups = samples.groups, samples.group_names
            self.wall.set_samples(items, samples.scores, probability, samples.panels, *groups)
            return
        plane = self.plane
        plane.extent, plane.modes, plane.mode_std = extent, list(spec.modes), spec.mode_std
        plane.hits = [bool(hit) for hit in captured(items, spec)[0]] if spec.modes else []
        real: Any = None if model.real is None else model.real.items
        plane.real, plane.fakes = real, items
        plane.invalidate()


class ComparedPictures(QWidget):
    """The pictures of up to six runs. A sample that is enlarged in one is in all; a plane that is moved moves all."""

    def __init__(self) -> None:
        super().__init__()
        self.runs: list[RunPictures] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(16, 8, 16, 0)
        self._grid.setSpacing(8)
        self._leading = False  # one of them is being followed by the others

    def show_runs(self, models: Sequence[RunModel], shown: Sequence[Samples | None]) -> None:
        """Shows what these have drawn."""
        if len(models) != len(self.runs):
            self._make(len(models))
        extent = max((model.spec.extent for model in models if model.spec is not None), default=1.0)
        for one, model, samples in zip(self.runs, models, shown, strict=True):
            one.show_run(model, samples, extent)

    def _make(self, count: int) -> None:
        for old in self.runs[count:]:
            self._grid.removeWidget(old)
            old.hide()
            old.deleteLater()
        del self.runs[count:]
        while len(self.runs) < count:
            made = RunPictures(len(self.runs))
            self.runs.append(made)
            zoom = made.wall.zoom
            zoom.walked.connect(lambda index, made=made: self._enlarge(made, index))
            zoom.moved.connect(lambda made=made: self._lead(made, lambda other: other.wall.zoom.follow(made.wall.zoom)))
            zoom.closed.connect(lambda made=made: self._lead(made, lambda other: other.wall.zoom.dismiss()))
            made.plane.moved.connect(lambda made=made: self._lead(made, lambda other: other.plane.follow(made.plane)))
        self._arrange()

    def _lead(self, leader: RunPictures, follow: Any) -> None:
        """All others do what one has done, and do not tell it again."""
        if not self._leading:
            self._leading = True
            for other in self.runs:
                if other is not leader:
                    follow(other)
            self._leading = False

    def _enlarge(self, leader: RunPictures, index: int) -> None:
        focus = self.window().focusWidget()
        self._lead(leader, lambda other: other.wall.enlarge(index))
        if focus is not None and not self._leading:
            focus.setFocus()

    def _arrange(self) -> None:
        """In as few rows as leave them wide enough, all of them equally full."""
        count = len(self.runs)
        if not count:
            return
        columns = max(1, min(count, (self.width() - 32) // LEAST))
        columns = math.ceil(count / math.ceil(count / columns))
        for place, one in enumerate(self.runs):
            self._grid.addWidget(one, place // columns, place % columns)
        for column in range(count):
            self._grid.setColumnStretch(column, int(column < columns))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More of them beside each other, where there is room."""
        super().resizeEvent(event)
        self._arrange()
