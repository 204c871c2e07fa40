from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from ganstudio.core.events import CheckpointSaved, HyperChanged
from ganstudio.store import Run, RunWriter

KILLS = 20


def write_and_kill(run_path: Path, seconds: float) -> tuple[int, int]:
    """Lets a process write for a while and kills it; returns where it began and its last finished checkpoint."""
    script = Path(__file__).with_name("killed_writer.py")
    child = subprocess.Popen([sys.executable, str(script), str(run_path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    begun = int(child.stdout.readline())
    time.sleep(seconds)
    child.kill()
    said = [int(line) for line in child.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
    child.stdout.close()
    assert child.wait() == -signal.SIGKILL, "it must die of the kill and of nothing else"
    return begun, max([begun, *said])


def check(run: Run, promised: int) -> None:
    status = run.status()
    assert status.state == "interrupted"
    assert status.step >= promised
    for table, stride in (("steps", 1), ("quality", 5)):
        steps = np.concatenate([rows.steps for rows in run.rows(table)])
        np.testing.assert_array_equal(steps, np.arange(stride, steps[-1] + 1, stride))
        assert steps[-1] >= promised
        for rows in run.rows(table):
            np.testing.assert_array_equal(rows.values[:, 0], (rows.steps % 1000).astype(np.float32))
    stored = run.sample_steps()
    assert set(range(5, promised + 1, 5)) <= set(stored)
    assert (run.load_samples(stored[-1]).items == stored[-1] % 256).all()
    changes = [event.step for event in run.events() if isinstance(event, HyperChanged)]
    assert changes == list(range(5, changes[-1] + 1, 5))
    good = run.newest_good_checkpoint()
    assert good.bad == ()
    assert good.path is not None
    assert (good.step or 0) >= promised
    assert (load_file(good.path)["w"] == good.step).all()


@pytest.mark.skipif(os.name == "nt", reason="kill -9 is of POSIX")
def test_a_run_survives_being_killed_at_any_moment(run_path: Path) -> None:
    rng = random.Random(1)
    promised, follower = 0, Run.open(run_path).follow()
    for _kill in range(KILLS):
        begun, newest = write_and_kill(run_path, rng.uniform(0.03, 0.3))
        assert begun >= promised, "a finished checkpoint was lost"
        promised = newest
        run = Run.open(run_path)
        if promised:
            check(run, promised)
        follower.poll()
    assert promised > 0
    with RunWriter(run_path) as writer:
        good = Run.open(run_path).newest_good_checkpoint().step
        assert good is not None
        writer.truncate_after(good)
        writer.write_status("stopped", good, 10**9)
    run = Run.open(run_path)
    assert run.status().state == "stopped"
    assert int(run.rows("steps")[-1].steps[-1]) == good
    assert CheckpointSaved(good) in run.events()
    assert not list(run_path.rglob("*.tmp"))
