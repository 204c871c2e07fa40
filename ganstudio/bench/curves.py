"""Row ``curves``: a redraw with a million steps of six series, and the memory that they take."""

from __future__ import annotations

import gc
import os
import statistics
import sys
import time

import numpy as np

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

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
    """Milliseconds of a redraw of all plots after new rows; MB above an empty panel."""
    app = make_application()
    set_theme("light")
    panel, table = CurvesPanel(), SeriesTable("steps")
    panel.resize(*SIZE)
    chance = np.random.default_rng(0)
    table.append(_rows(chance, 0, 100))
    panel.set_tables({"steps": table})
    panel.show()
    redraw(app, panel)
    gc.collect()
    empty = resident()
    for start in range(100, STEPS, CHUNK):
        table.append(_rows(chance, start, min(CHUNK, STEPS - start)))
    panel.refresh()
    redraw(app, panel)
    gc.collect()
    memory = (resident() - empty) / 1e6
    plain = _timed(app, panel, table, chance, 5 if quick else 60)
    panel.toolbar.smoothing_changed.emit(0.95)
    redraw(app, panel)
    smooth = _timed(app, panel, table, chance, 5 if quick else 60)
    with_smoothing = (resident() - empty) / 1e6
    panel.hide()
    panel.deleteLater()
    app.processEvents()
    what = f"redraw of all plots, {STEPS:,} steps × {len(SERIES)} series, {SIZE[0]}×{SIZE[1]}"
    raw = {"ms": _spread(plain[0]), "ms of the processor": _spread(plain[1])}
    raw_smooth = {"ms": _spread(smooth[0]), "ms of the processor": _spread(smooth[1])}
    mb = {"tables": round(table.nbytes / 1e6, 1), "resident, smoothed": round(with_smoothing, 1)}
    return [
        Figure("curves-redraw", statistics.median(plain[0]), "ms", what, 8.0, "at most", raw),
        Figure(
            "curves-redraw-smooth", statistics.median(smooth[0]), "ms", f"{what}, smoothed", 8.0, "at most", raw_smooth
        ),
        Figure("curves-memory", memory, "MB", "resident memory above an empty panel", 80.0, "at most", mb),
    ]


def _rows(chance: np.random.Generator, start: int, count: int) -> Rows:
    steps = np.arange(start + 1, start + count + 1, dtype=np.int64)
    values = chance.random((count, len(SERIES)), dtype=np.float32) * 0.2
    values += (0.3 + 0.2 * np.sin(steps / 50_000.0)).astype(np.float32)[:, None]
    return Rows("steps", SERIES, steps, steps / 200.0, values)


def redraw(app: QApplication, panel: CurvesPanel) -> None:
    """Draws every plot that is out of date, now."""
    for section in panel.sections.values():
        if section.plot.isVisible():
            section.plot.repaint()
    app.processEvents()


def _timed(
    app: QApplication, panel: CurvesPanel, table: SeriesTable, chance: np.random.Generator, turns: int
) -> tuple[list[float], list[float]]:
    """Each turn: rows come, the panel takes them in and draws everything, as it does ten times a second.

    Returns:
        Milliseconds by the clock, and of the processor: on a crowded machine the clock also counts the waiting.
    """
    times, computing = [], []
    for _turn in range(turns):
        table.append(_rows(chance, int(table.steps[-1]), 20))
        before, worked = time.perf_counter(), time.thread_time()
        panel.refresh()
        redraw(app, panel)
        times.append((time.perf_counter() - before) * 1000)
        computing.append((time.thread_time() - worked) * 1000)
    return times, computing


def _spread(times: list[float]) -> dict[str, float]:
    return {
        "median": round(statistics.median(times), 2),
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
