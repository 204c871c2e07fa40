"""Where canvases come from: examples, the run's own data, files, and copies for runs with other classes. No Qt."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from ganstudio.app.generators.sources import data_of
from ganstudio.app.named import data_refusal
from ganstudio.core.controls import Attribute, LabelMap
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.explore.canvas import remap, resized
from ganstudio.explore.state import ExploreState

if TYPE_CHECKING:
    from ganstudio.app.jobs import Job
    from ganstudio.app.paint.canvases import CanvasDocument
    from ganstudio.app.paint.painter import Painter
    from ganstudio.data.landscapes import Example

MOST = 24


@dataclass(frozen=True, slots=True)
class Scene:
    """One item of the run's data.

    Attributes:
        name: what people call it.
        ids: its label map, uint8 ``(S, S)``.
        picture: the picture that belongs to it, uint8 ``(C, S, S)``.
    """

    name: str
    ids: NDArray[np.uint8]
    picture: NDArray[np.uint8]


class CanvasSource:
    """Makes the canvases of a painter.

    Args:
        painter: whose.

    Signals:
        scenes_changed: :attr:`scenes`, :attr:`reading` or :attr:`why_not`.

    Attributes:
        scenes: some of the data that the run was trained on; empty until they are asked for.
        why_not: why there are none, as a sentence.
    """

    scenes_changed = Signal()

    def __init__(self, painter: Painter) -> None:
        self._painter = painter
        self._copies: dict[str, CanvasDocument] = {}  # key of a copy that was made to fit -> what it was made of
        self._stand_in: CanvasDocument | None = None  # what one begins with until the run's data are read
        self._job: Job | None = None
        self._scenes_of: Path | None = None
        self.scenes: tuple[Scene, ...] = ()
        self.why_not = ""

    # -- canvases that fit ------------------------------------------------------------------------------------------

    def fit(self) -> bool:
        """Sees to it that the present canvas fits the generator; True where that took another one.

        One with other classes or of another size stays as it is in the list, and a copy in the generator's classes takes
        its place. Going back to the run it was painted with goes back to it, as long as nothing was done to the copy.
        """
        painter, control = self._painter, self._painter.map_control
        if control is None:
            return False
        document = painter.canvases.current
        if document is None:
            self.first()
            return True
        if fits(document, control):
            return False
        origin = self._copies.get(document.key)
        if origin not in painter.canvases.documents or document.history.can_undo or document.history.can_redo:
            origin = None
        if origin is not None and fits(origin, control):
            painter.canvases.switch(origin)
        else:
            self._copy(origin or document, control)
        if origin is not None:
            self._copies.pop(document.key)
            painter.canvases.close(document)
        return True

    def _copy(self, document: CanvasDocument, control: LabelMap) -> None:
        painter = self._painter
        ids, words = remap(document.ids, document.classes, control.classes)
        same_classes = document.classes == control.classes
        made = painter.canvases.from_ids(document.name, control.classes, resized(ids, control.size), document.style)
        self._copies[made.key] = document
        title = "" if painter.opened is None else painter.opened.title
        if same_classes:
            text = _("“{name}” was brought to {size} × {size} pixels for “{run}”. The canvas it was made of is still in the "
                     "list.")  # fmt: skip
        else:
            text = _("“{name}” was brought to the classes of “{run}”. The canvas it was made of is still in the list.")
        details = "\n".join(words) or _("Every class on it has a class of the same name.")
        painter.studio.notifications.info(text.format(name=document.name, run=title, size=control.size), details)

    def first(self) -> None:
        """Something to begin with: an example, or a blank canvas with a horizon until the run's data are read."""
        control = self._painter.map_control
        if control is None:
            return
        found = self.examples()
        if found:
            self.add(found[0].name, found[0].ids, self._style_with(found[0].attributes))
            return
        ids = np.zeros((control.size, control.size), np.uint8)
        ids[control.size // 2 :] = min(1, control.count - 1)
        self.add(_("Canvas"), ids)
        self._stand_in = self._painter.canvases.current
        self.want_scenes()

    # -- new canvases -----------------------------------------------------------------------------------------------

    def add(self, name: str, ids: NDArray[np.uint8], style: ExploreState | None = None) -> None:
        """Another canvas in the generator's classes, in the present style where no other is given.

        Raises:
            UsageError: the ids are none of these classes.
        """
        painter, control = self._painter, self._painter.map_control
        style = painter.state if style is None else style
        if control is not None:
            painter.canvases.from_ids(name, control.classes, ids, None if style is None else style.to_json())

    def _style_with(self, attributes: Mapping[str, float]) -> ExploreState | None:
        """The style one begins with, in the light that belongs to an example."""
        start, wanted = self._painter.start, self._painter.style_controls
        if start is None:
            return None
        named = {
            one.name: attributes[one.name] for one in wanted if isinstance(one, Attribute) and one.name in attributes
        }
        values = {name: np.full_like(start.position[name], value) for name, value in named.items()}
        return ExploreState({**start.position, **values})

    def blank(self, class_: int = 0) -> None:
        """A canvas of one class."""
        control = self._painter.map_control
        if control is not None and 0 <= class_ < control.count:
            ids = np.full((control.size, control.size), class_, np.uint8)
            self.add(_("Canvas"), ids)

    def duplicate(self) -> None:
        """A copy of the present canvas."""
        if self._painter.document is not None:
            self._painter.canvases.duplicate(self._painter.document)

    def close(self, document: CanvasDocument) -> None:
        """Takes a canvas off the list; the last one is followed by a fresh one. The person can take it back."""
        canvases = self._painter.canvases
        canvases.close(document)
        if canvases.current is None:
            self.first()
        text = _("“{name}” was closed.").format(name=document.name)
        self._painter.studio.notifications.info(text, action=_("Bring it back"), run=lambda: canvases.reopen())

    def examples(self) -> list[Example]:
        """Ready maps in the generator's classes, where there are some."""
        from ganstudio.data.landscapes import LANDSCAPE_CLASSES, example_maps

        control = self._painter.map_control
        if control is None or control.classes != LANDSCAPE_CLASSES:
            return []
        return example_maps(control.size)

    def open_map(self, source: Path | bytes) -> None:
        """Makes a canvas of a label map in a file (index, palette or RGB), and tells what was taken for what."""
        painter, control = self._painter, self._painter.map_control
        if control is None:
            return
        name = source.stem if isinstance(source, Path) else _("Pasted map")
        opened = painter.opened

        def work(_progress: object, _cancel: object) -> Any:
            from ganstudio.data.labelmaps import to_label_map

            return to_label_map(source, control.classes, control.size)

        def done(found: Any) -> None:
            if painter.opened is None or painter.map_control != control:
                words = _("“{name}” was not opened: another run was opened meanwhile.").format(name=name)
                painter.studio.notifications.info(words)
                return
            ids, report = found
            self.add(name, ids)
            tell = painter.studio.notifications.info if report.clean else painter.studio.notifications.warning
            tell(" ".join([_("“{name}”:").format(name=name), report.sentences[0]]), "\n".join(report.sentences[1:]))

        if opened is not None:
            title = _("Opening the label map {name}").format(name=name)
            painter.studio.jobs.start(title, work).on_done(done).on_error(painter.studio.report)

    # -- the run's data ---------------------------------------------------------------------------------------------

    @property
    def reading(self) -> Job | None:
        """The job that reads the run's data."""
        return self._job

    def want_scenes(self) -> None:
        """Reads some of the run's data beside the window, unless they are there."""
        painter, control = self._painter, self._painter.map_control
        opened = painter.opened
        if opened is None or opened.run is None or control is None:
            self.scenes, self.why_not = (), _("This generator was brought in from elsewhere: its data are not known.")
            self.scenes_changed.emit()
            return
        if opened.run.path == self._scenes_of and (self.scenes or self._job is not None):
            self.scenes_changed.emit()
            return
        if self._job is not None:
            self._job.cancel()
        refused = data_refusal(opened.run.info.experiment, painter.studio.settings)
        if refused:
            self._job, self.scenes, self.why_not = None, (), refused
            self.scenes_changed.emit()
            return
        self._scenes_of, self.scenes, self.why_not = opened.run.path, (), ""
        run = opened.run

        def work(progress: Any, cancel: Any) -> tuple[Scene, ...]:
            return read_scenes(data_of(run), run.info.experiment.seed, control, progress, cancel, run.info.fingerprint)

        job = self._job = painter.studio.jobs.start(_("Reading the data of the run"), work)
        job.on_done(lambda found: self._take(job, found, "")).on_error(lambda error: self._take(job, (), str(error)))
        self.scenes_changed.emit()

    def _take(self, job: Job, found: tuple[Scene, ...], why_not: str) -> None:
        if job is self._job:
            self._job, self.scenes, self.why_not = None, found, why_not
            self._begin_with_a_scene()
            self.scenes_changed.emit()

    def _begin_with_a_scene(self) -> None:
        """A real map takes the place of the blank canvas one began with, unless that has been painted on."""
        blank, self._stand_in = self._stand_in, None
        if blank is not None and blank is self._painter.document and not blank.history.can_undo and self.scenes:
            self.add(self.scenes[0].name, self.scenes[0].ids)
            self._painter.canvases.close(blank)


def fits(document: CanvasDocument, control: LabelMap) -> bool:
    """The canvas can be given to the generator as it is."""
    return document.classes == control.classes and document.size == control.size


def read_scenes(
    data: str,
    seed: int,
    control: LabelMap,
    progress: Callable[[float, str], None] | None = None,
    cancel: threading.Event | None = None,
    expected: str = "",
) -> tuple[Scene, ...]:
    """Some of the maps of a data set with their pictures, evenly spread. For a job.

    Args:
        data: the request, as the run has it.
        seed: of the run.
        control: what the generator takes.
        progress: told how far it is.
        cancel: ends it.
        expected: the fingerprint that the run knows.

    Raises:
        StudioError: the data are not there any more, cannot be read, or are others now.
    """
    from ganstudio.data import parse_request, read
    from ganstudio.data.base import fingerprint

    arrays = read(parse_request(data), seed=seed, cancel=cancel, progress=progress, expected=expected)
    maps, pictures = arrays.inputs, arrays.items
    # The same data are the same classes, whatever they are called today.
    same = arrays.spec.map_classes == control.classes or (expected and fingerprint(arrays) == expected)
    if maps is None or maps.shape[1:] != (control.size, control.size) or not same:
        raise UsageError(_("The data of this run have other classes or another size than when it was trained."))
    count = min(MOST, len(maps))
    places = [index * len(maps) // count for index in range(count)]
    return tuple(
        Scene(
            _("map {number}").format(number=f"{place + 1:,}"),
            np.array(maps[place]),
            np.array(pictures[place], np.uint8),
        )
        for place in places
    )
