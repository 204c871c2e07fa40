"""The strip above the canvas: which canvas, what to start another one from, how the result is looked at, saving."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Slot
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import QMenu, QWidget

from ganstudio.app.paint.painter import Painter
from ganstudio.core.i18n import _
from ganstudio.core.labelmaps import colour_map
from ganstudio.ui.kit.dialogs import ask_name
from ganstudio.ui.kit.icons import icon
from ganstudio.ui.kit.lifetimes import listen
from ganstudio.ui.kit.menus import ActionBinder
from ganstudio.ui.kit.painted import swatch, to_image
from ganstudio.ui.kit.parts import ElidedLabel, Segmented, boxed, push_button, tool_button
from ganstudio.ui.kit.words import as_entry
from ganstudio.ui.pictures.viewer import zoom_choice

WIDE, THUMB = 196, 32


def _icon(image: QImage) -> QIcon:
    return QIcon(QPixmap.fromImage(image.scaled(THUMB, THUMB)))


class CanvasBar(QWidget):
    """Buttons; what they do that is more than a click is the workspace's.

    Args:
        painter: whose canvases.
        binder: binds entries of menus to actions, once there are any.

    Attributes:
        placing: where the picture is: ``beside`` or ``under``.
        times: how large it is.
        compare: whether it is compared.
        words: what is under the cursor.
    """

    def __init__(self, painter: Painter, binder: ActionBinder) -> None:
        super().__init__()
        self._painter, self._binder = painter, binder
        tip = _("The canvases; all are kept by themselves, also when the window is closed")
        self.canvas = push_button(_("Canvas"), "layers", tip, menu=self.fill_canvases)
        self.canvas.setFixedWidth(WIDE)  # whatever the name: what stands beside it stays where it is
        tip = _("Another canvas: an example, blank, a map of the run’s data, a file")
        self.start = push_button(_("New"), "plus", tip, menu=self.fill_start)
        tip = _("Saves the picture, the label map, both, or a film of the painting")
        self.save = push_button(_("Save"), "export", tip, menu=self.fill_save)
        self.words = ElidedLabel("", "muted")
        beside = ("beside", _("Beside"), _("The picture beside the map"))
        under = ("under", _("Under"), _("The picture under the map, which lets it shine through (T)"))
        self.placing = Segmented((beside, under), _("Where the picture is"))
        self.times = zoom_choice(_("Size of the picture"))
        tip = _("Compare with the picture before the last edit (C): drag the line over the picture")
        self.compare = tool_button("compare", _("Compare"), tip, checkable=True, on="accent")
        whole = (self.canvas, self.start, self.words, self.placing, self.times, self.compare, self.save)
        boxed(*whole, across=True, margins=(12, 4, 12, 4), gap=8, into=self, stretch=self.words)
        listen(self, (painter.canvas_changed, self.refresh))
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """The name of the present canvas."""
        document = self._painter.document
        name = _("Canvas") if document is None else document.name
        self.canvas.setText(as_entry(name))
        self.canvas.setAccessibleDescription(name)
        for part in (self.canvas, self.start, self.save):
            part.setEnabled(document is not None)

    # -- menus ------------------------------------------------------------------------------------------------------

    def fill_canvases(self, menu: QMenu) -> None:
        """The list of canvases, and what can be done with the present one."""
        painter = self._painter
        for document in painter.canvases.documents:
            entry = menu.addAction(as_entry(document.name), partial(painter.canvases.switch, document))
            entry.setCheckable(True)
            entry.setChecked(document is painter.document)
        menu.addSeparator()
        self._add(menu, "duplicate-canvas", "rename-canvas", "close-canvas", "reopen-canvas")

    def fill_start(self, menu: QMenu) -> None:
        """What another canvas can be made of."""
        painter, control = self._painter, self._painter.map_control
        if control is None:
            return
        for example in painter.source.examples():
            picture = _icon(to_image(colour_map(example.ids, control.classes)))
            menu.addAction(picture, as_entry(example.name), partial(painter.source.add, example.name, example.ids))
        if not menu.isEmpty():
            menu.addSeparator()
        blank = menu.addMenu(icon("image"), _("Blank"))
        for index, one in enumerate(control.classes):
            blank.addAction(swatch(one.colour), as_entry(one.title), partial(painter.source.blank, index))
        self._add(menu, "scene", "open-map")

    def fill_save(self, menu: QMenu) -> None:
        """What can be taken home."""
        self._add(menu, "save", "save-map", "save-both", "film")
        menu.addSeparator()
        self._add(menu, "copy")

    def _add(self, menu: QMenu, *names: str) -> None:
        for name in names:
            self._binder.add_to(menu, f"paint.{name}")

    def rename(self) -> None:
        """Asks for another name of the present canvas."""
        document = self._painter.document
        if document is None:
            return
        rename = self._painter.canvases.rename
        ask_name(self, _("Rename the canvas"), document.name, lambda name: rename(document, name))
