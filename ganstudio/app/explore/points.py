"""A generator of points as it is explored: its plane with data and samples, and that of its latents. Main thread, no Qt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from ganstudio.app.explore.explorer import Explorer
from ganstudio.core.controls import LatentVector
from ganstudio.core.dataspec import Box
from ganstudio.core.i18n import _
from ganstudio.explore.rendering import Drawn, Work
from ganstudio.explore.state import ExploreState, position_of
from ganstudio.metrics.modes import captured

if TYPE_CHECKING:
    from ganstudio.explore.generator import Generator
    from ganstudio.explore.inside import Plane

CHANNEL, URGENCY = "plane of points", 20
NORMAL, UNIFORM = 3.0, 1.0


class PointPlane:
    """What is seen of a generator of points, drawn while somebody watches; nothing of one that draws pictures.

    Signals:
        changed: another plane was drawn, or another generator is open.

    Attributes:
        plane: what was drawn last; None until then.
        real: float32 ``(M, 2)``: what it learned from; None where nobody knows.
        hits: for each true mode whether samples arrive there.
        error: why there is nothing to see, in words.
    """

    changed = Signal()

    def __init__(self, explorer: Explorer) -> None:
        self._explorer = explorer
        self.plane: Plane | None = None
        self.real: NDArray[np.float32] | None = None
        self.hits: list[bool] = []
        self.error = ""
        self._box: Box | None = None
        self._watched = False
        self._of: object = None
        explorer.drawn.connect(self._drawn)
        explorer.source_changed.connect(self._source_changed)

    @property
    def there(self) -> bool:
        """A generator of points is open."""
        return self._explorer.spec is not None and not self._explorer.spec.pictures

    def watch(self, watched: bool) -> None:
        """Draws it, also anew for other weights, or no longer."""
        self._watched = watched
        self._explorer.show(CHANNEL, self._work if watched and self.there else None, URGENCY, follows=False)

    def look_at(self, box: Box) -> None:
        """This part of the plane is seen."""
        self._box = box
        self.watch(self._watched)

    def _source_changed(self) -> None:
        opened = self._explorer.opened
        if not self.there or opened is None:
            return
        if self._of != opened.path:
            self._of, self.plane, self.real, self._box, self.hits = opened.path, None, None, None, []
            self.changed.emit()
        self.watch(self._watched)

    def _work(self, _state: ExploreState) -> Work:
        run = None if self._explorer.opened is None else self._explorer.opened.run
        box, real = self._box, self.real is None

        def work(generator: Generator) -> Iterator[Any]:
            from ganstudio.explore.inside import look_at_plane  # brings torch

            return look_at_plane(run, box, real)(generator)

        return work

    def _drawn(self, result: Drawn) -> None:
        spec = self._explorer.spec
        if result.channel != CHANNEL or spec is None or (result.value is None and result.error is None):
            return
        self.error = "" if result.error is None else str(result.error)
        if result.value is not None:
            plane: Plane = result.value
            self.plane, self.real = plane, self.real if plane.real is None else plane.real
            self.hits = captured(plane.points, spec)[0].tolist() if spec.modes else []
        self.changed.emit()

    def take(self, place: int) -> None:
        """Goes to one of the samples."""
        state = self._explorer.state
        if self.plane is not None and state is not None:
            there = state.with_(position={**state.position, **position_of(self.plane.values, place)}, seed=None)
            self._explorer.edit(there, _("Take a sample"))

    # -- the plane of the latents -----------------------------------------------------------------------------------

    @property
    def control(self) -> LatentVector | None:
        """The latent vector, of which the first two numbers span the plane."""
        return next((control for control in self._explorer.controls if isinstance(control, LatentVector)), None)

    @property
    def reach(self) -> float:
        """How far the plane goes from its middle."""
        return NORMAL if self.control is not None and self.control.prior == "normal" else UNIFORM

    @property
    def latents(self) -> NDArray[np.float32]:
        """Where the samples were drawn, ``(N, 2)``."""
        if self.plane is None or self.control is None:
            return np.zeros((0, 2), np.float32)
        return _two(self.plane.values[self.control.name])

    @property
    def here(self) -> tuple[float, float] | None:
        """Where one is in the plane of the latents; None where there are no latents."""
        state, control = self._explorer.state, self.control
        if state is None or control is None or not self.there:
            return None
        x, y = _two(state.position[control.name][None])[0].tolist()
        return x, y

    def move(self, x: float, y: float, trip: object) -> None:
        """Goes there, no farther than :attr:`reach`; moves of one trip are one step back."""
        state, control = self._explorer.state, self.control
        if state is not None and control is not None:
            vector = state.position[control.name].copy()
            vector[:2] = np.clip([x, y], -self.reach, self.reach)[: len(vector)]
            self._explorer.edit(state.moved(control.name, vector), _("Move in the latents"), ("pad", trip))


def _two(latents: NDArray[np.float32]) -> NDArray[np.float32]:
    return latents[:, :2] if latents.shape[1] > 1 else np.pad(latents, ((0, 0), (0, 1)))
