"""Mailbox, commands, registry, experiments, data specs, grids."""

from __future__ import annotations

import json
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganstudio.core.commands import Pause, Resume, Snapshot
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import DiskFullError, StoreError, StudioError, UsageError
from ganstudio.core.events import CheckpointSaved, Note, Progress
from ganstudio.core.experiment import Experiment
from ganstudio.core.i18n import plural
from ganstudio.core.images import columns_for, make_grid, split_grid
from ganstudio.core.mailbox import CommandQueue, Mailbox
from ganstudio.core.registry import Registry


def progress(step: int) -> Progress:
    return Progress(step, 10, 1.0, 1.0, None, 0, "cpu")


def test_the_mailbox_keeps_the_list_and_the_newest_of_each_slot() -> None:
    mailbox = Mailbox()
    mailbox.put_latest(progress(1))
    mailbox.post(CheckpointSaved(1))
    mailbox.put_latest(progress(2))
    mailbox.post(CheckpointSaved(2))
    assert mailbox.drain() == [CheckpointSaved(1), CheckpointSaved(2), progress(2)]
    assert mailbox.drain() == []


def test_a_mailbox_nobody_reads_stays_bounded() -> None:
    mailbox = Mailbox(limit=10)
    for step in range(1000):
        mailbox.post(CheckpointSaved(step))
    assert mailbox.drain() == [CheckpointSaved(step) for step in range(990, 1000)]
    for step in range(30):
        mailbox.post(CheckpointSaved(step))
    assert len(mailbox.drain()) == 10  # the bound holds after a drain too


def test_nothing_is_lost_between_threads() -> None:
    mailbox, seen = Mailbox(), []
    threads = [
        threading.Thread(target=lambda base=base: [mailbox.post(CheckpointSaved(base + i)) for i in range(500)])
        for base in (0, 1000, 2000)
    ]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        seen += mailbox.drain()
    seen += mailbox.drain()
    assert sorted(event.step for event in seen) == sorted(base + i for base in (0, 1000, 2000) for i in range(500))


def test_commands_come_in_their_order() -> None:
    queue = CommandQueue()
    assert queue.take() is None
    assert queue.wait(0.01) is None
    queue.send(Pause())
    queue.send(Resume())
    assert [queue.wait(1), queue.take(), queue.take()] == [Pause(), Resume(), None]


def test_the_same_question_for_weights_waits_once() -> None:
    queue = CommandQueue()
    for source in ("ema", "ema", "raw", "raw"):
        queue.send(Snapshot(source))
    queue.send(Pause())
    assert [queue.take() for _ in range(4)] == [Snapshot("ema"), Snapshot("raw"), Pause(), None]
    queue.send(Snapshot("raw"))
    assert queue.take() == Snapshot("raw"), "asked anew"


def test_a_registry_helps_with_a_wrong_name() -> None:
    registry: Registry[int] = Registry("number")
    registry.add("eleven", 11)
    registry.add("seven", 7)
    assert list(registry) == ["eleven", "seven"]
    assert list(registry.values()) == [11, 7]
    assert "seven" in registry
    assert len(registry) == 2
    with pytest.raises(UsageError, match="Did you mean “seven”"):
        registry["sevn"]
    with pytest.raises(UsageError, match="eleven, seven"):
        registry["xyz"]
    with pytest.raises(ValueError, match="twice"):
        registry.add("seven", 8)


def test_errors_are_one_family() -> None:
    error = DiskFullError("No room.", "details")
    assert isinstance(error, StoreError)
    assert isinstance(error, StudioError)
    assert (str(error), error.details) == ("No room.", "details")


def test_experiments_survive_json() -> None:
    experiment = Experiment("wgan-gp", "cifar10:classes=frog", {"lr_d": 1e-4, "amp": True}, 77, 5, "cpu", "mine")
    again = Experiment.from_json({**json.loads(json.dumps(experiment.to_json())), "from_the_future": 1})
    assert again.to_json() == experiment.to_json()
    assert experiment.title == "mine"
    assert experiment.with_(name="").title == "cifar10 wgan-gp"


def test_data_specs_survive_json() -> None:
    spec = DataSpec("ring", "points", 9, classes=("a", "b"), extent=1.4, modes=((0.0, 1.0), (1.0, 0.0)), mode_std=0.02)
    assert DataSpec.from_json(json.loads(json.dumps(spec.to_json()))) == spec
    assert spec.shape == (2,)
    assert DataSpec("d", "images", 9, 3, 32).shape == (3, 32, 32)


@given(st.integers(1, 30), st.integers(1, 9), st.sampled_from([1, 3]), st.integers(0, 3), st.integers(1, 12))
def test_a_grid_comes_apart_again(count: int, size: int, channels: int, gap: int, columns: int) -> None:
    items = np.random.default_rng(count).integers(0, 256, (count, size, size, channels), np.uint8)
    grid = make_grid(items, columns, gap)
    np.testing.assert_array_equal(split_grid(grid, size, count, gap), items)


def test_grids_are_nearly_square() -> None:
    assert [columns_for(count) for count in (1, 2, 4, 5, 64)] == [1, 2, 2, 3, 8]
    with pytest.raises(ValueError, match="holds"):
        split_grid(np.zeros((5, 5, 1), np.uint8), 5, 2)


def test_words_for_counts() -> None:
    assert plural("{n} file", "{n} files", 1) == "1 file"
    assert plural("{n} file", "{n} files", 3) == "3 files"
    assert Note("info", "x").details == ""
