"""Several processes train one run: as one does on the same items and latents, and nobody is lost without a word."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from ganstudio.core.events import Note
from ganstudio.methods import METHODS
from ganstudio.store import Run
from ganstudio.training.ranks import Ranks, said_of
from ganstudio.training.session import Session
from tests.training import ranks_worker
from tests.training.ranks_worker import CASES, HALF, KILLED, ONE, PARTED, STEPS, WHOLE, build, learned, small
from tests.training.training_kit import QUICK, assert_same, columns, finish, make_engine, newest

ROOT = Path(__file__).parents[2]


def _free_ports(count: int) -> list[str]:
    sockets = [socket.socket() for _index in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [str(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    return ports


def _start(rank: int, port: str, *command: str) -> subprocess.Popen[str]:
    """A process as a launcher of two would start it; what it says is read by ``communicate``."""
    told = {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": 2, "LOCAL_WORLD_SIZE": 2, "OMP_NUM_THREADS": 1}
    numbers = {name: str(value) for name, value in told.items()}
    environment = {**os.environ, **numbers, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    return subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, env=environment, text=True, **streams)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What two ranks left behind; one process has begun the run ``one`` before."""
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("ranks")
    finish(Session.new(small(HALF), path=folder / ONE, pace=QUICK))
    ports = _free_ports(6)
    ranks = [_start(rank, ports[0], ranks_worker.__name__, str(folder), *ports) for rank in (0, 1)]
    try:
        said = [rank.communicate(timeout=90)[0] for rank in ranks]
    finally:
        for rank in ranks:
            rank.kill()
    assert [rank.returncode for rank in ranks] == [0, -9], said
    (folder / "said.json").write_text(json.dumps(said), encoding="utf-8")
    return folder


def _loaded(folder: Path, case: str, rank: int) -> dict[str, Tensor]:
    return load_file(folder / f"{case} {rank}.safetensors")


@pytest.mark.parametrize("case", CASES)
def test_two_ranks_learn_what_one_process_does(folder: Path, case: str) -> None:
    mine, theirs = learned(build(case)), _loaded(folder, case, 0)
    assert mine.keys() == theirs.keys()
    assert any(name.startswith("gradient/generator") for name in mine)
    for name in mine:
        near = 1e-4 if name == "rows" else 1e-5  # losses of some units, after three steps
        torch.testing.assert_close(
            theirs[name], mine[name], rtol=near, atol=near, msg=lambda text, n=name: f"{n}: {text}"
        )


@pytest.mark.parametrize("case", CASES)
def test_ranks_stay_equal(folder: Path, case: str) -> None:
    one, other = _loaded(folder, case, 0), _loaded(folder, case, 1)
    assert_same({name: tensor for name, tensor in one.items() if not name.startswith("ema/")}, other)


@pytest.mark.parametrize("rank", [0, 1])
def test_a_gradient_that_one_rank_alone_has_is_everybodys(folder: Path, rank: int) -> None:
    sums = {name: float(value.unique()) for name, value in _loaded(folder, "partly", rank).items()}
    assert sums == {"both": 42.0, "first": 10.0, "second": 12.0}


@pytest.mark.parametrize("name", METHODS)
def test_every_method_is_the_same_on_all_ranks(folder: Path, name: str) -> None:
    one, other = _loaded(folder, name, 0), _loaded(folder, name, 1)
    before = ranks_worker.of_method(name).method.state_dict()
    own = {key for key, value in before.items() if value.dim() and not value.is_floating_point()}  # pools of pictures
    assert_same({key: one[key] for key in one.keys() - own}, {key: other[key] for key in other.keys() - own})
    assert any(not torch.equal(one[key], before[key]) for key in one)


def test_two_ranks_go_on_as_if_they_had_never_stopped(folder: Path) -> None:
    whole, parted = newest(folder / WHOLE), newest(folder / PARTED)
    assert whole[1]["step"] == STEPS
    assert_same(whole[0], parted[0])
    for name, column in columns(folder / WHOLE).items():
        np.testing.assert_array_equal(column, columns(folder / PARTED)[name], err_msg=name)
    assert Run.open(folder / WHOLE).status().state == "finished"


def _notes(run: Path) -> list[str]:
    return [event.text for event in Run.open(run).events() if isinstance(event, Note)]


def test_rank_0_alone_speaks(folder: Path) -> None:
    first, second = json.loads((folder / "said.json").read_text(encoding="utf-8"))
    assert "2 ranks train this run together. Each takes 8 of the 16 items of a batch" in first
    assert str(folder / WHOLE) in first
    assert second == ""


def test_the_number_of_ranks_may_change(folder: Path, tmp_path: Path) -> None:
    assert newest(folder / ONE)[1]["step"] == STEPS
    assert newest(folder / ONE)[1]["items"] == newest(folder / WHOLE)[1]["items"]
    assert any("by 1 rank up to step 3 and goes on with 2 ranks" in note for note in _notes(folder / ONE))
    finish(Session.resume(folder / WHOLE, STEPS + 2, pace=QUICK))
    assert newest(folder / WHOLE)[1]["step"] == STEPS + 2
    assert any("by 2 ranks up to step 6 and goes on with 1 rank." in note for note in _notes(folder / WHOLE))


def test_a_killed_rank_is_told_in_words(folder: Path) -> None:
    told = json.loads((folder / "killed.json").read_text(encoding="utf-8"))
    status = Run.open(folder / KILLED).status()
    assert told["state"] == status.state == "failed"
    assert told["failure"] == status.message
    assert "Rank 1 of this run is gone" in status.message
    assert "--resume" in status.message
    assert status.step == HALF
    assert Run.open(folder / KILLED).newest_good_checkpoint().step is not None


def _until_it_trains(run: Path) -> None:
    until = time.monotonic() + 60
    while not (run / "status.json").exists() or Run.open(run).status().step < 1:
        assert time.monotonic() < until
        time.sleep(0.2)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs a signal that stops a process")
def test_a_silent_rank_is_told_in_words_within_half_a_minute(tmp_path: Path) -> None:
    run, (port,) = tmp_path / "run", _free_ports(1)
    ranks = [_start(rank, port, "ganstudio", *ranks_worker.command(run, 10**6)) for rank in (0, 1)]
    try:
        _until_it_trains(run)
        ranks[1].send_signal(signal.SIGSTOP)
        said, _nothing = ranks[0].communicate(timeout=30)
    finally:
        for rank in ranks:
            rank.kill()
            rank.communicate()
    assert ranks[0].returncode == 1
    assert "Rank 1 of this run is gone" in said
    assert Run.open(run).status().state == "failed"
    assert Run.open(run).status().message in said


@pytest.mark.slow
def test_torchrun_starts_the_command_and_ctrl_c_stops_it(tmp_path: Path) -> None:
    run = tmp_path / "run"
    launcher = ["torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m", "ganstudio"]
    process = _start(0, "0", *launcher, *ranks_worker.command(run, 10**6))
    try:
        _until_it_trains(run)
        process.send_signal(signal.SIGINT)
        said, _nothing = process.communicate(timeout=60)
    finally:
        process.kill()
    status = Run.open(run).status()
    assert status.state == "stopped", said
    assert Run.open(run).newest_good_checkpoint().step == status.step


class _Two(Ranks):
    size = 2


def test_what_ranks_share_is_said_before_they_begin() -> None:
    engine = make_engine("gan", batch_size=7)
    assert said_of(engine) == ()
    engine.ranks = _Two()
    (note,) = said_of(engine)
    assert "Each takes 3 of the 7 items of a batch (the first 1: one more)" in note.text
    engine = make_engine("semi-supervised", "digits:size=16")
    engine.ranks = _Two()
    assert [note.level for note in said_of(engine)] == ["info", "warning"]
    assert "Feature matching compares means of a whole batch" in said_of(engine)[1].text
