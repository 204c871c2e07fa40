"""How hands become edits: one drag is one step back, and where Reset of a latent goes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ganstudio.app.generators.sources import Opened
from ganstudio.app.history import History
from ganstudio.app.studio import Studio
from ganstudio.core.controls import Control, LatentVector
from ganstudio.explore.state import ExploreState
from ganstudio.ui.controls.slider import ValueSlider

Change = Callable[[ExploreState, float], ExploreState | None]
REMEMBERED = 300


class Driven(Protocol):
    """A desk whose controls stand somewhere and can be moved: the explorer, or the painter with its styles."""

    studio: Studio
    history: History
    opened: Opened | None
    state: ExploreState | None

    @property
    def controls(self) -> tuple[Control, ...]:
        """What can be driven."""

    def edit(self, state: ExploreState, label: str, merge_key: object = None) -> None:
        """Moves the controls; can be undone."""

    def drawn_from(self, seed: int) -> ExploreState:
        """Where the controls stand that are drawn at random with a seed."""


class Editing:
    """Edits a desk's state for the rows of a panel.

    A drag is one step back however long it rests: its edits are grouped from the first move until it is let go.
    """

    def __init__(self, driven: Driven) -> None:
        self._driven = driven
        self._grouped = False

    def edit(self, state: ExploreState | None, label: str, key: object = None, held: bool = False) -> None:
        """Moves the controls.

        Args:
            state: where they stand then; None for no change.
            label: what it was, as the menu shows it.
            key: edits with one key in quick succession are one step back.
            held: more will come until :meth:`done`.
        """
        if state is None:
            return
        if held and not self._grouped:
            self._grouped = True
            self._driven.history.begin(label)
        self._driven.edit(state, label, key)

    def done(self) -> None:
        """The hand has let go."""
        if self._grouped:
            self._grouped = False
            if self._driven.history.grouping:  # opening another run has forgotten it otherwise
                self._driven.history.commit()

    def bind(self, row: ValueSlider, change: Change, label: str, key: object) -> None:
        """Makes a row move something: ``change(state, value)`` is the state then."""

        def moved(value: float) -> None:
            if self._driven.state is not None:
                self.edit(change(self._driven.state, value), label, key, row.held)

        row.moved.connect(moved)
        row.released.connect(self.done)


class Origins:
    """From which values the latents have been moved one by one: where Reset goes.

    That is what was drawn, travelled to, pasted or restored last: whatever changed more than one number at once.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[int, tuple[ExploreState, dict[str, NDArray[Any]]]] = OrderedDict()
        self._last: tuple[ExploreState, dict[str, NDArray[Any]]] | None = None

    def of(self, state: ExploreState, controls: Sequence[Control]) -> dict[str, NDArray[Any]]:
        """The values of every latent before it was moved number by number; the same as ever after an undo."""
        known = self._known.get(id(state))
        if known is None or known[0] is not state:
            found = {one.name: self._one(one.name, state) for one in controls if isinstance(one, LatentVector)}
            known = self._known[id(state)] = (state, found)
        self._known.move_to_end(id(state))
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        self._last = known
        return known[1]

    def _one(self, name: str, state: ExploreState) -> NDArray[Any]:
        now = state.position[name]
        if state.seed is not None or self._last is None:
            return now
        before, origin = self._last[0].position.get(name), self._last[1].get(name)
        if before is None or origin is None or before.shape != now.shape or (before != now).sum() > 1:
            return now
        return origin


def with_number(state: ExploreState, name: str, index: int, value: float) -> ExploreState:
    """The state with one number of a vector changed."""
    vector = state.position[name].copy()
    vector[index] = np.float32(value)
    return state.moved(name, vector)


def number_change(name: str, index: int) -> Change:
    """What a row of one number of a vector does."""
    return lambda state, value: with_number(state, name, index, value)
