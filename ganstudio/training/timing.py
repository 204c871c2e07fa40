"""How fast a run goes and how long it will take, told from when its steps ended. No clock of its own, no thread.

A mean over everything would be right in the end and slow to learn that the machine has become busy; a mean over the last
seconds swings with each checkpoint. So what a step costs is the *median* of the last spans, and what the median does not
see (checkpoints, scores, grids, a lazy penalty) is added as a share that is measured over minutes.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable

RECENT = 4.0  # seconds over which the speed is told
WINDOW = 12.0  # seconds of which the median is taken
SPAN = 0.1  # shorter ones are made longer: a single quick step says little
TIMED = 0.3  # seconds that must have been seen before anything is foretold
WORTH = 5.0  # seconds of seeing that count as much as a forecast
BEGINNING = 10.0  # seconds in which a window is built and libraries are loaded: quick spans say more than slow ones
_FADE, _LEAST = 180.0, 60.0  # seconds over which the share fades, and which it is at least a share of


class Timing:
    """The steps of one run as they come.

    Args:
        expected: seconds a step as foretold before it began; counts less and less. 0: nothing was foretold.
        work: what the steps from the first to (not with) the last cost, in units of one's own: methods may take more
            updates in some steps than in others. A unit a step by default.
    """

    def __init__(
        self, expected: float = 0.0, work: Callable[[int, int], float] = lambda first, last: last - first
    ) -> None:
        self._expected, self._work = expected, work
        self._recent: deque[tuple[float, int, int]] = deque()  # time, steps, items
        self._spans: deque[tuple[float, float, float]] = deque()  # end, seconds, work
        self._from: tuple[float, int] | None = None
        self._seen = self._timed = self._beyond = 0.0

    def interrupt(self) -> None:
        """What lies between the last tick and the next is no training: a pause, steps that were undone."""
        self._recent.clear()
        self._from = None

    def tick(self, now: float, step: int, items: int) -> None:
        """So many steps were done and so many real items seen at this time, in seconds of any clock.

        The first tick only begins: the first step of a session is far slower than those that follow.
        """
        self._recent.append((now, step, items))
        while len(self._recent) > 2 and now - self._recent[0][0] > RECENT:
            self._recent.popleft()
        if self._from is None:
            self._from = now, step
            return
        begun, first = self._from
        if step <= first or now - begun < SPAN:
            return
        self._from = now, step
        seconds, work = now - begun, self._work(first, step)
        self._spans.append((now, seconds, work))
        while len(self._spans) > 3 and now - self._spans[0][0] > WINDOW:
            self._spans.popleft()
        self._seen += seconds
        fade = math.exp(-seconds / _FADE)
        self._timed = self._timed * fade + seconds
        self._beyond = self._beyond * fade + seconds - self._median() * work

    def speed(self) -> tuple[float, float]:
        """Steps and real items per second over the last few seconds; 0 while unknown."""
        if len(self._recent) < 2:
            return 0.0, 0.0
        (first, first_step, first_item), (last, last_step, last_item) = self._recent[0], self._recent[-1]
        if last <= first:
            return 0.0, 0.0
        # Not steps times batch size: a critic may see several batches a step, a generator on its own none.
        return (last_step - first_step) / (last - first), (last_item - first_item) / (last - first)

    def left(self, step: int, total: int) -> float | None:
        """Seconds from this step to that one; None while too little has been seen."""
        foretold = self._expected * max(0, total - step)
        if self._seen < TIMED:
            return foretold or None
        share = max(0.0, self._beyond) / max(self._timed, _LEAST)
        seen = self._median() * (1 + share) * self._work(step, max(step, total))
        worth = WORTH / (WORTH + self._seen) if foretold else 0.0
        return worth * foretold + (1 - worth) * seen

    def _median(self) -> float:
        """Seconds per unit of work, of the span in the middle of all work; at the beginning of a quicker one."""
        costs = sorted((seconds / work, work) for _end, seconds, work in self._spans)
        part = 0.25 + 0.25 * min(1.0, self._seen / BEGINNING)
        wanted, done = part * sum(work for _cost, work in costs), 0.0
        for cost, work in costs:
            done += work
            if done >= wanted:
                return cost
        return 0.0
