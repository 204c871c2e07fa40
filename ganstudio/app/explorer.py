"""The exploration that is open: a generator, where its controls stand, and everything drawn of it. Main thread, no Qt.

Nothing here waits for a network. What is to be drawn goes to the rendering service, and :meth:`Explorer.pump`, called
when the service wakes the window and by the window's timer, takes in what has been drawn.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from ganstudio.app.explorer_sources import Opened, open_bundled, open_file, open_live, open_run
from ganstudio.app.history import History
from ganstudio.app.keepsakes import Keepsakes
from ganstudio.app.live_weights import LiveWeights
from ganstudio.app.run_model import RunModel
from ganstudio.core.commands import Snapshot, Source
from ganstudio.core.controls import Control
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import StudioError
from ganstudio.core.i18n import _
from ganstudio.explore.rendering import Drawn, RenderService, Work
from ganstudio.explore.state import Direction, ExploreState, Position, effective, position_of
from ganstudio.explore.views import one

if TYPE_CHECKING:
    from ganstudio.app.studio import Studio

Factory = Callable[[ExploreState], Work]

PICTURE, OTHER = "picture", "other"
PICTURE_URGENCY, LOAD_URGENCY = 100, 200
REST_SECONDS = 0.12  # views other than the large picture are drawn when the hand has rested for so long


class Explorer:
    """One exploration.

    Signals:
        source_changed: another generator, or none (:attr:`opened`).
        weights_changed: other weights of the same generator (:attr:`step`, :attr:`weights`).
        state_changed: the controls stand elsewhere.
        picture_changed: the large picture (or why there is none: :attr:`error`), or the one to compare with.
        kept_changed: pins or directions.
        drawn: a result of a view (:class:`Drawn`); check its stamp with :meth:`stamp`.

    Attributes:
        studio: where errors and jobs go.
        opened: what is explored; None while nothing is.
        state: where its controls stand.
        picture: uint8 ``(H, W, C)``; None until it is drawn.
        other: the state to compare with, and ``other_picture``.
        kept: pins and directions.
        history: undo and redo; forgotten when another generator is opened.
        opening: what is being opened at the moment, in words; empty for nothing.
    """

    source_changed = Signal()
    weights_changed = Signal()
    state_changed = Signal()
    picture_changed = Signal()
    kept_changed = Signal()
    drawn = Signal(object)

    def __init__(self, studio: Studio, wake: Callable[[], None]) -> None:
        self.studio = studio
        self.service = RenderService(wake)
        self.history = History()
        self.opened: Opened | None = None
        self.state: ExploreState | None = None
        self.picture: NDArray[np.uint8] | None = None
        self.other: ExploreState | None = None
        self.other_picture: NDArray[np.uint8] | None = None
        self.error: StudioError | None = None
        self.kept = Keepsakes(None, ())
        self.opening = ""
        self._opening_number = 0
        self._views: dict[str, tuple[Factory, int, bool]] = {}
        self._stamps: dict[str, int] = {}
        self._views_due: float | None = None
        self._drawing, self._late = set[str](), set[str]()  # views that are not done; those begun with older weights
        self._live = LiveWeights(self)
        self._clock = time.monotonic

    # -- what is explored -------------------------------------------------------------------------------------------

    @property
    def controls(self) -> tuple[Control, ...]:
        """What can be driven."""
        return () if self.opened is None else self.opened.generator.controls

    @property
    def spec(self) -> DataSpec | None:
        """The shape of what is drawn."""
        return None if self.opened is None else self.opened.generator.spec

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

    def open_run(self, path: Path, step: int | None = None, weights: Source = "ema",
                 then: Callable[[], object] | None = None) -> None:  # fmt: skip
        """Opens a checkpoint of a stored run; the newest good one by default. ``then`` is called when it is there."""
        self._open(_("Opening {name}").format(name=path.name), lambda: open_run(path, step, weights), then)

    def open_bundled(self, then: Callable[[], object] | None = None) -> None:
        """Opens the run that comes with the program."""
        self._open(_("Opening the digits"), open_bundled, then)

    def open_file(self, path: Path, then: Callable[[], object] | None = None) -> None:
        """Opens a generator that this program did not train."""
        self._open(_("Reading {name}").format(name=path.name), lambda: open_file(path), then)

    def follow(self, model: RunModel) -> None:
        """Draws with the weights of a run that trains in this process, as they change."""
        if self.following is model:
            return
        model.send(Snapshot("ema"))
        self._open(_("Waiting for {name}").format(name=model.title), lambda: open_live(model))

    def _open(self, title: str, work: Callable[[], Opened], then: Callable[[], object] | None = None) -> None:
        self._opening_number += 1
        number, self.opening = self._opening_number, title
        self.source_changed.emit()

        def done(opened: Opened) -> None:
            if number == self._opening_number:
                self.opening = ""
                self._take(opened)
                if then is not None:
                    then()

        def failed(error: StudioError) -> None:
            if number == self._opening_number:
                self.opening = ""
                self.studio.report(error)
                self.source_changed.emit()

        def start() -> None:
            self.studio.jobs.start(title, lambda _progress, _cancel: work()).on_done(done).on_error(failed)

        self.studio.when_ready(start)

    def _take(self, opened: Opened) -> None:
        fits = self.opened is not None and self.opened.generator.controls == opened.generator.controls
        same = fits and self.opened is not None and self.opened.path == opened.path
        self.opened = opened
        if not fits or self.state is None:
            self.state = opened.start
            self.other = self.other_picture = self.picture = None
        if not same:
            self.history.clear()
            self._load_kept(opened)
        self.service.use(opened.generator)
        self.source_changed.emit()
        self.state_changed.emit()
        self.redraw()

    def _load_kept(self, opened: Opened) -> None:
        try:
            self.kept = Keepsakes(opened.path, opened.generator.controls)
        except StudioError as error:
            self.kept = Keepsakes(None, opened.generator.controls)
            self.studio.report(error)
        if self.kept.left_out:
            text = _("Some pins or directions belong to another size of this generator and are not shown.")
            self.studio.notifications.warning(text)
        self.kept_changed.emit()

    def close(self) -> None:
        """Lets go of what is explored."""
        self._opening_number += 1
        self.opening = ""
        self.opened = self.state = self.picture = self.other = self.other_picture = None
        self.kept = Keepsakes(None, ())
        self.history.clear()
        self._drawing.clear()
        self.service.use(None)
        self.source_changed.emit()

    def shutdown(self) -> None:
        """Ends the rendering thread."""
        self.service.close()

    # -- other weights of the same run ------------------------------------------------------------------------------

    @property
    def steps(self) -> list[int]:
        """The steps of which checkpoints are stored."""
        return [] if self.opened is None or self.opened.run is None else self.opened.run.checkpoint_steps()

    def go_to(self, step: int, weights: Source | None = None) -> None:
        """Draws with the weights of another checkpoint; every control stays where it is. Can be undone."""
        before = (self.step, self.weights) if self.following is None else None
        wanted = (step, weights or self.weights)
        self._load(*wanted, None if before == wanted else before)

    def _load(self, step: int, weights: Source, before: tuple[int, Source] | None = None) -> None:
        if self.opened is None or self.opened.run is None:
            return
        run = self.opened.run

        def work(_generator: object) -> Any:
            from ganstudio.explore.stored import StoredGenerator

            yield StoredGenerator.open(run, step, weights), before

        self._stamps["load"] = self.service.submit("load", work, LOAD_URGENCY)

    # -- where the controls stand -----------------------------------------------------------------------------------

    @property
    def position(self) -> Position | None:
        """The position as the network gets it: truncated and moved along directions."""
        return None if self.state is None else self.effective(self.state)

    def effective(self, state: ExploreState) -> Position:
        """Any state's position as the network gets it."""
        return effective(state, self.controls, self.kept.directions)

    def edit(self, state: ExploreState, label: str, merge_key: object = None) -> None:
        """Moves the controls; one drag (edits with one key in quick succession) is one step back."""
        before = self.state
        if before is None or state is before:
            return
        self._set_state(state)
        self.history.push(label, lambda: self._set_state(before), lambda: self._set_state(state), merge_key)

    def _set_state(self, state: ExploreState) -> None:
        if self.opened is None or set(state.position) != {control.name for control in self.controls}:
            return
        self.state = state
        self._ask_picture()
        self._views_due = self._clock() + REST_SECONDS
        self.state_changed.emit()

    def drawn_from(self, seed: int) -> ExploreState:
        """The state whose every control is drawn at random with this seed; truncation and directions as they are."""
        assert self.opened is not None
        assert self.state is not None
        values = self.opened.generator.draw(1, seed)
        return self.state.with_(position=position_of(values), seed=seed)

    # -- drawing ----------------------------------------------------------------------------------------------------

    def show(self, channel: str, factory: Factory | None, urgency: int = 0, follows: bool = True) -> None:
        """Keeps a view drawn, until ``factory`` is None: again with other weights and (``follows``) another state."""
        if factory is None:
            self._views.pop(channel, None)
            self.drop(channel)
            return
        self._views[channel] = (factory, urgency, follows)
        self._ask_view(channel)

    def ask(self, channel: str, work: Work, urgency: int = 0) -> int:
        """Asks for something once; returns its stamp. Results come through :attr:`drawn`."""
        stamp = self._stamps[channel] = self.service.submit(channel, work, urgency)
        return stamp

    def drop(self, channel: str) -> None:
        """Wants nothing of a channel any more."""
        self._stamps.pop(channel, None)
        self._drawing.discard(channel)
        self.service.drop(channel)

    def stamp(self, channel: str) -> int:
        """The stamp of the channel's newest request."""
        return self._stamps.get(channel, 0)

    def redraw(self) -> None:
        """Asks anew for everything that is shown: the weights are others."""
        self._ask_picture()
        self._views_due = None
        for channel in self._views:
            self._ask_view(channel)

    def freshen(self) -> None:
        """As :meth:`redraw`, but views that are not done are asked anew when they are: their last rows get a turn too."""
        self._ask_picture()
        self._late |= self._drawing
        for channel in self._views.keys() - self._drawing:
            self._ask_view(channel)

    def _ask_picture(self) -> None:
        if self.opened is None or self.state is None:
            return
        self.ask(PICTURE, one(self.effective(self.state)), PICTURE_URGENCY)
        if self.other is not None:
            self.ask(OTHER, one(self.effective(self.other)), PICTURE_URGENCY - 1)

    def _ask_view(self, channel: str) -> None:
        if self.opened is None or self.state is None:
            return
        factory, urgency, _follows = self._views[channel]
        self._late.discard(channel)
        self._drawing.add(channel)
        self.ask(channel, factory(self.state), urgency)

    # -- comparing --------------------------------------------------------------------------------------------------

    def compare_with(self, state: ExploreState | None) -> None:
        """Keeps a state beside the present one; None ends comparing. Can be undone."""
        before = self.other

        def put(other: ExploreState | None) -> None:
            self.other, self.other_picture = other, None
            self._ask_picture()
            self.picture_changed.emit()

        put(state)
        self.history.push(_("Compare"), lambda: put(before), lambda: put(state))

    # -- pins and directions ----------------------------------------------------------------------------------------

    def change_kept(self, label: str, pins: list[Any] | None = None,
                    directions: dict[str, Direction] | None = None) -> None:  # fmt: skip
        """Replaces the pins, the directions or both, and writes them down. Can be undone."""
        before = (list(self.kept.pins), dict(self.kept.directions))
        after = (before[0] if pins is None else pins, before[1] if directions is None else directions)

        def put(values: tuple[list[Any], dict[str, Direction]]) -> None:
            self.kept.pins, self.kept.directions = list(values[0]), dict(values[1])
            try:
                self.kept.save()
            except (StudioError, OSError) as error:
                self.studio.notifications.error(_("Pins and directions could not be stored."), str(error))
            self.kept_changed.emit()
            self._ask_picture()

        put(after)
        self.history.push(label, lambda: put(before), lambda: put(after))

    # -- the window's timer, and the service's wake -----------------------------------------------------------------

    def pump(self) -> None:
        """Takes in what was drawn, and asks for what is due."""
        for result in self.service.poll():
            if result.stamp != self._stamps.get(result.channel):
                continue
            if result.channel in (PICTURE, OTHER):
                self._take_picture(result)
            elif result.channel == "load":
                self._take_weights(result)
            else:
                self.drawn.emit(result)
            if result.done:
                self._end_view(result)
        now = self._clock()
        if self._views_due is not None and now >= self._views_due:
            self._views_due = None
            for channel in [channel for channel, view in self._views.items() if view[2]]:
                self._ask_view(channel)
        self._live.pump(now)

    def _end_view(self, result: Drawn) -> None:
        if result.stamp == self._stamps.get(result.channel):  # nobody has asked anew meanwhile
            self._drawing.discard(result.channel)
            if result.channel in self._late & self._views.keys():
                self._ask_view(result.channel)

    def _take_picture(self, result: Drawn) -> None:
        if result.value is None and result.error is None:
            return
        if result.channel == OTHER:
            self.other_picture = result.value
        else:
            self.error = result.error
            if result.value is not None:
                self.picture = result.value
        self.picture_changed.emit()

    def _take_weights(self, result: Drawn) -> None:
        if result.error is not None:
            self.studio.report(result.error)
        elif result.value is not None and self.opened is not None:
            generator, before = result.value
            self.opened = self.opened.with_generator(generator)
            self.service.use(generator)
            if before is not None:  # only now is there something to take back
                now, label = (self.step, self.weights), _("Go to step {step}").format(step=f"{self.step:,}")
                self.history.push(label, lambda: self._load(*before), lambda: self._load(*now), "step")
            self.weights_changed.emit()
            self.redraw()
