from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ganstudio.core.errors import UsageError
from ganstudio.explore.rendering import Drawn, RenderService


class FakeGenerator:
    step = 5

    def __init__(self) -> None:
        self.refreshed, self.ended = 0, False

    def end(self) -> None:
        self.ended = True

    def refresh(self) -> bool:
        self.refreshed += 1
        return False


class Rig:
    """A service whose results are collected, and a gate that holds its thread."""

    def __init__(self) -> None:
        self.service = RenderService(lambda: None)
        self.generator = FakeGenerator()
        self.service.use(self.generator)  # type: ignore[arg-type]
        self.gate, self.held = threading.Event(), threading.Event()
        self.results: list[Drawn] = []

    def hold(self) -> None:
        """Keeps the thread busy until :meth:`go`."""

        def work(_generator: Any) -> Iterator[Any]:
            self.held.set()
            assert self.gate.wait(10)
            yield "held"

        self.service.submit("hold", work, 1000)
        assert self.held.wait(10)

    def go(self) -> None:
        self.gate.set()

    def until(self, true: Callable[[], object]) -> None:
        end = time.monotonic() + 10
        while not true():
            assert time.monotonic() < end, self.results
            self.results += self.service.poll()
            time.sleep(0.001)

    def values(self, channel: str) -> list[Any]:
        return [drawn.value for drawn in self.results if drawn.channel == channel and drawn.value is not None]

    def ended(self, *channels: str) -> None:
        self.until(lambda: set(channels) <= {drawn.channel for drawn in self.results if drawn.done})


@pytest.fixture
def rig() -> Iterator[Rig]:
    made = Rig()
    yield made
    made.go()
    assert made.service.close()


def values(*given: Any) -> Callable[[Any], Iterator[Any]]:
    return lambda _generator: iter(given)


def test_the_newest_request_wins_and_the_last_value_is_always_drawn(rig: Rig) -> None:
    rig.hold()
    stamps = [rig.service.submit("picture", values(number)) for number in range(200)]
    rig.go()
    rig.ended("picture")
    assert rig.values("picture") == [199]
    assert {drawn.stamp for drawn in rig.results if drawn.channel == "picture"} == {stamps[-1]}


def test_what_is_urgent_comes_between_the_pieces_of_what_is_not(rig: Rig) -> None:
    seen: list[str] = []

    def sweep(_generator: Any) -> Iterator[Any]:
        for row in range(5):
            seen.append(f"row {row}")
            if row == 2:
                rig.service.submit("picture", picture, 100)
            yield row

    def picture(_generator: Any) -> Iterator[Any]:
        seen.append("picture")
        yield "picture"

    rig.service.submit("sweep", sweep, 0)
    rig.ended("sweep", "picture")
    assert seen.index("picture") == 3  # right after the row that was being drawn
    assert rig.values("sweep") == [0, 1, 2, 3, 4]


def test_work_that_was_replaced_while_it_drew_leaves_no_result(rig: Rig) -> None:
    started, gate = threading.Event(), threading.Event()

    def old(_generator: Any) -> Iterator[Any]:
        started.set()
        assert gate.wait(10)
        yield "old"

    rig.service.submit("picture", old)
    assert started.wait(10)
    rig.service.submit("picture", values("new"))
    gate.set()
    rig.ended("picture")
    assert rig.values("picture") == ["new"]


def test_another_generator_voids_what_was_asked_of_the_first(rig: Rig) -> None:
    rig.hold()
    rig.service.submit("picture", values("old"))
    other = FakeGenerator()
    rig.service.use(other)  # type: ignore[arg-type]
    rig.service.submit("wall", lambda generator: iter([generator is other]))
    rig.go()
    rig.ended("wall")
    assert rig.values("wall") == [True]
    assert not rig.values("picture")
    assert other.refreshed == 1


def test_an_error_is_a_result_and_the_thread_goes_on(rig: Rig) -> None:
    def broken(_generator: Any) -> Iterator[Any]:
        yield 1
        raise UsageError("no such thing")

    def odd(_generator: Any) -> Iterator[Any]:
        raise ZeroDivisionError("by nothing")
        yield

    rig.service.submit("a", broken)
    rig.service.submit("b", odd)
    rig.ended("a", "b")
    errors = {drawn.channel: str(drawn.error) for drawn in rig.results if drawn.error}
    assert errors["a"] == "no such thing"
    assert "by nothing" in errors["b"]
    rig.service.submit("c", values(3))
    rig.ended("c")


def test_dropped_work_is_not_drawn_on(rig: Rig) -> None:
    rows: list[int] = []

    def endless(_generator: Any) -> Iterator[Any]:
        while True:
            rows.append(len(rows))
            yield rows[-1]

    rig.service.submit("film", endless)
    rig.until(lambda: len(rows) > 3)
    rig.service.drop("film")
    rig.service.submit("c", values(3))
    rig.ended("c")  # whatever of the film was just being drawn has ended, too
    count = len(rows)
    rig.service.submit("d", values(3))
    rig.ended("d")
    assert len(rows) == count


def test_nothing_is_drawn_without_a_generator(rig: Rig) -> None:
    rig.service.use(None)
    rig.service.submit("picture", values(1))
    assert not rig.service.idle
    rig.service.use(rig.generator)  # type: ignore[arg-type]
    rig.service.submit("picture", values(2))
    rig.ended("picture")
    assert rig.values("picture") == [2]
