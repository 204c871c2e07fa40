"""Row ``curves``: what a redraw with a million steps of six series costs, and the memory that they take."""

from __future__ import annotations

import gc
import os
import sys
import time

import numpy as np
from numpy.typing import NDArray

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication

from ganstudio.bench.figures import Figure
from ganstudio.core.events import Rows, SeriesInfo
from ganstudio.core.series import SeriesTable
from ganstudio.ui.app import make_application
from ganstudio.ui.kit.style import set_theme
from ganstudio.ui.plots.curves import CurvesPanel

STEPS, CHUNK = 1_000_000, 5_000
SIZE = (1000, 520)
SERIES = (
    SeriesInfo("discriminator/real", "loss", "discriminator"),
    SeriesInfo("discriminator/fake", "loss", "discriminator"),
    SeriesInfo("generator/adversarial", "loss", "generator"),
    SeriesInfo("D(x)", "probability", "real"),
    SeriesInfo("D(G(z))", "probability", "fake"),
    SeriesInfo("gradient/generator", "gradient", "generator"),
)


def measure(name: str, quick: bool) -> list[Figure]:
    """A redraw of all plots after new rows; MB above an empty panel."""
    app = make_application()
    set_theme("light")
    table, chance = SeriesTable("steps"), np.random.default_rng(0)
    table.append(_rows(chance, 0, 100))
    panel = _panel(app, table)
    gc.collect()
    empty = resident()
    for start in range(100, STEPS, CHUNK):
        table.append(_rows(chance, start, min(CHUNK, STEPS - start)))
    _update(app, panel)
    gc.collect()
    mb = {"tables": round(table.nbytes / 1e6, 1)}
    memory = (resident() - empty) / 1e6
    found = [_redraw(app, panel, table, chance, smoothed, 5 if quick else 60) for smoothed in (False, True)]
    mb["resident, smoothed"] = round((resident() - empty) / 1e6, 1)
    panel.hide()
    panel.deleteLater()
    app.processEvents()
    what = "resident memory above an empty panel"
    return [*found, Figure("curves-memory", memory, "MB", what, 80.0, "at most", mb)]


def _panel(app: QApplication, table: SeriesTable) -> CurvesPanel:
    panel = CurvesPanel()
    panel.resize(*SIZE)
    panel.set_tables({"steps": table})
    panel.show()
    _update(app, panel)
    return panel


def _update(app: QApplication, panel: CurvesPanel) -> tuple[float, float]:
    """The panel takes new rows in and draws everything, as it does in the window's timer.

    Returns:
        Milliseconds by the clock, and of the processor: on a crowded machine the clock also counts the waiting.
    """
    before, worked = time.perf_counter(), time.thread_time()
    panel.refresh()
    app.processEvents()
    return (time.perf_counter() - before) * 1000, (time.thread_time() - worked) * 1000


class _Paints(QObject):
    """Counts paint events of what it watches."""

    count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Counts, and stops nothing."""
        self.count += event.type() == QEvent.Type.Paint
        return False


def _redraw(
    app: QApplication,
    panel: CurvesPanel,
    table: SeriesTable,
    chance: np.random.Generator,
    smoothed: bool,
    turns: int,
) -> Figure:
    panel.toolbar.smoothing_changed.emit(0.95 if smoothed else 0.0)
    _update(app, panel)
    paints, plots = _Paints(), [shown.plot for shown in panel.shown]
    for plot in plots:
        plot.installEventFilter(paints)
    times = []
    for _turn in range(turns):
        table.append(_rows(chance, int(table.steps[-1]), 20))
        times.append(_update(app, panel))
    for plot in plots:
        plot.removeEventFilter(paints)
    clock, work = np.array(times).T
    raw = {
        "ms by the clock": _spread(clock),
        "ms of the processor": _spread(work),
        "paint events of a plot per update": paints.count / turns / len(plots),
    }
    what = f"redraw of {len(plots)} plots, {STEPS:,} steps × {len(SERIES)} series, {SIZE[0]}×{SIZE[1]}"
    name = "curves-redraw-smooth" if smoothed else "curves-redraw"
    value = float(np.median(work))
    return Figure(name, value, "ms", f"{what}, smoothed" if smoothed else what, 40.0, "at most", raw)


def _rows(chance: np.random.Generator, start: int, count: int) -> Rows:
    steps = np.arange(start + 1, start + count + 1, dtype=np.int64)
    values = chance.random((count, len(SERIES)), dtype=np.float32) * 0.2
    values += (0.3 + 0.2 * np.sin(steps / 50_000.0)).astype(np.float32)[:, None]
    return Rows("steps", SERIES, steps, steps / 200.0, values)


def _spread(times: NDArray[np.float64]) -> dict[str, float]:
    return {
        "median": round(float(np.median(times)), 2),
        "best": round(min(times), 2),
        "p90": round(float(np.percentile(times, 90)), 2),
        "worst": round(max(times), 2),
    }


def resident() -> int:
    """Bytes of this process in memory; its peak on macOS, and 0 where neither is told."""
    if sys.platform == "linux":
        with open("/proc/self/statm") as file:  # noqa: PTH123 - a file of the kernel
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    if sys.platform == "darwin":
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return 0
