"""The painting that is open: a generator that draws on label maps, the canvases, the style, and what is drawn of them.

While a stroke goes on, one picture is being drawn at any time, and the next one begins with the newest map: pictures come
as fast as the network allows. What a hand has ended, though, is drawn at once: the picture on its way is given up between
two layers. So the last picture is always that of the last state, and comes after one forward pass.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from ganstudio.app.generators.desk import Desk
from ganstudio.app.history import History
from ganstudio.app.jobs import Newest
from ganstudio.app.paint.canvas_document import CanvasDocument, classes_from_json, classes_to_json
from ganstudio.app.paint.canvases import FOLDER, Canvases
from ganstudio.app.paint.kept_styles import KeptStyles
from ganstudio.app.paint.painter_canvases import CanvasSource, start_of
from ganstudio.app.settings import config_folder
from ganstudio.core.commands import Source
from ganstudio.core.controls import ContinuousCode, Control, LabelMap, LatentVector
from ganstudio.core.errors import StudioError, UsageError
from ganstudio.core.i18n import _
from ganstudio.explore import painting
from ganstudio.explore.canvas import pack_ids, remap, resized, unpack_ids
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


class Painter(Desk):
    """A desk whose generators draw on label maps.

    Signals:
        canvas_changed: another canvas, or other ones in the list.
        picture_changed: :attr:`picture`, :attr:`before` or :attr:`error`.
        variants_changed: the small picture with this number was drawn; −1: all are out of date.
        effects_changed: :attr:`effects`.

    Attributes:
        canvases: all of them; the present one is :attr:`document`.
        source: where new canvases come from.
        kept: styles with names.
        picture: uint8 ``(H, W, C)`` of the present map and style; None until it is drawn.
        before: the picture before the last edit.
        error: why there is no new picture.
        variants: other styles, and ``variant_pictures`` of the present map in them.
        effects: how much each number changes the picture, largest 1, by the control's name.
    """

    place = "paint"

    canvas_changed = Signal()
    picture_changed = Signal()
    variants_changed = Signal(int)
    effects_changed = Signal()

    def __init__(self, studio: Studio, wake: Callable[[], None], folder: Path | None = None) -> None:
        super().__init__(studio, wake)
        self.canvases = Canvases(folder or config_folder() / FOLDER, studio.notifications)
        self.source = CanvasSource(self, self.canvases, lambda: self.state)
        self.kept = KeptStyles(self)
        self.picture: NDArray[np.uint8] | None = None
        self.before: NDArray[np.uint8] | None = None
        self.error: StudioError | None = None
        self.variants: tuple[ExploreState, ...] = ()
        self.variant_pictures: list[NDArray[np.uint8] | None] = []
        self.effects: Mapping[str, NDArray[np.float32]] = {}
        self._style_job = Newest(studio.jobs)
        self._hurry = painting.Hurry()
        self._flying = 0  # stamp of the picture that is being drawn
        self._late = False  # another one is wanted as soon as that is done
        self._stroking = False  # the hand is on the canvas
        self._settled = False  # what is shown has been looked at in peace: it is what one compares with
        self._stale = False  # the variants are of another map
        self._rest: float | None = None  # when the hand will have rested for long enough to draw them
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
        return self.source.control

    @property
    def dials(self) -> tuple[Control, ...]:
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
        return bool(self._flying) or self._late

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
            self._style_job.stop()
            self.kept.read()
        self.error = None
        self.drop_all()
        self.source.fit()
        self._switched()

    def _switched(self) -> None:
        """Another canvas is looked at; one that does not fit is replaced by a copy that does."""
        if self.opened is None:
            return
        if self.canvases.current is not None and self.source.fit(by_hand=True):
            return  # that has switched again
        self._listen(self.canvases.current)
        self._stroking = self._settled = False
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
                return ExploreState.from_json(document.style, self.dials)
            except UsageError:
                pass  # painted with another run
        return self.start

    def _forget(self) -> None:
        self._listen(None)
        self.history = History()
        self.state = self.picture = self.before = self.error = None
        self.variants, self.variant_pictures, self.effects = (), [], {}
        self.kept.read()
        self.drop_all()
        self.canvas_changed.emit()

    def drop_all(self) -> None:
        """Wants nothing that has been asked for."""
        self._flying, self._late, self._rest = 0, False, None
        for channel in URGENCY:
            self.drop(channel)

    def stroke_began(self) -> None:
        """A hand is on the canvas: pictures may lag behind it until it is lifted."""
        self._stroking = True
        self._keep_before()

    def stroke_ended(self) -> None:
        """The hand is lifted."""
        self._stroking = False
        self.style_drawn()

    def _inked(self, _rect: object = None) -> None:
        self.request(final=not self._stroking)

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
        if self._late:
            self.request()

    def drawn_from(self, seed: int) -> ExploreState:
        """The style that is drawn at random with this seed."""
        assert self.opened is not None
        values = position_of(self.opened.generator.draw(1, seed))
        names = {control.name for control in self.dials}
        return ExploreState({name: value for name, value in values.items() if name in names}, seed=seed)

    def surprise(self) -> None:
        """Other styles to choose from."""
        if self.opened is not None:
            self._make_variants(None)
            self._rest = self._clock()

    def _make_variants(self, seed: int | None) -> None:
        if not self.dials:
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

    def take_style_of(
        self, source: Path | bytes | NDArray[np.uint8], then: Callable[[], object] = lambda: None
    ) -> None:
        """Takes the style of a picture, which is read beside the window; the newest picture wins.

        Args:
            source: a file, the bytes of one, or uint8 ``(C, S, S)`` of the run's data.
            then: called when it has been read; not where it could not be.
        """
        spec = self.spec
        if spec is None:
            return
        self._style_job.stop()

        def read(picture: NDArray[np.float32]) -> None:
            self.ask(STYLE, painting.style_of(picture), URGENCY[STYLE])
            then()

        if isinstance(source, np.ndarray):
            read(source.astype(np.float32) / np.float32(127.5) - np.float32(1))
            return

        def work(_progress: object, _cancel: object) -> NDArray[np.float32]:
            from ganstudio.explore.reading import read_picture

            return read_picture(source, spec)

        name = source.name if isinstance(source, Path) else _("what was pasted")
        self._style_job.start(_("Reading {name}").format(name=name), work, read, self.studio.report)

    def _take_style(self, result: Drawn) -> None:
        if result.error is not None:
            self.studio.report(result.error)
        elif result.value is not None and self.state is not None:
            read = {name: np.asarray(value, np.float32) for name, value in result.value.items()}
            self.edit(ExploreState({**self.state.position, **read}), _("Style of a picture"))

    # -- drawing ----------------------------------------------------------------------------------------------------

    def redraw(self) -> None:
        """Other weights: what was asked for before is forgotten."""
        self._flying, self._late = 0, False
        if not self.effects:
            self.drop(EFFECTS)
        self.request()

    def freshen(self) -> None:
        """Newer weights of a run in training: one picture; the strip waits for the next edit, for training's sake."""
        if self._flying:
            self._late = True
        else:
            self._ask_picture()

    def request(self, final: bool = True) -> None:
        """Asks for the picture of the present map and style: at once, or when what is being drawn is done."""
        if self.document is None or self.state is None:
            return
        self._rest, self._stale = None, True
        self.drop(VARIANTS)
        if self._flying and not final:
            self._late = True
        else:
            self._ask_picture()

    def _ask_picture(self) -> None:
        document, state = self.document, self.state
        if document is not None and state is not None:
            self._hurry.anew()
            ids = document.ids.astype(np.int64)  # the one copy: the hand paints on meanwhile
            work = painting.picture_on(ids, state.position, self._hurry)
            self._late, self._flying = False, self.ask(PICTURE, work, URGENCY[PICTURE])

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
        if self._flying == result.stamp:
            self._flying = 0
            if self._stale:
                self._rest = self._clock() + REST_SECONDS
        if result.value is not None or result.error is not None:
            self.error = result.error
            if result.value is not None:
                self._keep_before()
                self.picture = result.value
            self._settled = not (self._late or self._stroking or self.history.grouping)
            self.picture_changed.emit()
        if self._late:
            self._ask_picture()

    def _keep_before(self) -> None:
        """What has been looked at in peace is what one compares with."""
        if self._settled and self.picture is not None:
            self.before, self._settled = self.picture, False

    def _due(self, now: float) -> None:
        if self._rest is None or now < self._rest or self._flying or self._stroking:
            return
        self._rest, self._stale = None, False
        document, state = self.document, self.state
        if document is None or state is None or self.error is not None:
            return
        ids = document.ids.astype(np.int64)
        if self.variants:
            styles = [variant.position for variant in self.variants]
            self.ask(VARIANTS, painting.variants_on(ids, styles, self._hurry), URGENCY[VARIANTS])
        numbers = sum(one.size for one in self.dials if isinstance(one, LatentVector | ContinuousCode))
        if numbers > MANY and not self.effects and not self.stamp(EFFECTS):
            self.ask(EFFECTS, painting.effects_on(ids, state.position, self._hurry), URGENCY[EFFECTS])

    # -- taking home ------------------------------------------------------------------------------------------------

    def saved(self) -> dict[str, Any]:
        """Canvas and style."""
        document, state = self.document, self.state
        if document is None or state is None:
            raise UsageError(_("Nothing is open to be saved."))
        classes = classes_to_json(document.classes)
        canvas = {"name": document.name, "size": document.size, "classes": classes, "ids": pack_ids(document.ids)}
        return {"canvas": canvas, "style": state.to_json()}

    def change_to(self, session: Mapping[str, Any]) -> Callable[[], object] | None:
        """What adds the painting as another canvas."""
        control = self.map_control
        if control is None:
            return None
        canvas = session["canvas"]
        classes = classes_from_json(canvas["classes"])
        ids = unpack_ids(canvas["ids"], len(classes), canvas["size"])
        style = ExploreState.from_json(session["style"], self.dials)
        name = " ".join(str(canvas["name"]).split())[:80] or _("Restored canvas")
        if classes != control.classes or ids.shape[0] != control.size:
            ids = resized(remap(ids, classes, control.classes)[0], control.size)
        return lambda: self.canvases.from_ids(name, control.classes, ids, style.to_json())

    def shutdown(self) -> None:
        """Saves every canvas and ends the rendering thread."""
        self._listen(None)
        self._hurry.anew()
        self.canvases.shut()
        super().shutdown()
