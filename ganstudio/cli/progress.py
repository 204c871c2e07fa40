"""How a training goes, on stderr: one line that is rewritten in a terminal, a line every few seconds elsewhere."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from typing import TextIO

import numpy as np

from ganstudio.cli.output import harmless
from ganstudio.core.events import Progress, Rows
from ganstudio.core.i18n import _, clock

BAR_CELLS = 20
LINE_EVERY, REWRITE_EVERY = 5.0, 0.1


class LastLosses:
    """The newest value of every loss term, added up by phase."""

    def __init__(self) -> None:
        self._terms: dict[str, float] = {}

    def take(self, rows: Rows) -> None:
        """Reads what was measured; tables without losses change nothing."""
        for column, info in enumerate(rows.series):
            if info.kind != "loss":
                continue
            values = rows.values[:, column]
            measured = np.flatnonzero(~np.isnan(values))
            if len(measured):
                self._terms[info.name] = float(values[measured[-1]])

    @property
    def by_phase(self) -> dict[str, float]:
        """``{"discriminator": 1.37, "generator": 0.71}``."""
        sums: dict[str, float] = {}
        for name, value in self._terms.items():
            phase = name.partition("/")[0]
            sums[phase] = sums.get(phase, 0.0) + value
        return sums


def describe(progress: Progress, losses: dict[str, float]) -> list[str]:
    """The figures of a line: steps, speed, time left, losses."""
    parts = [f"{progress.step:,}/{progress.total:,}"]
    if progress.steps_per_second:
        parts.append(_("{speed} steps/s").format(speed=_short(progress.steps_per_second)))
    if progress.eta_seconds is not None and progress.step < progress.total:
        parts.append(_("{time} left").format(time=clock(round(progress.eta_seconds))))
    parts.extend(f"{phase} {value:.3f}" for phase, value in losses.items())
    return parts


def _short(speed: float) -> str:
    return f"{speed:,.0f}" if speed >= 10 else f"{speed:.2g}"


class ProgressLine:
    """Writes the progress of a run and lines of text between, without mixing the two.

    Args:
        stream: where to, usually stderr.
        rewrite: one line that is rewritten; as the stream is a terminal, by default.
        clock: seconds, for tests.
    """

    def __init__(
        self, stream: TextIO, rewrite: bool | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream, self._clock = stream, clock
        self._rewrite = stream.isatty() if rewrite is None else rewrite
        wide = (getattr(stream, "encoding", "") or "").lower().startswith("utf")
        self._cells = ("━", "╌") if wide else ("#", "-")
        self._due = 0.0
        self._shown = False
        self._last_step = -1

    def show(self, progress: Progress | None, losses: dict[str, float], *, last: bool = False) -> None:
        """Shows how far it is, when it is time to; ``last`` shows it in any case and leaves the line standing."""
        now = self._clock()
        if progress is None or (now < self._due and not last):
            return
        self._due = now + (REWRITE_EVERY if self._rewrite else LINE_EVERY)
        parts = describe(progress, losses)
        if self._rewrite:
            self._draw(progress, "  ".join(parts))
            if last:
                self._stream.write("\n")
                self._shown = False
        elif progress.step != self._last_step:
            self._stream.write("  ".join(parts) + "\n")
        self._last_step = progress.step
        self._stream.flush()

    def _draw(self, progress: Progress, text: str) -> None:
        share = min(progress.step / progress.total, 1.0) if progress.total else 0.0
        filled = int(share * BAR_CELLS)
        bar = self._cells[0] * filled + self._cells[1] * (BAR_CELLS - filled)
        width = max(shutil.get_terminal_size().columns - 1, 20)
        self._stream.write("\r" + f"{bar} {share:4.0%}  {text}"[:width].ljust(width))
        self._shown = True

    def note(self, text: str) -> None:
        """A line of text; the progress appears again below it."""
        if self._shown:
            self._stream.write("\r" + " " * max(shutil.get_terminal_size().columns - 1, 20) + "\r")
            self._shown = False
        self._stream.write(f"{harmless(text)}\n")
        self._stream.flush()
        if self._rewrite:
            self._due = 0.0

    def close(self) -> None:
        """Leaves the cursor on a line of its own."""
        if self._shown:
            self._stream.write("\n")
            self._stream.flush()
            self._shown = False
