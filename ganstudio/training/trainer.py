"""What a session's own thread does: prepare, train, publish, obey, end."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

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
from ganstudio.core.errors import CancelledError, DivergedError, StudioError, UsageError
from ganstudio.core.events import HyperChanged, Note, Roles, State, StateChanged
from ganstudio.core.experiment import Experiment
from ganstudio.core.fields import Value
from ganstudio.core.i18n import _
from ganstudio.core.mailbox import CommandQueue, Mailbox
from ganstudio.core.observed import Measure
from ganstudio.methods import Method
from ganstudio.nn.snapshot import Snapshots
from ganstudio.store import Keep, Run, RunWriter, WriteQueue
from ganstudio.training.device import prepare_thread
from ganstudio.training.disk import Disk
from ganstudio.training.engine import Engine
from ganstudio.training.prepare import build_engine, make_run, schedule, told
from ganstudio.training.publish import Pace, Publisher
from ganstudio.training.ranks import ALONE, Begin, Ranks, said_of
from ganstudio.training.restore import keep_place, other_batches, rewind, take_up
from ganstudio.training.state import state_of
from ganstudio.training.trouble import broken, diverged, explain, has_role, may_go_on, not_finite, standing_still

_log = logging.getLogger(__name__)
BEAT_SECONDS = 10.0


class Trainer:
    """The work of one thread: see :class:`ganstudio.training.session.Session`, which is its face."""

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
        keep: Keep | None = None,
        disk_patience: float = 55.0,
        changes: Mapping[str, Value] | None = None,
        ranks: Ranks = ALONE,
        expected: float = 0.0,
    ) -> None:
        self.experiment, self._changes = experiment, dict(changes or {})
        self._ranks, self.given_up = ranks, False
        self.mailbox = Mailbox()
        self.state: State = "preparing"
        self.path: Path | None = run.path if run else None
        self.failure: StudioError | None = None
        self.snapshots: Snapshots[Method] = Snapshots()
        self._run_before, self._folder, self._wanted_path = run, folder, path
        self._step_before = run.status().step if run else 0
        self._hold_on_trouble, self._keep = hold_on_trouble, keep
        self._measure, self._pace, self._expected = measure, pace, expected
        self._commands = CommandQueue()
        self._total = experiment.steps
        self._paused, self._pending = paused, 0
        self._role: Role | None = None
        self._pending_role: Role | None = None
        self._ended = ""
        self._show, self._message, self._cancel_reading = Show(live=False), "", threading.Event()
        self._disk, self._ending = Disk(self.mailbox, self._commands, disk_patience), None  # type: Disk, Stop | None
        self._writer, self._publisher = None, None  # type: RunWriter | None, Publisher | None

    def train(self) -> None:
        """All of it, from the data to the last file. Never raises: what goes wrong is told to the watcher."""
        prepare_thread()
        queue: WriteQueue | None = None
        try:
            engine, writer = self._prepare()
            queue = WriteQueue(on_error=self._disk.failed, on_disk_full=self._disk.is_full, on_room=self._disk.is_full)
            kept = self._measure, self._pace, self._keep, self._expected
            self._publisher = Publisher(engine, self.mailbox, writer, queue, *kept)
            self._publisher.total, self._publisher.show = self._total, self._show
            self.mailbox.post(Roles(engine.roles))
            self._begin(engine, self._publisher)
            self._ranks.send(*state_of(engine))
            self._loop(engine, self._publisher)
        except CancelledError:
            # A launcher stops the others where one rank has ended: that one's words are what a person must read.
            if (lost := self._ranks.lost()) is None:
                self._enter("stopped")
            else:
                self._fail(lost)
        except StudioError as error:
            self._fail(error)
        except Exception as error:  # noqa: BLE001 - the last line of a thread: whatever it was, a person must read it
            self._fail(explain(error, self._publisher.engine if self._publisher else None))
        finally:
            if queue is not None:
                queue.close(timeout=self._disk.seconds_left)
            if self._writer is not None:
                self._writer.close()
            self._publisher = self._writer = None

    def _prepare(self) -> tuple[Engine, RunWriter]:
        run = self._run_before
        self.mailbox.post(StateChanged("preparing", 0))
        expected = run.info.fingerprint if run else ""
        self._ranks.tell(Begin(self.experiment.to_json(), expected))
        engine = build_engine(self.experiment, self._cancel_reading, expected, self._ranks)
        for note in told(engine.dataset):
            self.mailbox.post(note)
        if run is None:
            said_of(engine)  # raises where its batches cannot be shared: before there is a folder
            self.path = make_run(self.experiment, engine, self._folder, self._wanted_path)
        assert self.path is not None
        self._writer = writer = RunWriter(self.path)
        writer.write_status("preparing", self._step_before, self._total)
        if run is not None:
            if (described := take_up(engine, run, writer, self.mailbox)) is not None:
                self._changes.setdefault("batch_size", described)
            keep_place(run, self.experiment.data, writer, self.mailbox)
        return engine, writer

    def _begin(self, engine: Engine, publisher: Publisher) -> None:
        if engine.step_count:
            publisher.last_checkpoint = publisher.stored_checkpoint = engine.step_count
            publisher.go_on()
        stored = Run.open(publisher.writer.path).sample_steps()
        publisher.last_stored = stored[-1] if stored else None
        publisher.store_real()
        for name, value in self._changes.items():
            self._set_hyper(SetHyper(name, value), engine, publisher, resuming=True)
        for note in said_of(engine):
            publisher.post_event(note)
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
            if self._disk.unwritten is not None:
                self._hold(self._disk.unwritten)
            until = engine.learns_until
            if until is not None and until <= engine.step_count and (self._pending or not self._paused):
                self._hold(standing_still(until))
            if not self._pending and (self._paused or self._disk.full):
                self._rest(engine, publisher)
                before = clock()
                continue
            role = self._pending_role if self._pending else self._role
            self._ranks.lead(role)
            engine.step(role)
            now = clock()
            engine.close_row(engine.seconds + now - before)
            before = now
            if (bad := publisher.after_step(now)) is not None:
                self._hold(diverged(bad))
            elif publisher.best.stalled(self.experiment.patience):
                self._give_up_waiting(engine, publisher)
            elif self._pending:
                self._pending -= 1
                if not self._pending:
                    self._settle(publisher)
        self._end(engine, publisher)

    def _give_up_waiting(self, engine: Engine, publisher: Publisher) -> None:
        """Nothing has become better for as long as was asked: the run ends here."""
        words = _("Ended at step {step}: nothing has become better since step {since}.")
        words = words.format(step=f"{engine.step_count:,}", since=f"{publisher.best.since:,}")
        publisher.post_event(Note("info", words))
        self._total = publisher.total = engine.step_count
        self._pending, self._ended = 0, words

    def _rest(self, engine: Engine, publisher: Publisher) -> None:
        """Holds until something is asked for; no polling but while the disk is full."""
        self._settle(publisher)
        full = self._disk.full
        self._enter("paused", full or "")
        command = None
        while command is None and bool(full) == bool(self._disk.full):
            command = self._commands.wait(0.2 if full else BEAT_SECONDS)
            publisher.beat(directly=bool(full))
        if self._paused and full and not self._disk.full:
            self._enter("paused", _("There is room on the disk again; everything has been written."))
        if command is not None:
            self._obey(command, engine, publisher)
        publisher.start_timing()
        if not self._paused and not self._disk.full and self._ending is None:
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
        if (bad := publisher.flush_scalars()) is not None:
            raise diverged(bad)
        # The last update may break what no loss has seen. One wait for the device, at the very end.
        if (name := not_finite(state_of(engine)[0])) is not None:
            raise broken(engine.step_count, name)
        publisher.measure()
        keep = self._ending is None or self._ending.save
        publisher.watch(last=True, keep=keep)
        publisher.draw(store=True)
        if keep:
            publisher.checkpoint()
        publisher.mailbox.put_latest(publisher.progress(time.perf_counter()))
        self._write_out(publisher)
        if self._disk.unwritten is not None:
            raise self._disk.unwritten
        self._ranks.end()
        self._enter("finished" if finished else "stopped", self._ended if finished else "")

    def _write_out(self, publisher: Publisher) -> None:
        """Waits until all is on disk, see :meth:`Disk.write_out`."""
        self._ending = self._disk.write_out(publisher, self._ending, lambda words: self._enter(self.state, words))

    # -- commands ---------------------------------------------------------------------------------------------------

    def _obey(self, command: Command, engine: Engine, publisher: Publisher) -> None:
        match command:
            case Pause():
                self._paused, self._pending = True, 0
                self._enter("paused")
            case Resume():
                if may_go_on(engine, self.mailbox):
                    self._paused = False
                    self._enter("training")
            case StepOnce(count=count, role=role):
                if has_role(role, engine, self.mailbox) and may_go_on(engine, self.mailbox):
                    self._paused, self._pending, self._pending_role = True, max(count, 0), role or self._role
            case TrainOnly(role=role):
                if has_role(role, engine, self.mailbox):
                    self._role = role
            case SetHyper():
                self._set_hyper(command, engine, publisher)
            case SaveCheckpoint():
                publisher.flush_scalars()
                if may_go_on(engine, self.mailbox):
                    publisher.checkpoint(marked=True)
            case GoBack():
                self._go_back(command, engine, publisher)
            case Extend(total=total):
                self._total = publisher.total = max(total, engine.step_count)
            case Show():
                self._show = publisher.show = command
                publisher.draw(store=False)
            case Snapshot(source=source):
                engine.write_snapshot(self.snapshots, source)
            case Stop():
                self._ending = command

    def _set_hyper(self, command: SetHyper, engine: Engine, publisher: Publisher, resuming: bool = False) -> None:
        try:
            old, new = engine.set_hyper(command.name, command.value, resuming)
        except UsageError as error:
            self.mailbox.post(Note("warning", str(error)))
            return
        self._ranks.tell(command)
        if old != new:
            publisher.post_event(HyperChanged(engine.step_count, command.name, old, new))
            publisher.last_checkpoint = -1  # one of this very step would hold the old value
            if command.name in ("decay", "decay_to") and not engine.method.hyper.decay_to:
                # rates are to fall, and nobody said when
                for name, step in schedule(engine.method.hyper, self._total, engine.step_count).items():
                    self._set_hyper(SetHyper(name, step), engine, publisher)
            if command.name == "batch_size":
                publisher.post_event(Note("info", other_batches(old, new, engine.step_count)))

    def _go_back(self, asked: GoBack, engine: Engine, publisher: Publisher) -> None:
        if self._disk.full:
            self.mailbox.post(Note("warning", self._disk.full))
            return
        if (rates := rewind(engine, publisher, asked, lambda: self._write_out(publisher))) is None:
            return
        for name, rate in rates.items():
            self._set_hyper(SetHyper(name, rate), engine, publisher)
        publisher.checkpoint()
        self._ranks.send(*state_of(engine))
        self._paused, self._pending = True, 0
        self._enter("paused", _("Back at step {step}, with lower learning rates.").format(step=engine.step_count))
        self._settle(publisher)

    def _hold(self, error: Exception) -> None:
        """Something is wrong that a person can mend: pauses with its words, or fails where nobody watches."""
        self._disk.unwritten = None
        if not self._hold_on_trouble:
            raise error
        self._paused, self._pending = True, 0
        self._enter("paused", str(error), getattr(error, "details", ""), isinstance(error, DivergedError))

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

    def give_up(self, error: StudioError) -> None:
        """Says in another thread that the session has failed: its own waits for a device or a rank and cannot."""
        publisher, self._publisher, self.failure = self._publisher, None, error
        self._enter("failed", str(error), error.details)
        if self._writer is not None:
            step = publisher.engine.step_count if publisher else self._step_before
            with suppress(StudioError):
                self._writer.write_status("failed", step, self._total, message=str(error), details=error.details)
        self.given_up = True

    def _enter(self, state: State, message: str = "", details: str = "", diverged: bool = False) -> None:
        if state == self.state and (not message or message == self._message):
            return
        self.state, self._message = state, message
        publisher = self._publisher
        if publisher is None:
            self.mailbox.post(StateChanged(state, 0, message, details))
        else:
            publisher.enter(state, message, details, diverged)
