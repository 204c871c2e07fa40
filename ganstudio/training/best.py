"""Which step was best so far, and whether it still gets better: by the distance that is measured all through training."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

MARGIN = 0.02
"""Share of the distance that must be gained: less is noise of so many samples."""
GROWTH, LEAP = 1.1, 0.1
"""A best checkpoint is kept only this factor of steps after the one before, so that early progress does not write all the
time; or where this share is gained, so that the best is never far from the least that was measured."""


@dataclass(slots=True)
class Best:
    """The best that was measured; less is better. Depends on steps and values only, never on the clock.

    Attributes:
        value, step: of the best checkpoint that was kept; infinity and −1 before there is one.
        least: the least value that was measured.
        since: the step at which it last became better by :data:`MARGIN`, or at which training began or went on.
        seen: the step of the last measurement, or that at which training began or went on.
    """

    value: float = math.inf
    step: int = -1
    least: float = math.inf
    since: int = 0
    seen: int = 0

    def offer(self, value: float, step: int, last: bool = False) -> bool:
        """Takes in what was measured at a step.

        Args:
            value: NaN counts as no news.
            step: steps done.
            last: training ends here: the checkpoint is worth keeping however soon it comes after the one before.

        Returns:
            Whether a checkpoint of this step should be kept as the best.
        """
        if not math.isfinite(value):
            return False
        self.seen = step
        if value < self.least * (1 - MARGIN):
            self.least, self.since = value, step
        soon = step < GROWTH * self.step and value > self.value * (1 - LEAP)
        if not value < self.value * (1 - MARGIN) or (soon and not last):
            return False
        self.value, self.step = value, step
        return True

    def go_on(self, step: int, kept: Iterable[tuple[int, float]]) -> None:
        """Training goes on from a step: of what was kept, the last up to it holds; patience begins anew.

        Args:
            step: where it goes on.
            kept: step and value of best checkpoints that are stored, in order.
        """
        earlier = [(at, value) for at, value in kept if at <= step]
        self.step, self.value = earlier[-1] if earlier else (-1, math.inf)
        self.least, self.since, self.seen = self.value, step, step

    def stalled(self, patience: int) -> bool:
        """Nothing that was measured has become better for so many steps; never with a patience of 0.

        Judged by what was seen, not by how far training is: where it is measured seldom, that is no reason to end.
        """
        return bool(patience) and self.seen - self.since >= patience
