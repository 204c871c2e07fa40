"""The curves of several runs over one another: a plot for each series that was chosen, in it a line for each run."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ganstudio.core.events import SeriesInfo
from ganstudio.core.i18n import _
from ganstudio.core.series import SeriesTable
from ganstudio.ui.kit.theme import Theme, current_theme
from ganstudio.ui.plots.curves.export import Progress, export_runs
from ganstudio.ui.plots.curves.model import PLOTS, Curve, PlotKind, plot_key, plots_of, role_colour
from ganstudio.ui.plots.curves.panel import CurvesPanel
from ganstudio.ui.plots.curves.section import HEADING


class RunCurves(CurvesPanel):
    """Compares runs: each has a colour and a dash of its own, the same in every plot; its legend switches it everywhere.

    Attributes:
        chosen: names of the series that are plotted; see :meth:`choose`.
        runs: see :meth:`set_runs`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.chosen: frozenset[str] = frozenset()
        self.toolbar.marks.setVisible(False)  # they are of one run
        self.runs: Sequence[tuple[str, Mapping[str, SeriesTable]]] = []

    def set_runs(self, runs: Sequence[tuple[str, Mapping[str, SeriesTable]]]) -> None:
        """Compares these: what each is called, and its tables, which may grow."""
        self.runs = runs
        self.set_tables({f"{number}/{name}": table for number, (_of, tables) in enumerate(runs)
                         for name, table in tables.items()})  # fmt: skip

    def choose(self, names: Collection[str]) -> None:
        """Plots these series and no others."""
        self.chosen, self._stamp = frozenset(names), None
        self.refresh()

    def _curves(self) -> list[Curve]:
        return [
            Curve(table, info, False, of=of, run=number)
            for number, (of, tables) in enumerate(self.runs)
            for table in tables.values()
            for info in (table.series if len(table) else ())
            if info.name in self.chosen
        ]

    def _kinds(self, series: Iterable[SeriesInfo]) -> list[PlotKind]:
        found = {info.name: info for info in series}
        kinds = {kind.key: kind for kind in (*PLOTS, *plots_of(found.values()))}
        return [replace(kinds[plot_key(info)], key=self._key(info), title=_title(info)) for info in found.values()]

    def _key(self, info: SeriesInfo) -> str:
        return f"series/{info.name}"

    def _sort(self, curves: Sequence[Curve]) -> bool:
        """Sorts them, and shows in each heading's colour whose series it is: the lines' colours tell the runs."""
        touched = super()._sort(curves)
        for section in self.sections.values():
            if section.plot.curves:
                tone = role_colour(section.plot.curves[0].info, current_theme())
                section.fold.setStyleSheet(
                    f"{HEADING} QToolButton {{ border-left: 3px solid {tone}; border-radius: 0; }}"
                )
        return touched

    def _dress(self, theme: Theme) -> None:
        super()._dress(theme)
        self._stamp = None  # the headings are coloured anew
        self.refresh()

    def export(self, path: Path, progress: Progress | None = None) -> None:
        """Writes the values of all runs, one after the other (``.csv``), or draws the open plots; raises StoreError."""
        if path.suffix.lower() == ".csv":
            export_runs(path, self.runs, progress)
        else:
            super().export(path, progress)


def _title(info: SeriesInfo) -> str:
    return _("{what} ({unit})").format(what=info.label, unit=info.unit) if info.unit else info.label
