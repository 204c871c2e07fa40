"""The exploration that is open: where the controls of a generator stand, and the views of it. Main thread, no Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from ganstudio.app.generators.desk import Desk
from ganstudio.app.generators.keepsakes import Keepsakes
from ganstudio.app.generators.sources import Opened, open_live, open_run
from ganstudio.core.commands import Snapshot
from ganstudio.core.errors import StudioError, UsageError
from ganstudio.core.i18n import _
from ganstudio.explore.rendering import Drawn, Work
from ganstudio.explore.state import Direction, ExploreState, Position, effective, position_of, size_of
from ganstudio.explore.styles import fits, redrawn
from ganstudio.explore.views import one
from ganstudio.store import Run

if TYPE_CHECKING:
    from ganstudio.app.runs.run_model import RunModel
    from ganstudio.app.studio import Studio

Factory = Callable[[ExploreState], Work]

PICTURE, OTHER = "picture", "other"
PICTURE_URGENCY = 100
REST_SECONDS = 0.12  # views other than the large picture are drawn when the hand has rested for so long


class Explorer(Desk):
    """One exploration: a desk whose generators draw out of nothing.

    Signals:
        picture_changed: the large picture (or why there is none: :attr:`error`), or the one to compare with.
        kept_changed: pins or directions.

    Attributes:
        picture: uint8 ``(H, W, C)``; None until it is drawn.
        other: the state to compare with, and ``other_picture``.
        maps: what can be laid over the picture and, as ``other_maps``, over the other one, by name: float32 ``(h, w)``.
        looks: the names of maps that this generator has; empty for nearly all.
        look: which one is laid over; empty for none.
        point: where a generator of points draws it, float32 ``(2,)``, and ``other_point``; None for pictures.
        error: why there is no picture.
        kept: pins and directions.
    """

    place = "explore"

    picture_changed = Signal()
    kept_changed = Signal()

    def __init__(self, studio: Studio, wake: Callable[[], None]) -> None:
        super().__init__(studio, wake)
        self.picture: NDArray[np.uint8] | None = None
        self.other: ExploreState | None = None
        self.other_picture: NDArray[np.uint8] | None = None
        self.point: NDArray[np.float32] | None = None
        self.other_point: NDArray[np.float32] | None = None
        self.maps: Mapping[str, NDArray[np.float32]] = {}
        self.other_maps: Mapping[str, NDArray[np.float32]] = {}
        self.looks: tuple[str, ...] = ()
        self.look = ""
        self._asks_looks = False  # nobody has asked this generator yet which maps it has
        self.error: StudioError | None = None
        self.kept = Keepsakes(None, ())
        self._views: dict[str, tuple[Factory, int, bool]] = {}
        self._views_due: float | None = None
        self._drawing, self._late = set[str](), set[str]()  # views that are not done; those begun with older weights

    def _settle(self, fits: bool, same: bool) -> None:
        assert self.opened is not None
        if not fits or self.state is None:
            self.state = self.opened.start
            self.other = self.other_picture = self.picture = self.point = self.other_point = None
        if not fits or not self.opened.generator.looks:
            self.looks, self.look = (), ""
        self.maps = self.other_maps = {}
        self._asks_looks = self.opened.generator.looks
        if same:
            return
        try:
            self.kept = Keepsakes(self.opened.path, self.controls)
        except StudioError as error:
            self.kept = Keepsakes(None, self.controls)
            self.studio.report(error)
        if self.kept.left_out:
            text = _("Some pins or directions belong to another size of this generator and are not shown.")
            self.studio.notifications.warning(text)
        self.kept_changed.emit()

    def _forget(self) -> None:
        self.state = self.picture = self.other = self.other_picture = self.point = self.other_point = None
        self.maps, self.other_maps, self.looks, self.look = {}, {}, (), ""
        self.kept = Keepsakes(None, ())
        self._drawing.clear()

    def open_sample(self, model: RunModel, step: int | None, place: int) -> None:
        """Opens a run where one of its fixed samples is: the picture that its wall shows at this place.

        Args:
            model: the run.
            step: of the wall; the checkpoint nearest to it is opened. None: the run is followed as it trains on.
            place: on the wall, counted from 0.
        """
        path, seed, source = model.path, model.experiment.seed, model.source
        there: list[Position] = []
        if path is None:
            return
        if step is None:
            model.send(Snapshot(source))

        def work(_cancel: object) -> Opened:
            from ganstudio.explore.stored import fixed_position

            if step is None:
                opened = open_live(model)
            else:
                stored = Run.open(path).checkpoint_steps()
                nearest = min(stored, key=lambda at: abs(at - step), default=None)
                opened = open_run(path, nearest, source, self.device)
            there.append(fixed_position(opened.generator, seed, place))
            return opened

        def go() -> None:
            self.edit(ExploreState(there[-1]), _("Explore a sample"))
            if step is not None and step != self.step:
                words = _("Of step {step} only the pictures are stored: this is the same sample at step {at}.")
                self.studio.notifications.info(words.format(step=f"{step:,}", at=f"{self.step:,}"))

        self.open_by(_("Opening {name}").format(name=model.title), work, go)

    @property
    def position(self) -> Position | None:
        """The position as the network gets it: truncated and moved along directions."""
        return None if self.state is None else self.effective(self.state)

    def effective(self, state: ExploreState) -> Position:
        """Any state's position as the network gets it."""
        return effective(state, self.controls, self.kept.directions)

    def _set_state(self, state: ExploreState) -> None:
        if self.opened is None or not fits(state.position, self.controls):
            return
        self.state = state
        self._ask_picture()
        self._views_due = self._clock() + REST_SECONDS
        self.state_changed.emit()

    def drawn_from(self, seed: int) -> ExploreState:
        """The state whose every control is drawn at random with this seed; truncation and directions as they are.

        A mixture of styles and pictures that were given stay, too.
        """
        assert self.opened is not None
        assert self.state is not None
        drawn = position_of(self.opened.generator.draw(1, seed))
        return self.state.with_(position=redrawn(self.state.position, drawn, self.controls), seed=seed)

    def show(self, channel: str, factory: Factory | None, urgency: int = 0, follows: bool = True) -> None:
        """Keeps a view drawn, until ``factory`` is None: again with other weights and (``follows``) another state."""
        if factory is None:
            self._views.pop(channel, None)
            self.drop(channel)
            return
        self._views[channel] = (factory, urgency, follows)
        self._ask_view(channel)

    def drop(self, channel: str) -> None:
        """Wants nothing of a channel any more."""
        self._drawing.discard(channel)
        super().drop(channel)

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
        look = bool(self.look) or self._asks_looks
        self.ask(PICTURE, one(self.effective(self.state), look), PICTURE_URGENCY)
        if self.other is not None:
            self.ask(OTHER, one(self.effective(self.other), bool(self.look)), PICTURE_URGENCY - 1)

    def _ask_view(self, channel: str) -> None:
        if self.opened is None or self.state is None:
            return
        factory, urgency, _follows = self._views[channel]
        self._late.discard(channel)
        self._drawing.add(channel)
        self.ask(channel, factory(self.state), urgency)

    def compare_with(self, state: ExploreState | None) -> None:
        """Keeps a state beside the present one; None ends comparing. Can be undone."""
        before = self.other

        def put(other: ExploreState | None) -> None:
            self.other, self.other_picture, self.other_point = other, None, None
            self._ask_picture()
            self.picture_changed.emit()

        put(state)
        self.history.push(_("Compare"), lambda: put(before), lambda: put(state))

    def look_into(self, name: str) -> None:
        """Lays a map over the picture, one of :attr:`looks`, or none where empty."""
        self.look = name if name in self.looks else ""
        self._ask_picture()
        self.picture_changed.emit()

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

    def _receive(self, result: Drawn) -> None:
        if result.channel not in (PICTURE, OTHER):
            self.drawn.emit(result)
            return
        if result.value is None and result.error is None:
            return
        seen = result.value
        if result.channel == OTHER:
            self.other_picture, self.other_maps = (None, {}) if seen is None else (seen.picture, seen.maps)
            self.other_point = None if seen is None else seen.point
        elif seen is None and self._asks_looks:  # it may be the maps that fail: the picture alone is asked for then
            self._asks_looks = False
            self._ask_picture()
            return
        else:
            self.error = result.error
            if seen is not None:
                self.picture, self.maps, self.point = seen.picture, seen.maps, seen.point
                if seen.maps or self._asks_looks:
                    self._asks_looks, self.looks = False, tuple(seen.maps)
                    self.look = self.look if self.look in seen.maps else ""
        self.picture_changed.emit()

    def _finish(self, result: Drawn) -> None:
        self._drawing.discard(result.channel)
        if result.channel in self._late & self._views.keys():
            self._ask_view(result.channel)

    def _due(self, now: float) -> None:
        if self._views_due is not None and now >= self._views_due:
            self._views_due = None
            for channel in [channel for channel, view in self._views.items() if view[2]]:
                self._ask_view(channel)

    def saved(self) -> dict[str, Any]:
        """The state, and the directions that are gone along."""
        assert self.state is not None
        kept = self.kept.directions
        used = [kept[name].to_json() for name, far in self.state.strengths.items() if far and name in kept]
        return {"state": self.state.to_json(), "directions": used}

    def change_to(self, session: Mapping[str, Any]) -> Callable[[], object]:
        """What puts state and directions back, as one step."""
        state = ExploreState.from_json(session.get("state"), self.controls)
        found = [Direction.from_json(values) for values in list(session.get("directions", ()))]
        sizes = {control.name: size_of(control) for control in self.controls}
        for direction in found:
            if sizes.get(direction.control) != len(direction.vector):
                words = _("The direction “{name}” in this picture does not fit this generator; nothing was changed.")
                raise UsageError(words.format(name=direction.name))
        directions, strengths = _joined(self.kept.directions, found, state.strengths)

        def change() -> None:
            self.history.begin(_("Restore the picture"))
            if len(directions) > len(self.kept.directions):
                self.change_kept(_("Directions of the picture"), directions=directions)
            self.edit(state.with_(strengths=strengths), _("Restore the picture"))
            self.history.commit()

        return change


def _joined(
    kept: Mapping[str, Direction], found: Sequence[Direction], strengths: Mapping[str, float]
) -> tuple[dict[str, Direction], dict[str, float]]:
    """The directions that are kept and those of the picture, which get another name where theirs means another one."""
    joined, renamed = dict(kept), {}
    for new in found:
        name, number = new.name, 2
        while name in joined and not np.array_equal(joined[name].vector, new.vector):
            name, number = f"{new.name} {number}", number + 1
        renamed[new.name] = name
        joined.setdefault(name, replace(new, name=name))
    carried = {renamed[name]: far for name, far in strengths.items() if name in renamed}
    return joined, carried
