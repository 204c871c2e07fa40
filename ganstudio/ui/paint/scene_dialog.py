"""Some of the run's data to choose one from: as another canvas, or for its style."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QListView,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QWidget,
)

from ganstudio.app.jobs import Job
from ganstudio.app.paint.painter import Painter
from ganstudio.app.paint.painter_canvases import Scene
from ganstudio.core.i18n import _
from ganstudio.core.labelmaps import colour_map
from ganstudio.ui.kit.lifetimes import listen
from ganstudio.ui.kit.painted import to_image
from ganstudio.ui.kit.parts import boxed, label
from ganstudio.ui.kit.style import set_look

SIDE = 96


class SceneDialog(QDialog):
    """Shows maps or pictures of the data, as soon as they are read.

    Args:
        painter: whose run.
        pictures: shows the pictures, not the label maps.
        take: gets the chosen one.
        parent: the window.
    """

    def __init__(self, painter: Painter, pictures: bool, take: Callable[[Scene], object], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("A picture of the run’s data") if pictures else _("A map of the run’s data"))
        self._painter, self._pictures, self._take = painter, pictures, take
        self.list = QListWidget()
        self.list.setViewMode(QListView.ViewMode.IconMode)
        self.list.setIconSize(QSize(SIDE, SIDE))
        self.list.setGridSize(QSize(SIDE + 16, SIDE + 32))
        self.list.setMovement(QListView.Movement.Static)
        self.list.setResizeMode(QListView.ResizeMode.Adjust)
        self.list.setAccessibleName(self.windowTitle())
        self.list.setToolTip(_("A double click or Enter takes one"))
        self.list.itemActivated.connect(lambda _item: self.accept())
        self.words = label("", "muted", wrap=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setToolTip(_("Takes none"))
        self.go = buttons.addButton(
            _("Take its style") if pictures else _("Paint on it"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        self.go.setEnabled(False)
        self.go.setToolTip(_("Takes the chosen one"))
        self.list.currentRowChanged.connect(self._row_changed)
        set_look(self.go, primary=True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        boxed(self.words, self.bar, self.list, buttons, margins=(16, 16, 16, 16), gap=8, into=self, stretch=self.list)
        self.resize(600, 480)
        # Another run: what is shown here is not its data.
        self.finished.connect(
            listen(self, (painter.source.scenes.changed, self.refresh), (painter.source_changed, lambda: self.reject()))
        )
        self._job: Job | None = None
        painter.source.want_scenes()

    @Slot(int)
    def _row_changed(self, row: int) -> None:
        # A slot, as the list tells this once more while the dialog is being deleted: then nobody is called any more.
        self.go.setEnabled(row >= 0)

    @Slot()
    def refresh(self) -> None:
        """Takes what is there."""
        scenes, control = self._painter.source.scenes, self._painter.map_control
        job = scenes.reading
        self.bar.setVisible(job is not None)
        self.words.setVisible(job is not None or not scenes.found)
        self.words.setText(_("Reading the data of the run…") if job is not None else scenes.error)
        self.list.setVisible(bool(scenes.found))
        if job is not None and job is not self._job:
            self.bar.setRange(0, 0)
            self.finished.connect(listen(self, (job.progressed, self._tell)))
        self._job = job
        self.list.clear()
        classes = () if control is None else control.classes
        for scene in scenes.found if classes else ():
            shown = scene.picture.transpose(1, 2, 0) if self._pictures else colour_map(scene.ids, classes)
            pixmap = QPixmap.fromImage(to_image(shown).scaled(SIDE, SIDE))
            self.list.addItem(QListWidgetItem(QIcon(pixmap), scene.name))

    def _tell(self, fraction: float, text: str) -> None:
        self.bar.setRange(0, 100)
        self.bar.setValue(round(100 * max(0.0, fraction)))
        self.words.setText(text or _("Reading the data of the run…"))

    def accept(self) -> None:
        """Takes the chosen one."""
        row = self.list.currentRow()
        scenes = self._painter.source.scenes.found
        if 0 <= row < len(scenes):
            self._take(scenes[row])
        super().accept()
