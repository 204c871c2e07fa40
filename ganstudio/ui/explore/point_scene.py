"""A generator of points in the Explore workspace: the plane with the data, its samples, and the one that one is at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QHideEvent, QShowEvent

from ganstudio.app.explore.explorer import Explorer
from ganstudio.core.controls import LatentVector
from ganstudio.core.dataspec import Box
from ganstudio.core.i18n import _
from ganstudio.explore.rendering import Drawn, Work
from ganstudio.explore.state import ExploreState, position_of
from ganstudio.metrics.modes import captured
from ganstudio.ui.explore.views.pad import LatentPad
from ganstudio.ui.kit.lifetimes import listen
from ganstudio.ui.plots.scene import SceneView

if TYPE_CHECKING:
    from ganstudio.explore.generator import Generator
    from ganstudio.explore.inside import Plane

CHANNEL, URGENCY = "plane of points", 20


class PointScene(SceneView):
    """Drawn while somebody sees it; a click on a sample goes there.

    Args:
        explorer: what draws.
        pad: shows the latents of the same samples.
    """

    def __init__(self, explorer: Explorer, pad: LatentPad) -> None:
        super().__init__()
        self._explorer, self._pad = explorer, pad
        self._plane: Plane | None = None
        self._box: Box | None = None
        self._of: object = None  # the run or file whose data are shown
        self.setContentsMargins(0, 6, 0, 0)
        self.set_empty_text(_("The points are being drawn."))
        self.looked.connect(self._look)
        self.picked.connect(self._take)
        listen(
            self,
            (explorer.drawn, self._drawn),
            (explorer.source_changed, self._source_changed),
            (explorer.picture_changed, self._mark),
        )
        self._source_changed()

    def _source_changed(self) -> None:
        opened, spec = self._explorer.opened, self._explorer.spec
        if opened is None or spec is None or spec.pictures:
            return
        if self._of != opened.path:
            self._of, self._plane, self._box = opened.path, None, None
            self.set_real(None)
            self.set_fakes(None)
            self.set_scene(None)
            self.set_spec(spec.extent, spec.modes, spec.mode_std)
        self._mark()
        self.redraw()

    def redraw(self) -> None:
        """Draws everything anew, where somebody looks."""
        self._explorer.show(CHANNEL, self._work if self.isVisible() else None, URGENCY, follows=False)

    def showEvent(self, event: QShowEvent) -> None:
        """Somebody looks."""
        super().showEvent(event)
        self.redraw()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks."""
        super().hideEvent(event)
        self.redraw()

    def _work(self, _state: ExploreState) -> Work:
        run = None if self._explorer.opened is None else self._explorer.opened.run
        box, real = self._box, self.plot.real is None

        def work(generator: Generator) -> Iterator[Any]:
            from ganstudio.explore.inside import look_at_plane  # brings torch

            return look_at_plane(run, box, real)(generator)

        return work

    def _drawn(self, result: Drawn) -> None:
        if result.channel == CHANNEL and result.error is not None:
            self.set_empty_text(str(result.error))
        if result.channel != CHANNEL or result.value is None:
            return
        plane: Plane = result.value
        self._plane = plane
        if plane.real is not None:
            self.set_real(plane.real)
        self.set_fakes(plane.points, plane.groups)
        spec = self._explorer.spec
        if spec is not None and spec.modes:
            self.set_mode_hits(captured(plane.points, spec)[0])
        self.set_scene(plane.scene, "" if plane.scene is not None else _("There is no discriminator to look into."))
        latent = next((one for one in self._explorer.controls if isinstance(one, LatentVector)), None)
        if latent is not None:
            self._pad.set_samples(plane.values[latent.name])

    def _mark(self) -> None:
        explorer = self._explorer
        names = (_("A · now"), _("B · kept")) if explorer.other is not None else ("", "")
        points = (explorer.point, explorer.other_point)
        self.set_here(*((point, name) for point, name in zip(points, names, strict=True) if point is not None))

    def _look(self, box: Box) -> None:
        self._box = box
        self.redraw()

    def _take(self, place: int) -> None:
        state = self._explorer.state
        if self._plane is not None and state is not None:
            there = state.with_(position={**state.position, **position_of(self._plane.values, place)}, seed=None)
            self._explorer.edit(there, _("Take a sample"))
