"""Row ``start``: from starting the process to the window being on the screen."""

from __future__ import annotations

import os
import statistics
import subprocess
import time

from ganstudio.bench.figures import Figure
from ganstudio.core.errors import StudioError
from ganstudio.core.process import python_command

VISIBLE = "window visible"


def measure(name: str, quick: bool) -> list[Figure]:
    """Median of several starts, the first (whose files the system has to read) told apart."""
    first = start_once()
    times = [start_once() for _turn in range(1 if quick else 7)]
    raw = {"first": round(first, 3), "seconds": [round(each, 3) for each in times]}
    what = "process start to visible window (torch still loading)"
    return [Figure("start", statistics.median(times), "s", what, 1.0, "at most", raw)]


def start_once(patience: float = 60.0) -> float:
    """Seconds until the window says that it has been drawn; the process is ended then.

    Raises:
        StudioError: it ended by itself, or said nothing.
    """
    environment = {**os.environ, "GANSTUDIO_REPORT_START": "1", "QT_QPA_PLATFORM": "offscreen"}
    before = time.perf_counter()
    process = subprocess.Popen(
        python_command("from ganstudio.__main__ import main; sys.exit(main([]))"),
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip() == VISIBLE:
                return time.perf_counter() - before
            if time.perf_counter() - before > patience:
                break
        _out, error = process.communicate(timeout=5) if process.poll() is not None else ("", "")
        raise StudioError("the window did not appear", error[-2000:])
    finally:
        process.kill()
        process.communicate()
