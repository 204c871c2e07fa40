"""How hands become edits: one drag is one step back, and where Reset of a latent goes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.controls import Control, LatentVector
from ganstudio.core.i18n import _
from ganstudio.explore.state import ExploreState, Position
from ganstudio.ui.controls.slider import ValueSlider

if TYPE_CHECKING:
    from ganstudio.app.explore.explorer import Explorer
    from ganstudio.app.paint.painter import Painter
    from ganstudio.app.translate.translator import Translator

    Driven = Explorer | Painter | Translator
    """What has controls that stand somewhere and can be moved."""

Change = Callable[[ExploreState, float], ExploreState | None]
REMEMBERED = 300


class Editing:
    """Edits what is driven for the rows of a panel.

    A drag is one step back however long it rests: its edits are grouped from the first move until it is let go.

    Args:
        driven: what is driven.
        let_go: called when a hand has let go of a row.
    """

    def __init__(self, driven: Driven, let_go: Callable[[], object] = lambda: None) -> None:
        self.driven, self._let_go = driven, let_go
        self.origins = Origins(lambda seed: driven.drawn_from(seed).position)
        self._grouped = False

    @property
    def state(self) -> ExploreState | None:
        """Where the controls stand."""
        return self.driven.state

    def value(self, name: str) -> Any:
        """Where one of them stands; None while nothing is open."""
        return None if self.state is None else self.state.position.get(name)

    def first(self, name: str) -> Any:
        """Where one of them stood at first; None while nothing is open."""
        return None if self.driven.start is None else self.driven.start.position.get(name)

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
            self.driven.history.begin(label)
        self.driven.edit(state, label, key)

    def put(self, name: str, value: Any, label: str, key: object = None) -> None:
        """Moves one control, unless it stands there; None for no value moves nothing."""
        if self.state is not None and value is not None and not np.array_equal(value, self.state.position[name]):
            self.edit(self.state.moved(name, value), label, key)

    def reset(self, name: str, title: str) -> None:
        """Moves one control back to where it stood at first."""
        self.put(name, self.first(name), _("Reset {title}").format(title=title))

    def moved(self, name: str) -> bool:
        """One of them stands elsewhere than at first."""
        first = self.first(name)
        return first is not None and not np.array_equal(first, self.value(name))

    def done(self) -> None:
        """The hand has let go."""
        if self._grouped:
            self._grouped = False
            if self.driven.history.grouping:  # opening another run has forgotten it otherwise
                self.driven.history.commit()
        self._let_go()

    def bind(self, row: ValueSlider, change: Change, label: str, key: object) -> None:
        """Makes a row move something: ``change(state, value)`` is the state then."""

        def moved(value: float) -> None:
            if self.state is not None:
                self.edit(change(self.state, value), label, key, row.held)

        row.moved.connect(moved)
        row.released.connect(self.done)

    def bind_number(self, row: ValueSlider, name: str, index: int) -> None:
        """Makes a row move one number of a vector."""

        def change(state: ExploreState, value: float) -> ExploreState:
            vector = state.position[name].copy()
            vector[index] = np.float32(value)
            return state.moved(name, vector)

        self.bind(row, change, row.accessibleName(), (name, index))


class Origins:
    """From which values the latents have been moved one by one: where Reset goes.

    That is what was drawn, travelled to, pasted or restored last: whatever changed more than one number at once; but what
    its seed had ``drawn`` where most numbers are still those.
    """

    def __init__(self, drawn: Callable[[int], Position]) -> None:
        self._drawn = drawn
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
        if state.seed is not None:
            return now
        if self._last is not None:
            before, origin = self._last[0].position.get(name), self._last[1].get(name)
            if before is not None and origin is not None and before.shape == now.shape and (before != now).sum() <= 1:
                return origin
        drawn = now if state.origin is None else self._drawn(state.origin)[name]
        return drawn if (drawn != now).sum() <= len(now) // 2 else now
