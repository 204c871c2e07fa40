"""One run as the window sees it, whether it trains in this process, in another one, or rests on the disk."""

from __future__ import annotations

import itertools
import time
from bisect import bisect_left
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from psygnal import Signal

from ganstudio.app.runs.readings import best_words, value_at
from ganstudio.core import commands, events
from ganstudio.core.commands import Command, Role, Source
from ganstudio.core.dataspec import Box, DataSpec
from ganstudio.core.errors import MissingDataError, StoreError, StudioError
from ganstudio.core.events import LIVE_STATES, Event, Note, RoleInfo, Samples, State, StateChanged
from ganstudio.core.experiment import Experiment
from ganstudio.core.fields import Value
from ganstudio.core.i18n import _, told
from ganstudio.core.series import SeriesTable
from ganstudio.core.series_words import DISTANCE
from ganstudio.store import Follower, Run, RunInfo

if TYPE_CHECKING:
    from ganstudio.methods import Method
    from ganstudio.nn.snapshot import Snapshots
    from ganstudio.training.session import Session

FOLLOW_SECONDS = 0.5
_SEEN: dict[type, str] = {Samples: "samples", events.Scene: "scene", events.RealBatch: "real"}
T = TypeVar("T")


def goal_after(step: int, total: int, asked: int) -> int:
    """Until which step a run goes on that nobody has told: to its end, and from there as far again as it was asked."""
    return total if step < total else step + max(asked, 1)


class RunModel:
    """A run: what is known of it, kept up to date by :meth:`pump`, and what can be asked of it. Main thread only.

    ``changed`` carries the aspects that changed since the last pump, a frozenset of: ``state``, ``progress``,
    ``samples``, ``scene``, ``real``, ``curves``, ``marks``, ``timeline``, ``hyper``, ``name``, ``notes``, ``missing``,
    ``roles``.

    Attributes:
        key: tells runs apart; stays the same for as long as the run is open.
        step: steps done.
        experiment: what was asked for; ``hyper`` holds the present values.
        spec: the data's shape, and ``info`` what the folder says; None until the data have been loaded.
        state: with ``message``, a sentence where it needs one, and ``details``, the technical rest.
        progress: how far and how fast.
        samples: the newest samples; ``scene`` the newest inside of a 2-D game; ``real`` a fixed real batch.
        tables: measured values by table.
        changes: hyper-parameter changes; ``checkpoints`` and ``stops`` (stored grids): their steps.
        notes: lines for a person.
        roles: the kinds of updates that its method has; known as soon as it has been built here.
        only: the one role that is trained; None: all.
        source: which weights the watcher wants to see; ``box``: over which part of the plane (None: that of the data).
        waits_for_data: it was to train on until this step, and its data were not where it looked; 0: nothing is missing.
    """

    changed = Signal(object)
    _numbers = itertools.count(1)

    def __init__(self, experiment: Experiment) -> None:
        self.key = f"run {next(self._numbers)}"
        self.experiment = experiment
        self.spec: DataSpec | None = None
        self.info: RunInfo | None = None
        self.state: State = "preparing"
        self.message = self.details = ""
        self.diverged = False
        self.progress: events.Progress | None = None
        self.samples: Samples | None = None
        self.scene: events.Scene | None = None
        self.real: events.RealBatch | None = None
        self.tables: dict[str, SeriesTable] = {}
        self.changes: list[events.HyperChanged] = []
        self.checkpoints: list[int] = []
        self._bests: list[int] = []
        self.stops: list[int] = []
        self.notes: list[Note] = []
        self.waits_for_data = 0
        self.roles: tuple[RoleInfo, ...] = ()
        self.only: Role | None = None
        self.source: Source = "ema"
        self.box: Box | None = None
        self.path: Path | None = None
        self._run: Run | None = None
        self._session: Session | None = None
        self._follower: Follower | None = None
        self._next_poll = 0.0
        self._pending: set[str] = set()
        self.step = self._goal = 0
        self._rested: State = "preparing"

    # -- where it comes from ----------------------------------------------------------------------------------------

    @classmethod
    def of_folder(cls, path: Path) -> RunModel:
        """A stored run, with everything that is on disk; followed while another process writes it.

        Raises:
            StoreError: this is no run folder.
        """
        run = Run.open(path)
        model = cls(run.info.experiment.with_(name=run.info.name))
        model._bind(run)
        model._follower = run.follow()
        model.pump(force=True)
        model._load_newest_samples()
        return model

    def _bind(self, run: Run) -> None:
        self._run, self.path, self.info, self.spec = run, run.path, run.info, run.info.spec
        # The folder holds every hyper-parameter, also those that nobody set.
        hyper = {**run.info.experiment.hyper, **self.experiment.hyper}
        self.experiment = self.experiment.with_(hyper=hyper, name=run.info.name)  # another run may have had its name
        if self.real is None:
            self.real = self._readable(run.load_real)  # the rest of the run can be seen without it
        self._pending |= {"name", "real", "hyper"}

    def attach(self, session: Session) -> None:
        """From now on the run is trained by this session."""
        self._session, self._follower = session, None
        self.only = None
        self.experiment = self.experiment.with_(data=session.experiment.data)
        self.waits_for_data = self._goal = 0
        self._rested = self.state
        self.state, self.message, self.details = "preparing", "", ""
        self._pending.add("state")

    # -- what it is -------------------------------------------------------------------------------------------------

    @property
    def title(self) -> str:
        """What the person calls it."""
        return self.experiment.title

    @property
    def here(self) -> bool:
        """It trains in this process and takes commands."""
        return self._session is not None and self._session.alive

    @property
    def snapshots(self) -> Snapshots[Method] | None:
        """Where the session puts its weights when it is sent the ``Snapshot`` command."""
        return None if self._session is None else self._session.snapshots

    @property
    def live(self) -> bool:
        """It is being trained, here or elsewhere."""
        return self.state in LIVE_STATES

    @property
    def total(self) -> int:
        """Steps asked for."""
        return self.progress.total if self.progress else self.experiment.steps

    @property
    def goal(self) -> int:
        """Until which step it trains on when it is continued: what the person said, or see :func:`goal_after`."""
        return self._goal if self.aimed else goal_after(self.step, self.total, self.experiment.steps)

    @property
    def aimed(self) -> bool:
        """The person has said until which step."""
        return self._goal > self.step

    def aim(self, steps: int) -> None:
        """Says until which step it is to train on, once it is continued."""
        self._goal = steps
        self._pending.add("state")

    @property
    def next_deed(self) -> str:
        """What its main button does now, in words: hold, go on, or be continued, and until which step."""
        if self.here and self.state == "paused":
            return _("Resume")
        return _("Pause") if self.live else _("Continue to step {step}").format(step=f"{self.goal:,}")

    def seconds_at(self, step: int) -> float:
        """Training time at a step; 0 while nothing was measured."""
        table = self.tables.get("steps")
        if table is None or not len(table):
            return 0.0
        index = min(int(np.searchsorted(table.steps, step)), len(table) - 1)
        return float(table.seconds[index])

    @property
    def best(self) -> int | None:
        """The step whose checkpoint was the nearest to the data so far; None while none was found."""
        return next((step for step in reversed(self._bests) if step in self.checkpoints), None)

    @property
    def best_text(self) -> str:
        """The same in words; empty for none."""
        step = self.best
        found = None if step is None else value_at(self.tables, DISTANCE, step)
        return "" if step is None or found is None else best_words(step, found[0])

    def stored(self, step: int) -> Samples | None:
        """The grid stored at a step; None where it cannot be read (any more)."""
        run = self._run
        return None if run is None else self._readable(lambda: run.load_samples(step))

    def _readable(self, load: Callable[[], T]) -> T | None:
        try:
            return load()
        except StoreError as error:
            self._note(Note("warning", str(error), error.details))
            return None

    # -- keeping up -------------------------------------------------------------------------------------------------

    def pump(self, *, force: bool = False) -> None:
        """Takes in what has happened since the last call and tells it once."""
        for event in self._events(force):
            self._take(event)
        if self._pending:
            aspects, self._pending = frozenset(self._pending), set()
            self.changed.emit(aspects)

    def _events(self, force: bool) -> list[Event]:
        if self._session is not None:
            ended = not self._session.alive
            events = self._session.mailbox.drain()
            if self._run is None and self._session.path is not None:
                with suppress(StoreError):  # the session is just making it; the next pump finds it
                    self._bind(Run.open(self._session.path))
            if ended and self.state not in LIVE_STATES:
                if self._run is not None and isinstance(self._session.failure, MissingDataError):
                    self.waits_for_data = self._session.experiment.steps
                    self._pending.add("missing")
                    if self._rested not in LIVE_STATES:
                        self.state = self._rested  # it has not begun, so it is what it was
                    with suppress(StoreError):  # a place that somebody has tried is not the run's
                        self.experiment = self.experiment.with_(data=Run.open(self._run.path).info.experiment.data)
                self._session = None
                self._pending.add("state")  # it takes no commands any more
                if self._run is not None:
                    try:
                        self._follower = self._run.follow(skip_existing=True)  # another process may go on with it
                    except StudioError as error:  # its folder is gone
                        events.append(StateChanged("failed", self.step, str(error), error.details))
            return events
        now = time.monotonic()
        if self._follower is None or (now < self._next_poll and not force):
            return []
        self._next_poll = now + FOLLOW_SECONDS
        try:
            return self._follower.poll()
        except StudioError as error:
            self._follower = None
            return [StateChanged("failed", self.step, str(error), error.details)]

    def _take(self, event: Event) -> None:
        match event:
            case events.Rows():
                self.tables.setdefault(event.table, SeriesTable(event.table)).append(event)
                if len(event.steps):
                    self.step = max(self.step, int(event.steps[-1]))
                self._pending.add("curves")
            case events.Roles(roles=roles):
                self.roles = roles
                self._pending.add("roles")
            case Samples() | events.Scene() | events.RealBatch():
                setattr(self, _SEEN[type(event)], event)
                self._pending.add(_SEEN[type(event)])
            case events.Progress():
                self.progress, self.step = event, max(event.step, self.step)
                self._pending.add("progress")
            case StateChanged():
                self.state, self.message, self.details = event.state, told(event.message), event.details
                self.diverged = event.diverged
                self.step = max(self.step, event.step)
                self._pending.add("state")
            case events.HyperChanged():
                self.changes.append(event)
                self._has_hyper(event.name, event.new)
                self._pending |= {"hyper", "marks"}
            case events.CheckpointSaved(step=step, best=best):
                self._insert(self.checkpoints, step)
                if best:
                    self._insert(self._bests, step)
                self._pending.add("marks")
            case events.SamplesStored(step=step):
                self._insert(self.stops, step)
                self._pending.add("timeline")
                if self._session is None and step == self.stops[-1]:
                    self._load_newest_samples()
            case events.Removed(step=step, what=what):
                steps, aspect = (self.stops, "timeline") if what == "grid" else (self.checkpoints, "marks")
                if step in steps:
                    steps.remove(step)
                    self._pending.add(aspect)
            case events.Rewound(step=step):
                self._rewind(step)
            case Note():
                self._note(event)

    def _has_hyper(self, name: str, value: Value) -> None:
        self.experiment = self.experiment.with_(hyper={**self.experiment.hyper, name: value})

    @staticmethod
    def _insert(steps: list[int], step: int) -> None:
        place = bisect_left(steps, step)
        if steps[place : place + 1] != [step]:
            steps.insert(place, step)

    def _rewind(self, step: int) -> None:
        for table in self.tables.values():
            table.truncate_after(step)
        self.checkpoints = [at for at in self.checkpoints if at <= step]
        self.stops = [at for at in self.stops if at <= step]
        self._bests = [at for at in self._bests if at <= step]
        for change in reversed(self.changes):
            if change.step > step:
                self._has_hyper(change.name, change.old)
        self.changes = [change for change in self.changes if change.step <= step]
        self.step = max(step, 0)
        self._pending |= {"curves", "marks", "timeline", "progress", "hyper"}

    def _load_newest_samples(self) -> None:
        if self.stops and (samples := self.stored(self.stops[-1])) is not None:
            self.samples = samples
            self._pending.add("samples")

    def _note(self, note: Note) -> None:
        self.notes.append(note)
        self._pending.add("notes")

    def renamed(self, name: str) -> None:
        """The run is called this from now on (the folder has been told)."""
        self.experiment = self.experiment.with_(name=" ".join(name.split()) or _("unnamed"))
        self._pending.add("name")

    # -- what can be asked of it; where it does not train here, nothing happens -------------------------------------------

    def send(self, command: Command) -> None:
        """Sends a command to the session."""
        if self._session is not None:
            self._session.send(command)

    def pause(self) -> None:
        """Hold after the present step."""
        self.send(commands.Pause())

    def resume(self) -> None:
        """Go on."""
        self.send(commands.Resume())

    def step_once(self, role: Role | None = None) -> None:
        """One step (of one role), then hold."""
        self.send(commands.StepOnce(1, role))

    def train_only(self, role: Role | None) -> None:
        """Train only the phases of one role from now on; None: all."""
        self.only = role
        self.send(commands.TrainOnly(role))
        self._pending.add("state")

    def set_hyper(self, name: str, value: Value) -> None:
        """Changes a live hyper-parameter."""
        self.send(commands.SetHyper(name, value))

    def save_checkpoint(self) -> None:
        """Writes a checkpoint now."""
        self.send(commands.SaveCheckpoint())

    def go_back(self, before: int | None = None) -> None:
        """Back to the last good checkpoint (of before a step), with lower learning rates."""
        self.send(commands.GoBack(before=before))

    def extend(self, total: int) -> None:
        """Train until this step instead."""
        self.send(commands.Extend(total))

    def show(self, source: Source, scene: bool = True) -> None:
        """What the watcher wants to see."""
        self.source = source
        self.send(commands.Show(source, scene, live=True, box=self.box))

    def look_at(self, box: Box) -> None:
        """The watcher sees this part of the plane."""
        self.box = box
        self.show(self.source)

    def rest(self) -> None:
        """Nobody watches: samples are only stored."""
        self.send(commands.Show(self.source, scene=False, live=False))

    def stop(self, save: bool = True) -> None:
        """Ends the session, after a checkpoint."""
        self.send(commands.Stop(save))

    def join(self, timeout: float) -> bool:
        """Waits for the session to end; says whether it did."""
        return self._session is None or self._session.join(timeout)
