"""Where canvases come from: examples, the run's own data, files, and copies for runs with other classes. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from ganstudio.app.generators.run_data import RunShelf, spread
from ganstudio.app.paint.canvas_document import CanvasDocument
from ganstudio.app.paint.map_memory import recalled, remember
from ganstudio.core.controls import Attribute, LabelMap, given
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.core.labelmaps import nearest_classes
from ganstudio.explore.canvas import remap, resized
from ganstudio.explore.painting import neutral, style_controls
from ganstudio.explore.state import ExploreState

if TYPE_CHECKING:
    from ganstudio.app.generators.desk import Desk
    from ganstudio.app.generators.sources import Opened
    from ganstudio.app.paint.canvases import Canvases
    from ganstudio.data.base import Arrays
    from ganstudio.data.landscapes import Example
    from ganstudio.data.mapcolours import MapColours
    from ganstudio.store import Run

Ask = Callable[[str, "MapColours"], object]
ROUNDED = 3
"""So far a colour may be from that of its class after it was stored as a picture."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One item of the run's data: its label map, uint8 ``(S, S)``, and its picture, uint8 ``(C, S, S)``."""

    name: str
    ids: NDArray[np.uint8]
    picture: NDArray[np.uint8]


class CanvasSource:
    """Makes the canvases of a painter.

    Attributes:
        scenes: some of the data that the run was trained on; none until they are asked for.
    """

    def __init__(self, desk: Desk, canvases: Canvases, style: Callable[[], ExploreState | None]) -> None:
        self._desk, self._canvases, self._style = desk, canvases, style
        self._stand_in: CanvasDocument | None = None  # what one begins with until the run's data are read
        self.scenes: RunShelf[tuple[Scene, ...]] = RunShelf(desk.studio, ())
        self._scenes_of: Path | None = None

    @property
    def control(self) -> LabelMap | None:
        """What the generator takes."""
        found = given(self._desk.controls)
        return found if isinstance(found, LabelMap) else None

    def fit(self, by_hand: bool = False) -> bool:
        """Sees to it that the present canvas fits the generator; True where that took another one.

        One with other classes or of another size stays as it is in the list. In its place comes what was converted from
        it, or it from, for this generator before; else a canvas of the generator's own, but for one that was chosen
        ``by_hand`` or has its classes by name: that is converted. What was only converted is not kept when it is left.
        """
        control, canvases = self.control, self._canvases
        if control is None:
            return False
        document = canvases.current
        if document is None:
            self.first()
            return True
        if fits(document, control):
            return False
        source = document if document.touched else self._root(document)
        for one in self._conversions(self._root(document)):
            if one is not document:
                canvases.close(one, keep=False)  # it may be of another state of its source
        fitting = [one for one in canvases.documents[::-1] if fits(one, control)]
        family = [one for one in fitting if self._root(one) is self._root(document)]
        if family:
            canvases.switch(family[0])
        elif by_hand or not remap(source.ids, source.classes, control.classes)[1]:
            self._copy(source, control)
        elif fitting:
            canvases.switch(fitting[0])
        else:
            self.first()
        if not document.touched:
            canvases.close(document, keep=False)
        return True

    def _root(self, document: CanvasDocument) -> CanvasDocument:
        """What it was converted from in the beginning, as far as that is still open."""
        seen, known = {document.key}, {one.key: one for one in self._canvases.documents}
        while document.origin is not None and document.origin[0] in known and document.origin[0] not in seen:
            document = known[document.origin[0]]
            seen.add(document.key)
        return document

    def _conversions(self, source: CanvasDocument) -> list[CanvasDocument]:
        """What was converted from it, and nothing was done to since."""
        return [one for one in self._canvases.documents if not one.touched and self._root(one) is source is not one]

    def _copy(self, document: CanvasDocument, control: LabelMap) -> None:
        ids, words = remap(document.ids, document.classes, control.classes)
        same_classes = document.classes == control.classes
        made = CanvasDocument(
            self._canvases.free_name(document.name), control.classes, resized(ids, control.size), document.style
        )
        made.origin = (document.key, crc32(made.ids.tobytes()))
        self._canvases.add(made)
        title = "" if self._desk.opened is None else self._desk.opened.title
        if same_classes:
            text = _("“{name}” was brought to {size} × {size} pixels for “{run}”. The canvas it was made of is still in the "
                     "list.")  # fmt: skip
        else:
            text = _("“{name}” was brought to the classes of “{run}”. The canvas it was made of is still in the list.")
        details = "\n".join(words) or _("Every class on it has a class of the same name.")
        self._desk.studio.notifications.info(text.format(name=document.name, run=title, size=control.size), details)

    def first(self) -> None:
        """Something to begin with: an example, or a blank canvas with a horizon until the run's data are read."""
        control = self.control
        if control is None:
            return
        found = self.examples()
        if found:
            self.add(found[0].name, found[0].ids, self._style_with(found[0].attributes))
            return
        ids = np.zeros((control.size, control.size), np.uint8)
        ids[control.size // 2 :] = min(1, control.count - 1)
        self.add(_("Canvas"), ids)
        self._stand_in = self._canvases.current
        self.want_scenes()

    def add(self, name: str, ids: NDArray[np.uint8], style: ExploreState | None = None) -> None:
        """Another canvas in the generator's classes, in the present style where no other is given.

        Raises:
            UsageError: the ids are none of these classes.
        """
        control = self.control
        style = self._style() if style is None else style
        if control is not None:
            self._canvases.from_ids(name, control.classes, ids, None if style is None else style.to_json())

    def _style_with(self, attributes: Mapping[str, float]) -> ExploreState | None:
        """The style one begins with, in the light that belongs to an example."""
        if self._desk.opened is None:
            return None
        position = dict(start_of(self._desk.opened).position)
        for one in self._desk.controls:
            if isinstance(one, Attribute) and one.name in attributes:
                position[one.name] = np.full_like(position[one.name], attributes[one.name])
        return ExploreState(position)

    def blank(self, class_: int = 0) -> None:
        """A canvas of one class."""
        control = self.control
        if control is not None and 0 <= class_ < control.count:
            self.add(_("Canvas"), np.full((control.size, control.size), class_, np.uint8))

    def duplicate(self) -> None:
        """A copy of the present canvas."""
        if self._desk.opened is not None and self._canvases.current is not None:
            self._canvases.duplicate(self._canvases.current)

    def close(self, document: CanvasDocument) -> None:
        """Takes a canvas off the list; the last one is followed by a fresh one. The person can take it back."""
        canvases = self._canvases
        for one in self._conversions(document):
            canvases.close(one, keep=False)
        canvases.close(document)
        if canvases.current is None:
            self.first()
        text = _("“{name}” was closed.").format(name=document.name)
        self._desk.studio.notifications.info(text, action=_("Bring it back"), run=lambda: canvases.reopen())

    def examples(self) -> list[Example]:
        """Ready maps in the generator's classes, where there are some."""
        from ganstudio.data.landscapes import LANDSCAPE_CLASSES, example_maps

        control = self.control
        return [] if control is None or control.classes != LANDSCAPE_CLASSES else example_maps(control.size)

    def open_map(self, source: Path | bytes, ask: Ask | None = None) -> None:
        """Makes a canvas of a label map in a file (index, palette or RGB), and tells what was taken for what.

        Where that is not certain, and was not corrected before, ``ask`` is called with its name and its colours.
        """
        control, studio = self.control, self._desk.studio
        if control is None:
            return
        name = source.stem if isinstance(source, Path) else _("Pasted map")

        def work(_progress: object, _cancel: object) -> MapColours:
            from ganstudio.data.mapcolours import read_colours

            return read_colours(source, control.classes, control.size)

        def done(found: MapColours) -> None:
            if self.control != control:
                words = _("“{name}” was not opened: another run was opened meanwhile.").format(name=name)
                studio.notifications.info(words)
                return
            known = recalled(studio.settings, control.classes, found.shades)
            if ask is not None and known is None and not all(one.known for one in found.shades):
                ask(name, found)
                return
            self.add(name, found.ids if known is None else found.read_as(known))
            report = found.report
            tell = studio.notifications.info if report.clean or known is not None else studio.notifications.warning
            how = report.sentences[0] if known is None else _("read as you have corrected such colours before.")
            action, again = ("", None) if ask is None else (_("Correct…"), lambda: ask(name, found))
            tell(" ".join([_("“{name}”:").format(name=name), how]), "\n".join(report.sentences[1:]), action, again)

        title = _("Opening the label map {name}").format(name=name)
        studio.jobs.start(title, work).on_done(done).on_error(studio.report)

    def correct(self, name: str, found: MapColours, chosen: Sequence[int], keep: bool) -> None:
        """Makes a canvas of a map with other classes for its shades; ``keep`` remembers them for such colours."""
        control = self.control
        if control is not None and found.ids.shape[0] == control.size and max(chosen, default=0) < control.count:
            self.add(name, found.read_as(chosen))
            if keep:
                remember(self._desk.studio.settings, control.classes, found.shades, chosen)

    def want_scenes(self) -> None:
        """Reads some of the run's data beside the window, unless they are there."""
        opened, control = self._desk.opened, self.control
        run = None if opened is None or control is None else opened.run
        path = None if run is None else run.path
        if path is not None and path == self._scenes_of and (self.scenes.found or self.scenes.reading):
            self.scenes.changed.emit()
            return
        self._scenes_of = path
        unknown = _("This generator was brought in from elsewhere: its data are not known.")
        expected = "" if run is None else run.info.fingerprint
        self.scenes.look(run, lambda arrays: scenes_of(arrays, control, expected), unknown, self._begin_with_a_scene)

    def _begin_with_a_scene(self) -> None:
        """A real map takes the place of the blank canvas one began with; where the data are gone, one that is stored."""
        opened, control, found = self._desk.opened, self.control, self.scenes.found
        if self._stand_in is None or opened is None or control is None:
            return
        if found:
            self._replace_blank(found[0].name, found[0].ids)
        elif opened.run is not None:
            run, name = opened.run, _("map {number}").format(number=1)
            job = self._desk.studio.jobs.start(
                _("Reading {name}").format(name=name), lambda *_job: map_in(run, control)
            )
            job.on_done(lambda ids: None if ids is None or self.control != control else self._replace_blank(name, ids))

    def _replace_blank(self, name: str, ids: NDArray[np.uint8]) -> None:
        """Unless it has been painted on, or another one is looked at."""
        blank, self._stand_in = self._stand_in, None
        there = blank is self._canvases.current and self._desk.opened is not None
        if blank is not None and there and not blank.history.can_undo:
            self.add(name, ids)
            self._canvases.close(blank, keep=False)


def start_of(opened: Opened) -> ExploreState:
    """The style that one begins with on this generator."""
    wanted = style_controls(opened.generator.controls)
    names = {control.name for control in wanted}
    return ExploreState(neutral({name: at for name, at in opened.start.position.items() if name in names}, wanted))


def fits(document: CanvasDocument, control: LabelMap) -> bool:
    """The canvas can be given to the generator as it is."""
    return document.classes == control.classes and document.size == control.size


def map_in(run: Run, control: LabelMap) -> NDArray[np.uint8] | None:
    """A label map of the real ones that a run has stored, uint8 ``(S, S)``; None where there is none. For a job."""
    real = run.load_real()
    if real is None or len(real.panels) < 2 or real.items.shape[1:] != (control.size, control.size, 3):
        return None
    ids, far = nearest_classes(real.items[0].astype(np.uint8), control.classes)
    return None if (far > ROUNDED).any() else ids


def scenes_of(arrays: Arrays, control: LabelMap | None, expected: str = "") -> tuple[Scene, ...]:
    """Some of the maps of a data set with their pictures, evenly spread. For a job.

    ``expected`` is the fingerprint that the run knows.

    Raises:
        UsageError: they have other classes, or another size.
    """
    from ganstudio.data.base import fingerprint

    maps, pictures = arrays.inputs, arrays.items
    # The same data are the same classes, whatever they are called today.
    same = control is not None and (arrays.spec.map_classes == control.classes or fingerprint(arrays) == expected)
    if maps is None or control is None or maps.shape[1:] != (control.size, control.size) or not same:
        raise UsageError(_("The data of this run have other classes or another size than when it was trained."))
    word = _("map {number}")
    return tuple(
        Scene(word.format(number=f"{place + 1:,}"), np.array(maps[place]), np.array(pictures[place], np.uint8))
        for place in spread(len(maps))
    )
