"""The order of the sliders by how much each changes the picture; measured beside everything else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from ganstudio.app.explore.explorer import Explorer
from ganstudio.core.errors import StudioError
from ganstudio.explore.rendering import Drawn
from ganstudio.ui.kit.lifetimes import listen

if TYPE_CHECKING:
    from ganstudio.explore.generator import Generator

CHANNEL = "relevance"
URGENCY = -10


class Ranking(QObject):
    """Asks once it is wanted, and again for other weights of the same run.

    Signals:
        changed: there are others shares, or it is further.

    Attributes:
        shares: float32 ``(size,)`` for every vector by its control's name; empty until they are known.
        progress: 0 to 1 while it is being measured; negative otherwise.
    """

    changed = Signal()

    def __init__(self, explorer: Explorer, parent: QObject) -> None:
        super().__init__(parent)
        self._explorer = explorer
        self._controls = explorer.controls
        self._generator = None if explorer.opened is None else explorer.opened.generator
        self._wanted = False
        self.shares: dict[str, NDArray[np.float32]] = {}
        self.progress = -1.0
        self.error = ""
        listen(
            self,
            (explorer.source_changed, self._source_changed),
            (explorer.weights_changed, self._weights_changed),
            (explorer.drawn, self._take),
        )

    def want(self, wanted: bool) -> None:
        """Measures it, unless it is known; not wanted any more, it stops."""
        if wanted == self._wanted:
            return
        self._wanted = wanted
        if wanted and not self.shares:
            self._ask()
        elif not wanted and self.progress >= 0:
            self._explorer.drop(CHANNEL)
            self.progress = -1.0
            self.changed.emit()

    def _source_changed(self) -> None:
        """So is the generator: what is known is forgotten, and measured anew where the same controls want it."""
        generator = None if self._explorer.opened is None else self._explorer.opened.generator
        if self._explorer.opening or generator is self._generator:
            return  # what was to be opened could not be, or is not there yet
        self._generator = generator
        if self._explorer.controls != self._controls:
            self._controls = self._explorer.controls
            self.want(False)
        self.shares = {}
        if self._wanted:
            self._ask()

    def _weights_changed(self) -> None:
        """The weights are others: measures anew where it is wanted.

        A run in training is not measured again at every step: its order would never hold still.
        """
        self._generator = None if self._explorer.opened is None else self._explorer.opened.generator
        if self._wanted and (self.progress >= 0 or self._explorer.following is None):
            self._ask()
        elif not self._wanted and self._explorer.following is None:
            self.shares = {}

    def _ask(self) -> None:
        if self._explorer.opened is None:
            return

        def work(generator: Generator) -> Iterator[Any]:
            from ganstudio.explore.relevance import relevance

            return relevance(generator)

        self.progress, self.error = 0.0, ""
        self._explorer.ask(CHANNEL, work, URGENCY)
        self.changed.emit()

    def _take(self, drawn: Drawn) -> None:
        if drawn.channel != CHANNEL or not self._wanted:
            return
        if isinstance(drawn.value, dict):
            self.shares, self.progress = drawn.value, -1.0
        elif drawn.value is not None:
            self.progress = float(drawn.value.fraction)
        elif isinstance(drawn.error, StudioError):
            self.error, self.progress = str(drawn.error), -1.0
        else:
            return
        self.changed.emit()
