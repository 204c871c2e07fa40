"""Runs beside each other: pictures at one step above, curves or settings below. Knows no workspace; any can host it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QMenu, QWidget

from ganstudio.app.runs.comparison import MANY, Comparison, first_series, other_latents, series_of
from ganstudio.app.studio import Studio
from ganstudio.core.events import SeriesInfo
from ganstudio.core.i18n import _
from ganstudio.core.scores import Score
from ganstudio.ui.compare.pictures import ComparedPictures
from ganstudio.ui.compare.settings import SettingsTable
from ganstudio.ui.kit.parts import ElidedLabel, Segmented, boxed, line, push_button, split, stacked
from ganstudio.ui.pictures.timeline import Timeline
from ganstudio.ui.plots.curves import RunCurves

BANDS = {"range": _("Band: lowest to highest run"), "deviation": _("Band: mean ± standard deviation")}
SIZES = (340, 300)  # pictures, curves; in proportion


class CompareView(QWidget):
    """Compares runs. The host shows it, calls :meth:`refresh` now and then, and :meth:`end` when it goes.

    Args:
        studio: whose runs they are.
        head: stands above.

    Signals:
        left: a person wants to go back.
    """

    left = Signal()

    def __init__(self, studio: Studio, head: QWidget) -> None:
        super().__init__()
        self.comparison = Comparison(studio)
        self._series: dict[SeriesInfo, int] = {}
        self._doing: Sequence[tuple[str, str]] = ()
        self.pictures, self.timeline = ComparedPictures(), Timeline()
        self.curves, self.table = RunCurves(), SettingsTable()
        self.note = ElidedLabel("", "muted")
        self.below = Segmented(
            (("curves", _("Curves"), _("The same series of all runs over one another")),
             ("settings", _("Settings"), _("In what the settings of the runs differ"))), _("Below"),
        )  # fmt: skip
        self.series = push_button(_("Series"), "curve", _("Which series are plotted"), menu=self._fill_series)
        tip = _(
            "Runs that are alike in something become one line: their mean, and a band that says how far they lie apart"
        )
        self.group = push_button(_("Group"), "layers", tip, menu=self._fill_groups)
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

    def _lay_out(self, own: QWidget) -> None:
        head = boxed(own, self.note, margins=(16, 6, 16, 6), stretch=self.note)
        upper, lower = QWidget(), QWidget()
        foot = boxed(self.timeline, across=True, margins=(16, 0, 16, 0))
        boxed(self.pictures, foot, into=upper, gap=4, stretch=self.pictures)
        tools = self.below, self.series, self.group, None, self.copy, self.save
        choices = boxed(*tools, across=True, margins=(16, 6, 16, 6), gap=8)
        boxed(choices, self._pages, into=lower, stretch=self._pages)
        self.splitter = split(upper, lower, stretch=(3, 2), sizes=SIZES)
        boxed(head, line(), self.splitter, into=self, stretch=self.splitter)

    # -- which runs -------------------------------------------------------------------------------------------------

    def show_runs(self, paths: Sequence[Path]) -> None:
        """Compares these runs: six lines at most, each of a run or of a group."""
        paths = list(paths)[:MANY]
        self.note.setText(_("Reading the runs…"))
        self.timeline.set_steps([])
        self.comparison.open(paths)

    def _opened(self) -> None:
        comparison = self.comparison
        self._series = series_of(map(comparison.tables_of, comparison.models))
        if not self.curves.chosen & {info.name for info in self._series}:
            self.curves.choose(first_series(self._series))
        self._show_groups()
        self.timeline.go_live()

    def refresh(self) -> None:
        """Keeps up with runs that train; costs nothing while nobody looks."""
        models = self.comparison.models
        if not models or not self.isVisible():
            return
        self.comparison.pump()
        self.timeline.set_steps(self.comparison.stops)
        self.timeline.set_live_step(max((model.step for model in models if model.live), default=None))
        every = [self.comparison.tables_of(model) for model in models]
        self._series = series_of(every)
        doing = [(model.title, model.state) for model in models]
        if doing != self._doing:
            self._doing = doing
            self._show_pictures()
        runs = [(model.title, tables) for model, tables in zip(models, every, strict=True)]
        groups = [(group.title, [models.index(one) for one in group.models]) for group in self.comparison.groups]
        now = runs, groups, self.comparison.spread
        if now != (self.curves.runs, self.curves.groups, self.curves.spread):
            self.curves.set_runs(*now)
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
        models, shown = self.comparison.models, self.comparison.shown
        if len(shown) == len(models):
            heads = [models.index(group.models[0]) for group in self.comparison.groups]  # one run stands for its group
            self.pictures.show_runs([models[place] for place in heads], [shown[place] for place in heads])

    def _show_groups(self) -> None:
        comparison = self.comparison
        heads = [group.models[0] for group in comparison.groups]
        band = BANDS[comparison.spread] if any(len(group.models) > 1 for group in comparison.groups) else ""
        said = (band, comparison.left_out, other_latents(heads)) if heads else (_("None of these runs can be read."),)
        self.note.setText(" · ".join(filter(None, said)))
        self.refresh()
        self._show_pictures()

    def set_scores(self, scores: Mapping[Path, Sequence[Score]]) -> None:
        """Shows what was measured of checkpoints, by the runs' folders, as curves like others."""
        self.comparison.set_scores(scores)
        self.refresh()

    def _group_by(self, what: str, how: str) -> None:
        setattr(self.comparison, what, how)
        self._show_groups()

    def _show_settings(self) -> None:
        if self.below.value == "settings":
            self.table.show_settings([model.title for model in self.comparison.models], self.comparison.settings)

    def _show_lower(self, page: str) -> None:
        self._pages.setCurrentIndex(int(page == "settings"))
        for button in (self.series, self.group):
            button.setVisible(page == "curves")
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

    def _fill_groups(self, menu: QMenu) -> None:
        ways = {"": _("Each run by itself"), **self.comparison.groupings}
        for what, choices in (("by", ways), ("spread", BANDS)):
            for how, words in choices.items():
                made = menu.addAction(words.replace("&", "&&"))
                made.setCheckable(True)
                made.setChecked(getattr(self.comparison, what) == how)
                made.triggered.connect(lambda _on, what=what, how=how: self._group_by(what, how))
            menu.addSeparator()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leads back."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)
