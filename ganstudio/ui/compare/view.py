"""Runs beside each other: pictures at one step above, curves or settings below. Knows no workspace; any can host it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QMenu, QWidget

from ganstudio.app.runs.comparison import MOST, Comparison, first_series, other_latents, series_of
from ganstudio.app.studio import Studio
from ganstudio.core.events import SeriesInfo
from ganstudio.core.i18n import _, plural
from ganstudio.ui.compare.pictures import ComparedPictures
from ganstudio.ui.compare.settings import SettingsTable
from ganstudio.ui.kit.parts import ElidedLabel, Segmented, boxed, label, line, push_button, split, stacked
from ganstudio.ui.pictures.timeline import Timeline
from ganstudio.ui.plots.curves import RunCurves

SIZES = (340, 300)  # pictures, curves; in proportion


class CompareView(QWidget):
    """Compares runs. The host shows it, calls :meth:`refresh` now and then, and :meth:`end` when it goes.

    Args:
        studio: whose runs they are.
        back: words of the button that leads back.
        head: stands in the place of that and of the title, where the host is on view as well; what is left is wide and
            low, so that pictures stand beside curves.

    Signals:
        left: a person wants to go back.
    """

    left = Signal()

    def __init__(self, studio: Studio, back: str, head: QWidget | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.comparison = Comparison(studio)
        self._series: dict[SeriesInfo, int] = {}
        self._doing: Sequence[tuple[str, str]] = ()
        self.pictures, self.timeline = ComparedPictures(), Timeline()
        self.curves, self.table = RunCurves(), SettingsTable()
        self.back = push_button(back, "back", _("Back (Esc)"), clicked=self.left.emit, quiet=True)
        self.title, self.note = label("", "title"), ElidedLabel("", "muted")
        self.below = Segmented(
            (("curves", _("Curves"), _("The same series of all runs over one another")),
             ("settings", _("Settings"), _("In what the settings of the runs differ"))), _("Below"),
        )  # fmt: skip
        self.series = push_button(_("Series"), "curve", _("Which series are plotted"), menu=self._fill_series)
        self.copy = push_button(_("Copy"), "copy", _("Copies the table as CSV"), clicked=self.table.copy)
        self.save = push_button(_("Save…"), "export", _("Saves the table as CSV"), clicked=self.table.save)
        self._pages = stacked(self.curves, self.table)
        self._lay_out(head)
        self.below.chosen.connect(self._show_lower)
        self.timeline.step_selected.connect(self._go_to)
        self.timeline.went_live.connect(partial(self._go_to, None))
        self.curves.step_picked.connect(self.timeline.select_step)
        self.comparison.opened.connect(self._opened)
        self.comparison.shown_changed.connect(self._show_pictures)
        self._show_lower("curves")

    def _lay_out(self, own: QWidget | None) -> None:
        shown = (self.back, self.title) if own is None else (own,)
        margins, across = ((16, 12, 16, 12), True) if own is None else ((16, 6, 16, 6), False)
        head = boxed(*shown, self.note, across=across, margins=margins, gap=8 if across else 0, stretch=self.note)
        for part in (self.back, self.title):
            part.setParent(self)
            part.setVisible(own is None)
        upper, lower = QWidget(), QWidget()
        foot = boxed(self.timeline, across=True, margins=(16, 0, 16, 0))
        boxed(self.pictures, foot, into=upper, gap=4, stretch=self.pictures)
        tools = self.below, self.series, None, self.copy, self.save
        choices = boxed(*tools, across=True, margins=(16, 6, 16, 6), gap=8)
        boxed(choices, self._pages, into=lower, stretch=self._pages)
        self.splitter = split(upper, lower, stretch=(3, 2), down=own is None, sizes=SIZES)
        boxed(head, line(), self.splitter, into=self, stretch=self.splitter)

    # -- which runs -------------------------------------------------------------------------------------------------

    def show_runs(self, paths: Sequence[Path]) -> None:
        """Compares these runs, six of them at most."""
        paths = list(paths)[:MOST]
        self.title.setText(plural("Comparing {n} run", "Comparing {n} runs", len(paths)))
        self.note.setText(_("Reading the runs…"))
        self.timeline.set_steps([])
        self.comparison.open(paths)

    def _opened(self) -> None:
        models = self.comparison.models
        self._series = series_of(models)
        if not self.curves.chosen & {info.name for info in self._series}:
            self.curves.choose(first_series(self._series))
        self.note.setText(other_latents(models) if models else _("None of these runs can be read."))
        self.refresh()
        self._show_pictures()
        self.timeline.go_live()

    def refresh(self) -> None:
        """Keeps up with runs that train; costs nothing while nobody looks."""
        models = self.comparison.models
        if not models or not self.isVisible():
            return
        self.comparison.pump()
        self.timeline.set_steps(self.comparison.stops)
        self.timeline.set_live_step(max((model.step for model in models if model.live), default=None))
        self._series = series_of(models)
        doing = [(model.title, model.state) for model in models]
        if doing != self._doing:
            self._doing = doing
            self._show_pictures()
        runs = [(model.title, dict(model.tables)) for model in models]
        if runs != self.curves.runs:
            self.curves.set_runs(runs)
        self.curves.refresh()
        self._show_settings()

    def end(self) -> None:
        """Compares nothing any more: what it has read is let go."""
        self.comparison.close()
        self.timeline.stop_film()
        self.curves.set_runs([])
        self.pictures.show_runs([], [])

    # -- what is shown ----------------------------------------------------------------------------------------------

    def _go_to(self, step: int | None) -> None:
        self.comparison.go_to(step)
        self.curves.set_cursor_step(step)

    def _show_pictures(self) -> None:
        if len(self.comparison.shown) == len(self.comparison.models):
            self.pictures.show_runs(self.comparison.models, self.comparison.shown)

    def _show_settings(self) -> None:
        if self.below.value == "settings":
            self.table.show_settings([model.title for model in self.comparison.models], self.comparison.settings)

    def _show_lower(self, page: str) -> None:
        self._pages.setCurrentIndex(int(page == "settings"))
        self.series.setVisible(page == "curves")
        for button in (self.copy, self.save):
            button.setVisible(page == "settings")
        self._show_settings()

    def _fill_series(self, menu: QMenu) -> None:
        count = len(self.comparison.models)
        for info, number in self._series.items():
            few = "" if number == count else "\t" + _("{n} of {total}").format(n=number, total=count)
            made = menu.addAction(info.label.replace("&", "&&") + few)
            made.setCheckable(True)
            made.setChecked(info.name in self.curves.chosen)
            made.triggered.connect(lambda _on, name=info.name: self.curves.choose(self.curves.chosen ^ {name}))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leads back."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)
