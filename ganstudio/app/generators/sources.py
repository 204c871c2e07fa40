"""Where open generators come from. Everything here reads files or waits, and runs as a job, never in the window."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ganstudio.app.generators.workplaces import Workplace, bundled_name, bundled_path
from ganstudio.core.commands import Source
from ganstudio.core.errors import StudioError, UsageError
from ganstudio.core.i18n import _
from ganstudio.explore.state import ExploreState, position_of
from ganstudio.store import Run

if TYPE_CHECKING:
    import torch

    from ganstudio.app.runs.run_model import RunModel
    from ganstudio.explore.generator import Generator

PATIENCE = 20.0


def data_of(run: Run) -> str:
    """What a stored run's data are read with, from wherever this program was started.

    Raises:
        UsageError: the run's request is not understood.
    """
    from ganstudio.data.request import stored_request

    return stored_request(run.info.experiment.data, run.path)


@dataclass(frozen=True, slots=True)
class Opened:
    """A generator that is open.

    Attributes:
        generator: what draws; only the rendering thread draws with it.
        title: what people call it.
        start: where its controls stand at first: seed 0; a label map or picture that it is given is empty.
        path: the run folder, or the file that was brought in.
        run: the run as stored; None for a file that was brought in.
        live: the run in training that it follows; None for what is stored.
        wanted: which weights of a live run are asked for.
        notes: what was assumed in reading it, in words.
        warning: what a person must be told at once: that it is not what was asked for.
    """

    generator: Generator
    title: str
    start: ExploreState
    path: Path | None = None
    run: Run | None = None
    live: RunModel | None = None
    wanted: Source = "ema"
    notes: tuple[str, ...] = ()
    warning: str = ""


def open_run(path: Path, step: int | None, weights: Source, device: str = "cpu") -> Opened:
    """A checkpoint of a stored run.

    Args:
        path: its folder.
        step: of the checkpoint; None for the newest good one.
        weights: averaged or raw.
        device: where to draw, as the settings name it: ``auto`` is the fastest there is.

    Raises:
        StudioError: it is no run, or has no usable checkpoint.
    """
    from ganstudio.explore.stored import StoredGenerator

    run = Run.open(path)
    generator = StoredGenerator.open(run, step, weights, drawing_device(device))
    return Opened(generator, run.info.name, _start(generator), run.path, run, wanted=weights, warning=generator.warning)


def drawing_device(name: str) -> torch.device:
    """The device of that name, or the fastest where this machine has no such one."""
    from ganstudio.training.device import choose_device, device_here

    return choose_device(device_here(name))


def open_bundled(place: Workplace, device: str = "cpu") -> Opened:
    """The run that comes with the program for a workspace; ``device`` as in :func:`open_run`.

    Raises:
        StudioError: the installation is incomplete.
    """
    path = bundled_path(place)
    if path is None:
        words = _("“{name}” is missing from this installation; install ganstudio again, or open a run of your own.")
        raise StudioError(words.format(name=bundled_name(place)))
    return open_run(path, None, "ema", device)


def open_live(model: RunModel) -> Opened:
    """A run that trains in this process; waits for the weights that it has been asked for.

    Raises:
        StudioError: it has ended, or hands nothing over.
    """
    from ganstudio.explore.live import LiveGenerator

    deadline = time.monotonic() + PATIENCE
    while model.here and time.monotonic() < deadline:
        snapshots = model.snapshots
        # Not "fresh": whoever asked for the same run a moment before may have taken what was written for both.
        written = snapshots is not None and snapshots.newest_step >= 0
        if snapshots is not None and written and model.path is not None and model.spec is not None:
            generator = LiveGenerator(snapshots, model.title, model.spec)
            run = Run.open(model.path)
            return Opened(generator, model.title, _start(generator), model.path, run, live=model)
        time.sleep(0.02)
    if not model.here:
        raise UsageError(_("“{name}” does not train here any more; open it as a stored run.").format(name=model.title))
    raise StudioError(_("“{name}” is busy and has not handed over its weights; try again.").format(name=model.title))


def open_file(path: Path, cancel: threading.Event | None = None) -> Opened:
    """A generator that this program did not train; ``cancel`` ends the reading when set.

    Raises:
        StudioError: it cannot be read, or it is no generator; the message says what was found.
    """
    from ganstudio.explore.foreign import open_foreign

    generator = open_foreign(path, cancel)
    return Opened(generator, generator.title, _start(generator), path, notes=tuple(getattr(generator, "notes", ())))


def _start(generator: Generator) -> ExploreState:
    return ExploreState(position_of(generator.draw(1, 0)), seed=0)
