"""The strip above the canvas: which canvas, what to start another one from, how the result is looked at, saving."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QColor, QIcon, QImage, QPixmap
from PySide6.QtWidgets import QInputDialog, QMenu, QWidget

from ganstudio.app.paint.painter import Painter
from ganstudio.core.i18n import _
from ganstudio.core.labelmaps import colour_map
from ganstudio.ui.kit.icons import icon
from ganstudio.ui.kit.lifetimes import listen
from ganstudio.ui.kit.painted import to_image
from ganstudio.ui.kit.parts import ElidedLabel, Segmented, boxed, push_button, tool_button
from ganstudio.ui.pictures.viewer import zoom_choice

if TYPE_CHECKING:
    from ganstudio.ui.kit.menus import ActionBinder

LONGEST, THUMB = 160, 32


def _thumb(image: QImage) -> QIcon:
    return QIcon(QPixmap.fromImage(image.scaled(THUMB, THUMB)))


def _swatch(colour: tuple[int, int, int]) -> QIcon:
    pixmap = QPixmap(THUMB, THUMB)
    pixmap.fill(QColor(*colour))
    return QIcon(pixmap)


class CanvasBar(QWidget):
    """Buttons; what they do that is more than a click is the workspace's.

    Args:
        painter: whose canvases.
        binder: binds entries of menus to actions, once there are any.

    Signals:
        scene_wanted: a label map of the run's data is to be chosen.

    Attributes:
        placing: where the picture is: ``beside`` or ``under``.
        times: how large it is.
        compare: whether it is compared.
        words: what is under the cursor.
    """

    scene_wanted = Signal()

    def __init__(self, painter: Painter, binder: ActionBinder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._painter, self._binder = painter, binder
        self.canvas = push_button(
            _("Canvas"), "layers", _("The canvases; all are kept by themselves, also when the window is closed"),
            menu=self.fill_canvases,
        )  # fmt: skip
        self.start = push_button(
            _("New"), "plus", _("Another canvas: an example, blank, a map of the run’s data, a file"),
            menu=self.fill_start,
        )  # fmt: skip
        self.save = push_button(
            _("Save"), "export", _("Saves the picture, the label map, both, or a film of the painting"),
            menu=self.fill_save,
        )  # fmt: skip
        self.words = ElidedLabel("", "muted")
        self.placing = Segmented(
            (
                ("beside", _("Beside"), _("The picture beside the map")),
                ("under", _("Under"), _("The picture under the map, which lets it shine through (T)")),
            ),
            _("Where the picture is"),
        )
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
        self.canvas.setText(
            self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, LONGEST).replace("&", "&&")
        )
        self.canvas.setAccessibleDescription(name)
        for part in (self.canvas, self.start, self.save):
            part.setEnabled(document is not None)

    # -- menus ------------------------------------------------------------------------------------------------------

    def fill_canvases(self, menu: QMenu) -> None:
        """The list of canvases, and what can be done with the present one."""
        painter = self._painter
        for document in painter.canvases.documents:
            entry = menu.addAction(document.name.replace("&", "&&"))
            entry.setCheckable(True)
            entry.setChecked(document is painter.document)
            entry.triggered.connect(lambda _on=False, one=document: painter.canvases.switch(one))
        menu.addSeparator()
        for name in ("duplicate-canvas", "rename-canvas", "close-canvas", "reopen-canvas"):
            self._binder.add_to(menu, f"paint.{name}")

    def fill_start(self, menu: QMenu) -> None:
        """What another canvas can be made of."""
        painter, control = self._painter, self._painter.map_control
        if control is None:
            return
        for example in painter.source.examples():
            entry = menu.addAction(_thumb(to_image(colour_map(example.ids, control.classes))), example.name)
            entry.triggered.connect(lambda _on=False, one=example: painter.source.add(one.name, one.ids))
        if not menu.isEmpty():
            menu.addSeparator()
        blank = menu.addMenu(icon("image"), _("Blank"))
        for index, one in enumerate(control.classes):
            entry = blank.addAction(_swatch(one.colour), one.name.replace("&", "&&"))
            entry.triggered.connect(lambda _on=False, index=index: painter.source.blank(index))
        menu.addAction(icon("database"), _("A map of the run’s data…"), self.scene_wanted.emit)
        self._binder.add_to(menu, "paint.open-map")

    def fill_save(self, menu: QMenu) -> None:
        """What can be taken home."""
        for name in ("save", "save-map", "save-both", "film"):
            self._binder.add_to(menu, f"paint.{name}")
        menu.addSeparator()
        self._binder.add_to(menu, "paint.copy")

    def rename(self) -> None:
        """Asks for another name of the present canvas."""
        document = self._painter.document
        if document is None:
            return
        box = QInputDialog(self)
        box.setWindowTitle(_("Rename the canvas"))
        box.setLabelText(_("Name"))
        box.setTextValue(document.name)
        box.textValueSelected.connect(lambda text: self._painter.canvases.rename(document, text))
        box.finished.connect(box.deleteLater)
        box.open()
