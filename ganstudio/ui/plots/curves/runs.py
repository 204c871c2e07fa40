"""The curves of several runs over one another: a plot for each series that was chosen, in it a line for each run."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ganstudio.app.runs.values import Progress, export_runs
from ganstudio.core.curves import PLOTS, Curve, PlotKind, longest, plot_key, plots_of
from ganstudio.core.events import SeriesInfo
from ganstudio.core.i18n import _
from ganstudio.core.series import SeriesTable
from ganstudio.ui.plots.curves.panel import CurvesPanel


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
            Curve(table, info, False, of=of, run=number, clock=clock)
            for number, (of, tables) in enumerate(self.runs)
            for clock in (longest(tables.values()),)
            for table in tables.values()
            for info in (table.series if len(table) else ())
            if info.name in self.chosen
        ]

    def _kinds(self, series: Iterable[SeriesInfo]) -> list[PlotKind]:
        found = {info.name: info for info in series}
        kinds = {kind.key: kind for kind in (*PLOTS, *plots_of(found.values()))}
        title = _("{what} ({unit})")
        return [
            replace(
                kinds[plot_key(info)],
                key=self._key(info),
                title=title.format(what=info.label, unit=info.unit) if info.unit else info.label,
            )
            for info in found.values()
        ]

    def _key(self, info: SeriesInfo) -> str:
        return f"series/{info.name}"

    def export(self, path: Path, progress: Progress | None = None) -> bool:
        """As that of one run; the values (``.csv``) are those of all, one run after the other."""
        if path.suffix.lower() == ".csv":
            return export_runs(path, self.runs, progress)
        return super().export(path, progress)
