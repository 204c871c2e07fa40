"""The Translate workspace: a picture in, another out, at once."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QWidget

from ganstudio.app.generators.workplaces import bundled_name, bundled_path
from ganstudio.app.studio import Studio
from ganstudio.app.translate.translator import Translator
from ganstudio.core.experiment import Experiment
from ganstudio.core.i18n import _
from ganstudio.ui.controls import ControlsPanel
from ganstudio.ui.generator_page.page import GeneratorPage
from ganstudio.ui.kit.errors import EmptyState
from ganstudio.ui.kit.files import Dropped, picture_in, tell_left
from ganstudio.ui.kit.lifetimes import listen
from ganstudio.ui.kit.menus import ActionBinder
from ganstudio.ui.kit.parts import LinkButton, boxed, label, line
from ganstudio.ui.translate.exports import Exports
from ganstudio.ui.translate.stage import Stage
from ganstudio.ui.translate.strip import ExampleStrip
from ganstudio.ui.translate.toolbar import Toolbar

FIRST = Experiment("pix2pix", "edges-digits", {"mirror": False}, steps=2000, name="edges to digits")
"""What the empty state offers to train: it needs no download and is good after two minutes. A mirrored 3 is no digit."""
BUTTONS = ("paste", "draw", "batch", "swap")


class TranslateWorkspace(GeneratorPage):
    """Everything to translate pictures with one network."""

    def __init__(self, studio: Studio, binder: ActionBinder, parent: QWidget | None = None) -> None:
        super().__init__(studio, binder, parent)
        self.translator = Translator(studio, self._waker)
        self._use(self.translator)
        self.stage = Stage(self.translator)
        self.toolbar = Toolbar(self.translator, self.stage)
        self.controls = ControlsPanel(self.translator, "line")
        self.strip = ExampleStrip(self.translator)
        self.exports = Exports(self.translator, self)
        self._bound = False
        self._lay_out()
        self.stage.compared.connect(studio.actions.refresh)
        self.stage.menu_requested.connect(self.open_menu)
        self.strip.wanted.connect(self.open_menu)
        self.stage.pen.changed.connect(studio.actions.refresh)
        translator = self.translator
        listen(
            self,
            (translator.source_changed, self._source_changed),
            (translator.state_changed, self._state_changed),
            (translator.result_changed, self._result_changed),
            (translator.weights_changed, self.stage.refresh_result),
            (translator.shelf.changed, self._shelf_changed),
        )
        self._hear(translator.history)
        self._source_changed()

    def _lay_out(self) -> None:
        words = label(_("From the data"), "muted")
        below = boxed(words, self.strip, across=True, margins=(20, 0, 16, 0), gap=16, stretch=self.strip)
        page = QWidget()
        boxed(self.toolbar, self.stage, line(), self.controls, below, into=page, stretch=self.stage)
        self._fill(page, self._make_empty())

    def _make_empty(self) -> EmptyState:
        empty = EmptyState(
            "translate",
            _("Translate pictures"),
            _("A network that was trained on pairs turns sketches into photos, maps into streets, day into night: open a "
              "picture or draw one, and the translation appears at once. Train one that turns edges into digits (it needs "
              "no download, and you can draw for it while it learns), or open a run."),
            _("Train edges to digits"),
        )  # fmt: skip
        empty.clicked.connect(self.train_first)
        self.open_link = LinkButton(_("Open a run…"))
        tip = _("Any folder with a run of pix2pix, CycleGAN, SPADE or another network that translates")
        self.open_link.setToolTip(tip)
        self.open_link.clicked.connect(self.source.button.choose_folder)
        self.ready_link = LinkButton(bundled_name("translate"))
        self.ready_link.setToolTip(_("The run that comes with the program"))
        self.ready_link.clicked.connect(self.open_ready)
        self.ready_link.setVisible(bundled_path("translate") is not None)
        empty.add_links(self.open_link, self.ready_link)
        return empty

    # -- what the translator tells ----------------------------------------------------------------------------------

    def _source_changed(self) -> None:
        if self._turn_page() is not None and self.translator.opened is not None:
            self.stage.input.setFocus()
        self._state_changed()
        self._result_changed()
        self._shelf_changed()
        self._studio.actions.refresh()

    def _state_changed(self) -> None:
        self.stage.refresh_input()
        if self.translator.drawing:
            return  # nothing else changes with every move of the pen
        self.toolbar.refresh()
        self.strip.refresh()
        self._refresh_actions()

    def _result_changed(self) -> None:
        self.stage.refresh_result()
        self._refresh_actions()

    def _refresh_actions(self) -> None:
        state = self.translator.state
        self._note((state is not None and state.picture is not None, self.translator.output is not None))

    def _shelf_changed(self) -> None:
        self.strip.refresh()
        self.stage.input_foot.pen.refresh()
        self.stage.input_foot.pen.follow_paper(self.translator.shelf.found.paper)

    # -- opening ----------------------------------------------------------------------------------------------------

    def begin_alone(self) -> None:
        """The run that comes with the program, with an outline of its data to draw on."""
        if bundled_path("translate") is not None:
            self.stage.pen.set_tool("pen")
            self.translator.open_bundled()

    def showEvent(self, event: QShowEvent) -> None:
        """Somebody looks: the run that is looked at is opened, and buttons do what the rows of actions say."""
        if not self._bound and "translate.paste" in self._studio.actions:
            self._bound = True
            self._binder.bind(self.toolbar.open, "file.open")
            for name in BUTTONS:
                self._binder.bind(getattr(self.toolbar, name), f"translate.{name}")
            for name in ("copy", "save"):
                self._binder.bind(getattr(self.stage, name), f"translate.{name}")
        super().showEvent(event)

    def train_first(self) -> None:
        """Starts a small translating run, and looks at it."""
        self._studio.draft.replace(FIRST, _("Edges to digits"))
        self._studio.when_ready(lambda: self._studio.start(FIRST))

    def take(self, dropped: Dropped) -> None:
        """A picture is translated; of several the first, and all are offered to be once there is a network."""
        if self.translator.opened is not None or self.translator.opening:
            self.translator.give_file(dropped.path)
            if dropped.more and self.translator.state is not None:
                self.exports.translate_folder((dropped.path, *dropped.more))
            else:  # there is nothing yet that they could be translated with
                tell_left([dropped.path.name], len(dropped.more))
        else:
            words = _("Open a run that translates first; then drop the picture again, and it is translated.")
            self._studio.notifications.info(words)

    def paste(self) -> None:
        """Translates what is on the clipboard: a picture, or a file that was copied."""
        found = picture_in(QGuiApplication.clipboard().mimeData())
        if found is None:
            self._studio.notifications.info(_("There is no picture on the clipboard. Copy one first."))
        else:
            self.translator.give_file(found)

    # -- deeds ------------------------------------------------------------------------------------------------------

    def new_drawing(self) -> None:
        """An empty sheet, and the pen in the hand."""
        self.translator.give_blank()
        self.stage.set_comparing(False)
        if self.stage.pen.tool == "hand":
            self.stage.pen.set_tool("pen")
        self.stage.input.setFocus()

    def open_menu(self, point: QPoint) -> None:
        """What one would want of the pictures."""
        names = ("copy", "save", "save-both", "", "copy-input", "swap", "draw", "paste", "", "compare", "batch")
        self._pop_up(point, names)

    def restore_layout(self) -> None:
        """Side by side and fitted, as at first."""
        self.stage.set_comparing(False)
        self.stage.set_zoom("fit")
