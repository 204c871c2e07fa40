"""A desk: a generator that is open and the thread that draws with it. Main thread, no Qt.

Explorer, painter and translator are desks; what they share is here. Nothing waits for a network: what is to be
drawn goes to the rendering service, and :meth:`Desk.pump`, called when the service wakes the window and by the
window's timer, takes in what has been drawn.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from psygnal import Signal

from ganstudio.app.generators.sources import Opened, drawing_device, open_bundled, open_file, open_live, open_run
from ganstudio.app.generators.workplaces import Workplace, bundled_name, bundled_path, drives, opens, refusal
from ganstudio.app.history import History
from ganstudio.app.jobs import Newest
from ganstudio.core.commands import Snapshot, Source
from ganstudio.core.controls import Control
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import StudioError
from ganstudio.core.i18n import _
from ganstudio.explore.rendering import Drawn, RenderService, Work
from ganstudio.store import hold

if TYPE_CHECKING:
    from ganstudio.app.runs.run_model import RunModel
    from ganstudio.app.studio import Studio
    from ganstudio.explore.state import ExploreState
    from ganstudio.store import RunInfo

LOAD_URGENCY = 200
"""Of other weights; pictures should be less urgent."""
LOAD = "load"
"""The channel in which other weights are loaded; the desk's own."""
FOLLOW_SECONDS, SLOWEST_SECONDS = 0.25, 2.0
LOOKING_SHARE = 0.02  # of the time, at most, that drawing newer weights may take from the training


class Desk:
    """One generator that is open, stored or in training, and everything drawn with it.

    A workspace's model says which :attr:`place` it is and overrides some of what stands last in this class.

    Signals:
        source_changed: another generator, or none (:attr:`opened`), or one is being opened (:attr:`opening`).
        state_changed: what decides what is drawn, but for the weights, is another one.
        weights_changed: other weights of the same generator (:attr:`step`, :attr:`weights`).
        drawn: a result (:class:`Drawn`) of what was asked for; results of older requests are never told.

    Args:
        wake: called in the rendering thread when something is drawn; must only make someone call :meth:`pump`.

    Attributes:
        place: which workspace this is: which generators it opens, and which one comes with the program.
        studio, service: where errors and jobs go, and what draws.
        state: where the controls stand; None while nothing is open.
        history: undo and redo; forgotten when another generator is opened (other weights of it are the same one).
        opened: what is open; None while nothing is.
        opening: what is being opened at the moment, in words; empty for nothing.
    """

    place: ClassVar[Workplace]

    source_changed = Signal()
    state_changed = Signal()
    weights_changed = Signal()
    drawn = Signal(object)

    def __init__(self, studio: Studio, wake: Callable[[], None]) -> None:
        self.studio = studio
        self.service = RenderService(wake)
        self.history = History()
        self.state: ExploreState | None = None
        self.opened: Opened | None = None
        self.opening = ""
        self._wanted: Callable[[], None] | None = None  # what begins to open it
        self._job = Newest(studio.jobs)
        self._stamps: dict[str, int] = {}
        self._follow_next = self._follow_spent = 0.0
        self._told: tuple[int, Source] = (-1, "ema")  # the weights that :attr:`weights_changed` has told of
        self._clock = time.monotonic
        for signal in (self.source_changed, self.weights_changed):
            signal.connect(self._hold)

    # -- what is open -----------------------------------------------------------------------------------------------

    @property
    def controls(self) -> tuple[Control, ...]:
        """What can be driven."""
        return () if self.opened is None else self.opened.generator.controls

    @property
    def dials(self) -> tuple[Control, ...]:
        """What a panel of controls drives: all but what is given by other means."""
        return self.controls

    @property
    def start(self) -> ExploreState | None:
        """Where the controls stand at first."""
        return None if self.opened is None else self.opened.start

    @property
    def spec(self) -> DataSpec | None:
        """The shape of what is drawn."""
        return None if self.opened is None else self.opened.generator.spec

    @property
    def name(self) -> str:
        """What is open, as people call it; empty for nothing."""
        opened = self.opened
        if opened is None or opened.path is None:
            return "" if opened is None else opened.title
        if opened.path == bundled_path(self.place):
            return bundled_name(self.place)
        return next((model.title for model in self.studio.runs if model.path == opened.path), opened.title)

    @property
    def step(self) -> int:
        """After which training step the weights were taken."""
        return 0 if self.opened is None else self.opened.generator.step

    @property
    def weights(self) -> Source:
        """Averaged or raw weights."""
        return "ema" if self.opened is None else self.opened.generator.source

    @property
    def following(self) -> RunModel | None:
        """The run in training that is followed."""
        return None if self.opened is None else self.opened.live

    # -- opening ----------------------------------------------------------------------------------------------------

    @classmethod
    def can_open(cls, info: RunInfo) -> bool:
        """Whether a stored run belongs here, for lists in which no generator is loaded."""
        return opens(cls.place, info)

    @property
    def device(self) -> str:
        """Where stored runs draw, as the settings name it. What Explore draws is small: the processor is as fast."""
        return "cpu" if self.place == "explore" else self.studio.settings.values.device

    def open_run(self, path: Path, step: int | None = None, weights: Source = "ema",
                 then: Callable[[], object] | None = None) -> None:  # fmt: skip
        """Opens a checkpoint of a stored run; the newest good one by default. ``then`` is called when it is there."""
        title, device = _("Opening {name}").format(name=path.name), self.device
        self.open_by(title, lambda _cancel: open_run(path, step, weights, device), then)

    def open_bundled(self) -> None:
        """Opens the run that comes with the program for this workspace."""
        title = _("Opening {name}").format(name=bundled_name(self.place))
        self.open_by(title, lambda _cancel: open_bundled(self.place, self.device))

    def open_file(self, path: Path, then: Callable[[], object] | None = None) -> None:
        """Opens a generator that this program did not train."""
        self.open_by(_("Reading {name}").format(name=path.name), partial(open_file, path), then)

    def stop_opening(self) -> None:
        """Gives up what is being opened; what was open stays."""
        self._opens("", None)

    def _opens(self, title: str, start: Callable[[], None] | None) -> None:
        self.opening, self._wanted = title, start
        self._job.stop()
        self.source_changed.emit()

    def follow(self, model: RunModel) -> None:
        """Draws with the weights of a run that trains in this process, as they change."""
        if self.following is model:
            return
        model.send(Snapshot("ema"))
        self.open_by(_("Waiting for {name}").format(name=model.title), lambda _cancel: open_live(model))

    def open_model(self, model: RunModel) -> None:
        """Follows a run that trains here; else opens its newest checkpoint."""
        if model.here:
            self.follow(model)
        elif model.path is not None:
            self.open_run(model.path)

    def open_by(
        self, title: str, work: Callable[[threading.Event], Opened], then: Callable[[], object] | None = None
    ) -> None:
        """Opens what ``work`` brings, in a job; ``title`` says meanwhile what is done. The newest wins."""

        def located(_progress: object, cancel: threading.Event) -> tuple[Opened, str]:
            opened = work(cancel)
            return opened, "" if opened.path is None else os.path.realpath(opened.path)

        def done(found: tuple[Opened, str]) -> None:
            opened, place = found
            if place:
                self.studio.settings.add_opened(str(opened.path), place)
            if not drives(self.place, opened.generator.controls):
                failed(refusal(opened.title, opened.generator.controls))
                return
            self.opening = ""
            self._take(opened)
            if opened.warning:
                self.studio.notifications.warning(opened.warning)
            if then is not None:
                then()

        def failed(error: StudioError) -> None:
            self.opening = ""
            self.studio.report(error)
            self.source_changed.emit()

        def start() -> None:
            if self._wanted is start:
                self._job.start(title, located, done, failed)

        self._opens(title, start)
        self.studio.when_ready(start)

    def _take(self, opened: Opened) -> None:
        before, self.opened = self.opened, opened
        fits = before is not None and before.generator.controls == opened.generator.controls
        same = fits and before is not None and before.path == opened.path
        if not same:
            self.history.clear()
        self._settle(fits, same)
        self.service.use(opened.generator)
        self.source_changed.emit()
        self._begin()

    def close(self) -> None:
        """Lets go of what is open."""
        self.stop_opening()
        self.opened = None
        self.history.clear()
        self._forget()
        self.service.use(None)
        self.source_changed.emit()

    def shutdown(self) -> None:
        """Ends the rendering thread."""
        self.service.close()
        hold(self, None)

    def _hold(self) -> None:
        """The checkpoint that is looked at does not grow old."""
        opened = self.opened
        stored = opened.run if opened is not None and opened.live is None else None
        hold(self, None if stored is None else stored.checkpoint_path(self.step))

    # -- other weights of the same run ------------------------------------------------------------------------------

    @property
    def steps(self) -> list[int]:
        """The steps of which checkpoints are stored. Reads the folder."""
        return [] if self.opened is None or self.opened.run is None else self.opened.run.checkpoint_steps()

    def go_to(self, step: int, weights: Source | None = None) -> None:
        """Draws with the weights of another checkpoint; everything else stays as it is. Can be undone."""
        before = (self.step, self.weights) if self.following is None else None
        wanted = (step, weights or self.weights)
        self._load(*wanted, None if before == wanted else before)

    def choose_weights(self, source: Source) -> None:
        """Draws with averaged or raw weights of the same step, or of the run that is followed."""
        if self.opened is None:
            return
        if self.following is not None:
            self.opened = replace(self.opened, wanted=source)
            self.following.send(Snapshot(source))
        elif source != self.weights:
            self.go_to(self.step, source)

    def _load(self, step: int, weights: Source, before: tuple[int, Source] | None = None) -> None:
        if self.opened is None or self.opened.run is None:
            return
        run, device = self.opened.run, self.device

        def work(_generator: object) -> Any:
            from ganstudio.explore.stored import StoredGenerator

            yield StoredGenerator.open(run, step, weights, drawing_device(device)), before

        self.ask(LOAD, work, LOAD_URGENCY)

    def _take_weights(self, result: Drawn) -> None:
        if result.error is not None:
            self.studio.report(result.error)
        elif result.value is not None and self.opened is not None:
            generator, before = result.value
            self.opened = replace(self.opened, generator=generator, live=None)
            self.service.use(generator)
            if before is not None:  # only now is there something to take back
                now, label = (self.step, self.weights), _("Go to step {step}").format(step=f"{self.step:,}")
                self.history.push(label, lambda: self._load(*before), lambda: self._load(*now), "step")
            self.weights_changed.emit()
            self.redraw()

    # -- drawing ----------------------------------------------------------------------------------------------------

    def ask(self, channel: str, work: Work, urgency: int = 0) -> int:
        """Asks for something once; returns its stamp. What the channel had not finished is dropped.

        Args:
            channel: newest wins within it.
            work: gets the generator in the rendering thread and yields results; between two of them more urgent work
                gets its turn.
            urgency: higher goes first; below :data:`LOAD_URGENCY`.
        """
        stamp = self._stamps[channel] = self.service.submit(channel, work, urgency)
        return stamp

    def drop(self, channel: str) -> None:
        """Wants nothing of a channel any more."""
        self._stamps.pop(channel, None)
        self.service.drop(channel)

    def stamp(self, channel: str) -> int:
        """The stamp of the channel's newest request; 0 where nothing is wanted of it."""
        return self._stamps.get(channel, 0)

    def pump(self) -> None:
        """Takes in what was drawn, and asks for what is due."""
        for result in self.service.poll():
            if result.stamp != self._stamps.get(result.channel):
                continue
            if result.channel == LOAD:
                self._take_weights(result)
            else:
                self._receive(result)
            if result.done and result.stamp == self._stamps.get(result.channel):  # nobody has asked anew meanwhile
                self._finish(result)
        now = self._clock()
        self._due(now)
        self._follow(now)

    def _follow(self, now: float) -> None:
        """Asks the trainer for weights, has drawn what they change, and tells when they are those that are drawn with.

        The trainer copies its weights when it is asked to; the rendering service takes the copy with the next thing that
        it draws. So between asking and showing lie two of the window's ticks, and a drag may take the copy before this.
        """
        model, opened = self.following, self.opened
        there = self.step, self.weights
        if model is None or opened is None:
            self._told = there
            return
        if self._told != there:  # the service has taken other weights meanwhile
            self._told = there
            self.weights_changed.emit()
        if now < self._follow_next:
            return
        spent = self.service.spent
        pause, self._follow_spent = (spent - self._follow_spent) / LOOKING_SHARE, spent
        self._follow_next = now + min(max(pause, FOLLOW_SECONDS), SLOWEST_SECONDS)
        if not model.here:  # it has ended: its last checkpoint is the same generator, and it stays
            self.opened = replace(opened, live=None)
            if model.path is not None and not self.opening:  # what a person is opening comes first
                self.open_run(model.path, weights=opened.wanted)
            return
        snapshots = model.snapshots
        if snapshots is not None and snapshots.fresh:
            self.freshen()
        if snapshots is None or snapshots.newest_step != model.step:
            model.send(Snapshot(opened.wanted))

    def edit(self, state: ExploreState, label: str, merge_key: object = None) -> None:
        """Moves the controls; one drag (edits with one key in quick succession) is one step back."""
        before = self.state
        if before is not None and state is not before:
            self._set_state(state)
            self.history.push(label, lambda: self._set_state(before), lambda: self._set_state(state), merge_key)

    # -- what a workspace makes of it -------------------------------------------------------------------------------

    def _settle(self, fits: bool, same: bool) -> None:
        """Another generator has been opened. The service still has the old one: puts the state in order, draws nothing.

        Args:
            fits: it has the same controls as the one before: the state can stay.
            same: it is the same run or file too, for instance another checkpoint, or the run after its training.
        """

    def _set_state(self, state: ExploreState) -> None:
        """Puts another state in place where it fits, and has drawn what is different then."""

    def _begin(self) -> None:
        """The generator that was opened can be drawn with; :attr:`source_changed` has been emitted."""
        self.state_changed.emit()
        self.redraw()

    def redraw(self) -> None:
        """Asks anew for everything that is shown: the weights are others."""

    def freshen(self) -> None:
        """As :meth:`redraw`, for the newer weights of a run in training, up to four times a second."""
        self.redraw()

    def _receive(self, result: Drawn) -> None:
        """A result of a channel's newest request; ``value`` is None where it only says ``done`` or tells an ``error``."""
        self.drawn.emit(result)

    def _finish(self, result: Drawn) -> None:
        """A channel's newest request has been done; comes after :meth:`_receive`."""

    def _due(self, now: float) -> None:
        """What waits for its time, e.g. for the hand to rest; ``now`` in seconds of a monotonic clock."""

    def _forget(self) -> None:
        """Nothing is open any more; :attr:`source_changed` follows."""

    def saved(self) -> dict[str, Any]:
        """What a picture remembers of the state, as plain JSON values; something is open."""
        return {}

    def change_to(self, session: Mapping[str, Any]) -> Callable[[], object] | None:
        """What puts back what :meth:`saved` wrote, as one step, all of it checked; None: there is nothing to put it into.

        It may raise what reading any JSON raises.
        """
