"""What watching may cost: each view is drawn as often as its share of the time allows, on this machine.

A redraw costs the trainer the processor time that it takes and, where steps are short, half as much again: it holds the
interpreter, on a small machine a core, and each of its many calls into Qt hands the interpreter over and takes it back.
(Measured in 2-D on two cores: without redraws a watched run loses nothing, however often the window looks and is told;
asking for the interpreter more often, ``sys.setswitchinterval(0.0005)``, doubles the loss. So there are few redraws,
and dear ones each on their own: together they would be one long halt.) Processor time is measured, not the time that
passes, in which the window mostly waits for the interpreter itself. What a hand touches does not pass here: it is
answered at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager

SHARE = 0.02
"""Of the time, for all views together; the trainer spends as much again on drawing what they show."""
FASTEST, SLOWEST = 1 / 30, 1 / 2
"""Seconds between two redraws of a view, whatever they cost."""
SLOWEST_TICK = 1 / 10
PATIENCE = 0.016
"""Seconds by which the window's timer may be late before everything is drawn more rarely."""
LONGEST = 0.008
"""Seconds of processor time of one painting beyond which the next view waits for the next look."""
_MOST_STRAIN = 4.0
_HURRY = float("-inf")


class Budget:
    """Says when a view is due, from what its redraws have cost.

    Args:
        weights: the views and how much of the whole each may have, relative to the others.
        words: those of them that are read, not watched: once a second is enough where all is dear.
        share: of the time, for all of them together.
        clock: seconds that pass.
        spent: seconds of processor time of this thread.
    """

    def __init__(
        self,
        weights: Mapping[str, float],
        words: Collection[str] = (),
        share: float = SHARE,
        clock: Callable[[], float] = time.perf_counter,
        spent: Callable[[], float] = time.thread_time,
    ) -> None:
        whole = sum(weights.values())
        self._shares = {view: share * weight / whole for view, weight in weights.items()}
        self._clock, self._spent = clock, spent
        self._slowest = {view: SLOWEST * (2 if view in words else 1) for view in weights}
        self._cost = dict.fromkeys(weights, 0.0)
        self._drawn = dict.fromkeys(weights, _HURRY)
        self._strain, self._expected = 1.0, 0.0
        self._unpainted: list[str] = []

    @property
    def costs(self) -> dict[str, float]:
        """What a redraw of each view costs at present, in seconds of processor time."""
        return dict(self._cost)

    def interval(self, view: str) -> float:
        """Seconds between two redraws of a view."""
        return min(max(self._cost[view] / self._shares[view], FASTEST) * self._strain, self._slowest[view])

    def due(self, view: str) -> bool:
        """Whether a view may be drawn again: its time has come, and with what has just been drawn it is no long halt.

        One that has waited for as long again is drawn in any case, or it never would be where each look is a late one.
        """
        waited, interval = self._clock() - self._drawn[view], self.interval(view)
        if waited < interval:
            return False
        halt = self._cost[view] + sum(self._cost[other] for other in self._unpainted)
        return not self._unpainted or halt <= LONGEST or waited >= 2 * interval

    def hurry(self, view: str) -> None:
        """A hand has asked for what this view will show: it is drawn as soon as there is something to be drawn."""
        self._drawn[view] = _HURRY

    @contextmanager
    def drawing(self, view: str) -> Iterator[None]:
        """A view is brought up to date within; what is painted of it follows, see :meth:`painting`."""
        self._drawn[view], before = self._clock(), self._spent()
        try:
            yield
        finally:
            self._charge(view, self._spent() - before)
            self._unpainted.append(view)

    @contextmanager
    def painting(self) -> Iterator[None]:
        """The window paints within, once for all views that have been brought up to date since it did so last.

        What a hand has caused meanwhile is painted with them and charged to them: they are drawn a little later then.
        """
        before = self._spent()
        try:
            yield
        finally:
            views, self._unpainted = self._unpainted, []
            for view in views:
                self._cost[view] += 0.3 * (self._spent() - before) / len(views)

    def _charge(self, view: str, seconds: float) -> None:
        # A mean of the last few; what is painted is added to it, so it forgets both at the same rate.
        self._cost[view] = 0.7 * self._cost[view] + 0.3 * seconds

    @property
    def pace(self) -> float:
        """Seconds between two looks at what is due: as often as the cheapest view is drawn, ten times a second at least.

        What a run answers to a hand is told with it.
        """
        return min(SLOWEST_TICK, *(self.interval(view) for view in self._cost))

    def tick(self, interval: float) -> None:
        """The window's timer fired, and will again after ``interval`` seconds: how late it is says how strained all is."""
        now = self._clock()
        if self._expected:
            late = now - self._expected
            towards = _MOST_STRAIN if late > PATIENCE else 1.0
            self._strain += (0.2 if late > PATIENCE else 0.02) * (towards - self._strain)
        self._expected = now + interval
