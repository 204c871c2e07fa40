"""What watching may cost: how often each view is drawn follows from what its redraws have cost."""

from __future__ import annotations

import pytest

from ganstudio.app.budget import FASTEST, SLOWEST, Budget


class Time:
    """Passes, and is spent, when it is told to."""

    def __init__(self) -> None:
        self.now, self.spent = 100.0, 0.0

    def work(self, seconds: float) -> None:
        self.now += seconds
        self.spent += seconds


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def budget(time: Time) -> Budget:
    return Budget({"curves": 3, "wall": 1}, (), 0.04, lambda: time.now, lambda: time.spent)


def watch(budget: Budget, time: Time, seconds: float, *, curves: float, painted: float = 0.0, late: float = 0.0) -> int:
    """The window's timer for so long; returns how often the curves were drawn."""
    drawn, until = 0, time.now + seconds
    while time.now < until:
        time.now += budget.pace + late
        budget.tick(budget.pace)
        if budget.due("curves"):
            drawn += 1
            with budget.drawing("curves"):
                time.work(curves)
            with budget.painting():
                time.work(painted)
    return drawn


def test_a_cheap_view_is_drawn_thirty_times_a_second(budget: Budget, time: Time) -> None:
    assert 20 <= watch(budget, time, 1.0, curves=0.0001) <= 31
    assert budget.interval("curves") == pytest.approx(FASTEST)


def test_a_dear_view_takes_its_share_and_no_more(budget: Budget, time: Time) -> None:
    watch(budget, time, 5.0, curves=0.004, painted=0.004)  # until it is known what it costs
    spent, begun = time.spent, time.now
    watch(budget, time, 20.0, curves=0.004, painted=0.004)
    assert (time.spent - spent) / (time.now - begun) == pytest.approx(0.03, rel=0.15), "three quarters of 4 %"
    assert budget.costs["curves"] == pytest.approx(0.008, rel=0.1)


def test_however_dear_it_is_it_is_drawn_twice_a_second(budget: Budget, time: Time) -> None:
    watch(budget, time, 5.0, curves=0.2)
    assert budget.interval("curves") == SLOWEST
    assert 15 <= watch(budget, time, 10.0, curves=0.2) <= 20


def test_waiting_for_the_interpreter_costs_nobody_anything(budget: Budget, time: Time) -> None:
    with budget.drawing("curves"):
        time.now += 1.0
    assert budget.costs["curves"] == 0


def test_where_the_timer_is_late_everything_is_drawn_more_rarely(budget: Budget, time: Time) -> None:
    calm = watch(budget, time, 5.0, curves=0.0001)
    strained = watch(budget, time, 5.0, curves=0.0001, late=0.03)
    assert strained < calm / 2
    watch(budget, time, 20.0, curves=0.0001)
    assert budget.interval("curves") < 1.2 * FASTEST, "it comes back when the strain has gone"


def test_what_a_hand_asked_for_is_drawn_at_once(budget: Budget, time: Time) -> None:
    watch(budget, time, 5.0, curves=0.2)
    with budget.drawing("curves"):
        time.work(0.2)
    assert not budget.due("curves")
    budget.hurry("curves")
    assert budget.due("curves")


def test_where_every_look_is_late_no_view_waits_for_ever(budget: Budget, time: Time) -> None:
    drawn = dict.fromkeys(("curves", "wall"), 0)
    for _look in range(60):
        time.now += 2 * SLOWEST
        budget.tick(budget.pace)
        for view in drawn:
            if budget.due(view):
                drawn[view] += 1
                with budget.drawing(view):
                    time.work(0.02)
        with budget.painting():
            time.work(0.02)
    assert min(drawn.values()) >= 20
