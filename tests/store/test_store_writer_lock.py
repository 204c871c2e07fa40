from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ganstudio.core.errors import StoreError
from ganstudio.core.process import process_start
from ganstudio.store import Run, RunWriter
from ganstudio.store.lock import this_host


def foreign_lock(run: Path, *, host: str = "elsewhere", pid: int = 4242, age: float = 0.0, start: str = "s") -> None:
    lock = run / "writer.lock"
    lock.write_text(json.dumps({"pid": pid, "host": host, "start": start, "token": "t"}), encoding="utf-8")
    os.utime(lock, (time.time() - age, time.time() - age))


def status_of(run: Path, *, age: float) -> None:
    values = {"state": "training", "step": 5, "total": 9, "pid": 4242, "host": "elsewhere"}
    (run / "status.json").write_text(json.dumps({**values, "updated": time.time() - age}), encoding="utf-8")


def test_a_second_writer_is_refused_with_the_name_of_the_first(run_path: Path) -> None:
    with RunWriter(run_path):
        with pytest.raises(StoreError, match=f"Process {os.getpid()} on {this_host()}"):
            RunWriter(run_path)
        with pytest.raises(StoreError):
            RunWriter(run_path, take_over=True)
    RunWriter(run_path).close()
    assert not (run_path / "writer.lock").exists()


def test_a_writer_in_another_process_is_seen_and_its_death_too(run_path: Path) -> None:
    code = "import sys, time; from ganstudio.store import RunWriter; w = RunWriter(sys.argv[1]);"
    code += "w.write_status('training', 7, 50); print('ready', flush=True); time.sleep(60)"
    child = subprocess.Popen([sys.executable, "-c", code, str(run_path)], stdout=subprocess.PIPE)
    assert child.stdout is not None
    try:
        child.stdout.readline()
        assert Run.open(run_path).status().state == "training"
        with pytest.raises(StoreError, match=str(child.pid)):
            RunWriter(run_path)
    finally:
        child.kill()
        child.stdout.close()
    # not yet waited for: a zombie is dead too
    deadline = time.monotonic() + 5
    while Run.open(run_path).status().state == "training" and time.monotonic() < deadline:
        time.sleep(0.01)
    status = Run.open(run_path).status()
    assert (status.state, status.step) == ("interrupted", 7)
    assert "Resume" in status.message
    child.wait()
    RunWriter(run_path).close()


def test_a_process_id_given_out_again_is_not_the_writer(run_path: Path) -> None:
    foreign_lock(run_path, host=this_host(), pid=os.getpid(), start="another life")
    status_of(run_path, age=0)
    assert Run.open(run_path).status().state == "interrupted"
    RunWriter(run_path).close()


def test_another_machine_counts_as_dead_without_a_heartbeat(run_path: Path) -> None:
    foreign_lock(run_path, age=100)
    status_of(run_path, age=30)
    run = Run.open(run_path)
    assert run.status().state == "training"
    with pytest.raises(StoreError, match="4242 on elsewhere"):
        RunWriter(run_path)
    status_of(run_path, age=90)
    assert run.status().state == "interrupted"
    RunWriter(run_path).close()


def test_a_fresh_lock_of_another_machine_can_be_taken_on_request_and_the_loser_notices(run_path: Path) -> None:
    first = RunWriter(run_path)
    foreign_lock(run_path)
    with pytest.raises(StoreError, match="taken over"):
        first.write_status("training", 1, 2)
    second = RunWriter(run_path, take_over=True)
    first.close()
    assert (run_path / "writer.lock").exists(), "the loser must not remove the winner's lock"
    second.write_status("training", 1, 2)
    second.close()


def test_a_damaged_lock_is_respected_for_a_moment_only(run_path: Path) -> None:
    lock = run_path / "writer.lock"
    lock.write_bytes(b"")
    with pytest.raises(StoreError):
        RunWriter(run_path)
    os.utime(lock, (time.time() - 30, time.time() - 30))
    RunWriter(run_path).close()


def test_a_closed_writer_that_said_it_trains_reads_as_interrupted(run_path: Path) -> None:
    with RunWriter(run_path) as writer:
        writer.write_status("paused", 3, 9, message="held")
        assert Run.open(run_path).status().state == "paused"
    assert Run.open(run_path).status().state == "interrupted"
    with RunWriter(run_path) as writer:
        writer.write_status("finished", 9, 9)
    assert Run.open(run_path).status().state == "finished"


def test_a_beat_keeps_a_run_alive_without_room_on_the_disk(run_path: Path) -> None:
    with RunWriter(run_path) as writer:
        os.utime(run_path / "writer.lock", (1.0, 1.0))
        writer.beat()
        assert time.time() - (run_path / "writer.lock").stat().st_mtime < 5


def test_process_starts() -> None:
    own = process_start(os.getpid())
    assert own
    assert own == process_start(os.getpid())
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    child.wait()
    assert process_start(child.pid) is None
    assert process_start(0) is None


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes")
def test_a_lock_that_is_no_file_is_not_waited_for(run_path: Path) -> None:
    os.mkfifo(run_path / "writer.lock")
    assert Run.open(run_path).status().state == "stopped"
    with pytest.raises(StoreError, match="lock"):
        RunWriter(run_path)
