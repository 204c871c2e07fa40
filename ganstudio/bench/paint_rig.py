"""Paint and Translate in the real window on an invisible screen, with a hand that paints and eyes that see pixels."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QEvent, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent

from ganstudio.app.generators.desk import Desk
from ganstudio.bench.eyes import Eye, InkEye
from ganstudio.bench.window_rig import WindowRig
from ganstudio.core.errors import TrainingError
from ganstudio.core.experiment import Experiment
from ganstudio.explore.generator import Generator
from ganstudio.explore.translating import InputPicture, fits
from ganstudio.ui.paint.workspace import PaintWorkspace
from ganstudio.ui.translate.workspace import TranslateWorkspace

HAND = 1 / 60
"""Seconds between two events of a hand: what most mice and screens give."""
STROKE = 45
"""Events in one stroke."""
SWEEP = 40
"""Events in which the hand crosses the map."""
BRUSH = 12


class BenchRig(WindowRig):
    """The window, a folder for runs, and a workspace that draws with them."""

    def __init__(self) -> None:
        super().__init__()
        self._home = Path(tempfile.mkdtemp(prefix="ganstudio-painted-"))

    def stored(self, name: str, experiment: Experiment) -> Path:
        """A run folder with the weights of step 0: how fast they draw does not depend on what they learned."""
        from ganstudio.core.commands import Stop
        from ganstudio.training.session import Session

        path = self._home / name
        session = Session.new(experiment, path=path, paused=True)
        session.start()
        self.exec_until(lambda: session.state in ("paused", "failed"))
        session.send(Stop())
        session.join(120)
        if session.failure is not None:
            raise session.failure
        return path

    def open_with(self, bench: Desk, path: Path, device: str) -> Generator:
        """Opens a stored run and draws with it on a device; what is drawn at first may be under way yet."""
        self.exec_until(lambda: not bench.opening)
        there: list[bool] = []
        bench.open_run(path, then=lambda: there.append(True))
        self.exec_until(lambda: bool(there))
        assert bench.opened is not None
        if device != "cpu":
            from ganstudio.explore.stored import StoredGenerator

            assert bench.opened.run is not None
            bench.opened = replace(bench.opened, generator=StoredGenerator.open(bench.opened.run, device=device))
            bench.service.use(bench.opened.generator)
            bench.redraw()
        return bench.opened.generator

    def until_exit(self, patience: float, what: str) -> None:
        """Lets the window live until somebody calls its ``exit(0)``: nothing polls meanwhile.

        Raises:
            TrainingError: nobody did.
        """
        late = QTimer(singleShot=True, interval=round(patience * 1000))
        late.timeout.connect(lambda: self.app.exit(1))
        late.start()
        if self.app.exec():
            raise TrainingError(f"{what} did not come within {patience:g} s")
        late.stop()

    def close(self) -> None:
        """Ends everything."""
        super().close()
        shutil.rmtree(self._home, ignore_errors=True)


class PaintRig(BenchRig):
    """The window with Paint on view.

    Attributes:
        eye: sees pictures.
        ink: sees the map.
    """

    def __init__(self) -> None:
        super().__init__()
        self.window.show_workspace("paint")
        page = self.window.workspace("paint")
        if not isinstance(page, PaintWorkspace):
            raise TrainingError("the Paint workspace could not be built")
        self.page, self.painter, self.canvas = page, page.painter, page.canvas
        self.eye = Eye(page.result, lambda: page.result.image)
        self.ink = InkEye(page.canvas)
        self._place = QPointF()
        self._events = 0

    def open(self, path: Path, device: str = "cpu") -> Generator:
        """Paints with a stored run; its first picture is on view afterwards."""
        generator = self.open_with(self.painter, path, device)
        self.exec_until(lambda: self.painter.picture is not None and not self.painter.busy, 300)
        self.canvas.options.set(size=BRUSH)
        return generator

    @property
    def ids(self) -> NDArray[np.uint8]:
        """The label map, a copy."""
        assert self.painter.document is not None
        return self.painter.document.ids.copy()

    def settle(self) -> None:
        """Waits until nothing is drawn any more: neither the picture nor the styles that follow when the hand rests."""
        for _turn in range(2):
            self.exec(0.6)
            self.exec_until(lambda: self.painter.service.idle and not self.painter.busy, 300)

    # -- the hand ---------------------------------------------------------------------------------------------------

    def press(self, x: float, y: float) -> None:
        """The button goes down at a place on the map."""
        self._send(QEvent.Type.MouseButtonPress, x, y)

    def move(self, x: float, y: float) -> None:
        """The hand moves."""
        self._send(QEvent.Type.MouseMove, x, y)

    def release(self) -> None:
        """The button is let go where the hand is."""
        left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        at, flags = self._place, Qt.KeyboardModifier.NoModifier
        event = QMouseEvent(QEvent.Type.MouseButtonRelease, at, self._global(at), left, none, flags)
        QCoreApplication.sendEvent(self.canvas, event)

    def _send(self, kind: QEvent.Type, x: float, y: float) -> None:
        left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        at = self._place = self.canvas.viewport.to_widget(QPointF(x, y))
        button = left if kind == QEvent.Type.MouseButtonPress else none
        event = QMouseEvent(kind, at, self._global(at), button, left, Qt.KeyboardModifier.NoModifier)
        QCoreApplication.sendEvent(self.canvas, event)

    def _global(self, at: QPointF) -> QPointF:
        return QPointF(self.canvas.mapToGlobal(at.toPoint()))

    def paint(self, events: int, stroke: int = STROKE, interval: float = HAND) -> float:
        """So many events of the hand, in strokes across the map, each with the next class.

        They come when they are due, as a mouse's do: those for which the window had no time wait, and are late.

        Returns:
            the seconds that it took; :attr:`ink` has measured every event.
        """
        done, begin = 0, time.perf_counter() + interval
        timer = QTimer(singleShot=True)
        timer.setTimerType(Qt.TimerType.PreciseTimer)

        def once() -> None:
            nonlocal done
            while done < events and begin + done * interval <= time.perf_counter():
                self._one(done % stroke, begin + done * interval)
                done += 1
                if done == events or done % stroke == 0:
                    self.release()
            if done == events:
                self.app.exit(0)
            else:
                timer.start(max(0, int((begin + done * interval - time.perf_counter()) * 1000)))

        timer.timeout.connect(once)
        timer.start(0)
        self.until_exit(60 + 20 * events * interval, "the end of the strokes")
        return time.perf_counter() - begin

    def _one(self, place: int, due: float) -> None:
        side, margin = float(self.canvas.viewport.canvas.width()), BRUSH / 2
        self._events += 1
        way = self._events % (2 * SWEEP) / SWEEP  # there and back again
        x = margin + (side - 2 * margin) * (way if way <= 1 else 2 - way)
        y = margin + (side - 2 * margin) * (self._events * 0.381 / SWEEP % 1)
        if place == 0:
            self.canvas.choose_class((self.canvas.options.chosen + 1) % len(self.canvas.classes))
            self.press(x, y)
        else:
            self.move(x, y)
        # What has not been inked is not waited for: a pixel that had this class already proves nothing.
        self.ink.expect(due, self._place.toPoint())

    def last_picture(self, patience: float = 120.0) -> float:
        """When the picture of the present map had been painted, by ``time.perf_counter``."""

        def look() -> None:
            if not self.painter.busy:
                self.app.exit(0)

        self.eye.listener = look
        try:
            self.until_exit(patience, "the last picture")
        finally:
            self.eye.listener = lambda: None
        return self.eye.times[-1]


class TranslateRig(BenchRig):
    """The window with Translate on view."""

    def __init__(self) -> None:
        super().__init__()
        self.window.show_workspace("translate")
        page = self.window.workspace("translate")
        if not isinstance(page, TranslateWorkspace):
            raise TrainingError("the Translate workspace could not be built")
        self.translator = page.translator

    def open(self, path: Path, device: str = "cpu") -> Generator:
        """Translates with a stored run; nothing is being drawn afterwards."""
        generator = self.open_with(self.translator, path, device)
        self.exec_until(lambda: not self.studio.jobs.running)
        self.settle()
        return generator

    def settle(self) -> None:
        """Waits until nothing is drawn any more."""
        self.exec(0.15)
        self.exec_until(lambda: self.translator.service.idle)

    def answer(self, pixels: NDArray[np.uint8]) -> float:
        """Seconds from an input to its output."""
        translator = self.translator
        assert translator.given is not None
        assert fits(translator.given, pixels)
        came: list[float] = []

        def note() -> None:
            if translator.stamp("translation") == stamp and not came:
                came.append(time.perf_counter())
                self.app.exit(0)

        stamp = 0
        begin = time.perf_counter()
        translator.give(InputPicture("measured", pixels))
        stamp = translator.stamp("translation")
        hear: Callable[[], None] = note
        translator.result_changed.connect(hear)
        try:
            self.until_exit(120, "the output")
        finally:
            translator.result_changed.disconnect(hear)
        return came[0] - begin
