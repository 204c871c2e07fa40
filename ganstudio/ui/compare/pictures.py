"""What the runs draw from the same latents, side by side, looked at together."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from ganstudio.app.runs.readings import words_of
from ganstudio.app.runs.run_model import RunModel
from ganstudio.core.events import Samples
from ganstudio.core.i18n import _
from ganstudio.metrics.modes import captured
from ganstudio.ui.kit.painted import draw_number
from ganstudio.ui.kit.parts import ElidedLabel, boxed, stacked
from ganstudio.ui.kit.theme import current_theme
from ganstudio.ui.kit.words import state_text, step_text
from ganstudio.ui.pictures.wall import ImageWall
from ganstudio.ui.plots.scene import ScenePlot

HEAD, NARROW = 28, 140
"""Pixels above a run's pictures; narrower than so many there is no room for its step."""


class RunPictures(QWidget):
    """One run's pictures or points, under its name and its number (from 0 on), which has the colour of its lines."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number
        self.name, self.step = ElidedLabel("", "strong"), ElidedLabel("", "muted")
        self.wall, self.plane = ImageWall(), ScenePlot()
        self.step.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        for shown in (self.wall, self.plane):
            shown.setMinimumSize(64, 64)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)  # all are equally wide
        self._pages = stacked(self.wall, self.plane)
        head = boxed(self.name, self.step, across=True, gap=8, margins=(26, 0, 0, 0), stretch=self.name)
        boxed(head, self._pages, into=self, gap=4, stretch=self._pages)

    def show_run(self, model: RunModel, samples: Samples | None) -> None:
        """Shows what a run has drawn."""
        step = _("nothing stored") if samples is None else step_text(samples.step)
        self.name.setText(model.title)
        self.step.setText(f"{step} · {state_text(model.state)}" if model.live else step)
        spec, plane = model.spec, self.plane
        if spec is None or samples is None:
            self.wall.set_empty_text(_("Samples appear here as soon as some are stored."))
            self.wall.clear()
            self._pages.setCurrentWidget(self.wall)
            return
        items: Any = samples.items
        self._pages.setCurrentWidget(self.wall if items.ndim == 4 else plane)
        if items.ndim == 4:
            probability = words_of(model.tables.get("steps"), "score") is None
            groups = samples.groups, samples.group_names
            self.wall.set_samples(items, samples.scores, probability, samples.panels, *groups)
            return
        plane.modes, plane.mode_std, plane.fakes = list(spec.modes), spec.mode_std, items
        plane.hits = [bool(hit) for hit in captured(items, spec)[0]] if spec.modes else []
        real: Any = None if model.real is None else model.real.items
        plane.real = real
        plane.fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room the name says more than the step, which the timeline shows as well."""
        super().resizeEvent(event)
        self.step.setVisible(event.size().width() >= NARROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The number."""
        painter, theme = QPainter(self), current_theme()
        middle = QPointF(9, self.name.geometry().center().y() + 1)
        draw_number(painter, middle, self._number, theme.runs[self._number % len(theme.runs)], theme)
        painter.end()


class ComparedPictures(QWidget):
    """The pictures of several runs. A sample that is enlarged in one is in all; a plane that is moved moves all."""

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
            for old in self.runs:
                old.deleteLater()
            self.runs = [self._made(number) for number in range(len(models))]
            self._arrange()
        for one, model, samples in zip(self.runs, models, shown, strict=True):
            one.show_run(model, samples)
        planes = [one.plane for one in self.runs if one.plane.isVisibleTo(one)]
        widest = min(planes, key=lambda plane: plane.view().scale, default=None)
        for plane in planes:  # the same part of the plane is seen in all
            if widest is not None and plane is not widest and not plane.camera.moved:
                plane.camera.follow(widest.camera)
                plane.invalidate()

    def _made(self, number: int) -> RunPictures:
        made = RunPictures(number)
        zoom, plane = made.wall.zoom, made.plane
        zoom.walked.connect(lambda index: self._lead(made, lambda other: other.wall.enlarge(index)))
        zoom.moved.connect(lambda: self._lead(made, lambda other: other.wall.zoom.follow(zoom)))
        zoom.closed.connect(lambda: self._lead(made, lambda other: other.wall.zoom.dismiss()))
        plane.moved.connect(lambda: self._lead(made, lambda other: other.plane.follow(plane)))
        return made

    def _lead(self, leader: RunPictures, follow: Callable[[RunPictures], object]) -> None:
        """All others do what one has done, and do not tell it again; the keyboard stays where it is."""
        if self._leading:
            return
        self._leading, focus = True, self.window().focusWidget()
        for other in self.runs:
            if other is not leader:
                follow(other)
        self._leading = False
        if focus is not None:
            focus.setFocus()

    def _arrange(self) -> None:
        """In so many rows as make the pictures largest, all of them equally full."""
        count = len(self.runs)

        def side(rows: int) -> float:
            return min(self.width() / math.ceil(count / rows), self.height() / rows - HEAD)

        columns = math.ceil(count / max(range(1, count + 1), key=side, default=1))
        for place, one in enumerate(self.runs):
            self._grid.addWidget(one, place // columns, place % columns)
        for column in range(self._grid.columnCount()):
            self._grid.setColumnStretch(column, int(column < columns))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More of them beside each other, where there is room."""
        super().resizeEvent(event)
        self._arrange()
