"""Keeps an open generator at the newest weights of the run in training that it follows. Main thread, no Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganstudio.core.commands import Snapshot

if TYPE_CHECKING:
    from ganstudio.app.generators.desk import Desk
    from ganstudio.app.runs.run_model import RunModel

FOLLOW_SECONDS, SLOWEST_SECONDS = 0.25, 2.0
LOOKING_SHARE = 0.02  # of the time, at most, that drawing newer weights may take from the training


class LiveWeights:
    """Asks the trainer for weights, has drawn what they change, and tells when they are those that are drawn with.

    The trainer copies its weights when it is asked to; the rendering service takes the copy with the next thing that it
    draws. So between asking and showing lie two of the window's ticks, and a drag may take the copy before this does.

    Args:
        desk: whose weights.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._next = self._spent = 0.0
        self._told: tuple[int, str] = (-1, "")

    def pump(self, now: float) -> None:
        """What is due; ``now`` in seconds."""
        desk = self._desk
        model, opened = desk.following, desk.opened
        if model is None or opened is None:
            self._told = desk.step, desk.weights
            return
        if self._told != (desk.step, desk.weights):  # the service has taken other weights meanwhile
            self._told = desk.step, desk.weights
            desk.weights_changed.emit()
        if now < self._next:
            return
        spent = desk.service.spent
        pause, self._spent = (spent - self._spent) / LOOKING_SHARE, spent
        self._next = now + min(max(pause, FOLLOW_SECONDS), SLOWEST_SECONDS)
        if not model.here:
            self._end(model)
            return
        if opened.fresh():
            desk.freshen()
        if opened.newest_step() != model.step:
            model.send(Snapshot(opened.wanted))

    def _end(self, model: RunModel) -> None:
        """The run has ended: its last checkpoint is the same generator, and it stays."""
        desk = self._desk
        assert desk.opened is not None
        wanted, desk.opened = desk.opened.wanted, desk.opened.resting()
        if model.path is not None and not desk.opening:  # what a person is opening comes first
            desk.open_run(model.path, weights=wanted)
