"""Row ``ranks``: one run on two processes beside the same run on one, a thread each, on the processor."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
from pathlib import Path

from ganstudio.bench.crowd import Crowd
from ganstudio.bench.figures import Figure, ratio
from ganstudio.bench.headless import speed_of
from ganstudio.core.errors import StudioError
from ganstudio.core.process import python_command

BATCH, WARM_UP = 128, 1.5
_TRAIN = ("train", "dcgan", "--data", "digits:size=32", "--device", "cpu", "--threads", "1")
_HYPER = ("--set", f"batch_size={BATCH}", "norm_d=spectral")


def measure(name: str, quick: bool) -> list[Figure]:
    """Images per second of two ranks ÷ those of one process; they take turns on the same cores."""
    steps, turns = (40, 1) if quick else (150, 5)
    above: list[float] = []
    below: list[float] = []
    others: list[float] = []
    crowd = Crowd()
    for turn in range(turns):
        for ranks in (1, 2) if turn % 2 else (2, 1):
            (above if ranks == 2 else below).append(images_per_second(ranks, steps))
        others.append(crowd.share())
    what = "images/s of 2 ranks (gloo, 1 thread each) ÷ 1 process with 1 thread, DCGAN 32 px"
    return [ratio(name, what, 1.6, above, below, others, unit="images/s", batch=BATCH)]


def images_per_second(ranks: int, steps: int) -> float:
    """Trains so many steps on so many processes, as a launcher would start them, and reads the speed from the run.

    Raises:
        StudioError: a process failed.
    """
    with socket.socket() as free, tempfile.TemporaryDirectory() as folder:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        arguments = [*_TRAIN, "--out", str(Path(folder) / "run"), "--steps", str(steps), *_HYPER]
        free.close()
        processes = [_start(arguments, rank, ranks, port) for rank in range(ranks)]
        try:
            said = [process.communicate(timeout=600)[0] for process in processes]
        finally:
            for process in processes:
                process.kill()
        if any(process.returncode for process in processes):
            raise StudioError("a rank failed", "\n".join(said)[-2000:])
        from ganstudio.store import Run

        return BATCH * speed_of(Run.open(Path(folder) / "run").rows("steps"), WARM_UP)


def _start(arguments: list[str], rank: int, ranks: int, port: int) -> subprocess.Popen[str]:
    told = {"RANK": rank, "WORLD_SIZE": ranks, "LOCAL_RANK": rank, "LOCAL_WORLD_SIZE": ranks, "MASTER_PORT": port}
    environment = {**os.environ, **{name: str(value) for name, value in told.items()}, "MASTER_ADDR": "127.0.0.1"}
    command = python_command(f"from ganstudio.__main__ import main; sys.exit(main({arguments!r}))")
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
