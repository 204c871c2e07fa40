"""The search for a picture: which position draws it? Main thread, no Qt; the rendering service searches."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from ganstudio.app.explore.explorer import Explorer
from ganstudio.core.controls import ClassImages
from ganstudio.core.i18n import _, percent
from ganstudio.explore.files import to_pixels
from ganstudio.explore.rendering import Drawn
from ganstudio.explore.state import ExploreState, position_of

if TYPE_CHECKING:
    from ganstudio.explore.generator import Generator
    from ganstudio.explore.projection import Projection

CHANNEL, URGENCY = "projection", 1
EXAMPLES = 32
Light = Literal["auto", "no", "yes"]


class Matching:
    """The one search that is going on, or the last one. It goes on whether somebody looks or not.

    Signals:
        changed: it began, went on or ended.

    Attributes:
        running: it is looking, or waits for what is being opened.
        fraction: how far it is, 0 to 1; negative while nobody knows.
        words: what it is doing, or how it ended.
        light: whether light and dark are turned round in the picture.
        target: the picture as the generator could draw it, uint8 ``(H, W, C)``; None until it has been read.
        found: the candidates; None until there are some.
    """

    changed = Signal()

    def __init__(self, explorer: Explorer) -> None:
        self._explorer = explorer
        self.running, self.fraction, self.words = False, -1.0, ""
        self.light: Light = "auto"
        self.target: NDArray[np.uint8] | None = None
        self.found: Projection | None = None
        self._source: Path | bytes | None = None
        self._began: ExploreState | None = None
        self._of: object = None
        self._seed = 0
        explorer.drawn.connect(self._drawn)
        explorer.source_changed.connect(self._source_changed)
        explorer.weights_changed.connect(self._weights_changed)
        self._source_changed()

    @property
    def possible(self) -> bool:
        """There is a generator of pictures."""
        return self._explorer.spec is not None and self._explorer.spec.pictures

    def _source_changed(self) -> None:
        opened = self._explorer.opened
        of = None if opened is None else (opened.path, opened.generator.controls)
        if opened is not None and of == self._of:
            self._weights_changed()  # opened anew, or something else could not be opened: nothing is lost
            return
        waiting = self.running and self._of is None and self.possible  # given before there was anything to look in
        self._of = of
        waits = self.running and of is None
        self._end(self._invitation())
        self.running = waits
        if waiting:
            self._begin(0)

    def _weights_changed(self) -> None:
        """With other weights the search is another one; a run that trains is followed while it goes on."""
        if self.running and self._explorer.following is None and not self._explorer.opening:
            self._begin(self._seed)

    def _invitation(self) -> str:
        if self._explorer.spec is not None and not self.possible:
            return _("Pictures can be looked for in generators of pictures.")
        return _(
            "Drop, paste or open any picture: the position that draws it is found, and every slider then edits it."
        )

    # -- what a person asks for -------------------------------------------------------------------------------------

    def look_for(self, source: Path | bytes | None) -> None:
        """Looks for a file, or for the content of one; None for nothing."""
        if source is not None:
            self._source = source
            self._begin(0)

    def turn(self, light: Light) -> None:
        """Looks for the same picture with light and dark as they are, turned round, or as fits."""
        self.light = light
        self._begin(0)

    def again(self) -> None:
        """Looks once more, from other starts."""
        self._begin(self._seed + 1)

    def stop(self) -> None:
        """Ends it and goes to the best that was found so far, where nobody has gone elsewhere meanwhile."""
        if self.running:
            self._end(self._invitation(), keep=True)
            if self.found is not None:
                self._finish(self.found)
            else:
                self._end(self.words)

    def cancel(self) -> None:
        """Ends it; the controls stay where they are. What was found so far can still be looked at."""
        if self.running:
            some = _("Cancelled: nothing was moved. Click a candidate to go there.")
            self._end(_("Cancelled: nothing was moved.") if self.found is None else some, keep=self.found is not None)

    def take(self, place: int) -> None:
        """Goes to a candidate."""
        if self.found is not None and place < len(self.found.pictures):
            state = ExploreState(position_of(self.found.values, place))
            self._explorer.edit(state, _("Go to what was found"))

    # -- looking ----------------------------------------------------------------------------------------------------

    def _begin(self, seed: int) -> None:
        source, explorer = self._source, self._explorer
        tell = explorer.studio.notifications.info
        if source is None:
            return
        if explorer.spec is None:  # there is nothing yet that could draw the picture
            self.running = bool(explorer.opening)
            if self.running:
                self.words = _("Waits for what is being opened…")
                self.changed.emit()
            else:
                tell(_("Open a generator first, then drop the picture again."))
            return
        if not self.possible:
            tell(_("Pictures can only be looked for in a generator of pictures."))
            return
        state, light, self._seed = explorer.state, self.light, seed
        shown = [control.name for control in explorer.controls if isinstance(control, ClassImages)]
        given = {} if state is None else {name: state.position[name] for name in shown}

        def work(generator: Generator) -> Iterator[Any]:
            from ganstudio.explore.projection import project
            from ganstudio.explore.reading import fit_options, read_picture

            options = fit_options(generator.spec, generator.generate(generator.draw(EXAMPLES, 1)))
            invert: Any = {"auto": "auto", "yes": True}.get(light, False)
            target = read_picture(source, generator.spec, invert, options.ground)
            yield target
            yield from project(generator, target, seed=seed, given=given)

        self.found, self.target, self._began = None, None, state
        self.running, self.fraction, self.words = True, -1.0, _("Looking…")
        explorer.ask(CHANNEL, work, URGENCY)
        self.changed.emit()

    def _drawn(self, result: Drawn) -> None:
        if result.channel != CHANNEL or not self.running:
            return
        if result.error is not None:
            self._end(str(result.error))
        elif isinstance(result.value, np.ndarray):
            self.target = to_pixels(result.value[None])[0]
            self.changed.emit()
        elif result.value is not None:
            self._go_on(result.value)
        if result.done and self.running:
            self.running = False
            self.changed.emit()

    def _go_on(self, found: Projection) -> None:
        self.found, self.fraction = found, found.fraction
        if found.done:
            self._finish(found)
        else:
            self.words = _("Looking… {share}").format(share=percent(100 * found.fraction))
            self.changed.emit()

    def _finish(self, found: Projection) -> None:
        """Goes to the best, where nobody has gone elsewhere meanwhile."""
        self.found, self.running = found, False
        if self._explorer.state is self._began:
            self.take(found.best)
            self.words = _("Found. Every slider now edits this picture; the other candidates are below.")
        else:
            self.words = _("Found. You have gone elsewhere meanwhile: click a candidate to go there.")
        self.changed.emit()

    def _end(self, words: str, keep: bool = False) -> None:
        self._explorer.drop(CHANNEL)
        self.running, self.fraction, self.words = False, -1.0, words
        if not keep:
            self.found = self.target = None
        self.changed.emit()
