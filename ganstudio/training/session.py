"""A training session: one run, one background thread. Commands go in, the mailbox and the run folder come out.

session = Session.new(Experiment("dcgan", "digits", steps=3000))
session.start()
...                          # any thread: session.send(Pause()), session.mailbox.drain()
session.join()
"""

from __future__ import annotations

import logging
import threading
import time
from contextlib import suppress
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
    Snapshot,
    StepOnce,
    Stop,
    TrainOnly,
)
from ganstudio.core.errors import CancelledError, DivergedError, StudioError, TrainingError, UsageError
from ganstudio.core.events import HyperChanged, Note, State, StateChanged
from ganstudio.core.experiment import Experiment
from ganstudio.core.i18n import _
from ganstudio.core.mailbox import CommandQueue, Mailbox
from ganstudio.core.observed import Measure
from ganstudio.methods import Method
from ganstudio.nn.snapshot import Snapshots
from ganstudio.store import Run, RunWriter, WriteQueue, create_run
from ganstudio.training.device import device_here
from ganstudio.training.engine import Engine
from ganstudio.training.prepare import build_engine, check_experiment
from ganstudio.training.publish import Pace, Publisher
from ganstudio.training.restore import restore, rewind
from ganstudio.training.trouble import diverged, explain

_log = logging.getLogger(__name__)
BEAT_SECONDS = 10.0


class Session:
    """One run being trained. Made by :meth:`new` or :meth:`resume`; the thread begins with :meth:`start`.

    Attributes:
        mailbox: events for the watcher.
        state: the present state; written by the session's own thread.
        path: the run folder; None until the data have been loaded.
        snapshots: where the ``Snapshot`` command puts the weights.
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
        self.snapshots: Snapshots[Method] = Snapshots()
        self._run_before, self._folder, self._wanted_path = run, folder, path
        self._step_before = run.status().step if run else 0
        self._hold_on_trouble, self._keep = hold_on_trouble, keep_checkpoints
        self._measure, self._pace = measure, pace
        self._commands = CommandQueue()
        self._thread = threading.Thread(target=self._main, name=f"trainer {experiment.title}", daemon=True)
        self._total = experiment.steps
        self._paused, self._pending = paused, 0
        self._role, self._pending_role = None, None  # type: Role | None, Role | None
        self._show, self._message, self._cancel_reading = Show(live=False), "", threading.Event()
        self._disk_full, self._unwritten, self._ending = None, None, None  # type: str | None, Exception | None, Stop | None
        self._writer, self._publisher = None, None  # type: RunWriter | None, Publisher | None

    @classmethod
    def new(cls, experiment: Experiment, **options: object) -> Session:
        """A session for a new run.

        Args:
            experiment: what to train.
            **options: ``folder`` of runs or exact ``path``; ``hold_on_trouble``: pause on a loss that is not finite and
                on a failed write, else the session fails (a full disk is waited for in any case); ``paused``: hold at
                step 0; ``measure``: scores of what is seen; ``pace``: the rhythm.

        Raises:
            UsageError: the experiment cannot be trained; nothing was written.
        """
        check_experiment(experiment)
        return cls(experiment, **options)  # type: ignore[arg-type]

    @classmethod
    def resume(cls, path: Path, steps: int | None = None, device: str | None = None, **options: object) -> Session:
        """A session that goes on with a stored run from its newest good checkpoint.

        Args:
            path: the run folder.
            steps: train until this step in all; the run's own goal by default.
            device: where; by default the run's own, or the best there is where this machine has no such device.
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
        experiment = experiment.with_(device=device or device_here(experiment.device))
        check_experiment(experiment)
        return cls(experiment.with_(steps=goal), run=run, **options)  # type: ignore[arg-type]

    def start(self) -> None:
        """Begins; returns at once."""
        self._thread.start()

    def send(self, command: Command) -> None:
        """Sends a command; it takes effect between two steps (a stop also while the data are being read)."""
        if isinstance(command, Stop):
            self._cancel_reading.set()
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
        try:
            engine, writer = self._prepare()
            queue = WriteQueue(on_error=self._on_write_error, on_disk_full=self._on_disk, on_room=self._on_disk)
            self._publisher = Publisher(engine, self.mailbox, writer, queue, self._measure, self._pace, self._keep)
            self._publisher.total, self._publisher.show = self._total, self._show
            self._begin(engine, self._publisher)
            self._loop(engine, self._publisher)
        except CancelledError:
            self._enter("stopped")
        except StudioError as error:
            self._fail(error)
        except Exception as error:  # noqa: BLE001 - the last line of a thread: whatever it was, a person must read it
            self._fail(explain(error, self._publisher.engine if self._publisher else None))
        finally:
            if queue is not None:
                queue.close(timeout=60)
            if self._writer is not None:
                self._writer.close()
            self._publisher = self._writer = None

    def _prepare(self) -> tuple[Engine, RunWriter]:
        run = self._run_before
        self.mailbox.post(StateChanged("preparing", 0))
        engine = build_engine(self.experiment, self._cancel_reading, run.info.fingerprint if run else "")
        if run is None:
            full = self.experiment.with_(hyper=engine.method.hyper.model_dump())
            data = engine.dataset
            self.path = create_run(full, data.spec, data.fingerprint, folder=self._folder, path=self._wanted_path)
        assert self.path is not None
        self._writer = writer = RunWriter(self.path)
        writer.write_status("preparing", self._step_before, self._total)
        if run is not None:
            restore(engine, run, self.mailbox)
            writer.truncate_after(engine.step_count)
        for note in engine.dataset.notes:
            self.mailbox.post(Note("info", note))
        return engine, writer

    def _begin(self, engine: Engine, publisher: Publisher) -> None:
        publisher.last_checkpoint = engine.step_count if engine.step_count else -1
        stored = Run.open(publisher.writer.path).sample_steps()
        publisher.last_stored = stored[-1] if stored else None
        publisher.store_real()
        publisher.draw(store=not stored)
        if not stored:
            publisher.measure()
        if not engine.step_count:
            publisher.checkpoint()  # whatever happens, there is something to go back to
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
            if self._unwritten is not None:
                self._hold(self._unwritten)
            if not self._pending and (self._paused or self._disk_full):
                self._rest(engine, publisher)
                before = clock()
                continue
            engine.step(self._pending_role if self._pending else self._role)
            now = clock()
            engine.close_row(engine.seconds + now - before)
            before = now
            if (bad := publisher.after_step(now)) is not None:
                self._hold(diverged(bad))
            elif self._pending:
                self._pending -= 1
                if not self._pending:
                    self._settle(publisher)
        self._end(engine, publisher)

    def _rest(self, engine: Engine, publisher: Publisher) -> None:
        """Holds until something is asked for; no polling but while the disk is full."""
        self._settle(publisher)
        full = self._disk_full
        self._enter("paused", full or "")
        command = None
        while command is None and bool(full) == bool(self._disk_full):
            command = self._commands.wait(0.2 if full else BEAT_SECONDS)
            publisher.beat(directly=bool(full))
        if self._paused and full and not self._disk_full:
            self._enter("paused", _("There is room on the disk again; everything has been written."))
        if command is not None:
            self._obey(command, engine, publisher)
        publisher.start_timing()
        if not self._paused and not self._disk_full and self._ending is None:
            self._enter("training")

    def _settle(self, publisher: Publisher) -> None:
        """Everything up to the present step is shown and written."""
        bad = publisher.flush_scalars()
        publisher.mailbox.put_latest(publisher.progress(time.perf_counter()))
        publisher.draw(store=False)
        if bad is not None:
            self._hold(diverged(bad))
        publisher.write_status()

    def _end(self, engine: Engine, publisher: Publisher) -> None:
        finished = self._ending is None
        self._enter("stopping")
        if (bad := publisher.flush_scalars()) is not None and finished:
            raise diverged(bad)
        publisher.measure()
        publisher.draw(store=True)
        if self._ending is None or self._ending.save:
            publisher.checkpoint()
        publisher.mailbox.put_latest(publisher.progress(time.perf_counter()))
        self._finish_writing(publisher)
        self._enter("finished" if finished else "stopped")

    def _finish_writing(self, publisher: Publisher) -> None:
        """Waits until all is on disk; a full disk can be given up by a second stop."""
        while not publisher.queue.flush(timeout=0.5):
            if self._disk_full:
                self._enter(
                    "stopping", _("{why} To give up what is not written, stop again.").format(why=self._disk_full)
                )
                if isinstance(self._commands.take(), Stop):
                    raise TrainingError(_("Stopped with a full disk: what came after the last checkpoint is lost."))
        if self._unwritten is not None:
            raise self._unwritten

    # -- commands ---------------------------------------------------------------------------------------------------

    def _obey(self, command: Command, engine: Engine, publisher: Publisher) -> None:
        match command:
            case Pause():
                self._paused, self._pending = True, 0
                self._enter("paused")
            case Resume():
                if self._may_go_on(engine):
                    self._paused = False
                    self._enter("training")
            case StepOnce(count=count, role=role):
                if self._has_role(role, engine) and self._may_go_on(engine):
                    self._paused, self._pending, self._pending_role = True, max(count, 0), role or self._role
            case TrainOnly(role=role):
                if self._has_role(role, engine):
                    self._role = role
            case SetHyper():
                self._set_hyper(command, engine, publisher)
            case SaveCheckpoint():
                publisher.flush_scalars()
                if self._may_go_on(engine):
                    publisher.checkpoint()
            case GoBack(lr_factor=factor):
                self._go_back(factor, engine, publisher)
            case Extend(total=total):
                self._total = publisher.total = max(total, engine.step_count)
            case Show():
                self._show = publisher.show = command
                publisher.draw(store=False)
            case Snapshot(source=source):
                engine.write_snapshot(self.snapshots, source)
            case Stop():
                self._ending = command

    def _may_go_on(self, engine: Engine) -> bool:
        if engine.losses.not_finite is not None:
            self.mailbox.post(Note("warning", str(diverged(engine.losses.not_finite))))
        return engine.losses.not_finite is None

    def _has_role(self, role: Role | None, engine: Engine) -> bool:
        there = role is None or role in engine.roles
        if not there:
            text = _("{title} has no {role} that is trained on its own.")
            self.mailbox.post(Note("warning", text.format(title=engine.method.info.title, role=role)))
        return there

    def _set_hyper(self, command: SetHyper, engine: Engine, publisher: Publisher) -> None:
        try:
            old, new = engine.set_hyper(command.name, command.value)
        except UsageError as error:
            self.mailbox.post(Note("warning", str(error)))
            return
        if old != new:
            publisher.post_event(HyperChanged(engine.step_count, command.name, old, new))
            publisher.last_checkpoint = -1  # one of this very step would hold the old value

    def _go_back(self, factor: float, engine: Engine, publisher: Publisher) -> None:
        if self._disk_full:
            self.mailbox.post(Note("warning", self._disk_full))
            return
        if (rates := rewind(engine, publisher, factor)) is None:
            return
        for name, rate in rates.items():
            self._set_hyper(SetHyper(name, rate), engine, publisher)
        publisher.checkpoint()
        self._paused, self._pending = True, 0
        self._enter("paused", _("Back at step {step}, with lower learning rates.").format(step=engine.step_count))
        self._settle(publisher)

    def _hold(self, error: Exception) -> None:
        """Something is wrong that a person can mend: pauses with its words, or fails where nobody watches."""
        self._unwritten = None
        if not self._hold_on_trouble:
            raise error
        self._paused, self._pending = True, 0
        self._enter("paused", str(error), getattr(error, "details", ""), isinstance(error, DivergedError))

    def _on_disk(self, full: str | None = None) -> None:
        self._disk_full = full

    def _on_write_error(self, error: Exception) -> None:
        self._unwritten = self._unwritten or error
        self.mailbox.post(Note("error", str(error), getattr(error, "details", "")))

    def _fail(self, error: StudioError) -> None:
        self.failure = error
        if self._publisher is not None:
            try:
                self._publisher.flush_scalars()
                self._enter("failed", str(error), error.details)
                return
            except Exception:  # noqa: BLE001 - a lost device answers no question any more; say at least what happened
                _log.exception("the last values of a failed session could not be read")
        self._publisher = None
        self._enter("failed", str(error), error.details)
        if self._writer is not None:
            with suppress(StudioError):
                step, total = self._step_before, self._total
                self._writer.write_status("failed", step, total, message=str(error), details=error.details)

    def _enter(self, state: State, message: str = "", details: str = "", diverged: bool = False) -> None:
        if state == self.state and (not message or message == self._message):
            return
        self.state, self._message = state, message
        publisher = self._publisher
        if publisher is None:
            self.mailbox.post(StateChanged(state, 0, message, details))
        else:
            publisher.enter(state, message, details, diverged)
