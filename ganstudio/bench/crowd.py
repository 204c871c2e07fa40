"""How much of the machine other programs take while something is measured."""

from __future__ import annotations

import os
import sys
import time


class Crowd:
    """A watch on the processor time of everybody else; on Linux, elsewhere it says 0."""

    def __init__(self) -> None:
        self._at = _times()

    def share(self) -> float:
        """Share of the machine, 0 to 1, that others took since the last call (or since the watch was made)."""
        before, self._at = self._at, _times()
        wall, busy, own = (after - earlier for earlier, after in zip(before, self._at, strict=True))
        return min(1.0, max(0.0, (busy - own) / (wall * (os.cpu_count() or 1)))) if wall > 0 else 0.0


def _times() -> tuple[float, float, float]:
    """Seconds by the clock, of all processors at work, and of this process and those it has started that have ended."""
    if sys.platform != "linux":
        return time.perf_counter(), 0.0, 0.0
    with open("/proc/stat") as file:  # noqa: PTH123 - a file of the kernel
        fields = [int(field) for field in file.readline().split()[1:]]
    idle = fields[3] + fields[4]
    # Guests are counted within user time already.
    return time.perf_counter(), (sum(fields[:8]) - idle) / os.sysconf("SC_CLK_TCK"), sum(os.times()[:4])
