from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ganstudio.core.errors import StoreError
from ganstudio.core.events import (
    CheckpointSaved,
    HyperChanged,
    Note,
    Progress,
    Rewound,
    Rows,
    Samples,
    SamplesStored,
    SeriesInfo,
    StateChanged,
)
from ganstudio.store import Run, RunWriter
from ganstudio.store.lock import this_host

GRID = np.zeros((2, 4, 4, 1), np.uint8)


def steps_of(news: list[Any], table: str = "steps") -> list[int]:
    return [int(step) for event in news if isinstance(event, Rows) and event.table == table for step in event.steps]


def of(news: list[Any], kind: type[Any]) -> list[Any]:
    return [event for event in news if isinstance(event, kind)]


def test_each_thing_is_told_once(run_path: Path, make_rows: Any) -> None:
    follower = Run.open(run_path).follow()
    assert follower.poll() == []
    with RunWriter(run_path) as writer:
        writer.write_status("training", 0, 50)
        assert follower.poll() == [StateChanged("training", 0), Progress(0, 50, 0.0, 0.0, None, 0, this_host())]
        writer.append_rows(make_rows(1, 3))
        writer.append_rows(make_rows(2, 2, table="quality"))
        assert steps_of(news := follower.poll()) == [1, 2, 3]
        assert steps_of(news, "quality") == [2]
        writer.append_rows(make_rows(4, 5))
        writer.append_rows(make_rows(6, 8, series=(SeriesInfo("penalty", "loss", "other"),)))
        writer.save_samples(Samples(5, GRID, None, "ema"))
        writer.save_checkpoint(5, {"w": np.ones(2, np.float32)}, {})
        writer.append_event(HyperChanged(5, "lr", 1.0, 0.5))
        writer.append_event(Note("info", "hello"))
        news = follower.poll()
        assert steps_of(news) == [4, 5, 6, 7, 8]
        assert news[:4] == [
            SamplesStored(5),
            CheckpointSaved(5),
            HyperChanged(5, "lr", 1.0, 0.5),
            Note("info", "hello"),
        ]
        assert follower.poll() == []
        told = Progress(8, 50, 9.0, 90.0, 4.7, 123, "cpu")
        writer.write_status("training", 8, 50, progress=told)
        assert follower.poll() == [told]
        writer.write_status("paused", 8, 50, message="The disk is full.")
        assert of(follower.poll(), StateChanged) == [StateChanged("paused", 8, "The disk is full.")]
        writer.write_status("finished", 50, 50)
        assert of(follower.poll(), StateChanged) == [StateChanged("finished", 50)]
    assert follower.poll() == []


def test_who_comes_late_hears_all_or_only_what_is_next(run_path: Path, make_rows: Any) -> None:
    with RunWriter(run_path) as writer:
        writer.append_rows(make_rows(1, 30))
        writer.save_samples(Samples(30, GRID, None, "ema"))
        writer.save_samples(Samples(20, GRID, None, "ema"))
        writer.truncate_after(20)
        late, next_only = Run.open(run_path).follow(), Run.open(run_path).follow(skip_existing=True)
        writer.append_rows(make_rows(21, 22))
        news = late.poll()
        assert steps_of(news) == list(range(1, 23))
        assert of(news, SamplesStored) == [SamplesStored(20)]
        assert of(news, Rewound) == [], "nothing was told yet that would have to be taken back"
        assert steps_of(next_only.poll()) == [21, 22]


def test_half_written_records_and_lines_wait(run_path: Path, make_rows: Any) -> None:
    with RunWriter(run_path) as writer:
        writer.append_rows(make_rows(1, 3))
        writer.append_event(Note("info", "one"))
    follower = Run.open(run_path).follow()
    follower.poll()
    table, log = run_path / "metrics" / "steps-0.bin", run_path / "events.jsonl"
    rows, lines = table.read_bytes(), log.read_bytes()
    with RunWriter(run_path) as writer:
        writer.append_rows(make_rows(4, 4))
        writer.append_event(Note("info", "two"))
    more_rows, more_lines = table.read_bytes(), log.read_bytes()
    for cut in (1, 9, 20):
        table.write_bytes(more_rows[: len(rows) + cut])
        log.write_bytes(more_lines[: len(lines) + cut])
        assert follower.poll() == []
    table.write_bytes(more_rows)
    log.write_bytes(more_lines)
    news = follower.poll()
    assert steps_of(news) == [4]
    assert of(news, Note) == [Note("info", "two")]


def test_going_back_is_told_before_what_follows(run_path: Path, make_rows: Any) -> None:
    follower = Run.open(run_path).follow()
    with RunWriter(run_path) as writer:
        writer.append_rows(make_rows(1, 10))
        writer.append_rows(make_rows(11, 20, series=(SeriesInfo("penalty", "loss", "other"),)))
        writer.append_event(HyperChanged(15, "lr", 1.0, 2.0))
        assert len(steps_of(follower.poll())) == 20
        writer.append_event(HyperChanged(18, "lr", 2.0, 3.0))
        writer.truncate_after(7)
        writer.append_rows(make_rows(8, 30))
        writer.append_event(HyperChanged(9, "lr", 1.0, 0.5))
        news = follower.poll()
        assert news[0] == Rewound(7)
        assert of(news, Rewound) == [Rewound(7)]
        assert steps_of(news) == list(range(8, 31)), "the same place on disk holds other rows now"
        assert of(news, HyperChanged) == [HyperChanged(9, "lr", 1.0, 0.5)]
        assert follower.poll() == []


def test_rows_cut_without_a_word_are_taken_back(run_path: Path, make_rows: Any) -> None:
    with RunWriter(run_path) as writer:
        writer.append_rows(make_rows(1, 10))
    follower = Run.open(run_path).follow()
    follower.poll()
    table = run_path / "metrics" / "steps-0.bin"
    os.truncate(table, table.stat().st_size - 3 * 24)
    assert follower.poll() == [Rewound(7)]
    with RunWriter(run_path) as writer:
        writer.append_rows(make_rows(8, 9))
    assert steps_of(follower.poll()) == [8, 9]


def test_a_follower_that_polls_at_every_moment_ends_with_what_is_on_disk(run_path: Path, make_rows: Any) -> None:
    follower = Run.open(run_path).follow()
    known: list[int] = []

    def poll() -> None:
        for event in follower.poll():
            if isinstance(event, Rewound):
                known[:] = [step for step in known if step <= event.step]
            elif isinstance(event, Rows):
                known.extend(int(step) for step in event.steps)
        assert known == sorted(set(known))

    rng, last = np.random.default_rng(5), 0
    with RunWriter(run_path) as writer:
        for _turn in range(150):
            if rng.random() < 0.2:
                last = int(rng.integers(0, last + 1))
                writer.truncate_after(last)
            else:
                count = int(rng.integers(1, 20))
                series = (SeriesInfo("a", "loss", "other"),) * int(rng.integers(1, 3))
                writer.append_rows(make_rows(last + 1, last + count, series=series))
                last += count
            if rng.random() < 0.5:
                poll()
    poll()
    assert known == [int(step) for rows in Run.open(run_path).rows("steps") for step in rows.steps]


def test_a_writer_that_dies_silently_is_noticed(run_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = RunWriter(run_path)
    writer.write_status("training", 4, 50)
    follower = Run.open(run_path).follow()
    follower.poll()
    lock = run_path / "writer.lock"
    lock.write_text(lock.read_text().replace(f'"pid": {os.getpid()}', '"pid": 999999999'))
    monkeypatch.setattr("ganstudio.store.follow._JUDGE_SECONDS", 0.0)
    (event,) = follower.poll()
    assert (event.state, event.step) == ("interrupted", 4)
    assert follower.poll() == []


def test_a_deleted_run_is_said_once(run_path: Path, make_rows: Any) -> None:
    with RunWriter(run_path) as writer:
        writer.append_rows(make_rows(1, 3))
    follower = Run.open(run_path).follow()
    follower.poll()
    shutil.rmtree(run_path)
    with pytest.raises(StoreError, match="deleted"):
        follower.poll()
    assert follower.poll() == []


def test_a_quiet_run_costs_next_to_nothing(run_path: Path, make_rows: Any) -> None:
    with RunWriter(run_path) as writer:
        writer.append_rows(make_rows(1, 200_000))
        writer.write_status("training", 200_000, 10**6)
        follower = Run.open(run_path).follow()
        follower.poll()
        start = time.perf_counter()
        for _again in range(100):
            assert follower.poll() == []
        assert (time.perf_counter() - start) / 100 < 0.005
