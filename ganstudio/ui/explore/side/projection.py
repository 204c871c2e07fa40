"""Finding a picture: which position draws it? Several candidates are followed at once, and one watches them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QGuiApplication, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ganstudio.app.explore.explorer import Explorer
from ganstudio.app.studio import Studio
from ganstudio.core.controls import ClassImages
from ganstudio.core.i18n import _
from ganstudio.explore.files import to_pixels
from ganstudio.explore.state import ExploreState, position_of
from ganstudio.ui.explore.parts import Part
from ganstudio.ui.kit.files import ask_picture, picture_in
from ganstudio.ui.kit.parts import Segmented, boxed, label, push_button, tool_button
from ganstudio.ui.kit.theme import current_theme, theme_hub
from ganstudio.ui.pictures.grid import PictureGrid

if TYPE_CHECKING:
    from ganstudio.explore.generator import Generator
    from ganstudio.explore.projection import Projection

URGENCY = 1
EXAMPLES = 32


class ErrorLine(QWidget):
    """How the best error falls: one line, from its first value at the top to 0 at the bottom."""

    def __init__(self) -> None:
        super().__init__()
        self._history: tuple[float, ...] = ()
        self.setFixedHeight(56)
        self.setAccessibleName(_("Error of the best candidate"))
        self.setToolTip(_("Root mean square difference of the best candidate from the picture, after every iteration"))
        theme_hub.changed.connect(self.update)

    def set_history(self, history: tuple[float, ...]) -> None:
        """Shows these values."""
        self._history = history
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The line, and its last value in figures."""
        theme, painter = current_theme(), QPainter(self)
        painter.setPen(QColor(theme.hairline))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
        if self._history:
            words, last = painter.fontMetrics().height(), max(1, len(self._history) - 1)
            wide, high = (self.width() - 1) / last, (self.height() - words - 4) / max(self._history[0], 1e-9)
            points = [
                QPointF(wide * index, max(words + 2.0, self.height() - 2 - high * value))
                for index, value in enumerate(self._history)
            ]
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(theme.accent), 1))
            painter.drawPolyline(points)
            painter.setPen(QColor(theme.text_muted))
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop
            painter.drawText(self.rect(), right, _("error {value:.3f}").format(value=self._history[-1]))
        painter.end()


class ProjectionPanel(Part):
    """Opens, pastes or takes a dropped picture, and finds where the generator draws it."""

    def __init__(self, explorer: Explorer, studio: Studio) -> None:
        candidates = PictureGrid(_("Candidates"), _("Click: go there, and edit it with every slider."))
        super().__init__(explorer, "projection", candidates)
        self._studio = studio
        self._source: Path | bytes | None = None
        self._found: Projection | None = None
        self._began: ExploreState | None = None
        self._looking = False
        self._of: object = None
        self._seed = 0
        self.setAcceptDrops(True)
        self.open = push_button(
            _("Open a picture…"), "", _("Any image: its middle square is looked for (Ctrl+I)"), clicked=self.choose
        )
        self.paste = tool_button(
            "copy", _("Paste a picture"), _("Looks for the picture on the clipboard"), clicked=self.paste_picture
        )
        self.invert = Segmented(
            [
                ("auto", _("Auto"), _("Turns light and dark round where the ground of the picture is the other one")),
                ("no", _("As it is"), _("Light stays light")),
                ("yes", _("Inverted"), _("Dark ink on light paper becomes light on dark")),
            ],
            _("Light and dark"),
        )
        self.invert.chosen.connect(lambda _key: self.begin())
        self.words = label("", "muted", wrap=True)
        self.target = PictureGrid(_("The picture, and the best that was found"), "")
        self.target.setFixedHeight(120)
        self.line = ErrorLine()
        candidates.clicked.connect(self.take)
        words = _("Looks once more, from other starts")
        self.again = push_button(_("Again"), "", words, clicked=lambda: self.begin(other=True))
        self.stop = push_button(_("Stop"), "", _("Keeps what was found so far"), clicked=self.end)
        head = boxed(self.open, self.paste, across=True, gap=8, stretch=self.open)
        foot = boxed(self.again, self.stop, None, across=True, gap=8)
        self.stack(head, self.invert, self.words, self.target, self.line, candidates, foot)
        explorer.source_changed.connect(self._source_changed)
        explorer.weights_changed.connect(self._weights_changed)
        self._source_changed()

    def redraw(self, *_anything: object) -> None:
        """A search goes on, whether somebody looks or not."""

    def _source_changed(self) -> None:
        opened, spec = self.explorer.opened, self.explorer.spec
        of = None if opened is None else (opened.path, opened.generator.controls)
        if opened is not None and of == self._of:
            return self._weights_changed()  # opened anew, or something else could not be opened: nothing is lost
        images = spec is not None and spec.pictures
        waiting = self._looking and self._of is None and images  # given before there was anything to look in
        self.explorer.drop(self.channel)
        self._of, self._found = of, None
        self._looking = self._looking and of is None
        for widget in (self.open, self.paste):
            widget.setEnabled(images)
        self.invert.setVisible(images and spec is not None and spec.channels == 1)
        self._show_parts(False)
        self._explain()
        return self.begin() if waiting else None

    def _weights_changed(self) -> None:
        """With other weights the search is another one; a run that trains is followed while it goes on."""
        if self._looking and self.explorer.following is None and not self.explorer.opening:
            self.begin()

    def _explain(self) -> None:
        spec = self.explorer.spec
        self.words.setText(
            _("Pictures can be looked for in generators of pictures.")
            if spec is not None and not spec.pictures
            else _("Drop, paste or open any picture: the position that draws it is found, and every slider then edits "
                   "it.")
        )  # fmt: skip

    def _show_parts(self, shown: bool) -> None:
        for widget in (self.target, self.line, self.grid, self.again, self.stop):
            widget.setVisible(shown)

    # -- which picture ----------------------------------------------------------------------------------------------

    def choose(self) -> None:
        """Asks for a file."""
        self.open_picture(ask_picture(self, _("Find a picture")))

    def open_picture(self, source: Path | bytes | None) -> None:
        """Looks for a file, or for the content of one; None for nothing."""
        if source is not None:
            self._source = source
            self.begin()

    def paste_picture(self) -> None:
        """Looks for what is on the clipboard."""
        source = picture_in(QGuiApplication.clipboard().mimeData())
        if source is None:
            self._studio.notifications.info(_("There is no picture on the clipboard."))
        self.open_picture(source)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Pictures of other programs may be dropped here; files are taken by the window."""
        if event.mimeData().hasImage() and not event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Looks for it."""
        event.acceptProposedAction()
        self.open_picture(picture_in(event.mimeData()))

    # -- looking ----------------------------------------------------------------------------------------------------

    def begin(self, other: bool = False) -> None:
        """Looks for the picture, from the beginning."""
        source, spec = self._source, self.explorer.spec
        if source is None:
            return
        tell = self._studio.notifications.info
        if spec is None:  # there is nothing yet that could draw the picture
            self._looking = bool(self.explorer.opening)
            if self._looking:
                self.words.setText(_("Waits for what is being opened…"))
            else:
                tell(_("Open a generator first, then drop the picture again."))
            return
        if not spec.pictures:
            tell(_("Pictures can only be looked for in a generator of pictures."))
            return
        self._seed = self._seed + 1 if other else 0
        self._found, self._began = None, self.explorer.state
        seed, mode, state = self._seed, self.invert.value, self.explorer.state
        shown = [control.name for control in self.explorer.controls if isinstance(control, ClassImages)]
        given = {} if state is None else {name: state.position[name] for name in shown}

        def work(generator: Generator) -> Iterator[Any]:
            from ganstudio.explore.projection import project
            from ganstudio.explore.reading import fit_options, read_picture

            options = fit_options(generator.spec, generator.generate(generator.draw(EXAMPLES, 1)))
            invert: Any = {"auto": "auto", "yes": True}.get(mode, False)
            target = read_picture(source, generator.spec, invert, options.ground)
            yield target
            yield from project(generator, target, seed=seed, given=given)

        self.words.setText(_("Looking…"))
        self._show_parts(True)
        self.target.prepare(2)
        self.target.set_names([_("wanted"), _("found")], captions=True)
        self.explorer.ask(self.channel, work, URGENCY)
        self._looking = True
        self.stop.setEnabled(True)

    def end(self) -> None:
        """Keeps what was found so far."""
        self.explorer.drop(self.channel)
        self.ended()
        if self._found is not None:
            self._finish(self._found)
        else:
            self._show_parts(False)
            self._explain()

    def failed(self, words: str) -> None:
        """Says why."""
        self._show_parts(False)
        self.words.setText(words)

    def arrived(self, value: Any) -> None:
        """The picture as the generator could draw it, or how far the search is."""
        if isinstance(value, np.ndarray):
            self.target.put(0, to_pixels(value[None]))
        else:
            self._show(value)

    def ended(self) -> None:
        """Nothing more comes."""
        self._looking = False
        self.stop.setEnabled(False)

    def _show(self, found: Projection) -> None:
        self._found = found
        self.grid.prepare(len(found.pictures))
        self.grid.put(0, found.pictures)
        self.grid.set_names([_("error {value:.3f}").format(value=error) for error in found.errors])
        self.grid.choose(found.best)
        best: NDArray[np.uint8] = found.pictures[found.best]
        self.target.put(1, best[None])
        self.line.set_history(found.history)
        if found.done:
            self._finish(found)
        else:
            percent = round(100 * found.fraction)
            self.words.setText(_("Looking… {percent} %").format(percent=percent))

    def _finish(self, found: Projection) -> None:
        """Goes to the best, where nobody has gone elsewhere meanwhile."""
        if self.explorer.state is self._began:
            self.take(found.best)
            self.words.setText(_("Found. Every slider now edits this picture; the other candidates are below."))
        else:
            self.words.setText(_("Found. You have gone elsewhere meanwhile: click a candidate to go there."))

    def take(self, place: int) -> None:
        """Goes to a candidate."""
        if self._found is not None and place < len(self._found.pictures):
            state = ExploreState(position_of(self._found.values, place))
            self.explorer.edit(state, _("Go to what was found"))
            self._began = self.explorer.state
