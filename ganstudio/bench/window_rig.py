"""The real window on an invisible screen, with a run in it that can be watched for a while or left alone for a while."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QTimer

from ganstudio.app.runs.run_model import RunModel
from ganstudio.app.studio import Studio
from ganstudio.bench.headless import SETTLE, speed
from ganstudio.core.errors import TrainingError
from ganstudio.core.experiment import Experiment
from ganstudio.ui.app import load_methods, make_application
from ganstudio.ui.kit.style import set_theme
from ganstudio.ui.window import MainWindow

SIZE = (1440, 900)


class WindowRig:
    """Studio and window, shown, with everything loaded."""

    def __init__(self) -> None:
        self.app = make_application()
        self.studio = Studio()
        set_theme("light")
        self.window = MainWindow.of(self.studio)
        self.window.resize(*SIZE)
        self.window.show()
        load_methods(self.studio)
        self.exec_until(lambda: self.studio.catalogue is not None and not self.studio.jobs.running)

    def exec(self, seconds: float) -> None:
        """Lets the window live for a while."""
        # exit, not quit: that one would close the window first.
        QTimer.singleShot(round(seconds * 1000), lambda: self.app.exit(0))
        self.app.exec()

    def exec_until(self, met: Callable[[], bool], seconds: float = 120.0) -> None:
        """Lets the window live until something is the case.

        Raises:
            TrainingError: it did not come to be.
        """
        until = time.monotonic() + seconds
        while not met():
            if time.monotonic() > until:
                raise TrainingError(f"the measured window did not answer within {seconds:g} s")
            self.exec(0.02)

    def start(self, experiment: Experiment, *, threads: int = 0, paused: bool = True) -> RunModel:
        """Starts a run, as a card of the gallery does; its thread computes with as many threads as told."""
        from ganstudio.training.device import use_threads

        use_threads(threads, beside_window=True)
        model = self.studio.start(experiment, paused=paused)
        if model is None:
            raise TrainingError(f"{experiment.title} could not be started")
        if paused:
            self.exec_until(lambda: model.state in ("paused", "failed"))
        return model

    def watched(self, models: Sequence[RunModel], seconds: float, warm_up: float) -> float:
        """Steps per second of runs, all together, the first of which is looked at."""
        self.studio.look_at(models[0])
        models[0].show(models[0].source)
        rows = self._resume(models)
        self.exec(seconds + warm_up)
        for model in models:
            model.pause()
        self._rest(models)
        self.exec(SETTLE)
        return sum(speed_since(model, first, warm_up) for model, first in zip(models, rows, strict=True))

    def alone(self, models: Sequence[RunModel], seconds: float, warm_up: float) -> float:
        """Steps per second of the same runs while the window sleeps: nobody looks, no event is handled."""
        for model in models:
            model.rest()
        rows = self._resume(models)
        time.sleep(seconds + warm_up)
        for model in models:
            model.pause()
        time.sleep(SETTLE)
        self._rest(models)
        return sum(speed_since(model, first, warm_up) for model, first in zip(models, rows, strict=True))

    @staticmethod
    def _resume(models: Sequence[RunModel]) -> list[int]:
        rows = [length(model) for model in models]
        for model in models:
            model.resume()
        return rows

    def _rest(self, models: Sequence[RunModel]) -> None:
        self.exec_until(lambda: all(model.state in ("paused", "failed") for model in models))

    @property
    def costs(self) -> dict[str, float]:
        """Milliseconds of processor time that a redraw of each view takes at present."""
        return {view: round(cost * 1000, 2) for view, cost in self.window.budget.costs.items()}

    def close(self) -> None:
        """Ends the runs and the window."""
        for model in self.studio.training:
            model.stop(save=False)
        self.window.close_guard = lambda: True
        self.window.close()
        self.window.detach()
        self.window.deleteLater()
        self.app.processEvents()


def length(model: RunModel) -> int:
    """How many steps were measured so far."""
    model.pump()
    return len(model.tables["steps"]) if "steps" in model.tables else 0


def speed_since(model: RunModel, first: int, warm_up: float) -> float:
    """Steps per second of training time since so many were measured, without the first ``warm_up`` seconds."""
    model.pump()
    if model.state == "failed":
        raise TrainingError(model.message)
    table = model.tables["steps"]
    return speed(table.steps[first:], table.seconds[first:], warm_up)
