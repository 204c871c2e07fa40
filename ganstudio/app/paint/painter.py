"""The painting that is open: a generator that draws on label maps, the canvases, the style, and what is drawn of them.

While a stroke goes on, one picture is being drawn at any time, and the next one begins with the newest map: pictures come
as fast as the network allows. What a hand has ended, though, is drawn at once: the picture on its way is given up between
two layers. So the last picture is always that of the last state, and comes after one forward pass.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from ganstudio.app.generators.desk import Desk
from ganstudio.app.history import History
from ganstudio.app.jobs import Newest
from ganstudio.app.paint.canvases import FOLDER, CanvasDocument, Canvases
from ganstudio.app.paint.painter_canvases import CanvasSource, start_of
from ganstudio.app.settings import config_folder
from ganstudio.core.commands import Source
from ganstudio.core.controls import ContinuousCode, Control, LabelMap, LatentVector, given
from ganstudio.core.errors import StudioError, UsageError
from ganstudio.core.i18n import _
from ganstudio.explore import painting
from ganstudio.explore.rendering import Drawn
from ganstudio.explore.state import ExploreState, position_of
from ganstudio.explore.views import Pictures

if TYPE_CHECKING:
    from ganstudio.app.generators.sources import Opened
    from ganstudio.app.studio import Studio

PICTURE, STYLE, VARIANTS, EFFECTS = "picture", "style", "variants", "effects"
URGENCY = {PICTURE: 100, STYLE: 90, VARIANTS: 10, EFFECTS: 5}
REST_SECONDS = 0.35  # variants are drawn when the hand has rested for so long
VARIANT_COUNT = 8
MANY = 4
"""From more numbers on it is worth finding out which of them matter."""
NEW_SEEDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Pace:
    """How far the drawing is behind the hand.

    Attributes:
        flying: stamp of the picture that is being drawn; 0: none.
        late: another one is wanted as soon as that is done.
        stroking: the hand is on the canvas.
        settled: what is shown has been looked at in peace: it is what one compares with.
        stale: the variants are of another map.
        rest: when the hand will have rested for long enough to draw them; None: nothing waits for that.
    """

    flying: int = 0
    late: bool = False
    stroking: bool = False
    settled: bool = False
    stale: bool = False
    rest: float | None = None


class StyleReader:
    """Takes the style of pictures: read beside the window, then asked of the generator's style encoder.

    Args:
        desk: with the generator; gets the style. The newest picture wins.

    Attributes:
        forget: to be called for another generator: what is being read is wanted no more.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._job = Newest(desk.studio.jobs)
        self.forget = self._job.stop

    def take(self, source: Path | bytes | NDArray[np.uint8], then: Callable[[], object] | None = None) -> None:
        """Takes the style of a picture: a file, the bytes of one, or uint8 ``(C, S, S)`` of the run's data.

        Args:
            source: the picture.
            then: called when it has been read; not where it could not be.
        """
        spec = self._desk.spec
        if spec is None:
            return
        self.forget()
        if isinstance(source, np.ndarray):
            self._ask(source.astype(np.float32) / np.float32(127.5) - np.float32(1))
            return

        def work(_progress: object, _cancel: object) -> NDArray[np.float32]:
            from ganstudio.explore.reading import read_picture

            return read_picture(source, spec)

        def done(picture: NDArray[np.float32]) -> None:
            self._ask(picture)
            if then is not None:
                then()

        name = source.name if isinstance(source, Path) else _("what was pasted")
        self._job.start(_("Reading {name}").format(name=name), work, done, self._desk.studio.report)

    def _ask(self, picture: NDArray[np.float32]) -> None:
        self._desk.ask(STYLE, painting.style_of(picture), URGENCY[STYLE])


class Painter(Desk):
    """A desk whose generators draw on label maps.

    Signals:
        canvas_changed: another canvas, or other ones in the list.
        state_changed: :attr:`state`.
        picture_changed: :attr:`picture`, :attr:`before` or :attr:`error`.
        variants_changed: the small picture with this number was drawn; −1: all are out of date.
        effects_changed: :attr:`effects`.

    Attributes:
        canvases: all of them; the present one is :attr:`document`.
        source: where new canvases come from.
        state: where every control but the map stands; None while nothing is open.
        picture: uint8 ``(H, W, C)`` of the present map and style; None until it is drawn.
        before: the picture before the last edit.
        error: why there is no new picture.
        variants: other styles, and ``variant_pictures`` of the present map in them.
        effects: how much each number changes the picture, largest 1, by the control's name.
        reader: takes the style of pictures.
    """

    place = "paint"

    canvas_changed = Signal()
    state_changed = Signal()
    picture_changed = Signal()
    variants_changed = Signal(int)
    effects_changed = Signal()

    def __init__(self, studio: Studio, wake: Callable[[], None], folder: Path | None = None) -> None:
        super().__init__(studio, wake)
        self.canvases = Canvases(folder or config_folder() / FOLDER, studio.notifications)
        self.source = CanvasSource(self, self.canvases, lambda: self.state)
        self.state: ExploreState | None = None
        self.picture: NDArray[np.uint8] | None = None
        self.before: NDArray[np.uint8] | None = None
        self.error: StudioError | None = None
        self.variants: tuple[ExploreState, ...] = ()
        self.variant_pictures: list[NDArray[np.uint8] | None] = []
        self.effects: Mapping[str, NDArray[np.float32]] = {}
        self.reader = StyleReader(self)
        self._hurry = painting.Hurry()
        self._pace = Pace()
        self._heard: CanvasDocument | None = None
        self.canvases.restore()
        self.canvases.changed.connect(self.canvas_changed.emit)
        self.canvases.current_changed.connect(self._switched)

    # -- what there is ----------------------------------------------------------------------------------------------

    @property
    def document(self) -> CanvasDocument | None:
        """The canvas that is painted on; None while nothing is open."""
        return None if self.opened is None else self.canvases.current

    @property
    def map_control(self) -> LabelMap | None:
        """What the generator takes."""
        found = given(self.controls)
        return found if isinstance(found, LabelMap) else None

    @property
    def style_controls(self) -> tuple[Control, ...]:
        """Everything that can be driven but for the map."""
        return painting.style_controls(self.controls)

    @property
    def start(self) -> ExploreState | None:
        """The style one begins with."""
        return None if self.opened is None else start_of(self.opened)

    @property
    def reads_styles(self) -> bool:
        """A style can be taken from a picture."""
        return self.opened is not None and painting.reads_styles(self.opened.generator)

    @property
    def busy(self) -> bool:
        """A picture is being drawn or about to be."""
        return bool(self._pace.flying) or self._pace.late

    def _now(self, **changes: Any) -> None:
        self._pace = replace(self._pace, **changes)

    # -- another generator, another canvas --------------------------------------------------------------------------

    def _take(self, opened: Opened) -> None:
        self.history = History()  # what belongs to a canvas outlives the generator
        super()._take(opened)

    def go_to(self, step: int, weights: Source | None = None) -> None:
        """Draws with the weights of another checkpoint. No step of undo: those belong to the canvas."""
        self._load(step, weights or self.weights)

    def _settle(self, fits: bool, same: bool) -> None:
        if not fits:
            self.picture = self.before = None
        if not same:
            self.effects = {}
            self.reader.forget()
        self.error = None
        self.drop_all()
        self.source.fit()
        self._switched()

    def _switched(self) -> None:
        """Another canvas is looked at; one that does not fit is replaced by a copy that does."""
        if self.opened is None:
            return
        if self.canvases.current is not None and self.source.fit():
            return  # that has switched again
        self._listen(self.canvases.current)
        self._now(stroking=False, settled=False)
        self.history = History() if self.document is None else self.document.history
        self.state = self._style_of(self.document)
        self.before = None
        self._make_variants(self.variants[0].seed if self.variants else 1)
        self.canvas_changed.emit()
        self.state_changed.emit()
        self.request()

    def _listen(self, document: CanvasDocument | None) -> None:
        if self._heard is not None:
            self._heard.changed.disconnect(self._inked, missing_ok=True)
            self._heard.info_changed.disconnect(self._style_set, missing_ok=True)
        self._heard = document
        if document is not None:
            document.changed.connect(self._inked)
            document.info_changed.connect(self._style_set)

    def _style_of(self, document: CanvasDocument | None) -> ExploreState | None:
        """The style that is kept with a canvas where this generator has such controls, else the one at the start."""
        if document is not None and document.style:
            try:
                return ExploreState.from_json(document.style, self.style_controls)
            except UsageError:
                pass  # painted with another run
        return self.start

    def _forget(self) -> None:
        self._listen(None)
        self.history = History()
        self.state = self.picture = self.before = self.error = None
        self.variants, self.variant_pictures, self.effects = (), [], {}
        self.drop_all()
        self.canvas_changed.emit()

    def drop_all(self) -> None:
        """Wants nothing that has been asked for."""
        self._now(flying=0, late=False, rest=None)
        for channel in URGENCY:
            self.drop(channel)

    # -- the canvas -------------------------------------------------------------------------------------------------

    def stroke_began(self) -> None:
        """A hand is on the canvas: pictures may lag behind it until it is lifted."""
        self._now(stroking=True)
        self._keep_before()

    def stroke_ended(self) -> None:
        """The hand is lifted."""
        self._now(stroking=False)
        self.style_drawn()

    def _inked(self, _rect: object = None) -> None:
        self.request(final=not self._pace.stroking)

    # -- the style --------------------------------------------------------------------------------------------------

    def edit(self, state: ExploreState, label: str, merge_key: object = None) -> None:
        """Moves the style; one drag (edits with one key in quick succession) is one step back."""
        if self.document is not None and state is not self.state:
            self._keep_before()
            self.document.set_style(state.to_json(), label, merge_key)

    def _style_set(self) -> None:
        found, before = self._style_of(self.document), self.state
        if found is None or before is None:
            return
        if found.seed == before.seed and painting.same_style(found.position, before.position):
            return
        self.state = found
        self.state_changed.emit()
        self.request(final=not self.history.grouping)

    def style_drawn(self) -> None:
        """A drag of a slider has ended."""
        if self._pace.late:
            self.request()

    def drawn_from(self, seed: int) -> ExploreState:
        """The style that is drawn at random with this seed."""
        assert self.opened is not None
        values = position_of(self.opened.generator.draw(1, seed))
        names = {control.name for control in self.style_controls}
        return ExploreState({name: value for name, value in values.items() if name in names}, seed=seed)

    def surprise(self) -> None:
        """Other styles to choose from."""
        if self.opened is not None:
            self._make_variants(None)
            self._now(rest=self._clock())

    def _make_variants(self, seed: int | None) -> None:
        if not self.style_controls:
            self.variants, self.variant_pictures = (), []
            return
        first = random.SystemRandom().randrange(NEW_SEEDS) if seed is None else seed
        self.variants = tuple(self.drawn_from(first + index) for index in range(VARIANT_COUNT))
        self.variant_pictures = [None] * VARIANT_COUNT
        self.drop(VARIANTS)
        self.variants_changed.emit(-1)

    def take_variant(self, index: int) -> None:
        """Takes one of the styles of the strip. Can be undone."""
        if self.state is not None and 0 <= index < len(self.variants):
            self.edit(self.variants[index], _("Take a style"))

    def _take_style(self, result: Drawn) -> None:
        if result.error is not None:
            self.studio.report(result.error)
        elif result.value is not None and self.state is not None:
            read = {name: np.asarray(value, np.float32) for name, value in result.value.items()}
            self.edit(ExploreState({**self.state.position, **read}), _("Style of a picture"))

    # -- drawing ----------------------------------------------------------------------------------------------------

    def redraw(self) -> None:
        """Other weights: what was asked for before is forgotten."""
        self._now(flying=0, late=False)
        if not self.effects:
            self.drop(EFFECTS)
        self.request()

    def freshen(self) -> None:
        """Newer weights of a run in training: one picture; the strip waits for the next edit, for training's sake."""
        if self._pace.flying:
            self._now(late=True)
        else:
            self._ask_picture()

    def request(self, final: bool = True) -> None:
        """Asks for the picture of the present map and style.

        Args:
            final: it is wanted at once, whatever is being drawn; else as soon as that is done.
        """
        if self.document is None or self.state is None:
            return
        self._now(rest=None, stale=True)
        self.drop(VARIANTS)
        if self._pace.flying and not final:
            self._now(late=True)
        else:
            self._ask_picture()

    def _ask_picture(self) -> None:
        document, state = self.document, self.state
        if document is not None and state is not None:
            self._hurry.anew()
            ids = document.ids.astype(np.int64)  # the one copy: the hand paints on meanwhile
            work = painting.picture_on(ids, state.position, self._hurry)
            self._now(late=False, flying=self.ask(PICTURE, work, URGENCY[PICTURE]))

    def _receive(self, result: Drawn) -> None:
        match result.channel:
            case "picture":
                self._take_picture(result)
            case "variants" if isinstance(result.value, Pictures):
                self.variant_pictures[result.value.first] = result.value.items[0]
                self.variants_changed.emit(result.value.first)
            case "effects" if isinstance(result.value, dict):
                self.effects = result.value
                self.effects_changed.emit()
            case "style":
                self._take_style(result)
            case "variants" | "effects":
                pass
            case _:
                super()._receive(result)

    def _take_picture(self, result: Drawn) -> None:
        if self._pace.flying == result.stamp:
            self._now(flying=0, rest=self._clock() + REST_SECONDS if self._pace.stale else self._pace.rest)
        if result.value is not None or result.error is not None:
            self.error = result.error
            if result.value is not None:
                self._keep_before()
                self.picture = result.value
            self._now(settled=not (self._pace.late or self._pace.stroking or self.history.grouping))
            self.picture_changed.emit()
        if self._pace.late:
            self._ask_picture()

    def _keep_before(self) -> None:
        """What has been looked at in peace is what one compares with."""
        if self._pace.settled and self.picture is not None:
            self.before = self.picture
            self._now(settled=False)

    def _due(self, now: float) -> None:
        pace = self._pace
        if pace.rest is None or now < pace.rest or pace.flying or pace.stroking:
            return
        self._now(rest=None, stale=False)
        document, state = self.document, self.state
        if document is None or state is None or self.error is not None:
            return
        ids = document.ids.astype(np.int64)
        if self.variants:
            styles = [variant.position for variant in self.variants]
            self.ask(VARIANTS, painting.variants_on(ids, styles, self._hurry), URGENCY[VARIANTS])
        numbers = sum(one.size for one in self.style_controls if isinstance(one, LatentVector | ContinuousCode))
        if numbers > MANY and not self.effects and not self.stamp(EFFECTS):
            self.ask(EFFECTS, painting.effects_on(ids, state.position, self._hurry), URGENCY[EFFECTS])

    # -- keeping ----------------------------------------------------------------------------------------------------

    def keep(self) -> None:
        """Autosaves what is due. Called by the window's timer, whether or not somebody looks."""
        self.canvases.autosave()

    def shutdown(self) -> None:
        """Saves every canvas and ends the rendering thread."""
        self._listen(None)
        self._hurry.anew()
        self.canvases.shut()
        super().shutdown()
