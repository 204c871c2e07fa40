from __future__ import annotations

import errno
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ganstudio.core.errors import DiskFullError, StoreError
from ganstudio.store import Run, RunWriter, WriteQueue


@dataclass
class Heard:
    errors: list[Exception] = field(default_factory=list)
    full: list[str] = field(default_factory=list)
    room: list[bool] = field(default_factory=list)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def make(heard: Heard) -> Iterator[Callable[..., WriteQueue]]:
    made: list[WriteQueue] = []

    def make(**options: float) -> WriteQueue:
        options = {"retry_seconds": 0.01, **options}
        made.append(WriteQueue(heard.errors.append, heard.full.append, lambda: heard.room.append(True), **options))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for queue in made:
        queue.close(1.0)
    assert not [thread for thread in threading.enumerate() if thread.name == "run-writer"]


def until(condition: Callable[[], object], seconds: float = 5.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.002)


def test_jobs_run_in_order_in_one_other_thread(make: Callable[..., WriteQueue]) -> None:
    queue = make()
    done: list[tuple[int, str]] = []
    for number in range(500):
        queue.submit(lambda number=number: done.append((number, threading.current_thread().name)))
    assert queue.flush(5.0)
    assert done == [(number, "run-writer") for number in range(500)]
    assert queue.pending == 0


def test_a_full_disk_holds_the_queue_and_loses_nothing(make: Callable[..., WriteQueue], heard: Heard) -> None:
    queue = make()
    done: list[int] = []
    room = threading.Event()
    tries: list[int] = []

    def first() -> None:
        tries.append(1)
        if not room.is_set():
            raise DiskFullError("The disk is full.")
        done.append(0)

    queue.submit(first)
    for number in range(1, 20):
        queue.submit(lambda number=number: done.append(number))
    until(lambda: len(tries) > 3)
    assert queue.disk_full
    assert (done, heard.full, heard.room) == ([], ["The disk is full."], [])
    assert not queue.flush(0.05)
    room.set()
    assert queue.flush(5.0)
    assert done == list(range(20))
    assert (heard.full, heard.room, heard.errors) == (["The disk is full."], [True], [])
    assert not queue.disk_full


def test_the_system_s_own_word_for_a_full_disk_counts_too(make: Callable[..., WriteQueue], heard: Heard) -> None:
    queue = make()
    answers = iter([OSError(errno.ENOSPC, "full"), OSError(errno.EDQUOT, "quota"), None])

    def job() -> None:
        answer = next(answers)
        if answer:
            raise answer

    queue.submit(job)
    assert queue.flush(5.0)
    assert (len(heard.full), len(heard.room), heard.errors) == (1, 1, [])


def test_other_errors_are_reported_and_the_next_job_runs(make: Callable[..., WriteQueue], heard: Heard) -> None:
    queue = make()
    done: list[int] = []
    queue.submit(lambda: [][1])
    queue.submit(lambda: done.append(1))
    assert queue.flush(5.0)
    assert done == [1]
    assert [type(error) for error in heard.errors] == [IndexError]


def test_only_jobs_with_the_same_key_replace_each_other(make: Callable[..., WriteQueue]) -> None:
    queue = make()
    gate = threading.Event()
    done: list[str] = []
    queue.submit(lambda: gate.wait(5.0) and None)
    until(lambda: queue.pending == 1)
    for number in range(3):
        queue.submit(lambda number=number: done.append(f"status {number}"), key="status")
        queue.submit(lambda number=number: done.append(f"rows {number}"))
    gate.set()
    assert queue.flush(5.0)
    assert done == ["rows 0", "rows 1", "status 2", "rows 2"]


def test_submit_waits_for_place_and_jobs_may_submit(make: Callable[..., WriteQueue]) -> None:
    queue = make(limit=3)
    gate = threading.Event()
    done: list[int] = []
    queue.submit(lambda: gate.wait(5.0) and None)

    def feed() -> None:
        for number in range(20):
            queue.submit(lambda number=number: done.append(number))
        queue.submit(lambda: [queue.submit(lambda: done.append(99)) for _again in range(5)] and None)

    feeder = threading.Thread(target=feed)
    feeder.start()
    time.sleep(0.05)
    assert feeder.is_alive()
    assert queue.pending <= 4
    gate.set()
    feeder.join(5.0)
    assert not feeder.is_alive()
    until(lambda: len(done) == 25)
    assert done == [*range(20), 99, 99, 99, 99, 99]


def test_closing_writes_what_waits_and_takes_no_more(make: Callable[..., WriteQueue]) -> None:
    queue = make()
    done: list[int] = []
    for number in range(50):
        queue.submit(lambda number=number: done.append(number))
    assert queue.close(5.0)
    assert done == list(range(50))
    with pytest.raises(StoreError, match="closed"):
        queue.submit(lambda: None)
    assert queue.close()
    assert queue.flush()


def test_closing_gives_up_on_a_disk_that_stays_full(make: Callable[..., WriteQueue]) -> None:
    queue = make(retry_seconds=60.0)

    def fail() -> None:
        raise DiskFullError("full")

    queue.submit(fail)
    until(lambda: queue.disk_full)
    start = time.monotonic()
    assert not queue.close(0.2)
    assert time.monotonic() - start < 1.2
    assert not queue.flush(0.1)


def test_closing_tries_at_once_whether_there_is_room_now(make: Callable[..., WriteQueue], heard: Heard) -> None:
    queue = make(retry_seconds=60.0)
    room = threading.Event()

    def job() -> None:
        if not room.is_set():
            raise DiskFullError("full")

    queue.submit(job)
    until(lambda: queue.disk_full)
    room.set()
    assert queue.close(5.0)
    assert heard.room == [True]


def test_a_run_written_through_the_queue_waits_out_a_full_disk(
    make: Callable[..., WriteQueue], heard: Heard, run_path: Path, disk: Any, make_rows: Any
) -> None:
    queue = make()
    with RunWriter(run_path) as writer:
        for first in range(1, 101, 10):
            if first == 31:
                assert queue.flush(5.0)
                disk.full = True
            queue.submit(lambda first=first: writer.append_rows(make_rows(first, first + 9)))
            queue.submit(lambda first=first: writer.write_status("training", first + 9, 100), key="status")
        queue.submit(lambda: writer.save_checkpoint(100, {"w": np.ones(9, np.float32)}, {}))
        until(lambda: heard.full)
        run = Run.open(run_path)
        assert run.rows("steps")[0].steps.tolist() == list(range(1, 31))
        disk.full = False
        assert queue.flush(10.0)
    assert run.rows("steps")[0].steps.tolist() == list(range(1, 101))
    assert (run.status().step, run.newest_good_checkpoint().step) == (100, 100)
    assert (len(heard.full), heard.room, heard.errors) == (1, [True], [])
