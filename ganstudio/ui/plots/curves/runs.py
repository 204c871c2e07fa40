"""The curves of several runs over one another: a plot for each series, in it a line for each run or group of runs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ganstudio.app.runs.values import Progress, export_runs
from ganstudio.core.bands import BandTable, Spread
from ganstudio.core.curves import PLOTS, Curve, PlotKind, longest, plot_key, plots_of
from ganstudio.core.events import SeriesInfo
from ganstudio.core.i18n import _
from ganstudio.core.series import SeriesTable
from ganstudio.ui.plots.curves.panel import CurvesPanel


class RunCurves(CurvesPanel):
    """Compares runs: each has a colour and a dash of its own, the same in every plot; its legend switches it everywhere.

    Attributes:
        chosen: names of the series that are plotted; see :meth:`choose`.
        runs, groups, spread: see :meth:`set_runs`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.chosen: frozenset[str] = frozenset()
        self.toolbar.marks.setVisible(False)  # they are of one run
        self.toolbar.by_images.setVisible(True)
        self.runs: Sequence[tuple[str, Mapping[str, SeriesTable]]] = []
        self.groups: Sequence[tuple[str, Sequence[int]]] = []
        self.spread: Spread = "range"
        self._bands: dict[tuple[str, str], BandTable] = {}

    def set_runs(
        self,
        runs: Sequence[tuple[str, Mapping[str, SeriesTable]]],
        groups: Sequence[tuple[str, Sequence[int]]] = (),
        spread: Spread = "range",
    ) -> None:
        """Compares these.

        Args:
            runs: what each is called, and its tables, which may grow.
            groups: what each line is called, and the places of its runs; without any each run is a line.
            spread: what the band shows around the mean of a group.
        """
        groups = groups or [(of, [number]) for number, (of, _tables) in enumerate(runs)]
        if groups != self.groups:
            self._bands = {}
        self.runs, self.groups, self.spread = runs, groups, spread
        self.set_tables({f"{number}/{name}": table for number, (_of, tables) in enumerate(runs)
                         for name, table in tables.items()})  # fmt: skip

    def choose(self, names: Collection[str]) -> None:
        """Plots these series and no others."""
        self.chosen, self._stamp = frozenset(names), None
        self.refresh()

    def _curves(self) -> list[Curve]:
        curves = []
        for number, (of, places) in enumerate(self.groups):
            found: dict[SeriesInfo, list[SeriesTable]] = {}
            every = [self.runs[place][1] for place in places]
            for table in (table for tables in every for table in tables.values() if len(table)):
                for info in (info for info in table.series if info.name in self.chosen):
                    found.setdefault(info, []).append(table)
            clock = longest(table for tables in every for table in tables.values())
            for info, tables in found.items():
                table = tables[0] if len(places) == 1 else self._band(of, info, tables)
                if len(table):
                    curves.append(Curve(table, info, False, of=of, run=number, clock=clock))
        return curves

    def _band(self, of: str, info: SeriesInfo, tables: Sequence[SeriesTable]) -> BandTable:
        """The runs of a group as one line, with what came since the last call."""
        table = self._bands.setdefault((of, info.name), BandTable(info))
        table.update(tables, self.view.by, self.spread)
        return table

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
