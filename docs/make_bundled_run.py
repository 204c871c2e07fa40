"""Makes the runs that are there at first launch: ``python docs/make_bundled_run.py NAME [FOLDER]``.

Trains by the program's own command into FOLDER (default: a temporary one) unless a run lies there already, and puts into
``resources/runs/NAME`` what drawing needs of it:

- some checkpoints through its history, without the optimisers' memory and in half precision, and without networks that
  only training needs. Weights read from 16 bits draw the same pictures to within one grey level. Such a run can be
  explored and duplicated, but not trained on;
- some of the stored samples, all of the curves, and of the log all but the lines on what was left out.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch

from ganstudio.methods import METHODS
from ganstudio.store import Run, load_checkpoint
from ganstudio.store.checkpoints import write_checkpoint

PLACE = Path(__file__).resolve().parent.parent / "resources" / "runs"


@dataclass(frozen=True, slots=True)
class Bundled:
    """One of these runs.

    Attributes:
        command: how it is trained; ``--name`` and ``--out`` are added.
        history: steps whose checkpoints are kept beside the last one.
        samples: how many of the stored samples are kept.
        raw: weights of which there is an average are kept as they are, too.
    """

    command: str
    history: tuple[int, ...]
    samples: int
    raw: bool


RUNS = {
    "infogan-digits": Bundled(
        "ganstudio train infogan --data digits:size=16 --steps 5000 --seed 1 --threads 1 --device cpu "
        "--set conv_width=12 dense=128 batch_size=64 latent_size=16 noise=0.1 ema=0.998 weight_continuous=0.2",
        (100, 400, 1600),
        8,
        raw=True,
    ),
    "spade-landscapes": Bundled(
        "ganstudio train spade --data landscapes --steps 8000 --seed 0 --threads 1 --device cpu "
        "--set width=20 hidden=40 lr_g=2e-4 weight_features=5",
        (),
        3,
        raw=False,
    ),
    "pix2pix-edges": Bundled(
        "ganstudio train pix2pix --data edges-digits --steps 6000 --seed 0 --threads 1 --device cpu "
        "--set width=12 width_d=16 batch_size=8 mirror=false norm=batch ema=0.998",
        (),
        4,
        raw=False,
    ),
}


def train(name: str, folder: Path) -> None:
    """Runs the command into the folder."""
    subprocess.run([*RUNS[name].command.split(), "--name", name, "--out", str(folder)], check=True)


def cut(run: Run, name: str) -> Path:
    """Copies what drawing needs; returns where to."""
    target, bundled = PLACE / name, RUNS[name]
    shutil.rmtree(target, ignore_errors=True)
    for part in ("checkpoints", "samples"):
        (target / part).mkdir(parents=True)
    shutil.copytree(run.path / "metrics", target / "metrics")
    for file in ("run.json", "status.json", "thumbnail.png"):
        shutil.copy(run.path / file, target / file)
    kept = {
        "checkpoint": [*bundled.history, run.checkpoint_steps()[-1]],
        "samples": spread(run.sample_steps(), bundled.samples),
    }
    for step in kept["checkpoint"]:
        tensors, metadata, _step = load_checkpoint(run, step)
        training_only = METHODS[run.info.experiment.method].training_only
        wanted = [key for key in tensors if draws(key, tensors, training_only, bundled.raw)]
        weights = {key: small(tensors[key]) for key in wanted}
        write_checkpoint(target / "checkpoints" / run.checkpoint_path(step).name, weights, metadata)
    for step in kept["samples"]:
        for file in (run.path / "samples").glob(f"{step:09d}.*"):
            shutil.copy(file, target / "samples" / file.name)
    lines = (run.path / "events.jsonl").read_text("utf-8").splitlines()
    there = [line for line in lines if belongs(json.loads(line), kept)]
    (target / "events.jsonl").write_text("\n".join(there) + "\n", "utf-8")
    return target


def draws(key: str, tensors: Mapping[str, torch.Tensor], training_only: tuple[str, ...], raw: bool) -> bool:
    """A tensor that drawing needs: an average, or a weight (with ``raw``, also one of which there is an average)."""
    part, _slash, rest = key.partition("/")
    child, _dot, name = rest.partition(".")
    if part == "method":
        return child not in training_only and (raw or f"ema/{child}/{name}" not in tensors)
    return part == "ema"


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
    name = sys.argv[1]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(temporary) / name
        if not (folder / "run.json").exists():
            train(name, folder)
        target = cut(Run.open(folder), name)
    size = sum(file.stat().st_size for file in target.rglob("*") if file.is_file())
    sys.stdout.write(f"{target}: {size / 1e6:.2f} MB\n")


if __name__ == "__main__":
    main()
