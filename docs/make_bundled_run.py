"""Makes the run that Explore has at first launch: ``python docs/make_bundled_run.py [FOLDER]``.

Trains by the program's own command (:data:`COMMAND`) into FOLDER (default: a temporary one) unless a run lies there
already, and puts into ``resources/runs/infogan-digits`` what exploring needs of it, in less than 2 MB:

- some checkpoints through its history, without the optimisers' memory and in half precision. Weights read from 16 bits
  draw the same pictures to within one grey level. Such a run can be explored and duplicated, but not trained on;
- some of the stored samples, all of the curves, and of the log all but the lines on what was left out.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import torch

from ganstudio.store import Run, load_checkpoint
from ganstudio.store.checkpoints import write_checkpoint

COMMAND = (
    "ganstudio train infogan --data digits:size=16 --steps 5000 --seed 1 --threads 1 --device cpu --name infogan-digits "
    "--set conv_width=12 dense=128 batch_size=64 latent_size=16 noise=0.1 ema=0.998 weight_continuous=0.2"
)
HISTORY = (100, 400, 1600)  # and the last one
SAMPLES = 8
TARGET = Path(__file__).resolve().parent.parent / "resources" / "runs" / "infogan-digits"


def train(folder: Path) -> None:
    """Runs :data:`COMMAND` into the folder."""
    subprocess.run([*COMMAND.split(), "--out", str(folder)], check=True)


def cut(run: Run, target: Path) -> None:
    """Copies what exploring needs."""
    shutil.rmtree(target, ignore_errors=True)
    for part in ("checkpoints", "samples"):
        (target / part).mkdir(parents=True)
    shutil.copytree(run.path / "metrics", target / "metrics")
    for name in ("run.json", "status.json", "thumbnail.png"):
        shutil.copy(run.path / name, target / name)
    kept = {"checkpoint": [*HISTORY, run.checkpoint_steps()[-1]], "samples": spread(run.sample_steps(), SAMPLES)}
    for step in kept["checkpoint"]:
        tensors, metadata, _step = load_checkpoint(run, step)
        weights = {name: small(tensor) for name, tensor in tensors.items() if name.startswith(("method/", "ema/"))}
        write_checkpoint(target / "checkpoints" / run.checkpoint_path(step).name, weights, metadata)
    for step in kept["samples"]:
        for file in (run.path / "samples").glob(f"{step:09d}.*"):
            shutil.copy(file, target / "samples" / file.name)
    lines = (run.path / "events.jsonl").read_text("utf-8").splitlines()
    wanted = [line for line in lines if belongs(json.loads(line), kept)]
    (target / "events.jsonl").write_text("\n".join(wanted) + "\n", "utf-8")


def small(tensor: torch.Tensor) -> torch.Tensor:
    """In half precision where it is a number with a fraction."""
    return tensor.half() if tensor.is_floating_point() else tensor


def spread(steps: list[int] | tuple[int, ...], count: int) -> list[int]:
    """The first, the last, and others between them, closer together at the beginning."""
    last = len(steps) - 1
    return [steps[round(last * (index / (count - 1)) ** 1.5)] for index in range(count)]


def belongs(event: dict[str, object], kept: dict[str, list[int]]) -> bool:
    """The line is about something that is still there."""
    steps = kept.get(str(event["kind"]))
    return steps is None or event.get("step") in steps


def main() -> None:
    """Trains, cuts, and tells how large it is."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(temporary) / "infogan-digits"
        if not (folder / "run.json").exists():
            train(folder)
        cut(Run.open(folder), TARGET)
    size = sum(file.stat().st_size for file in TARGET.rglob("*") if file.is_file())
    sys.stdout.write(f"{TARGET}: {size / 1e6:.2f} MB\n")


if __name__ == "__main__":
    main()
