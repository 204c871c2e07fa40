"""The inside of 2-D games at stored steps, as the window asks for it. Main thread, no Qt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from psygnal import Signal

from ganstudio.core.dataspec import Box
from ganstudio.core.events import Scene
from ganstudio.core.i18n import _
from ganstudio.explore.rendering import RenderService
from ganstudio.explore.shelf import Shelf

if TYPE_CHECKING:
    from ganstudio.app.runs.run_model import RunModel

CHANNEL = "plane"


class StoredPlanes:
    """Draws what was asked for last, with the newest checkpoint of that step or before. Its thread begins when asked.

    Args:
        wake: called in that thread when there is something to :meth:`pump`.

    Signals:
        found: the :class:`Scene`, or None and in words why there is none.
    """

    found = Signal(object, str)

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._service: RenderService | None = None
        self._wanted: object = None
        self._over = False

    def ask(self, run: RunModel, step: int, box: Box | None) -> None:
        """Wants the scene of a run at a step, over this part of the plane (None: the square of its data)."""
        path, source, spec = run.path, run.source, run.spec
        if path is None or spec is None or self._over:
            return
        newest = max((at for at in run.checkpoints if at <= step), default=-1)
        wanted = (path, step, source, box, newest)
        if wanted == self._wanted:
            return
        self._wanted, seen = wanted, box or spec.square
        if self._service is None:
            self._service = RenderService(self._wake)
            self._service.use(Shelf())

        def work(shelf: Shelf) -> Iterator[Any]:
            from ganstudio.explore.inside import look_at_stored  # brings torch

            return look_at_stored(path, step, source, seen)(shelf)

        self._service.submit(CHANNEL, work)

    def drop(self) -> None:
        """Wants nothing any more."""
        self._wanted = None
        if self._service is not None:
            self._service.drop(CHANNEL)

    def pump(self) -> None:
        """Tells what was found."""
        for drawn in self._service.poll() if self._service is not None else ():
            if drawn.error is not None:
                self.found.emit(None, str(drawn.error))
            elif drawn.value is not None:
                scene: Scene | None = drawn.value.scene
                self.found.emit(scene, "" if scene is not None else _("There is no discriminator to look into."))

    def shutdown(self) -> None:
        """Ends the thread; nothing is drawn any more."""
        self._over = True
        if self._service is not None:
            self._service.close()
