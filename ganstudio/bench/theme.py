"""Row ``theme``: how long the window stands still when it goes from light to dark, with all of it built."""

from __future__ import annotations

import statistics
import time

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from ganstudio.bench.figures import Figure
from ganstudio.bench.headless import IMAGE
from ganstudio.bench.window_rig import WindowRig
from ganstudio.ui.kit.style import set_theme
from ganstudio.ui.kit.theme import current_theme

LONGEST = 300.0
"""Milliseconds."""


def measure(name: str, quick: bool) -> list[Figure]:
    """Median time of a switch and the painting after it; idle, and beside a run that trains (for information)."""
    rig, turns = WindowRig(), 2 if quick else 10
    try:
        model = rig.start(IMAGE)
        for action in [action.id for action in rig.window.table if action.id.startswith("workspace.")]:
            rig.window.table.run(action)
            rig.exec(0.3)
        rig.window.show_workspace("train")
        rig.exec_until(lambda: not rig.studio.jobs.running)
        figures = [_figure(name, "everything built, idle", LONGEST, [_switch(rig) for _turn in range(turns)], rig)]
        model.resume()
        beside = [_switch(rig) for _turn in range(turns)]
        return [*figures, _figure(f"{name}-training", "the same beside a run", None, beside, rig)]
    finally:
        set_theme("light")
        rig.close()


def _switch(rig: WindowRig) -> tuple[float, float]:
    """Milliseconds by the clock, and of the processor in the window's thread."""
    took: list[tuple[float, float]] = []

    def switch() -> None:
        before, worked = time.perf_counter(), time.thread_time()
        set_theme("light" if current_theme().dark else "dark")
        rig.window.repaint()
        took.append((1000 * (time.perf_counter() - before), 1000 * (time.thread_time() - worked)))

    QTimer.singleShot(100, switch)
    rig.exec(0.3)
    rig.exec_until(lambda: bool(took))
    return took[0]


def _figure(name: str, what: str, target: float | None, took: list[tuple[float, float]], rig: WindowRig) -> Figure:
    clock, processor = ([round(each) for each in column] for column in zip(*took, strict=True))
    raw = {"widgets": len(rig.window.findChildren(QWidget)), "ms": clock, "ms of the processor": processor}
    words = f"from light to dark or back, painted, {what}"
    return Figure(name, statistics.median(clock), "ms", words, target, "at most", raw)
