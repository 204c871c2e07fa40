"""What a canvas or a style is made of: pictures that are dropped, pasted or opened, and the data of the run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QSize, Slot
from PySide6.QtGui import QGuiApplication, QIcon, QPixmap
from PySide6.QtWidgets import QListView, QListWidget, QListWidgetItem, QWidget

from ganstudio.app.generators.picture_session import restore
from ganstudio.app.jobs import Job
from ganstudio.app.paint.painter import Painter
from ganstudio.core.errors import StudioError
from ganstudio.core.i18n import _
from ganstudio.core.labelmaps import colour_map
from ganstudio.ui.kit.dialogs import FormDialog
from ganstudio.ui.kit.files import Dropped, ask_picture, picture_in
from ganstudio.ui.kit.lifetimes import listen
from ganstudio.ui.kit.painted import to_image
from ganstudio.ui.kit.parts import say
from ganstudio.ui.kit.progress import ProgressBar
from ganstudio.ui.paint.map_dialog import MapDialog

if TYPE_CHECKING:
    from ganstudio.data.mapcolours import MapColours

SIDE = 96


class Opening:
    """Asks for pictures and takes them.

    Args:
        painter: gets them.
        parent: of the dialogs.
    """

    def __init__(self, painter: Painter, parent: QWidget) -> None:
        self._painter, self._parent = painter, parent

    def open_dropped(self, dropped: Dropped) -> None:
        """Restores the painting that a picture carries; of any other picture makes a canvas, or takes its style."""
        painter = self._painter
        try:
            if dropped.session is not None:
                restore(painter, dropped.session)
            elif painter.opened is not None:
                self._sort_out(dropped.path)
            else:
                words = _("Open a run that paints first; then drop the picture again, and it is a canvas or a style.")
                painter.studio.notifications.info(words)
        except StudioError as error:
            painter.studio.report(error)

    def _sort_out(self, path: Path) -> None:
        """A picture of few colours is a label map, any other one a style; the other way is offered."""
        painter, hub = self._painter, self._painter.studio.notifications
        most = max(32, 0 if painter.map_control is None else 2 * painter.map_control.count)

        def as_map() -> None:
            painter.source.open_map(path, self.ask_classes)

        def done(few: bool) -> None:
            if few or not painter.reads_styles:
                as_map()
                return
            text = _("The style of {name} was taken. It has too many colours to be a label map.").format(name=path.name)
            painter.take_style_of(path, lambda: hub.info(text, action=_("Open as a label map"), run=as_map))

        def look(_progress: object, _cancel: object) -> bool:
            from ganstudio.data.mapcolours import few_colours

            return few_colours(path, most)

        job = painter.studio.jobs.start(_("Looking at {name}").format(name=path.name), look)
        job.on_done(done).on_error(painter.studio.report)

    def choose_map(self) -> None:
        """Asks for a label map and opens it as another canvas."""
        chosen = ask_picture(self._parent, _("Open a label map"), _("Label maps"))
        if chosen is not None:
            self._painter.source.open_map(chosen, self.ask_classes)

    def ask_classes(self, name: str, found: MapColours) -> None:
        """Lets a person correct what the colours of a map were read as, before it is a canvas."""
        if self._painter.map_control is not None:
            MapDialog(name, found, self._painter, self._parent).open()

    def choose_style(self) -> None:
        """Asks for a picture and takes its style."""
        chosen = ask_picture(self._parent, _("Take the style of a picture"))
        if chosen is not None:
            self._painter.take_style_of(chosen)

    def choose_scene(self, pictures: bool) -> None:
        """Offers some of the run's data: as another canvas, or for their style."""
        if self._painter.opened is not None:
            SceneDialog(self._painter, pictures, self._parent).open()

    def paste_style(self) -> None:
        """Takes the style of the picture on the clipboard."""
        self.take_style_of(QGuiApplication.clipboard().mimeData())

    def take_style_of(self, data: QMimeData) -> None:
        """Takes the style of what was dropped or pasted: the first file, or a picture."""
        found = picture_in(data)
        if found is None:
            words = _("There is no picture on the clipboard. Copy one, then paste it here.")
            self._painter.studio.notifications.info(words)
        else:
            self._painter.take_style_of(found)


class SceneDialog(FormDialog):
    """Shows maps or pictures of the run's data, as soon as they are read, and takes the chosen one.

    Args:
        painter: whose run.
        pictures: shows the pictures, and takes the style of one; else the label maps, one of which is another canvas.
        parent: the window.
    """

    def __init__(self, painter: Painter, pictures: bool, parent: QWidget) -> None:
        title = _("A picture of the run’s data") if pictures else _("A map of the run’s data")
        go = _("Take its style") if pictures else _("Paint on it")
        super().__init__(title, go, _("Takes the chosen one"), parent, _("Takes none"))
        self._painter, self._pictures = painter, pictures
        self.list = QListWidget()
        self.list.setViewMode(QListView.ViewMode.IconMode)
        self.list.setIconSize(QSize(SIDE, SIDE))
        self.list.setGridSize(QSize(SIDE + 16, SIDE + 32))
        self.list.setMovement(QListView.Movement.Static)
        self.list.setResizeMode(QListView.ResizeMode.Adjust)
        self.list.setAccessibleName(title)
        self.list.setToolTip(_("A double click or Enter takes one"))
        self.list.itemActivated.connect(lambda _item: self.choose())
        self.list.currentRowChanged.connect(self._row_changed)
        self.go.setEnabled(False)
        self.bar = ProgressBar(title)
        self.fill(self.words, self.bar, self.list, gap=8)
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
        job, reading = scenes.reading, _("Reading the data of the run…")
        self.bar.setVisible(job is not None)
        say(self.words, reading if job is not None else "" if scenes.found else scenes.error)
        self.list.setVisible(bool(scenes.found))
        if job is not None and job is not self._job:
            self.bar.show_share(None)
            self.finished.connect(listen(self, (job.progressed, self._tell)))
        self._job = job
        self.list.clear()
        classes = () if control is None else control.classes
        for scene in scenes.found if classes else ():
            shown = scene.picture.transpose(1, 2, 0) if self._pictures else colour_map(scene.ids, classes)
            pixmap = QPixmap.fromImage(to_image(shown).scaled(SIDE, SIDE))
            self.list.addItem(QListWidgetItem(QIcon(pixmap), scene.name))

    def _tell(self, fraction: float, text: str) -> None:
        self.bar.show_share(fraction)
        self.words.setText(text or _("Reading the data of the run…"))

    def choose(self) -> None:
        """Takes the chosen one."""
        row, painter = self.list.currentRow(), self._painter
        scenes = painter.source.scenes.found
        if 0 <= row < len(scenes):
            scene = scenes[row]
            painter.take_style_of(scene.picture) if self._pictures else painter.source.add(scene.name, scene.ids)
        self.accept()
