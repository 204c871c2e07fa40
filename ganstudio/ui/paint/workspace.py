"""The Paint workspace: tools and classes left, the map and its picture in the middle, the style below."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from ganstudio.app.gallery import gallery_card
from ganstudio.app.generators.workplaces import bundled_path
from ganstudio.app.paint.painter import Painter
from ganstudio.app.runs.run_model import RunModel
from ganstudio.app.studio import Studio
from ganstudio.core.i18n import _
from ganstudio.ui.generator_page.page import GeneratorPage, Splitters
from ganstudio.ui.kit.errors import EmptyState
from ganstudio.ui.kit.files import Dropped
from ganstudio.ui.kit.lifetimes import listen
from ganstudio.ui.kit.menus import ActionBinder
from ganstudio.ui.kit.parts import LinkButton, boxed, line, split
from ganstudio.ui.kit.words import step_text
from ganstudio.ui.paint.canvas_bar import CanvasBar
from ganstudio.ui.paint.canvas_view import CanvasView
from ganstudio.ui.paint.exports import Exports
from ganstudio.ui.paint.opening import Opening
from ganstudio.ui.paint.palette import ClassPalette
from ganstudio.ui.paint.style_panel import StylePanel
from ganstudio.ui.paint.tools import ToolStrip
from ganstudio.ui.pictures.viewer import PictureViewer

TOOLS, STYLE = 204, 188
SHINES = 0.5
"""How much of the map covers the picture under it, at first."""
COLUMNS, MIDDLE, PAIR = "paint/bench", "paint/middle", "paint/pair"


class PaintWorkspace(GeneratorPage):
    """Everything to paint with one generator."""

    def __init__(self, studio: Studio, binder: ActionBinder, parent: QWidget | None = None) -> None:
        super().__init__(studio, binder, parent)
        self.painter = Painter(studio, self._waker)
        self._use(self.painter)
        self.canvas = CanvasView()
        self.tools = ToolStrip(self.canvas)
        self.palette_ = ClassPalette(self.canvas)
        self.result = PictureViewer(
            _("The picture"),
            _("What the generator makes of the map. The wheel enlarges it; drag it where it is larger than its place."),
        )
        self.bar = CanvasBar(self.painter, binder)
        self.opening = Opening(self.painter, self)
        self.style_panel = StylePanel(self.painter, self.opening)
        self.exports = Exports(self.painter, self)
        self.under = False
        self._lay_out()
        self._connect()
        self._source_changed()

    def _lay_out(self) -> None:
        left = QWidget()
        boxed(self.tools, line(), self.palette_, gap=8, margins=(12, 8, 8, 8), into=left, stretch=self.palette_)
        self.pair = split(self.canvas, self.result, stretch=(0, 0))
        self.middle = split(self.pair, self.style_panel, stretch=(1, 0), down=True)
        self.columns = split(left, self.middle, stretch=(0, 1))
        page = QWidget()
        boxed(self.bar, line(), self.columns, into=page, stretch=self.columns)
        self._fill(page, self._make_empty())

    def _make_empty(self) -> EmptyState:
        ready = bundled_path("paint") is not None
        empty = EmptyState(
            "brush",
            _("Paint a map, get a picture"),
            _("Say with a brush where the sky, the sea and the mountains are: a network makes the picture while you paint. "
              "It takes a run that was trained on label maps with their pictures."),
            _("Open the ready landscapes") if ready else _("Train SPADE on landscapes"),
        )  # fmt: skip
        empty.clicked.connect(self.open_ready)
        other = LinkButton(_("Open a run…"))
        other.setAccessibleName(_("Open a run…"))
        other.setToolTip(_("Any run folder with SPADE or another method that draws on label maps"))
        other.clicked.connect(self.source.button.choose_folder)
        empty.add_links(other)
        return empty

    def _connect(self) -> None:
        painter, canvas = self.painter, self.canvas
        canvas.stroke_began.connect(painter.stroke_began)
        canvas.stroke_ended.connect(painter.stroke_ended)
        canvas.hovered.connect(self.bar.words.setText)
        self.result.menu_requested.connect(self._open_menu)
        self.result.hovered.connect(self._hovered)
        self.result.moved.connect(lambda: self.bar.times.set_value(self.result.zoom))
        self.bar.times.chosen.connect(self.result.set_zoom)
        self.bar.placing.chosen.connect(lambda key: self.set_under(key == "under"))
        self.bar.compare.clicked.connect(self.set_comparing)
        self._deaf = listen(
            self,
            (painter.source_changed, self._source_changed),
            (painter.weights_changed, self._show_step),
            (painter.canvas_changed, self._canvas_changed),
            (painter.picture_changed, self._picture_changed),
        )

    # -- what the painter tells -------------------------------------------------------------------------------------

    def _source_changed(self) -> None:
        if self._turn_page() is self._empty and self.painter.opened is not None:
            self.canvas.setFocus()
        self._canvas_changed()
        self._picture_changed()
        self._arrange_once()

    def _canvas_changed(self) -> None:
        document = self.painter.document
        if self.canvas.document is not document:
            self.canvas.set_document(document)
        if self.painter.history is not self._history:
            self._hear(self.painter.history)
        self._studio.actions.refresh()

    def _picture_changed(self) -> None:
        painter = self.painter
        self.result.show_pictures(painter.picture, painter.before)
        self.result.show_words(error="" if painter.error is None else str(painter.error))
        self.canvas.set_underlay(self.result.image)
        self._show_step()
        self._note(painter.picture is not None)

    def _show_step(self) -> None:
        live = self.painter.following is not None
        self.result.show_tags(step_text(self.painter.step) if live else "", live=live)

    def _hovered(self, x: int, y: int) -> None:
        document, picture, text = self.painter.document, self.painter.picture, ""
        if document is not None and picture is not None and x >= 0:
            number = int(document.ids[y * document.size // picture.shape[0], x * document.size // picture.shape[1]])
            text = document.classes[number].title if number < len(document.classes) else _("unknown class")
        self.result.set_hover_text(text)

    def _open_menu(self, point: QPoint) -> None:
        shown, taken = ("compare", "pixels", "under"), ("copy", "copy-map", "", "save", "save-both", "save-map", "film")
        self._pop_up(point, (*shown, "", *taken))

    # -- opening ----------------------------------------------------------------------------------------------------

    def candidates(self) -> list[RunModel]:
        """The run that is looked at, then those that train."""
        return [*super().candidates(), *self._studio.training]

    def begin_alone(self) -> None:
        """The run that comes with the program, where there is one."""
        if bundled_path("paint") is not None:
            self.painter.open_bundled()

    def open_ready(self) -> None:
        """The run that comes with the program; where there is none, it is trained."""
        if bundled_path("paint") is None:
            self._studio.when_ready(lambda: self._studio.start(gallery_card("paint").experiment))
        else:
            super().open_ready()

    def take(self, dropped: Dropped) -> None:
        """A label map, or a picture whose style is taken."""
        self.opening.take(dropped.path)

    # -- deeds ------------------------------------------------------------------------------------------------------

    @property
    def subject(self) -> str:
        """The canvas that is painted on."""
        document = self.painter.document
        return super().subject if document is None else document.name

    def set_under(self, under: bool) -> None:
        """The picture under the map, or beside it."""
        self.under = under
        if under:
            self.result.compare("")
            self.bar.compare.setChecked(False)
        self.result.setVisible(not under)
        self.canvas.options.set(opacity=SHINES if under else 1.0)
        self.bar.times.setEnabled(not under)
        self.bar.placing.set_value("under" if under else "beside")
        self._studio.actions.refresh()

    def set_comparing(self, comparing: bool) -> None:
        """Lays the picture before over a part of the present one."""
        if comparing and self.under:
            self.set_under(False)
        self.result.compare("over" if comparing else "", (_("before"), _("now")))
        self.bar.compare.setChecked(comparing)
        if comparing:
            self.result.setFocus()
        self._studio.actions.refresh()

    # -- what the window asks ---------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Keeps the canvases too, whether somebody looks or not."""
        self.painter.canvases.autosave()
        super().refresh()

    def splitters(self) -> Splitters:
        """Tools beside the canvas; the style under it; the picture beside the map."""
        return (
            (COLUMNS, self.columns, [TOOLS, max(400, self.width() - TOOLS)]),
            (MIDDLE, self.middle, [max(240, self.columns.height() - STYLE), STYLE]),
            (PAIR, self.pair, [10_000, 10_000]),
        )

    def end(self) -> None:
        """The window goes: every canvas is saved, the rendering thread ends, nothing is listened to any more."""
        self.canvas.set_document(None)
        super().end()
        self.style_panel.end()
        self._deaf()
