"""The strip above the canvas: which canvas, what to start another one from, how the result is looked at, saving."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QColor, QIcon, QImage, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QInputDialog, QMenu, QPushButton, QWidget

from ganstudio.app.paint.canvases import CanvasDocument
from ganstudio.app.paint.painter import Painter
from ganstudio.core.i18n import _
from ganstudio.core.labelmaps import colour_map
from ganstudio.ui.kit.icons import icon
from ganstudio.ui.kit.painted import to_image
from ganstudio.ui.kit.parts import ElidedLabel, Segmented, tool_button
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
        binder: binds buttons to actions, once there are any.

    Signals:
        size_chosen: the result in this size.
        layout_chosen: ``beside`` or ``under``.
        open_wanted: a label map is to be chosen from a file.
        scene_wanted: a label map of the run's data is to be chosen.
    """

    size_chosen = Signal(str)
    layout_chosen = Signal(str)
    open_wanted = Signal()
    scene_wanted = Signal()

    def __init__(self, painter: Painter, binder: ActionBinder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._painter, self._binder = painter, binder
        self.canvas = self._menu_button("layers", _("Canvas"), self.fill_canvases)
        self.canvas.setToolTip(_("The canvases; all are kept by themselves, also when the window is closed"))
        self.start = self._menu_button("plus", _("New"), self.fill_start)
        self.start.setToolTip(_("Another canvas: an example, blank, a map of the run’s data, a file"))
        self.save = self._menu_button("export", _("Save"), self.fill_save)
        self.save.setToolTip(_("Saves the picture, the label map, both, or a film of the painting"))
        self.words = ElidedLabel("", "muted")
        self.placing = Segmented(
            (
                ("beside", _("Beside"), _("The picture beside the map")),
                ("under", _("Under"), _("The picture under the map, which lets it shine through (T)")),
            ),
            _("Where the picture is"),
        )
        self.placing.chosen.connect(self.layout_chosen)
        self.times = zoom_choice(_("Size of the picture"))
        self.times.chosen.connect(self.size_chosen)
        tip = _("Compare with the picture before the last edit (C): drag the line over the picture")
        self.compare = tool_button("compare", _("Compare"), tip, checkable=True)
        self.compare.setIcon(icon("compare", on="accent"))
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 12, 4)
        row.setSpacing(8)
        row.addWidget(self.canvas)
        row.addWidget(self.start)
        row.addWidget(self.words, 1)
        whole: tuple[QWidget, ...] = (self.placing, self.times, self.compare, self.save)
        for part in whole:
            row.addWidget(part)
        painter.canvas_changed.connect(self.refresh)
        self.refresh()

    def end(self) -> None:
        """Listens to nothing any more."""
        self._painter.canvas_changed.disconnect(self.refresh, missing_ok=True)

    def _menu_button(self, icon_name: str, text: str, fill: Callable[[QMenu], None]) -> QPushButton:
        button = QPushButton(icon(icon_name), text)
        button.setAccessibleName(text)
        menu = QMenu(button)
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(lambda: fill(menu))
        button.setMenu(menu)
        return button

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

    def show_words(self, text: str) -> None:
        """What is under the cursor."""
        self.words.setText(text)

    # -- menus ------------------------------------------------------------------------------------------------------

    def fill_canvases(self, menu: QMenu) -> None:
        """The list of canvases, and what can be done with the present one."""
        menu.clear()
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
        menu.clear()
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
        menu.clear()
        for name in ("save", "save-map", "save-both", "film", "", "copy"):
            if name:
                self._binder.add_to(menu, f"paint.{name}")
            else:
                menu.addSeparator()

    def rename(self) -> None:
        """Asks for another name of the present canvas."""
        document = self._painter.document
        if document is None:
            return
        box = QInputDialog(self)
        box.setWindowTitle(_("Rename the canvas"))
        box.setLabelText(_("Name"))
        box.setTextValue(document.name)
        box.textValueSelected.connect(lambda text: self._renamed(document, text))
        box.finished.connect(box.deleteLater)
        box.open()

    def _renamed(self, document: CanvasDocument, text: str) -> None:
        self._painter.canvases.rename(document, text)
