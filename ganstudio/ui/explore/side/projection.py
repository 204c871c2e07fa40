"""Finding a picture: which position draws it? Several candidates are followed at once, and one watches them."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QGuiApplication, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ganstudio.app.explore.explorer import Explorer
from ganstudio.app.explore.matching import Matching
from ganstudio.app.studio import Studio
from ganstudio.core.i18n import _
from ganstudio.ui.explore.parts import Part
from ganstudio.ui.kit.files import ask_picture, picture_in
from ganstudio.ui.kit.parts import Segmented, boxed, keeping_room, label, push_button, tool_button
from ganstudio.ui.kit.progress import ProgressBar
from ganstudio.ui.kit.theme import current_theme, theme_hub
from ganstudio.ui.pictures.grid import PictureGrid


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
    """Opens, pastes or takes a dropped picture, and shows the search for it.

    Attributes:
        matching: the search.
    """

    def __init__(self, explorer: Explorer, studio: Studio) -> None:
        candidates = PictureGrid(_("Candidates"), _("Click: go there, and edit it with every slider."))
        super().__init__(explorer, "", candidates)
        self._studio, self.matching = studio, Matching(explorer)
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
        self.invert.chosen.connect(self.matching.turn)
        self.words = label("", "muted", wrap=True)
        self.bar = keeping_room(ProgressBar(_("Progress of the search")))
        self.target = PictureGrid(_("The picture, and the best that was found"), "")
        self.target.setFixedHeight(120)
        self.target.prepare(2)
        self.target.set_names([_("wanted"), _("found")], captions=True)
        self.line = ErrorLine()
        candidates.clicked.connect(self.matching.take)
        words = _("Looks once more, from other starts")
        self.again = push_button(_("Again"), "", words, clicked=self.matching.again)
        self.stop = push_button(_("Stop"), "", _("Goes to the best that was found so far"), clicked=self.matching.stop)
        words = _("Ends the search; the controls stay where they are (Escape)")
        self.cancel = push_button(_("Cancel"), "", words, clicked=self.matching.cancel)
        head = boxed(self.open, self.paste, across=True, gap=8, stretch=self.open)
        foot = boxed(self.again, self.stop, self.cancel, None, across=True, gap=8)
        self.stack(head, self.invert, self.words, self.bar, self.target, self.line, candidates, foot)
        self.matching.changed.connect(self._refresh)
        explorer.source_changed.connect(self._refresh)
        self._refresh()

    def redraw(self, *_anything: object) -> None:
        """The search is its own affair."""

    def _refresh(self) -> None:
        """Shows how far the search is."""
        search, spec = self.matching, self.explorer.spec
        found, target = search.found, search.target
        for button in (self.open, self.paste):
            button.setEnabled(search.possible)
        for button in (self.stop, self.cancel):
            button.setEnabled(search.running)
        self.invert.setVisible(search.possible and spec is not None and spec.channels == 1)
        self.words.setText(search.words)
        self.bar.setVisible(search.running)
        self.bar.show_share(search.fraction)
        for widget in (self.target, self.line, self.grid, self.again, self.stop, self.cancel):
            widget.setVisible(search.running or target is not None or found is not None)
        if target is None:
            self.target.prepare(2)
        else:
            self.target.put(0, target[None])
        if found is None:
            return
        self.grid.prepare(len(found.pictures))
        self.grid.put(0, found.pictures)
        self.grid.set_names([_("error {value:.3f}").format(value=error) for error in found.errors])
        self.grid.choose(found.best)
        self.target.put(1, found.pictures[found.best][None])
        self.line.set_history(found.history)

    # -- which picture ----------------------------------------------------------------------------------------------

    def choose(self) -> None:
        """Asks for a file."""
        self.matching.look_for(ask_picture(self, _("Find a picture")))

    def paste_picture(self) -> None:
        """Looks for what is on the clipboard."""
        source = picture_in(QGuiApplication.clipboard().mimeData())
        if source is None:
            self._studio.notifications.info(_("There is no picture on the clipboard."))
        self.matching.look_for(source)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Pictures of other programs may be dropped here; files are taken by the window."""
        if event.mimeData().hasImage() and not event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Looks for it."""
        event.acceptProposedAction()
        self.matching.look_for(picture_in(event.mimeData()))
