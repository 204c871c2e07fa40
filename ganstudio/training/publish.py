"""Publishing: by the clock, never by the step.

Everything that leaves the trainer passes here, to the window's mailbox and to the run folder alike; looking costs the
trainer at most some percent of its time.
"""

from __future__ import annotations

import json
import math
import time
from dataclasses import dataclass

import numpy as np

from ganstudio.core.commands import Show
from ganstudio.core.events import (
    CheckpointSaved,
    HyperChanged,
    Note,
    Progress,
    RealBatch,
    Removed,
    Rewound,
    Rows,
    Samples,
    SamplesStored,
    SeriesInfo,
    SeriesKind,
    State,
    StateChanged,
)
from ganstudio.core.i18n import _
from ganstudio.core.images import make_grid
from ganstudio.core.mailbox import Mailbox
from ganstudio.core.observed import Measure, Observed
from ganstudio.store import Keep, RunWriter, WriteQueue, is_milestone, sample_schedule
from ganstudio.store.checkpoints import BEST, MARKED
from ganstudio.store.thinning import best_of, heads_of, marked_of
from ganstudio.training import scene
from ganstudio.training.best import Best
from ganstudio.training.device import describe, memory_used
from ganstudio.training.engine import Engine
from ganstudio.training.state import state_of
from ganstudio.training.timing import Timing
from ganstudio.training.trouble import not_finite

MEASURE_EVERY, RECOGNISE_COUNT = 500, 1000
WATCH_EVERY, WATCH_SECONDS, WATCH_SHARE = 250, 30.0, 0.02
"""Steps between two measurements of the distance to the data, or seconds where steps are slow; and the share of the
trainer's time that they may take: where they would take more, the next is put off to a later multiple of the steps."""
WATCH_GRAIN = 10  # steps between two looks at the clock
LOOKING_SHARE = 0.02  # of the trainer's time that drawing for a watcher may take; the window spends as much again


@dataclass(slots=True)
class Pace:
    """Seconds between two publications of each kind; the trainer's one place of rhythm."""

    scalars: float = 0.1
    progress: float = 0.25
    status: float = 1.0
    samples: float = 0.2
    stored: float = 0.5
    checkpoint: float = 60.0


class Publisher:
    """Takes what a step left behind and hands it on.

    Args:
        engine: what is being trained.
        mailbox: for whoever watches in this process.
        writer: the run folder.
        queue: the run's one thread for files.
        measure: scores of the samples on view, and of what is recognised.
        pace: the rhythm.
        keep: what stays of old checkpoints and grids.
        expected: seconds a step, as foretold; 0: nobody has.
    """

    def __init__(
        self,
        engine: Engine,
        mailbox: Mailbox,
        writer: RunWriter,
        queue: WriteQueue,
        measure: Measure | None = None,
        pace: Pace | None = None,
        keep: Keep | None = None,
        expected: float = 0.0,
    ) -> None:
        self.engine, self.mailbox, self.writer, self.queue = engine, mailbox, writer, queue
        self.pace = pace or Pace()
        self.show = Show(live=False)
        self.total = 0
        self.last_stored: int | None = None
        self.last_checkpoint = -1
        self.stored_checkpoint: int | None = None
        self.state: State = "preparing"
        self.message = self.details = ""
        self._measure = measure
        self._measured = self._looked = self._watched = -1
        self._marked: set[int] = set()
        self._watch_cost, self._watched_at, self._distance = 0.0, time.perf_counter(), math.nan
        self.best = Best()
        self._real: RealBatch | None = None
        self._keep = keep or Keep()
        self._next_beat = 0.0
        self._due = dict.fromkeys(("scalars", "progress", "status", "samples", "stored"), 0.0)
        self._due["checkpoint"] = time.perf_counter() + self.pace.checkpoint
        self._timing = Timing(expected, engine.work)
        several = f"{engine.ranks.size} × " if engine.ranks.size > 1 else ""
        self._device_name = several + describe(engine.device)

    # -- after a step -----------------------------------------------------------------------------------------------

    def after_step(self, now: float) -> tuple[int, str] | None:
        """Publishes what is due; returns step and name of a loss that is not finite, where one was found."""
        if self._measure is not None and self.engine.step_count % MEASURE_EVERY == 0:
            self.measure()
        if self._measure is not None and self.engine.step_count % WATCH_GRAIN == 0:
            self._watch_where_due(now)
        if is_milestone(self.engine.step_count) and self.flush_scalars() is None:
            self.checkpoint()
        if now < self._due["scalars"] and len(self.engine.losses) < 1000:
            return None
        self._due["scalars"] = now + (self.pace.scalars if self.show.live else 5 * self.pace.scalars)
        bad = self.flush_scalars()
        if bad is not None:
            return bad
        if now >= self._due["progress"]:
            self._due["progress"] = now + self.pace.progress
            self.mailbox.put_latest(self.progress(now))
        self._pictures(now)
        if now >= self._due["status"]:
            self._due["status"] = now + self.pace.status
            self.write_status()
        if now >= self._due["checkpoint"]:
            self.checkpoint()
        return None

    def flush_scalars(self) -> tuple[int, str] | None:
        """Hands over every measured value; the one wait for the device."""
        for meter in (self.engine.losses, self.engine.gradients):
            rows = meter.take()
            if rows is not None:
                self.post_rows(rows)
        return self.engine.losses.not_finite

    def post_rows(self, rows: Rows) -> None:
        """To the mailbox and to the disk."""
        self.mailbox.post(rows)
        self.queue.submit(lambda: self.writer.append_rows(rows))

    def post_event(self, event: HyperChanged | StateChanged | Note) -> None:
        """To the mailbox and to the run's list of events."""
        self.mailbox.post(event)
        self.queue.submit(lambda: self.writer.append_event(event))

    # -- pictures ---------------------------------------------------------------------------------------------------

    def _pictures(self, now: float) -> None:
        store = now >= self._due["stored"] and sample_schedule(self.engine.step_count, self.last_stored)
        if not store and not (self.show.live and now >= self._due["samples"]):
            return
        self.draw(store)
        after = time.perf_counter()
        self._due["samples"] = after + max(self.pace.samples, (after - now) / LOOKING_SHARE)
        if store:
            self._due["stored"] = after + max(self.pace.stored, (after - now) / LOOKING_SHARE)

    def draw(self, store: bool) -> None:
        """Samples (and the 2-D scene) as the watcher wants them; with ``store`` also onto the timeline."""
        engine, show = self.engine, self.show
        samples = scene.take_samples(engine, show.source)
        self._look(samples)
        if show.live:
            inside = scene.take_scene(engine, show.source, show.box) if show.scene else None
            self.mailbox.put_latest(samples)  # only now: nobody sees these points with the plane of a step before
            if inside is not None:
                self.mailbox.put_latest(inside)
        if store:
            stored = samples if self._is_official(samples) else scene.take_samples(engine, "ema")
            self._look(stored)
            self.store(stored)

    def _is_official(self, samples: Samples) -> bool:
        """Drawn with the weights that the run is judged by, whatever the watcher looks at."""
        return samples.source == "ema" or not self.engine.averages

    def store(self, samples: Samples) -> None:
        """Puts samples onto the run's timeline."""
        if self.last_stored == samples.step:
            return
        self.last_stored = samples.step

        def write() -> None:
            self.writer.save_samples(samples)
            if samples.items.ndim == 4:
                self.writer.save_thumbnail(make_grid(samples.generated[:16].astype(np.uint8)))
            self.mailbox.post(SamplesStored(samples.step))

        self.queue.submit(write)

    def store_real(self) -> None:
        """A fixed batch of real items, for the window and the run folder."""
        self._real = real = scene.take_real(self.engine)
        self.mailbox.put_latest(real)
        self.queue.submit(lambda: self.writer.save_real(real))

    # -- scores -----------------------------------------------------------------------------------------------------

    def _look(self, samples: Samples) -> None:
        """Measures the very samples that go to the wall and the timeline: cheap, and so as fresh as the picture is."""
        if self._measure is None or self._looked == samples.step or not self._is_official(samples):
            return
        self._looked = samples.step
        real = None if self._real is None else self._real.wanted
        self._post_scores("quality", Observed(samples.generated, real))

    def measure(self) -> None:
        """Scores what is drawn and what is recognised; apart from training, so it changes nothing."""
        engine = self.engine
        if self._measure is None or self._measured == engine.step_count:
            return
        self._measured = engine.step_count
        if engine.dataset.spec.modes and self._looked != engine.step_count:
            self._look(scene.take_samples(engine, "ema"))
        if engine.method.predicts:
            found, labels = engine.recognised(RECOGNISE_COUNT)
            truth = None if labels is None else labels.cpu().numpy()
            seen = {name: columns.cpu().numpy() for name, columns in found.items()}
            # A table of its own: it is measured far more rarely, and a row that is mostly blank would break lines.
            observed = Observed(recognised=seen, predicts=engine.method.predicts, labels=truth)
            self._post_scores("recognition", observed)

    def _watch_where_due(self, now: float) -> None:
        since = now - self._watched_at
        usual = self.engine.step_count % WATCH_EVERY == 0 or since >= WATCH_SECONDS
        if usual and self._watch_cost <= WATCH_SHARE * since:
            self.watch()

    def watch(self, last: bool = False, keep: bool = True) -> None:
        """Measures how far far more samples than are on view lie from the data, and keeps the best checkpoint.

        Args:
            last: training ends here.
            keep: a checkpoint may be written.
        """
        engine, begun = self.engine, time.perf_counter()
        if self._measure is None:
            return
        if self._watched != engine.step_count:
            self._watched = engine.step_count
            scores = self._post_scores("watch", scene.take_many(engine), "distance")
            self._distance = next(iter(scores.values()), math.nan)
        if self.best.offer(self._distance, engine.step_count, last) and keep:
            self.checkpoint(anew=True)
        self._watched_at = time.perf_counter()
        self._watch_cost = self._watched_at - begun

    def _post_scores(self, table: str, observed: Observed, kind: SeriesKind = "quality") -> dict[str, float]:
        assert self._measure is not None
        scores, engine = self._measure(observed, self.engine.dataset.spec), self.engine
        if scores:
            series = tuple(SeriesInfo(name, kind, "fake") for name in scores)
            step, seconds = np.array([engine.step_count], np.int64), np.array([engine.seconds], np.float64)
            self.post_rows(Rows(table, series, step, seconds, np.array([list(scores.values())], np.float32)))
        return scores

    # -- files ------------------------------------------------------------------------------------------------------

    def checkpoint(self, *, marked: bool = False, anew: bool = False) -> None:
        """Copies the run's state to the host (the trainer waits for this much only) and queues the file.

        One that is ``marked``, since a person has asked for it, stays however old it grows; the best so far until there is
        a better one. That of a step that has one is written ``anew`` only where it is to be told from others.
        """
        engine = self.engine
        self._due["checkpoint"] = time.perf_counter() + self.pace.checkpoint
        if engine.losses.not_finite is not None or (self.last_checkpoint == engine.step_count and not (marked or anew)):
            return
        self.last_checkpoint = step = engine.step_count
        if marked:
            self._marked.add(step)
        kept = {MARKED: "1"} if step in self._marked else {}
        kept |= {BEST: repr(self.best.value)} if self.best.step == step else {}
        tensors, values = state_of(engine)
        copies = {name: tensor.detach().to("cpu", copy=True) for name, tensor in tensors.items()}

        def write() -> None:
            # The last loss can be finite and the update that it led to not. Looked at here, where nobody waits.
            if (broken := not_finite(copies)) is not None:
                text = _("No checkpoint of step {step} was kept: “{name}” holds values that are not finite numbers.")
                self.mailbox.post(Note("warning", text.format(step=step, name=broken)))
                return
            self.writer.save_checkpoint(step, copies, {"state": json.dumps(values)} | kept)
            self.stored_checkpoint = step
            self.mailbox.post(CheckpointSaved(step, BEST in kept))
            self._thin()

        self.queue.submit(write)

    def _thin(self) -> None:
        """In the thread of the files: what has grown old goes."""
        done = self.writer.thin(self._keep)
        for event in (
            *(Removed(step, "checkpoint") for step in done.gone),
            *(Removed(step, "grid") for step in done.grids),
        ):
            self.mailbox.post(event)

    def enter(self, state: State, message: str = "", details: str = "", diverged: bool = False) -> None:
        """The session is in another state: told to the watcher, the diary and the status file."""
        self.state, self.message, self.details = state, message, details
        self.post_event(StateChanged(state, self.engine.step_count, message, details, diverged))
        self.write_status()

    def write_status(self) -> None:
        """The run's status file."""
        state, message, details = self.state, self.message, self.details
        step, total, seconds = self.engine.step_count, self.total, self.engine.seconds
        progress = self.progress(time.perf_counter())
        self.queue.submit(
            lambda: self.writer.write_status(
                state, step, total, seconds, message=message, details=details, progress=progress
            )
        )

    def go_on(self) -> None:
        """Training goes on from the present step: what is stored tells what was best so far, and what a person saved."""
        heads = heads_of(self.writer.path)
        self.best.go_on(self.engine.step_count, best_of(heads))
        self._marked = marked_of(heads)

    def rewound(self, step: int, stored: list[int]) -> None:
        """The run went back to ``step``; ``stored`` are the steps whose grids are still there."""
        self.last_checkpoint = self.stored_checkpoint = step
        self.last_stored = max((earlier for earlier in stored if earlier <= step), default=None)
        self._measured = self._looked = self._watched = -1
        self.go_on()
        self.start_timing()  # steps that were undone are no speed
        # First: of what is told last of all, nothing from before may come after it.
        self.mailbox.put_latest(self.progress(time.perf_counter()))
        self.mailbox.post(Rewound(step))

    def beat(self, directly: bool = False) -> None:
        """Tells followers that the session lives though nothing happens; ``directly`` when the disk is full.

        The lock's time needs no room, and the queue is stuck at that moment.
        """
        if not directly:
            self.queue.submit(self.writer.beat)
        elif time.monotonic() >= self._next_beat:
            self._next_beat = time.monotonic() + 10
            self.writer.beat()

    # -- speed ------------------------------------------------------------------------------------------------------

    def start_timing(self) -> None:
        """A pause has ended, or the session has begun: what was before is no training."""
        self._timing.interrupt()

    def progress(self, now: float) -> Progress:
        """How far and how fast."""
        engine = self.engine
        step = engine.step_count
        self._timing.tick(now, step, engine.batches.state())
        speed, items = self._timing.speed()
        return Progress(
            step,
            self.total,
            speed,
            items,
            self._timing.left(step, self.total),
            memory_used(engine.device),
            self._device_name,
        )
