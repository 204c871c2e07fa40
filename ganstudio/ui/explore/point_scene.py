"""A generator of points in the Explore workspace: the plane with the data, its samples, and the one that one is at."""

from __future__ import annotations

from PySide6.QtGui import QHideEvent, QShowEvent

from ganstudio.app.explore.explorer import Explorer
from ganstudio.app.explore.points import PointPlane
from ganstudio.core.i18n import _
from ganstudio.ui.kit.lifetimes import listen
from ganstudio.ui.plots.scene import SceneView


class PointScene(SceneView):
    """Drawn while somebody sees it; a click on a sample goes there."""

    def __init__(self, explorer: Explorer, points: PointPlane) -> None:
        super().__init__()
        self._explorer, self._points = explorer, points
        self._spec: object = None
        self.setContentsMargins(0, 6, 0, 0)
        self.looked.connect(points.look_at)
        self.picked.connect(points.take)
        listen(self, (points.changed, self._show), (explorer.picture_changed, self._mark))
        self._show()

    def showEvent(self, event: QShowEvent) -> None:
        """Somebody looks."""
        super().showEvent(event)
        self._points.watch(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks."""
        super().hideEvent(event)
        self._points.watch(False)

    def _show(self) -> None:
        points, plane, spec = self._points, self._points.plane, self._explorer.spec
        self.set_empty_text(points.error or _("The points are being drawn."))
        if spec is not None and spec is not self._spec:
            self._spec = spec
            self.set_spec(spec.extent, spec.modes, spec.mode_std)
        if points.real is not self.plot.real:
            self.set_real(points.real)
        self.set_fakes(*((None,) if plane is None else (plane.points, plane.groups)))
        self.set_mode_hits(points.hits)
        scene = None if plane is None else plane.scene
        blind = plane is not None and scene is None
        self.set_scene(scene, _("There is no discriminator to look into.") if blind else "")
        self._mark()

    def _mark(self) -> None:
        explorer = self._explorer
        names = (_("A · now"), _("B · kept")) if explorer.other is not None else ("", "")
        points = (explorer.point, explorer.other_point)
        self.set_here(*((point, name) for point, name in zip(points, names, strict=True) if point is not None))
