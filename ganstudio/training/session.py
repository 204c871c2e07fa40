"""A training session: one run, one background thread. Commands go in, the mailbox and the run folder come out.

session = Session.new(Experiment("dcgan", "digits", steps=3000))
session.start()
...                          # any thread: session.send(Pause()), session.mailbox.drain()
session.join()
"""

from __future__ import annotations

import json
import threading
import time
import traceback
from pathlib import Path

import torch

from ganstudio.core.commands import (
    Command,
    Extend,
    GoBack,
    Pause,
    Resume,
    Role,
    SaveCheckpoint,
    SetHyper,
    Show,
    StepOnce,
    Stop,
    TrainOnly,
)
from ganstudio.core.errors import StudioError, TrainingError, UsageError
from ganstudio.core.events import HyperChanged, Note, Rewound, State, StateChanged
from ganstudio.core.experiment import Experiment
from ganstudio.core.fields import fields_of
from ganstudio.core.i18n import _
from ganstudio.core.mailbox import CommandQueue, Mailbox
from ganstudio.data import DATASETS, load, parse_request
from ganstudio.methods import METHODS
from ganstudio.nn.random import randomness
from ganstudio.store import Run, RunWriter, WriteQueue, create_run, load_checkpoint
from ganstudio.training.device import choose_device, is_out_of_memory
from ganstudio.training.engine import Engine, seeded
from ganstudio.training.memory import advice_when_full
from ganstudio.training.publish import Measure, Pace, Publisher

BEAT_SECONDS = 10.0


def check_experiment(experiment: Experiment) -> None:
    """Refuses what cannot be trained, before anything is loaded or written.

    Raises:
        UsageError: an unknown name, a value out of range, a device that is not there.
    """
    request = parse_request(experiment.data)
    method = METHODS[experiment.method]
    method.resolve(experiment.hyper, DATASETS[request.name].kind)
    choose_device(experiment.device)
    if experiment.steps < 1:
        raise UsageError(_("The number of steps must be 1 or more, not {steps}.").format(steps=experiment.steps))


class Session:
    """One run being trained. Made by :meth:`new` or :meth:`resume`; the thread begins with :meth:`start`.

    Attributes:
        mailbox: events for the watcher.
        state: the present state; written by the session's own thread.
        path: the run folder; None until the data have been loaded.
    """

    def __init__(
        self,
        experiment: Experiment,
        *,
        run: Run | None = None,
        folder: Path | None = None,
        path: Path | None = None,
        hold_on_trouble: bool = True,
        paused: bool = False,
        measure: Measure | None = None,
        pace: Pace | None = None,
        keep_checkpoints: int = 5,
    ) -> None:
        self.experiment = experiment
        self.mailbox = Mailbox()
        self.state: State = "preparing"
        self.path: Path | None = run.path if run else None
        self.failure: StudioError | None = None
        self._run_before, self._folder, self._wanted_path = run, folder, path
        self._hold_on_trouble, self._measure, self._pace = hold_on_trouble, measure, pace
        self._keep = keep_checkpoints
        self._commands = CommandQueue()
        self._thread = threading.Thread(target=self._main, name=f"trainer {experiment.title}", daemon=True)
        self._total = experiment.steps
        self._paused, self._role, self._pending = paused, None, 0  # type: bool, Role | None, int
        self._pending_role: Role | None = None
        self._ending: Stop | None = None
        self._disk_full: str | None = None
        self._show = Show(live=False)
        self._publisher: Publisher | None = None

    @classmethod
    def new(cls, experiment: Experiment, **options: object) -> Session:
        """A session for a new run.

        Args:
            experiment: what to train.
            **options: ``folder`` of runs or exact ``path``; ``hold_on_trouble``: pause on NaN and full disk (else the
                session fails); ``paused``: hold at step 0; ``measure``: scores of 2-D points; ``pace``: the rhythm.

        Raises:
            UsageError: the experiment cannot be trained; nothing was written.
        """
        check_experiment(experiment)
        return cls(experiment, **options)  # type: ignore[arg-type]

    @classmethod
    def resume(cls, path: Path, steps: int | None = None, **options: object) -> Session:
        """A session that goes on with a stored run from its newest good checkpoint.

        Args:
            path: the run folder.
            steps: train until this step in all; the run's own goal by default.
            **options: as for :meth:`new`.

        Raises:
            UsageError: the goal has been reached already.
            StoreError: this is no run folder.
        """
        run = Run.open(path)
        experiment = run.info.experiment
        goal = steps if steps is not None else max(experiment.steps, run.status().total)
        done = run.newest_good_checkpoint().step or 0
        if goal <= done:
            raise UsageError(_("This run has already reached step {done}; ask for more than that.").format(done=done))
        check_experiment(experiment)
        return cls(experiment.with_(steps=goal), run=run, **options)  # type: ignore[arg-type]

    # -- any thread -------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begins; returns at once."""
        self._thread.start()

    def send(self, command: Command) -> None:
        """Sends a command; it takes effect between two steps."""
        self._commands.send(command)

    def join(self, timeout: float | None = None) -> bool:
        """Waits for the thread to end; says whether it did."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    @property
    def alive(self) -> bool:
        """The thread has begun and not ended."""
        return self._thread.is_alive()

    # -- the session's own thread -----------------------------------------------------------------------------------

    def _main(self) -> None:
        torch.set_flush_denormal(True)  # tiny moments of Adam would make the processor crawl
        queue: WriteQueue | None = None
        writer: RunWriter | None = None
        try:
            engine, writer = self._prepare()
            queue = WriteQueue(on_error=self._on_write_error, on_disk_full=self._on_disk_full, on_room=self._on_room)
            self._publisher = Publisher(engine, self.mailbox, writer, queue, self._measure, self._pace, self._keep)
            self._publisher.total, self._publisher.show = self._total, self._show
            self._begin(engine, self._publisher)
            self._loop(engine, self._publisher)
        except StudioError as error:
            self._fail(error)
        except Exception as error:  # noqa: BLE001 - the last line of a thread: whatever it was, a person must read it
            self._fail(self._explain(error))
        finally:
            if queue is not None:
                queue.close(timeout=60)
            if writer is not None:
                writer.close()
            self._publisher = None

    def _prepare(self) -> tuple[Engine, RunWriter]:
        experiment, run = self.experiment, self._run_before
        self._announce("preparing")
        device = choose_device(experiment.device)
        dataset = load(parse_request(experiment.data), seed=experiment.seed)
        method_class = METHODS[experiment.method]
        hyper = method_class.resolve(experiment.hyper, dataset.spec.kind)
        with randomness(seeded(experiment.seed, "weights")):
            method = method_class(hyper, dataset.spec)
        if run is None:
            full = experiment.with_(hyper=hyper.model_dump())
            self.path = create_run(full, dataset.spec, dataset.fingerprint, folder=self._folder, path=self._wanted_path)
        assert self.path is not None
        writer = RunWriter(self.path)
        try:
            engine = Engine(method, dataset, experiment.seed, device)
            if run is not None:
                self._load_newest(engine, run, writer)
        except BaseException:
            writer.close()
            raise
        for note in dataset.notes:
            self.mailbox.post(Note("info", note))
        return engine, writer

    def _load_newest(self, engine: Engine, run: Run, writer: RunWriter) -> None:
        found = run.newest_good_checkpoint()
        for bad in found.bad:
            self.mailbox.post(Note("warning", bad.reason))
        if found.step is not None:
            tensors, metadata, _step = load_checkpoint(run, found.step)
            engine.load_state(tensors, json.loads(metadata["state"]))
        writer.truncate_after(engine.step_count)

    def _begin(self, engine: Engine, publisher: Publisher) -> None:
        publisher.last_checkpoint = engine.step_count if engine.step_count else -1
        stored = Run.open(publisher.writer.path).sample_steps()
        publisher.last_stored = stored[-1] if stored else None
        publisher.store_real()
        publisher.draw(store=not stored)
        if not stored:
            publisher.measure_points()
        self._enter("paused" if self._paused else "training")

    def _loop(self, engine: Engine, publisher: Publisher) -> None:
        clock = time.perf_counter
        publisher.start_timing()
        before = clock()
        while True:
            command = self._commands.take()
            while command is not None:
                self._obey(command, engine, publisher)
                command = self._commands.take()
            if self._ending is not None or (engine.step_count >= self._total and not self._pending):
                break
            if not self._pending and (self._paused or self._disk_full):
                self._rest(engine, publisher)
                before = clock()
                continue
            engine.step(self._pending_role if self._pending else self._role)
            now = clock()
            engine.close_row(engine.seconds + now - before)
            before = now
            bad = publisher.after_step(now)
            if bad is not None:
                self._not_finite(bad, engine, publisher)
            if self._pending:
                self._pending -= 1
                if not self._pending:
                    self._settle(engine, publisher)
        self._end(engine, publisher)

    def _rest(self, engine: Engine, publisher: Publisher) -> None:
        """Holds until something is asked for; no polling but while the disk is full."""
        self._settle(engine, publisher)
        if self._disk_full:
            self._enter("paused", self._disk_full)
        command = None
        while command is None and not self._room_again():
            command = self._commands.wait(0.2 if self._disk_full else BEAT_SECONDS)
            if not self._disk_full:
                publisher.beat()
        if command is not None:
            self._obey(command, engine, publisher)
        publisher.start_timing()
        if not self._paused and not self._disk_full and self._ending is None:
            self._enter("training")

    def _room_again(self) -> bool:
        """The disk was the only reason to hold, and has room again."""
        return not self._paused and not self._disk_full

    def _settle(self, engine: Engine, publisher: Publisher) -> None:
        """Everything up to the present step is shown and written."""
        publisher.flush_scalars()
        publisher.mailbox.put_latest(publisher.progress(time.perf_counter()))
        publisher.draw(store=False)

    def _end(self, engine: Engine, publisher: Publisher) -> None:
        finished = self._ending is None
        self._enter("stopping")
        bad = publisher.flush_scalars()
        if finished and bad is not None:
            raise self._trouble(bad)
        publisher.measure_points()
        publisher.draw(store=True)
        if self._ending is None or self._ending.save:
            publisher.checkpoint()
        publisher.mailbox.put_latest(publisher.progress(time.perf_counter()))
        self._finish_writing(publisher)
        self._enter("finished" if finished else "stopped")

    def _finish_writing(self, publisher: Publisher) -> None:
        """Waits until all is on disk; a full disk can be given up by a second stop."""
        while not publisher.queue.flush(timeout=0.5):
            if self._disk_full and isinstance(self._commands.take(), Stop):
                raise TrainingError(_("Stopped with a full disk: what came after the last checkpoint was not saved."))

    # -- commands ---------------------------------------------------------------------------------------------------

    def _obey(self, command: Command, engine: Engine, publisher: Publisher) -> None:
        match command:
            case Pause():
                self._paused, self._pending = True, 0
                self._enter("paused")
            case Resume():
                if engine.losses.not_finite is None:
                    self._paused = False
                    self._enter("training")
            case StepOnce(count=count, role=role):
                if engine.losses.not_finite is None:
                    self._paused, self._pending, self._pending_role = True, count, role or self._role
            case TrainOnly(role=role):
                if role is None or role in engine.roles:
                    self._role = role
            case SetHyper():
                self._set_hyper(command, engine, publisher)
            case SaveCheckpoint():
                publisher.flush_scalars()
                publisher.checkpoint()
            case GoBack(lr_factor=factor):
                self._go_back(factor, engine, publisher)
            case Extend(total=total):
                self._total = publisher.total = max(total, engine.step_count)
            case Show():
                self._show = publisher.show = command
                publisher.draw(store=False)
            case Stop():
                self._ending = command

    def _set_hyper(self, command: SetHyper, engine: Engine, publisher: Publisher) -> None:
        try:
            old, new = engine.set_hyper(command.name, command.value)
        except UsageError as error:
            self.mailbox.post(Note("warning", str(error)))
            return
        if old != new:
            publisher.post_event(HyperChanged(engine.step_count, command.name, old, new))

    def _go_back(self, factor: float, engine: Engine, publisher: Publisher) -> None:
        publisher.flush_scalars()
        publisher.queue.flush()
        run = Run.open(publisher.writer.path)
        found = run.newest_good_checkpoint()
        if found.step is None:
            self.mailbox.post(
                Note("warning", _("There is no checkpoint to go back to; start again with a lower learning rate."))
            )
            return
        step = found.step
        tensors, metadata, _at = load_checkpoint(run, step)
        engine.load_state(tensors, json.loads(metadata["state"]))
        engine.losses.not_finite = None
        publisher.queue.submit(lambda: publisher.writer.truncate_after(step))
        publisher.queue.flush()
        publisher.last_checkpoint = step
        publisher.last_stored = max((s for s in run.sample_steps() if s <= step), default=None)
        self.mailbox.post(Rewound(step))
        model = type(engine.method).Hyper
        for spec in fields_of(model):
            if spec.live and spec.name.startswith("lr"):
                value = getattr(engine.method.hyper, spec.name) * factor
                self._set_hyper(SetHyper(spec.name, value), engine, publisher)
        self._paused, self._pending = True, 0
        self._enter("paused", _("Back at step {step}, with lower learning rates.").format(step=step))
        self._settle(engine, publisher)

    # -- trouble ----------------------------------------------------------------------------------------------------

    def _trouble(self, bad: tuple[int, str]) -> TrainingError:
        step, name = bad
        return TrainingError(
            _("The loss “{name}” is not a finite number any more since step {step}: training diverged. Go back to the last "
              "good checkpoint with a lower learning rate.").format(name=name, step=step)
        )  # fmt: skip

    def _not_finite(self, bad: tuple[int, str], engine: Engine, publisher: Publisher) -> None:
        error = self._trouble(bad)
        if not self._hold_on_trouble:
            raise error
        self._paused, self._pending = True, 0
        self._enter("paused", str(error))

    def _on_disk_full(self, message: str) -> None:
        self._disk_full = message

    def _on_room(self) -> None:
        self._disk_full = None

    def _on_write_error(self, error: Exception) -> None:
        self.mailbox.post(Note("error", str(error), getattr(error, "details", "")))

    def _explain(self, error: Exception) -> StudioError:
        details = "".join(traceback.format_exception(error))
        if is_out_of_memory(error):
            engine = self._publisher.engine if self._publisher else None
            return TrainingError(advice_when_full(engine), details)
        return TrainingError(_("Training failed: {error}").format(error=str(error) or type(error).__name__), details)

    def _fail(self, error: StudioError) -> None:
        self.failure = error
        if self._publisher is not None:
            self._publisher.flush_scalars()
        self._enter("failed", str(error), error.details)

    # -- state ------------------------------------------------------------------------------------------------------

    def _announce(self, state: State, message: str = "", details: str = "", step: int = 0) -> None:
        self.state = state
        self.mailbox.post(StateChanged(state, step, message, details))

    def _enter(self, state: State, message: str = "", details: str = "") -> None:
        if state == self.state and not message:
            return
        publisher = self._publisher
        if publisher is None:
            self._announce(state, message, details)
            return
        event = StateChanged(state, publisher.engine.step_count, message, details)
        self.state = state
        publisher.post_event(event)
        publisher.write_status(state, message, details)
