"""Keeps an open generator at the newest weights of the run in training that it follows. Main thread, no Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganstudio.core.commands import Snapshot

if TYPE_CHECKING:
    from ganstudio.app.run_model import RunModel
    from ganstudio.app.workbench import Workbench

FOLLOW_SECONDS, SLOWEST_SECONDS = 0.25, 2.0
LOOKING_SHARE = 0.02  # of the time, at most, that drawing newer weights may take from the training


class LiveWeights:
    """Asks the trainer for weights, has drawn what they change, and tells when they are those that are drawn with.

    The trainer copies its weights when it is asked to; the rendering service takes the copy with the next thing that it
    draws. So between asking and showing lie two of the window's ticks, and a drag may take the copy before this does.

    Args:
        bench: whose weights.
    """

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._next = self._spent = 0.0
        self._told: tuple[int, str] = (-1, "")

    def pump(self, now: float) -> None:
        """What is due; ``now`` in seconds."""
        bench = self._bench
        model, opened = bench.following, bench.opened
        if model is None or opened is None:
            self._told = bench.step, bench.weights
            return
        if self._told != (bench.step, bench.weights):  # the service has taken other weights meanwhile
            self._told = bench.step, bench.weights
            bench.weights_changed.emit()
        if now < self._next:
            return
        spent = bench.service.spent
        pause, self._spent = (spent - self._spent) / LOOKING_SHARE, spent
        self._next = now + min(max(pause, FOLLOW_SECONDS), SLOWEST_SECONDS)
        if not model.here:
            self._end(model)
            return
        if opened.fresh():
            bench.freshen()
        if opened.newest_step() != model.step:
            model.send(Snapshot(opened.wanted))

    def _end(self, model: RunModel) -> None:
        """The run has ended: its last checkpoint is the same generator, and it stays."""
        bench = self._bench
        assert bench.opened is not None
        wanted, bench.opened = bench.opened.wanted, bench.opened.resting()
        if model.path is not None and not bench.opening:  # what a person is opening comes first
            bench.open_run(model.path, weights=wanted)
