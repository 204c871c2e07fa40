"""What stays of a run that grows old, and what becomes of the rest."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

from ganstudio.core.errors import StoreError
from ganstudio.core.events import CheckpointSaved, Removed, Samples, SamplesStored
from ganstudio.store import Keep, Run, RunWriter, hold, is_milestone, load_checkpoint, plan, sample_schedule, thin_run
from ganstudio.store.checkpoints import MARKED, THINNED
from ganstudio.store.thinning import kept_checkpoints, kept_grids, spread
from tests.store.conftest import Disk

PARTS = ("method/g.weight", "method/d.weight", "ema/g/weight", "optimiser/g/0/exp_avg", "chance")


def fill(run: Path, *steps: int, marked: int = -1) -> None:
    with RunWriter(run) as writer:
        for step in steps:
            tensors = {name: torch.full((64, 64), step, dtype=torch.bfloat16) for name in PARTS}
            writer.save_checkpoint(step, tensors, {"state": "{}", **({MARKED: "1"} if step == marked else {})})


def test_the_newest_stay_whole_and_milestones_thinned(run_path: Path) -> None:
    fill(run_path, 0, 50, 100, 150, 200, 300, 400, 500, 600, 700, marked=150)
    run, before = Run.open(run_path), Run.open(run_path).size_bytes()
    wanted = plan(run_path, Keep(newest=2))
    assert (wanted.gone, wanted.shrunk) == ((50, 300, 500), (0, 100, 150, 200, 400))
    assert thin_run(run_path, Keep(newest=2)) == wanted
    assert abs(before - run.size_bytes() - wanted.freed) < 3000, (
        "what is said is what is freed, but for heads and diary"
    )
    assert run.checkpoint_steps() == [0, 100, 150, 200, 400, 600, 700]
    tensors, metadata, step = load_checkpoint(run, 150)
    assert tensors.keys() == {"method/d.weight", "ema/g/weight"}
    assert torch.equal(tensors["ema/g/weight"], torch.full((64, 64), 150, dtype=torch.bfloat16))
    assert (metadata[THINNED], metadata["state"], step) == ("1", "{}", 150)
    assert load_checkpoint(run, 600)[0].keys() == set(PARTS)
    assert thin_run(run_path, Keep(newest=2)).empty, "once is enough"
    assert run.newest_good_checkpoint().step == 700


def test_damaged_ones_neither_count_nor_are_touched(run_path: Path) -> None:
    fill(run_path, 1, 2, 3, 4, 5, 6)
    run = Run.open(run_path)
    damaged = run.checkpoint_path(6).read_bytes()[:-4] + bytes(4)
    run.checkpoint_path(6).write_bytes(damaged)
    assert thin_run(run_path, Keep(newest=2)).gone == (2, 3)
    assert run.checkpoint_steps() == [1, 4, 5, 6]
    assert run.checkpoint_path(6).read_bytes() == damaged
    assert run.newest_good_checkpoint().step == 5


def test_what_is_looked_at_and_what_is_trained_stays(run_path: Path) -> None:
    fill(run_path, 1, 2, 3, 4)
    owner = object()
    hold(owner, Run.open(run_path).checkpoint_path(3))
    try:
        assert thin_run(run_path, Keep(newest=1, older=0)).gone == (1, 2)
    finally:
        hold(owner, None)
    with RunWriter(run_path), pytest.raises(StoreError, match="Stop it there"):
        thin_run(run_path, Keep(newest=1))
    assert thin_run(run_path, Keep(newest=0, older=0)).empty, "0 keeps all"


def test_a_full_disk_is_freed_without_room(run_path: Path, disk: Disk) -> None:
    fill(run_path, 0, 50, 100, 150, 200)
    run, before = Run.open(run_path), Run.open(run_path).size_bytes()
    with RunWriter(run_path) as writer:
        disk.full = True
        done = writer.thin(Keep(newest=1, older=1))
        disk.full = False
    assert (done.gone, done.shrunk) == ((50, 100, 150), ()), "what is thinned takes room first"
    assert run.checkpoint_steps() == [0, 200]
    assert abs(before - run.size_bytes() - done.freed) < 3000
    assert thin_run(run_path, Keep(newest=1, older=1)).shrunk == (0,)
    known = [event.step for event in run.events() if isinstance(event, CheckpointSaved)]
    assert known == [0, 200], "what the full disk kept from being told is told by the next who writes"


def test_grids_go_evenly_and_the_diary_knows(run_path: Path) -> None:
    with RunWriter(run_path) as writer:
        for step in range(30):
            writer.save_samples(Samples(step, np.zeros((4, 8, 8, 1), np.uint8), None, "ema"))
    run, follower = Run.open(run_path), Run.open(run_path).follow()
    assert len([event for event in follower.poll() if isinstance(event, SamplesStored)]) == 30
    done = thin_run(run_path, Keep(grids=10))
    assert len(done.grids) == 20
    assert len(run.sample_steps()) == 10
    assert [event.step for event in follower.poll() if isinstance(event, Removed)] == list(done.grids)
    fresh = [event.step for event in run.follow().poll() if isinstance(event, SamplesStored)]
    assert fresh == run.sample_steps(), "who comes later hears of those that are there"
    with RunWriter(run_path) as writer:
        writer.truncate_after(9)
        writer.save_samples(Samples(12, np.zeros((4, 8, 8, 1), np.uint8), None, "ema"))
    last = [event.step for event in run.follow().poll() if isinstance(event, SamplesStored)]
    assert last == run.sample_steps()
    assert last[-1] == 12, "stored once more"


def test_a_removed_checkpoint_is_no_event_any_more(run_path: Path) -> None:
    fill(run_path, 1, 2, 3)
    thin_run(run_path, Keep(newest=1, older=1))
    assert [event for event in Run.open(run_path).events() if isinstance(event, CheckpointSaved)] == [
        CheckpointSaved(1), CheckpointSaved(3)
    ]  # fmt: skip


def test_the_film_stays_even() -> None:
    stored: list[int] = []
    for step in range(100_000):
        if sample_schedule(step, stored[-1] if stored else None):
            stored.append(step)
            stored = kept_grids(stored, Keep(grids=120))
    assert (len(stored), stored[0]) == (120, 0)
    assert kept_grids(stored, Keep(grids=1)) == stored[-1:], "the one that is on view"
    assert kept_grids(stored, Keep(grids=0)) == stored
    gaps = [math.log((b + 50) / (a + 50)) for a, b in pairwise(stored)]
    assert max(gaps) < 0.2, "no jump in the film, though they were removed one by one as it grew"


def test_rules() -> None:
    assert [step for step in range(5000) if is_milestone(step)] == [100, 200, 400, 800, 1600, 3200]
    assert spread([1, 2, 3], 5) == [1, 2, 3]
    assert spread([], 0) == []
    assert spread([0, 100, 200, 400], 1, fixed={200}) == [0, 200]
    assert spread(range(0, 1000, 10), 2) == [0, 990]
    assert spread([0, 100, 200, 400, 800, 1600], 3, fixed={100}) == [0, 100, 1600]
    assert kept_checkpoints([], Keep()) == ([], [])
    assert kept_checkpoints([0, 100, 150, 200, 250], Keep(newest=2, older=0)) == ([200, 250], [])
    assert "newest 2 checkpoints" in Keep().words
    assert Keep(0, 0, 0).words == "Everything stays."
    assert "200, 400… stay, 8 at most" in Keep().words
    assert "older ones the first and those that you have saved stay" in Keep(older=1).words
    assert "older ones only those stay that you have saved" in Keep(older=0).words, "and not: 0 at most"
