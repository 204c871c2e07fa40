"""What films are made of: frames along a walk, a sweep, or the whole training of a run."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.commands import Source
from ganstudio.core.errors import StudioError, UsageError
from ganstudio.core.i18n import _
from ganstudio.core.images import columns_for, make_grid
from ganstudio.explore.files import scatter
from ganstudio.explore.generator import Generator
from ganstudio.explore.state import Position, stack
from ganstudio.explore.stored import StoredGenerator
from ganstudio.explore.views import draw
from ganstudio.store import Run

PIECE = 16
Frame = NDArray[np.uint8]


def walk_frames(generator: Generator, positions: Iterable[Position], piece: int = PIECE) -> Iterator[Frame]:
    """One picture ``(H, W, C)`` for every position, drawn a few at a time.

    Args:
        generator: used by nobody else meanwhile; take :meth:`Generator.frozen` of one that is being explored.
        positions: as the network gets them (:func:`ganstudio.explore.state.effective`).
        piece: how many are drawn at once.
    """
    coming = iter(positions)
    while some := tuple(itertools.islice(coming, piece)):
        yield from draw(generator, stack(some))


def grid_frames(
    generator: Generator, moments: Iterable[Sequence[Position]], columns: int | None = None
) -> Iterator[Frame]:
    """A grid of pictures for every moment: a sweep row by row, or a wall that walks.

    Args:
        generator: as in :func:`walk_frames`.
        moments: the positions that are seen at a time, always as many.
        columns: of the grid; nearly square by default.
    """
    for positions in moments:
        yield make_grid(draw(generator, stack(positions)), columns)


@dataclass(slots=True)
class Evolution:
    """A run's training as a film.

    Attributes:
        of: the same positions through every checkpoint, or the samples that were stored while it trained.
        steps: the training steps that are tried, in order; one frame each but for what is skipped.
        skipped: a sentence for every step that could not be read; grows while frames are drawn.
    """

    of: Literal["checkpoints", "samples"]
    steps: tuple[int, ...]
    run: Run = field(repr=False)
    positions: tuple[Position, ...] = field(repr=False, default=())
    source: Source = "ema"
    columns: int | None = None
    skipped: list[str] = field(default_factory=list)

    def frames(self) -> Iterator[Frame]:
        """A grid ``(H, W, C)`` for every step that can be read, drawn when it is asked for."""
        self.skipped.clear()
        shape = None
        for step in self.steps:
            try:
                frame = self._frame(step)
            except StudioError as error:
                self.skipped.append(_("Step {step} is left out: {reason}").format(step=step, reason=error))
                continue
            if shape is not None and frame.shape != shape:
                self.skipped.append(_("Step {step} is left out: its picture has another size.").format(step=step))
                continue
            shape = frame.shape
            yield frame

    def _frame(self, step: int) -> Frame:
        if self.of == "samples":
            samples = self.run.load_samples(step)
            items = samples.items
            if items.ndim == 2:
                return scatter(items.astype(np.float32, copy=False), self.run.info.spec.extent)
            columns = self.columns or columns_for(len(items), len(samples.panels))
            return make_grid(items.astype(np.uint8, copy=False), columns)
        generator = StoredGenerator.open(self.run, step, self.source)
        return make_grid(draw(generator, stack(self.positions)), self.columns)


def evolution(
    run: Run,
    positions: Sequence[Position] = (),
    source: Source = "ema",
    of: Literal["checkpoints", "samples"] | None = None,
    columns: int | None = None,
) -> Evolution:
    """A run's training as a film.

    Args:
        run: a stored run; it may be in training meanwhile.
        positions: what is drawn with every checkpoint.
        source: averaged or raw weights.
        of: what to use; by default what gives more frames.
        columns: of the grid; nearly square by default.

    Raises:
        UsageError: the run has stored neither two checkpoints nor two grids of samples.
    """
    checkpoints, samples = run.checkpoint_steps() if positions else [], run.sample_steps()
    if of is None:
        of = "checkpoints" if len(checkpoints) >= len(samples) else "samples"
    steps = checkpoints if of == "checkpoints" else samples
    if len(steps) < 2:
        raise UsageError(
            _("The run “{name}” has stored too little of its training for a film: {count} of the two states that it "
              "takes at least. Train it for longer.").format(name=run.info.name, count=len(steps))
        )  # fmt: skip
    return Evolution(of, tuple(steps), run, tuple(positions), source, columns)
