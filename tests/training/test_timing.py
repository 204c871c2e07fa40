"""How long a run will take, told from steps that are made up: no clock, no training."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import pytest

from ganstudio.training.timing import Timing
from tests.training.training_kit import make_engine


def told(
    cost: Callable[[int], float], steps: int, tick: float = 0.25, timing: Timing | None = None
) -> list[tuple[float, int, float | None]]:
    """Seconds, step and time left at each tick of a run whose steps last so long."""
    timing, now, due, seen = timing or Timing(), 0.0, 0.0, []
    for step in range(1, steps + 1):
        now += cost(step)
        if now >= due:
            due = now + tick
            timing.tick(now, step, 64 * step)
            seen.append((now, step, timing.left(step, steps)))
    return seen


def swings(seen: list[tuple[float, int, float | None]]) -> tuple[float, float]:
    """When the first word came, and the farthest that a word is from what was true then, as a ratio."""
    end = seen[-1][0]
    words = [(now, left, end - now) for now, _step, left in seen if left is not None]
    ratios = [left / truth for _now, left, truth in words if truth > 5.0]
    return words[0][0], max(max(ratios), 1 / min(ratios))


@pytest.mark.parametrize(
    ("seconds", "steps"),
    [(0.0003, 60_000), (0.02, 3000), (0.4, 500), (0.9, 200)],
    ids=["2-D", "digits", "pix2pix", "heavy"],
)
def test_the_first_word_comes_within_three_seconds_and_holds(seconds: float, steps: int) -> None:
    """The first step is four times slower, each step varies, every minute a checkpoint takes a second."""
    dice, checkpoints = random.Random(1), iter(range(1, 10**6))
    elapsed, due = 0.0, next(checkpoints)

    def cost(step: int) -> float:
        nonlocal elapsed, due
        one = seconds * math.exp(dice.gauss(0, 0.2)) * (4 if step == 1 and seconds < 0.5 else 1)
        elapsed += one
        if elapsed > 60 * due:
            due, one = next(checkpoints), one + 1.0
        return one

    first, worst = swings(told(cost, steps))
    assert first < 3.0
    assert worst < 1.4


def test_a_machine_that_is_taken_away_now_and_then() -> None:
    """Half a second of every three is lost, at random: the word stays near the truth."""
    dice = random.Random(2)
    _first, worst = swings(told(lambda _step: 0.02 + (0.5 if dice.random() < 1 / 150 else 0.0), 8000))
    assert worst < 1.5


def test_a_lasting_change_is_learned() -> None:
    """Another run takes half of the machine: soon the word is that of the new speed."""
    seen = told(lambda step: 0.02 if step < 2000 else 0.04, 6000)
    end = seen[-1][0]
    late = [left / (end - now) for now, step, left in seen if left and now > 2000 * 0.02 + 15 and end - now > 1]
    assert late
    assert all(0.8 < ratio < 1.4 for ratio in late)


def test_a_pause_is_no_training() -> None:
    timing = Timing()
    seen = told(lambda _step: 0.02, 500, timing=timing)
    before = seen[-1][2], timing.left(500, 1000)
    timing.interrupt()
    timing.tick(seen[-1][0] + 3600, 500, 0)
    timing.tick(seen[-1][0] + 3600.3, 515, 0)
    assert timing.left(500, 1000) == pytest.approx(before[1], rel=0.05)
    assert timing.speed()[0] == pytest.approx(50)


def test_what_was_foretold_is_told_until_something_has_been_seen() -> None:
    """A step of two seconds: nobody waits for three of them to hear of a time."""
    timing = Timing(expected=2.0)
    timing.tick(2.5, 1, 0)
    assert timing.left(1, 101) == 200.0
    assert Timing().left(0, 100) is None
    wrong = Timing(expected=2.0)
    told(lambda _step: 1.0, 60, timing=wrong)
    assert wrong.left(60, 160) == pytest.approx(108, abs=4)  # wrong by half, and all but forgotten


def test_a_slow_beginning_is_not_taken_for_the_whole() -> None:
    """The window is built, plots are loaded: the first two seconds go by two and a half times as slowly."""

    def cost(step: int) -> float:
        return 0.25 if step <= 8 else 0.1

    _first, foretold = swings(told(cost, 3000, timing=Timing(expected=0.1)))
    _first, unknown = swings(told(cost, 3000))
    assert foretold < 1.7
    assert unknown < 2.6  # nobody could know


def test_steps_that_take_more_updates_are_no_slower_machine() -> None:
    """WGAN takes a hundred updates of its critic in each of its first steps, and five later."""
    engine = make_engine("wgan", warm_up=True)
    for first, last in ((0, 10), (0, 5000), (300, 5000), (1000, 100_000)):
        exact = sum(phase.repeats_at(step) for step in range(first, last) for phase in engine._phases)
        assert engine.work(first, last) == pytest.approx(exact, rel=0.1)
    seen = told(lambda step: 0.002 * engine.work(step - 1, step), 5000, timing=Timing(work=engine.work))
    first, worst = swings(seen)
    assert first < 3.0
    assert worst < 1.3
