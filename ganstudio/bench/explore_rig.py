"""The Explore workspace in the real window on an invisible screen, with a hand that moves and an eye that sees pixels."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer
from PySide6.QtGui import QKeyEvent

from ganstudio.bench.eyes import Eye
from ganstudio.bench.window_rig import WindowRig
from ganstudio.core.errors import TrainingError
from ganstudio.core.experiment import Experiment
from ganstudio.ui.explore.workspace import ExploreWorkspace


class ExploreRig(WindowRig):
    """The window with Explore on view."""

    def __init__(self) -> None:
        super().__init__()
        self._home = Path(tempfile.mkdtemp(prefix="ganstudio-explored-"))
        self.window.show_workspace("explore")
        page = self.window.workspace("explore")
        if not isinstance(page, ExploreWorkspace):
            raise TrainingError("the Explore workspace could not be built")
        self.page, self.explorer = page, page.explorer
        self.eye = Eye(page.picture, lambda: page.picture.image)

    def stored(self, name: str, experiment: Experiment) -> Path:
        """A run folder with weights of step 1 and 2: how fast they draw does not depend on what they learned."""
        from ganstudio.training.session import Session

        path = self._home / name
        session = Session.new(experiment.with_(steps=2), path=path)
        session.start()
        session.join(120)
        if session.failure is not None:
            raise session.failure
        return path

    def open(self, path: Path) -> None:
        """Explores a stored run; everything on view has been drawn afterwards."""
        self.explorer.open_run(path)
        self.exec_until(lambda: not self.explorer.opening and self.explorer.opened is not None)
        self.settle()

    def settle(self) -> None:
        """Waits until nothing is asked for any more."""
        self.exec(0.3)
        self.exec_until(lambda: self.explorer.service.idle)
        self.exec(0.05)

    def settle_quickly(self) -> None:
        """The same between two single events."""
        self.exec(0.16)
        self.exec_until(lambda: self.explorer.service.idle)

    def push(self, forward: bool = True) -> None:
        """One event of the hand: an arrow key on the large picture, as a drag moves it."""
        key = Qt.Key.Key_Right if forward else Qt.Key.Key_Left
        event = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier)
        QCoreApplication.sendEvent(self.page.picture, event)

    def drag(self, events: int, interval: float) -> float:
        """So many events of the hand, as evenly as a timer can; how many seconds they took."""
        done = 0

        def once() -> None:
            nonlocal done
            self.push(done % 100 < 50)
            done += 1
            if done == events:
                timer.stop()
                self.app.exit(0)

        timer = QTimer(interval=round(interval * 1000))
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(once)
        begin = time.perf_counter()
        timer.start()
        self.app.exec()
        return time.perf_counter() - begin

    def answer(self, patience: float = 5.0) -> float:
        """Seconds from one event of the hand to the pixels that it leads to."""
        count = len(self.eye.times)
        begin = time.perf_counter()
        self.push()
        until = begin + patience
        timer = QTimer(interval=0)
        timer.timeout.connect(
            lambda: self.app.exit(0) if len(self.eye.times) > count or time.perf_counter() > until else None
        )
        timer.start()
        self.app.exec()
        timer.stop()
        if len(self.eye.times) == count:
            raise TrainingError("the large picture did not follow the hand")
        return self.eye.times[count] - begin

    def close(self) -> None:
        """Ends everything."""
        super().close()
        shutil.rmtree(self._home, ignore_errors=True)
