"""The translation that is open: a network, the picture that it is given, and what it makes of it. Main thread, no Qt."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from ganstudio.app.generators.desk import Desk
from ganstudio.app.generators.run_data import RunShelf, spread
from ganstudio.app.jobs import Newest
from ganstudio.core.controls import Control, GeneratorIndex, Given, LabelMap, given
from ganstudio.core.errors import StudioError, UsageError
from ganstudio.core.i18n import _, told
from ganstudio.data.decode import Fit
from ganstudio.explore import translating
from ganstudio.explore.rendering import Drawn
from ganstudio.explore.state import ExploreState, Position, plain_value, position_of, read_value
from ganstudio.explore.translating import FITS, InputPicture, Translated

if TYPE_CHECKING:
    from ganstudio.app.studio import Studio
    from ganstudio.data.base import Arrays

Give = Callable[[NDArray[np.uint8], NDArray[np.int64] | None], NDArray[Any] | None]

CHANNEL, URGENCY = "translation", 100
MOSTLY = 0.97
"""Such a share of black and white pixels is no chance."""
LARGEST_INPUT = 1 << 20
"""Bytes of PNG up to which the input itself is in a session; of larger ones only where the file is."""


@dataclass(frozen=True, slots=True, eq=False)
class TranslateState(ExploreState):
    """Everything that decides what is seen, but for the weights; ``position`` is that of all controls but the input.

    Attributes:
        picture: what is translated; None while nothing is.
        fit: how pictures are brought to the network's size.
    """

    picture: InputPicture | None = None
    fit: Fit = "crop"


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Some pictures of the data that a run was trained on, to be translated with a click.

    Attributes:
        sides: inputs for direction 0 and, where there is one, for direction 1.
        paper: the ground of an empty sheet: 0 or 255, or the most frequent class.
        hard: nearly all pixels are black or white: one draws such lines then.
    """

    sides: tuple[tuple[InputPicture, ...], ...] = ()
    paper: int = 255
    hard: bool = False

    def of(self, direction: int) -> tuple[InputPicture, ...]:
        """The inputs for a direction."""
        return self.sides[direction] if direction < len(self.sides) else ()


class Translator(Desk):
    """A desk whose generators are given a picture or a label map.

    Signals:
        result_changed: :attr:`output`, :attr:`back` or :attr:`error`.

    Attributes:
        output: what became of the input, uint8 ``(S, S, C)``; None until it is drawn.
        back: the output translated back again, where the network knows both ways.
        error: why there is no output.
        reading: what is being read as an input, in words; empty for nothing.
        shelf: pictures of the run's data.
    """

    place = "translate"

    result_changed = Signal()
    state: TranslateState | None

    def __init__(self, studio: Studio, wake: Callable[[], None]) -> None:
        super().__init__(studio, wake)
        self.output: NDArray[np.uint8] | None = None
        self.back: NDArray[np.uint8] | None = None
        self.error: StudioError | None = None
        self.reading = ""
        self.shelf = RunShelf(studio, Examples())
        self.shelf.changed.connect(self._first_example)
        self._picture_job = Newest(studio.jobs)
        self._before: TranslateState | None = None  # a stroke is being drawn; how everything was before it
        self._back_came = False

    # -- what the network is ----------------------------------------------------------------------------------------

    @property
    def given(self) -> Given | None:
        """What the network takes."""
        return given(self.controls)

    @property
    def direction_control(self) -> GeneratorIndex | None:
        """What says which way it translates; None where it knows one way only."""
        return translating.direction_of(self.controls)

    @property
    def direction(self) -> int:
        """Which way it translates: 0 or 1."""
        control = self.direction_control
        return 0 if control is None or self.state is None else int(self.state.position[control.name])

    @property
    def dials(self) -> tuple[Control, ...]:
        """What can be driven besides the input and the direction, which have places of their own."""
        fixed = (self.given, self.direction_control)
        return tuple(control for control in self.controls if control not in fixed)

    @property
    def sides(self) -> tuple[str, str]:
        """What people call the input and the output, as the direction is now."""
        sides = (told(self.spec.sides[0]), told(self.spec.sides[1])) if self.spec is not None else ("", "")
        first, second = reversed(sides) if self.direction == 1 else sides
        return first or (_("label map") if isinstance(self.given, LabelMap) else _("input")), second or _("output")

    # -- another generator ------------------------------------------------------------------------------------------

    def _settle(self, fits: bool, same: bool) -> None:
        assert self.opened is not None
        self._before, wanted, before = None, self.given, self.state
        if not fits or before is None:
            start = self.opened.start.position
            position = {name: value for name, value in start.items() if wanted and name != wanted.name}
            picture, fit = (None, "crop") if before is None else (before.picture, before.fit)
            still = picture is not None and wanted is not None and translating.fits(wanted, picture.pixels)
            self.state = TranslateState(position, picture=picture if still else None, fit=fit)
            self.output = self.back = self.error = None
            self._stop_reading()
            if picture is not None and not still and picture.source is not None:
                self._read(picture.source, picture.name, self._set_input)  # the same file, in another size
        if not same and wanted is not None:
            both, give = self.direction_control is not None, self.opened.generator.given
            self.shelf.look(self.opened.run, lambda arrays: examples_of(arrays, wanted, both, give))

    def _forget(self) -> None:
        self.state = self._before = self.output = self.back = self.error = None
        self._stop_reading()
        self.shelf.look(None, lambda _arrays: Examples())

    def _first_example(self) -> None:
        """Something to look at from the first moment on, where nobody has given anything."""
        found = self.shelf.found.of(self.direction)
        if found and self.state is not None and self.state.picture is None and not self.reading:
            self._set_input(found[0])

    # -- edits ------------------------------------------------------------------------------------------------------

    def _set_state(self, state: ExploreState) -> None:
        assert isinstance(state, TranslateState)  # it is made of the one before
        if self.state is None or state.position.keys() != self.state.position.keys():
            return
        self._before, self.state = None, state
        if state.picture is None:
            self.drop(CHANNEL)
            self.output = self.back = self.error = None
            self.result_changed.emit()
        self.redraw()  # first: the network begins while the window shows the input
        self.state_changed.emit()

    def _set_input(self, picture: InputPicture) -> None:
        if self.state is not None:
            self._set_state(self.state.with_(picture=picture))

    def give(self, picture: InputPicture, label: str = "") -> None:
        """Translates another picture. Can be undone."""
        wanted = self.given
        if self.state is not None and wanted is not None and translating.fits(wanted, picture.pixels):
            self._stop_reading()
            words = label or _("Translate {name}").format(name=picture.name)
            self.edit(self.state.with_(picture=picture), words)

    def give_file(self, source: Path | bytes, name: str = "") -> None:
        """Reads a file, or what was pasted, beside the window, and translates it; what is wrong with it is reported."""
        words = _("Open {name}") if isinstance(source, Path) else _("Paste {name}")
        self._read(source, name, lambda found: self.give(found, words.format(name=found.name)))

    def give_blank(self, paper: int | None = None) -> None:
        """An empty sheet to draw on: the ground that the run's pictures have where it is known."""
        if self.given is not None:
            ground = self.shelf.found.paper if paper is None else paper
            self.give(translating.blank(self.given, ground), _("New drawing"))

    def set_fit(self, fit: Fit) -> None:
        """Brings pictures to the network's size in another way, also the present one where it can be read again."""
        if self.state is None or fit == self.state.fit:
            return
        picture, label = self.state.picture, _("Fit pictures in another way")
        self.edit(self.state.with_(fit=fit), label, "fit")
        if picture is not None and picture.source is not None:

            def put(found: InputPicture) -> None:
                if self.state is not None and self.state.picture is picture:
                    self.edit(self.state.with_(picture=found), label, "fit")

            self._read(picture.source, picture.name, put)

    def drawn_from(self, seed: int) -> TranslateState:
        """The state whose controls are drawn at random with a seed; input and direction stay."""
        assert self.opened is not None
        assert self.state is not None
        drawn = position_of(self.opened.generator.draw(1, seed))
        position = {**self.state.position, **{control.name: drawn[control.name] for control in self.dials}}
        return self.state.with_(position=position, seed=seed)

    def set_direction(self, index: int) -> None:
        """Translates the other way; the input stays."""
        control = self.direction_control
        if control is not None and self.state is not None and index != self.direction:
            self.edit(self.state.moved(control.name, np.asarray(index, np.int64)), control.names[index])

    @property
    def can_swap(self) -> bool:
        """There is an output that can be translated back."""
        return self.direction_control is not None and self.output is not None and self.error is None

    def swap(self) -> None:
        """The output becomes the input, and the direction turns. Can be undone."""
        control, wanted = self.direction_control, self.given
        if control is None or wanted is None or self.output is None or self.state is None:
            return
        name = self.state.picture.name if self.state.picture is not None else ""
        try:
            picture = translating.as_input(wanted, self.output, name)
        except StudioError as error:
            self.studio.report(error)
            return
        turned = self.state.moved(control.name, np.asarray(1 - self.direction, np.int64))
        self._stop_reading()
        self.edit(turned.with_(picture=picture), _("Swap input and output"))

    # -- drawing by hand --------------------------------------------------------------------------------------------

    @property
    def drawing(self) -> bool:
        """A stroke is on its way."""
        return self._before is not None

    def begin_stroke(self) -> NDArray[np.uint8] | None:
        """The pen is down. Returns what is drawn on, or None where nothing can be."""
        if self.state is None or self.given is None:
            return None
        if self.state.picture is None:
            self.give_blank()
        assert self.state.picture is not None
        self._stop_reading()
        self._before = self.state
        return self.state.picture.pixels

    def stroke(self, pixels: NDArray[np.uint8]) -> None:
        """What has been drawn so far; the translation follows."""
        if self._before is not None and self.state is not None and self.state.picture is not None:
            self.state = self.state.with_(picture=self.state.picture.drawn_on(pixels))
            self.redraw()
            self.state_changed.emit()

    def end_stroke(self, label: str) -> None:
        """The pen is up: the stroke is one step back."""
        before, after, self._before = self._before, self.state, None
        if before is not None and after is not None and after is not before:
            self.history.push(label, lambda: self._set_state(before), lambda: self._set_state(after))

    def cancel_stroke(self) -> None:
        """The stroke is taken away again."""
        if self._before is not None:
            self._set_state(self._before)

    # -- reading ----------------------------------------------------------------------------------------------------

    def _stop_reading(self) -> None:
        self._picture_job.stop()
        self.reading = ""

    def _read(self, source: Path | bytes, name: str, then: Callable[[InputPicture], object]) -> None:
        wanted, state = self.given, self.state
        if wanted is None or state is None:
            return
        fit, path = state.fit, source if isinstance(source, Path) else None
        shown = name or (path.name if path is not None else _("pasted picture"))
        self.reading = _("Reading {name}").format(name=shown)

        def work(_progress: object, _cancel: object) -> tuple[InputPicture, str]:
            return translating.read_input(source, wanted, fit, name), "" if path is None else os.path.realpath(path)

        def done(read: tuple[InputPicture, str]) -> None:
            found, place = read
            if path is not None:
                self.studio.settings.add_opened(str(path.absolute()), place)
            self.reading = ""
            then(found)

        def failed(error: StudioError) -> None:
            self.reading = ""
            self.studio.report(error)
            self.state_changed.emit()

        self._picture_job.start(self.reading, work, done, failed)
        self.state_changed.emit()

    # -- what is drawn ----------------------------------------------------------------------------------------------

    @property
    def position(self) -> Position | None:
        """All control values as the network gets them; None while there is no input."""
        if self.state is None or self.state.picture is None or self.given is None:
            return None
        return {**self.state.position, self.given.name: translating.value_of(self.given, self.state.picture.pixels)}

    def redraw(self) -> None:
        """Asks for the translation of the present input."""
        position = self.position
        if position is not None:
            self._back_came = False
            self.ask(CHANNEL, translating.translation(position), URGENCY)

    def _receive(self, result: Drawn) -> None:
        if result.channel != CHANNEL:
            self.drawn.emit(result)
            return
        if isinstance(result.value, Translated):
            self.error, self.output = None, result.value.output
            if result.value.back is not None:
                self.back, self._back_came = result.value.back, True
        elif result.error is not None:
            self.error = result.error
        elif not self._back_came:  # done, and no way back: until then the one before stays, so that nothing flickers
            self.back = None
        self.result_changed.emit()

    # -- taking home ------------------------------------------------------------------------------------------------

    def saved(self) -> dict[str, Any]:
        """Controls and input; a large input only by its path, where it has one."""
        state, wanted = self.state, self.given
        assert state is not None
        assert wanted is not None
        picture, described = state.picture, None
        if picture is not None:
            described = {"name": picture.name}
            if isinstance(picture.source, Path):
                described["path"] = str(picture.source.absolute())
            data = translating.input_png(wanted, picture.pixels)
            if len(data) <= LARGEST_INPUT or "path" not in described:
                described["png"] = base64.b64encode(data).decode("ascii")
        settings = {name: plain_value(value) for name, value in state.position.items()}
        return {"state": {"fit": state.fit, "settings": settings, "input": described}}

    def change_to(self, session: Mapping[str, Any]) -> Callable[[], object] | None:
        """What puts controls and input back."""
        wanted, state = self.given, self.state
        if wanted is None or state is None:
            return None
        values, known = session["state"], state.position
        settings, given = values["settings"], values["input"]
        if set(settings) != set(known):
            words = _("It was made with a generator that is driven by {theirs}; this one is driven by {ours}.")
            theirs, ours = (", ".join(sorted(map(str, names))) or _("nothing else") for names in (settings, known))
            raise UsageError(words.format(theirs=theirs, ours=ours))
        position = {one.name: read_value(one, settings[one.name]) for one in self.controls if one.name in known}
        fit = cast("Fit", values["fit"] if values["fit"] in FITS else "crop")
        picture = None
        if given is not None and "png" in given:
            name = str(given.get("name", ""))[:200] or _("restored picture")
            picture = translating.input_from_png(wanted, base64.b64decode(str(given["png"]), validate=True), name)
        path = None if given is None or picture is not None else str(given["path"])
        question = _("The picture says that this file was translated, which was never opened here. Open it only if you know "
                     "where it comes from.")  # fmt: skip

        def change() -> None:
            if self.state is not None:
                self._stop_reading()
                there = TranslateState(position, picture=picture or self.state.picture, fit=fit)
                self.edit(there, _("Restore the picture"))
            if path is not None:
                self.studio.open_named(path, question, self.give_file, self.studio.report)

        return change


def examples_of(arrays: Arrays, wanted: Given, both: bool, give: Give | None = None) -> Examples:
    """Some of the inputs in a data set, evenly spread. For a job.

    Args:
        arrays: the data.
        wanted: what the network takes; pictures that do not fit are left out.
        both: also the pictures of the other side, which the network translates the other way.
        give: what is given to draw real pictures, for data that hold nothing else: see
            :meth:`ganstudio.explore.generator.Generator.given`.
    """
    piles = [arrays.inputs, arrays.items if both else None]
    sides = tuple(_some(pile, wanted) for pile in piles if pile is not None)
    if arrays.inputs is None and give is not None:
        sides = (_made(arrays, wanted, give),)
    first = sides[0] if sides else ()
    return Examples(sides, _paper(first, wanted), _hard(first, wanted))


def _some(pile: NDArray[np.uint8] | NDArray[np.float32], wanted: Given) -> tuple[InputPicture, ...]:
    places = spread(len(pile))
    return _named(places, [np.array(pile[place], dtype=np.uint8) for place in places], wanted)


def _made(arrays: Arrays, wanted: Given, give: Give) -> tuple[InputPicture, ...]:
    """What the method makes of real pictures: smaller ones, grey ones."""
    places = spread(len(arrays.items))
    labels = None if arrays.labels is None else arrays.labels[places]
    found = give(np.asarray(arrays.items[places], np.uint8), labels) if arrays.spec.pictures else None
    return () if found is None else _named(places, [translating.pixels_of(wanted, value) for value in found], wanted)


def _named(places: list[int], pictures: list[NDArray[np.uint8]], wanted: Given) -> tuple[InputPicture, ...]:
    found = [
        InputPicture(_("picture {number}").format(number=f"{place + 1:,}"), pixels)
        for place, pixels in zip(places, pictures, strict=True)
    ]
    return tuple(picture for picture in found if translating.fits(wanted, picture.pixels))


def _paper(pictures: tuple[InputPicture, ...], wanted: Given) -> int:
    """The most frequent class; or black where the edges of most pictures are dark, else white."""
    if not pictures:
        return 255
    if isinstance(wanted, LabelMap):
        return int(np.bincount(np.concatenate([picture.pixels.ravel() for picture in pictures])).argmax())
    edges = [np.concatenate([p.pixels[:, 0].ravel(), p.pixels[:, -1].ravel()]) for p in pictures]
    return 255 if float(np.median(np.concatenate(edges))) >= 128 else 0


def _hard(pictures: tuple[InputPicture, ...], wanted: Given) -> bool:
    if not pictures or isinstance(wanted, LabelMap):
        return False
    extremes = [np.mean((picture.pixels == 0) | (picture.pixels == 255)) for picture in pictures]
    return float(np.mean(extremes)) >= MOSTLY
