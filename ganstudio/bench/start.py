"""Rows ``start`` and ``start-train``: from starting the process to the window on the screen, and to the first step's end."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from ganstudio.bench.crowd import Crowd
from ganstudio.bench.figures import Figure, ratio
from ganstudio.core.errors import StudioError
from ganstudio.core.process import python_command

VISIBLE = "window visible"
STUDIO = "from ganstudio.__main__ import main; sys.exit(main([]))"
BARE = f"""
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel
app = QApplication([])
label = QLabel("ganstudio")
label.resize(1366, 768)
label.show()
QTimer.singleShot(0, lambda: print({VISIBLE!r}, flush=True))
app.exec()
"""


def measure(name: str, quick: bool) -> list[Figure]:
    """Median of several starts, the first (whose files the system has to read) told apart."""
    return [_train(quick)] if name == "start-train" else [_window(quick)]


def _window(quick: bool) -> Figure:
    """They take turns, as below."""
    started, bare, others = [], [], []
    for _turn in range(2 if quick else 12):
        crowd = Crowd()
        bare.append(start_once(BARE))
        started.append(start_once())
        others.append(crowd.share())
    what = "process start to visible window (torch still loading) ÷ the same of a bare window with one label"
    # The first of each has read the files.
    found = ratio("start", what, 2.2, started[1:], bare[1:], others[1:], unit="s", first=round(started[0], 3))
    return replace(found, direction="at most")


def _train(quick: bool) -> Figure:
    """They take turns, so that a busy machine slows both alike."""
    trained, imported, others = [], [], []
    with tempfile.TemporaryDirectory(prefix="ganstudio-bench-") as folder:
        for turn in range(2 if quick else 12):
            crowd = Crowd()
            imported.append(_seconds("import torch"))
            run = ["train", "gan", "--data", "ring", "--steps", "1", "--out", str(Path(folder) / str(turn))]
            trained.append(_seconds(f"from ganstudio.__main__ import main; sys.exit(main({run!r}))"))
            others.append(crowd.share())
    what = "ganstudio train gan --data ring --steps 1 ÷ python -c 'import torch', whole processes"
    # The first of each has read the files.
    found = ratio("start-train", what, 1.6, trained[1:], imported[1:], others[1:], unit="s")
    return replace(found, direction="at most")


def _seconds(code: str) -> float:
    """How long a process of its own takes, from its start to its end."""
    before = time.perf_counter()
    done = subprocess.run(python_command(code), capture_output=True, text=True, check=False)
    if done.returncode:
        raise StudioError(f"a process ended with {done.returncode}", done.stderr[-2000:])
    return time.perf_counter() - before


def start_once(code: str = STUDIO, patience: float = 60.0) -> float:
    """Seconds until the window of a program says that it has been drawn; the process is ended then.

    Raises:
        StudioError: it ended by itself, or said nothing.
    """
    environment = {**os.environ, "GANSTUDIO_REPORT_START": "1", "QT_QPA_PLATFORM": "offscreen"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has been compiled
    before = time.perf_counter()
    process = subprocess.Popen(
        python_command(code),
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
