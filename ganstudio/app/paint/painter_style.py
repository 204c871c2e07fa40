"""Takes the style of a picture: read beside the window, then asked of the generator's style encoder. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.errors import StudioError
from ganstudio.core.i18n import _
from ganstudio.explore.painting import style_of

if TYPE_CHECKING:
    from ganstudio.app.paint.painter import Painter

STYLE, STYLE_URGENCY = "style", 90


class StyleReader:
    """Reads one picture at a time; the newest wins.

    Args:
        painter: gets the style.
    """

    def __init__(self, painter: Painter) -> None:
        self._painter = painter
        self._number = 0

    def forget(self) -> None:
        """Another generator: what is being read is wanted no more."""
        self._number += 1

    def take(self, source: Path | bytes | NDArray[np.uint8], then: Callable[[], object] | None = None) -> None:
        """Takes the style of a picture: a file, the bytes of one, or uint8 ``(C, S, S)`` of the run's data.

        Args:
            source: the picture.
            then: called when it has been read; not where it could not be.
        """
        painter, spec = self._painter, self._painter.spec
        if spec is None or painter.state is None:
            return
        self._number += 1
        number = self._number
        if isinstance(source, np.ndarray):
            self._ask(source.astype(np.float32) / np.float32(127.5) - np.float32(1))
            return

        def work(_progress: object, _cancel: object) -> NDArray[np.float32]:
            from ganstudio.explore.reading import read_picture

            return read_picture(source, spec)

        def done(picture: NDArray[np.float32]) -> None:
            if number == self._number:
                self._ask(picture)
                if then is not None:
                    then()

        def failed(error: StudioError) -> None:
            if number == self._number:
                painter.studio.report(error)

        name = source.name if isinstance(source, Path) else _("what was pasted")
        job = painter.studio.jobs.start(_("Reading {name}").format(name=name), work)
        job.on_done(done).on_error(failed)

    def _ask(self, picture: NDArray[np.float32]) -> None:
        self._painter.ask(STYLE, style_of(picture), STYLE_URGENCY)
